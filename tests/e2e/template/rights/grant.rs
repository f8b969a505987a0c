//! The statements of a function's policy, read as strictly as IAM would: what is not known here is refused.

use serde_json::{Value, json};
use shared::store::schema;

use crate::template::{model::Template, recorder::Call};

/// What a statement on Secrets Manager is on.
pub(super) const OWN_SECRETS: &str = "secrets that name it";

/// One action of a statement.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// Such as `dynamodb:GetItem`.
    pub(super) action: String,
    /// `table`, `index/all` and so on, or [`OWN_SECRETS`].
    pub(super) resources: Vec<String>,
    /// The partitions that it is limited to: whole names, or beginnings that end in `*`.
    pub(super) partitions: Option<Vec<String>>,
}

impl Grant {
    /// The statements of a function.
    pub(super) fn of(template: &Template, function: &str) -> Vec<Self> {
        let properties = template.function(function);
        let mut grants = Vec::new();
        for policy in properties["Policies"].as_array().unwrap() {
            assert_eq!(
                policy["Version"], "2012-10-17",
                "{function}: a policy of its own, no template and no managed one"
            );
            for statement in policy["Statement"].as_array().unwrap() {
                assert_eq!(statement["Effect"], "Allow", "{function}");
                assert!(statement["Sid"].is_string(), "{function}: a statement says what it is for");
                let is_of_secrets = is_own_secrets(statement, &properties["FunctionName"]);
                let resources = if is_of_secrets {
                    vec![OWN_SECRETS.to_owned()]
                } else {
                    one_or_more(&statement["Resource"]).into_iter().map(table_or_index).collect()
                };
                let partitions = if is_of_secrets { None } else { partitions(&statement["Condition"]) };
                for action in one_or_more(&statement["Action"]) {
                    let action = action.as_str().unwrap().to_owned();
                    let service = if is_of_secrets { "secretsmanager:" } else { "dynamodb:" };
                    assert!(action.starts_with(service), "{function}: {action} on {resources:?}");
                    grants.push(Self { action, resources: resources.clone(), partitions: partitions.clone() });
                }
            }
        }
        grants
    }

    /// Each combination of a resource and a partition that the grant is made of.
    pub(super) fn parts(&self) -> Vec<Self> {
        let with = |resource: &String, partitions| Self {
            action: self.action.clone(),
            resources: vec![resource.clone()],
            partitions,
        };
        let of_resource = |resource| match &self.partitions {
            None => vec![with(resource, None)],
            Some(all) => all.iter().map(|partition| with(resource, Some(vec![partition.clone()]))).collect(),
        };
        self.resources.iter().flat_map(of_resource).collect()
    }

    /// Whether IAM would let this call through because of this grant.
    pub(super) fn covers(&self, call: &Call) -> bool {
        let on = match (call.service, call.body["IndexName"].as_str()) {
            ("secretsmanager", _) => OWN_SECRETS.to_owned(),
            (_, Some(index)) => format!("index/{index}"),
            (_, None) => "table".to_owned(),
        };
        let is_in_partition = |allowed: &Vec<String>| {
            partition(&call.body).is_some_and(|partition| allowed.iter().any(|pattern| is_like(partition, pattern)))
        };
        self.action == format!("{}:{}", call.service, call.operation)
            && self.resources.contains(&on)
            && self.partitions.as_ref().is_none_or(is_in_partition)
    }
}

/// The partition that a request is about.
pub(super) fn partition(body: &Value) -> Option<&str> {
    let of_item = [&body["Key"], &body["Item"]].into_iter().find_map(|item| item[schema::PK]["S"].as_str());
    of_item.or_else(|| of_query(body))
}

/// The partition that a query asks for: the first equality of its key condition.
fn of_query(body: &Value) -> Option<&str> {
    let (_, rest) = body["KeyConditionExpression"].as_str()?.split_once(" = ")?;
    let name = rest.split(' ').next()?;
    body["ExpressionAttributeValues"][name]["S"].as_str()
}

/// IAM's `StringLike`, for the patterns that the template has.
fn is_like(text: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => text == pattern,
    }
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// The table, or one of its indexes; anything wider is refused.
fn table_or_index(value: &Value) -> String {
    if *value == json!({"Fn::GetAtt": "Table.Arn"}) {
        return "table".to_owned();
    }
    let below = value["Fn::Sub"].as_str().and_then(|text| text.strip_prefix("${Table.Arn}/"));
    let below = below.unwrap_or_else(|| panic!("a right on something else than the table: {value}"));
    assert!(!below.contains(['*', '?']), "a right on more than it names: {value}");
    below.to_owned()
}

/// The partitions of a condition, which must hold for requests without any, too.
fn partitions(condition: &Value) -> Option<Vec<String>> {
    if condition.is_null() {
        return None;
    }
    let patterns = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    let whole = json!({
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns},
        // ForAllValues also holds for a request that names no partition.
        "Null": {"dynamodb:LeadingKeys": "false"},
    });
    assert_eq!(*condition, whole, "the test does not know this condition: teach it");
    let patterns: Vec<_> =
        one_or_more(patterns).into_iter().map(|pattern| pattern.as_str().unwrap().to_owned()).collect();
    for pattern in &patterns {
        let start = pattern.strip_suffix('*').unwrap_or(pattern);
        assert!(!start.is_empty() && !start.contains(['*', '?']), "the test does not know this pattern: {pattern}");
        assert_eq!(pattern.ends_with('*'), start.ends_with('#'), "a kind of partition, or one partition: {pattern}");
    }
    Some(patterns)
}

/// Whether a statement is on the secrets whose rotation function this is, and on no other ones.
fn is_own_secrets(statement: &Value, function_name: &Value) -> bool {
    let arn = |service: &str, rest: &str| json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")});
    if statement["Resource"] != arn("secretsmanager", "secret:*") {
        return false;
    }
    let name = function_name["Fn::Sub"].as_str().expect("a function that its own rights name has a name");
    let own = json!({"StringEquals": {
        "secretsmanager:resource/AllowRotationLambdaArn": arn("lambda", &format!("function:{name}")),
    }});
    assert_eq!(statement["Condition"], own, "a right on every secret of the account");
    true
}
