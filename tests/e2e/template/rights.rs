//! What each function may do to the table: exactly what it does.

use serde_json::{Value, json};
use shared::store::schema;

use super::{
    FUNCTION,
    model::{Template, function_names},
    recorder::{Call, Recorder},
};
use crate::lambda::{
    emulator::Emulator,
    environment,
    events::{self, Event, Table, endpoint},
};

/// An action, what it is allowed on, and why the function needs it.
type Right = (&'static str, &'static [&'static str], &'static str);

/// The rights that each function should have. A right that is added to the template is added here, with its reason.
fn expected(function: &str) -> &'static [Right] {
    match function {
        "api-sets" => &[
            ("dynamodb:GetItem", &["table"], "shows one set, and looks at it before it writes"),
            ("dynamodb:Query", &["table"], "lists the sets"),
            ("dynamodb:Query", &["index/all"], "counts the keys that name a set"),
            ("dynamodb:PutItem", &["table"], "writes sets, and the events of it"),
            ("dynamodb:DeleteItem", &["table"], "removes sets, and nothing else"),
            ("dynamodb:UpdateItem", &["table"], "counts the sets, and changes nothing else"),
        ],
        "audit-log" => &[
            ("dynamodb:Query", &["table"], "tells the events of one key, which lie beside it"),
            ("dynamodb:Query", &["index/all", "index/owner"], "lists events through the indexes"),
            ("dynamodb:UpdateItem", &["table"], "makes the key that signs cursors, in the deployment's own item alone"),
        ],
        "authorizer" => &[
            ("dynamodb:GetItem", &["table"], "reads the record of the presented key"),
            ("dynamodb:Query", &["table"], "reads the API sets, and nothing else"),
        ],
        "create-key" => &[
            ("dynamodb:PutItem", &["table"], "writes the new key, its event, and what is remembered of the request"),
            ("dynamodb:GetItem", &["table"], "reads what is remembered of a repeated request"),
            ("dynamodb:Query", &["table"], "reads the API sets that the key names"),
        ],
        "list-keys" => &[
            ("dynamodb:GetItem", &["table"], "shows one key, and answers for the table's health"),
            ("dynamodb:Query", &["index/all", "index/owner"], "lists through the indexes, which hold no hash"),
            ("dynamodb:UpdateItem", &["table"], "makes the key that signs cursors, in the deployment's own item alone"),
        ],
        "revoke-key" => &[
            ("dynamodb:GetItem", &["table"], "reads the key that it decides on"),
            ("dynamodb:UpdateItem", &["table"], "changes it"),
            ("dynamodb:PutItem", &["table"], "writes the event of it"),
        ],
        "update-key" => &[
            ("dynamodb:GetItem", &["table"], "reads the key that it decides on"),
            ("dynamodb:UpdateItem", &["table"], "changes it"),
            ("dynamodb:PutItem", &["table"], "writes the event of it"),
            ("dynamodb:Query", &["table"], "reads the API sets that the key is to name"),
        ],
        "verify-key" => &[
            ("dynamodb:GetItem", &["table"], "reads the record of the key"),
            ("dynamodb:Query", &["table"], "reads the API sets"),
        ],
        other => panic!("the test does not know what functions/{other} may do: add it here"),
    }
}

/// A statement of a function's policy.
#[derive(Debug)]
struct Grant {
    action: String,
    resources: Vec<String>,
    /// The partition keys that it is limited to.
    partitions: Option<Vec<String>>,
}

impl Grant {
    /// The statements of a function.
    fn of(template: &Template, function: &str) -> Vec<Self> {
        let policies = template.function(function)["Policies"].as_array().unwrap();
        let mut grants = Vec::new();
        for policy in policies {
            assert_eq!(
                policy["Version"], "2012-10-17",
                "{function}: a policy of its own, no template and no managed one"
            );
            for statement in policy["Statement"].as_array().unwrap() {
                assert_eq!(statement["Effect"], "Allow", "{function}");
                assert!(statement["Sid"].is_string(), "{function}: a statement says what it is for");
                let resources: Vec<_> = one_or_more(&statement["Resource"]).into_iter().map(resource).collect();
                for action in one_or_more(&statement["Action"]) {
                    let action = action.as_str().unwrap().to_owned();
                    let partitions = partitions(&statement["Condition"]);
                    grants.push(Self { action, resources: resources.clone(), partitions });
                }
            }
        }
        grants
    }

    /// Whether IAM would let this call through because of this statement.
    fn covers(&self, call: &Call) -> bool {
        let on = match call.body["IndexName"].as_str() {
            Some(index) => format!("index/{index}"),
            None => "table".to_owned(),
        };
        let of_item =
            [&call.body["Key"], &call.body["Item"]].into_iter().find_map(|item| item[schema::PK]["S"].as_str());
        let pk = of_item.or_else(|| of_query(&call.body));
        self.action == format!("dynamodb:{}", call.operation)
            && self.resources.contains(&on)
            && self.partitions.as_ref().is_none_or(|allowed| pk.is_some_and(|pk| allowed.iter().any(|one| one == pk)))
    }
}

/// The partition that a query asks for: the first equality of its key condition.
fn of_query(body: &Value) -> Option<&str> {
    let (_, rest) = body["KeyConditionExpression"].as_str()?.split_once(" = ")?;
    let name = rest.split(' ').next()?;
    body["ExpressionAttributeValues"][name]["S"].as_str()
}

fn one_or_more(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |values| values.iter().collect())
}

/// The table, or one of its indexes; anything wider is refused.
fn resource(value: &Value) -> String {
    if *value == json!({"Fn::GetAtt": "Table.Arn"}) {
        return "table".to_owned();
    }
    let below = value["Fn::Sub"].as_str().and_then(|text| text.strip_prefix("${Table.Arn}/"));
    let below = below.unwrap_or_else(|| panic!("a right on something else than the table: {value}"));
    assert!(!below.contains('*'), "a right on more than it names: {value}");
    below.to_owned()
}

/// The partition keys of a condition, which must hold for requests without any, too.
fn partitions(condition: &Value) -> Option<Vec<String>> {
    if condition.is_null() {
        return None;
    }
    let keys = condition["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"].as_array().unwrap();
    let whole = json!({
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys},
        "Null": {"dynamodb:LeadingKeys": "false"},
    });
    assert_eq!(*condition, whole, "the test does not know this condition: teach it");
    Some(keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect())
}

/// What a function is asked here, beyond its files in `events/`, so that it shows all that it does.
fn variations(event: &Event) -> Vec<Value> {
    let with_query = |query: &str| {
        let mut json = event.json();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        json["queryStringParameters"] = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        json["rawQueryString"] = json!(query);
        json
    };
    match event.name.as_str() {
        "list-keys.list" => ["owner=example-team&limit=1", "name=x", "cursor=x"].map(with_query).to_vec(),
        // Again, when there is nothing left to do.
        "revoke-key.revoke" => vec![with_query("")],
        "create-key.idempotent" => vec![event.json()],
        // Whoever is no super-user is told of the own owner's keys.
        "audit-log.list" => {
            let mut json = event.json();
            let context = &mut json["requestContext"]["authorizer"]["lambda"];
            (context["type"], context["permissions"], context["apis"]) =
                (json!("fine-grained"), json!("audit:read"), json!("latchkey"));
            vec![json]
        }
        _ => Vec::new(),
    }
}

/// Everything that a function asks of the table: its release binary runs under the emulator.
async fn calls(function: &str) -> Vec<Call> {
    let table = Table::of_events("Table").await;
    let recorder = Recorder::start(table.url()).await;
    let emulator = Emulator::start(function, &environment(function, &endpoint(recorder.url()), &[])).await;
    for event in events::all().into_iter().filter(|event| event.function == function) {
        emulator.invoke(&event.text).await;
        for variation in variations(&event) {
            emulator.invoke(&variation.to_string()).await;
        }
    }
    emulator.stop().await;
    recorder.calls()
}

#[test]
fn a_function_has_the_rights_that_it_was_given_a_reason_for() {
    let template = Template::read();
    for function in function_names() {
        let mut granted: Vec<_> =
            Grant::of(&template, &function).into_iter().map(|grant| (grant.action, grant.resources)).collect();
        let own = |resources: &[&str]| resources.iter().map(|resource| (*resource).to_owned()).collect::<Vec<_>>();
        let mut expected: Vec<_> =
            expected(&function).iter().map(|(action, on, _)| ((*action).to_owned(), own(on))).collect();
        granted.sort();
        expected.sort();
        assert_eq!(granted, expected, "{function}");
    }
}

#[tokio::test]
async fn a_function_does_what_it_may_and_may_what_it_does() {
    let template = Template::read();
    for function in function_names() {
        let grants = Grant::of(&template, &function);
        let calls = calls(&function).await;
        for call in &calls {
            assert!(grants.iter().any(|grant| grant.covers(call)), "{function} may not do what it does: {call:?}");
            assert_eq!(call.body["TableName"], "Table", "{function}: {call:?}");
        }
        for grant in &grants {
            for resource in &grant.resources {
                let single =
                    Grant { action: grant.action.clone(), resources: vec![resource.clone()], partitions: None };
                assert!(calls.iter().any(|call| single.covers(call)), "{function} never does what it may: {single:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_right_that_is_taken_away_is_missed() {
    // The check above would notice: no statement of the template is covered by another one.
    let template = Template::read();
    for function in function_names() {
        let grants = Grant::of(&template, &function);
        let calls = calls(&function).await;
        for without in 0..grants.len() {
            let rest = grants.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, grant)| grant);
            let rest: Vec<_> = rest.collect();
            let refused = calls.iter().any(|call| !rest.iter().any(|grant| grant.covers(call)));
            assert!(refused, "{function} works without {:?}", grants[without]);
        }
    }
}

#[tokio::test]
async fn only_the_deployments_own_item_is_written_by_a_list() {
    let written: Vec<_> = calls("list-keys").await.into_iter().filter(|call| call.operation == "UpdateItem").collect();
    assert_eq!(written.len(), 1, "the key that signs cursors is made once: {written:?}");
    assert_eq!(written[0].body["Key"][schema::PK]["S"], schema::DEPLOYMENT);
    let grants = Grant::of(&Template::read(), "list-keys");
    let grant = grants.iter().find(|grant| grant.action == "dynamodb:UpdateItem").unwrap();
    assert_eq!(grant.partitions.as_deref(), Some(&[schema::DEPLOYMENT.to_owned()][..]));
    let mut another = written[0].clone();
    another.body["Key"][schema::PK]["S"] = json!("key#ExampleKey000001");
    assert!(!grant.covers(&another));
}

#[test]
fn no_right_has_a_wildcard_and_none_is_given_to_all() {
    let template = Template::read();
    for globals in ["Policies", "Role", "PermissionsBoundary"] {
        assert!(template.at(&format!("/Globals/Function/{globals}")).is_null(), "rights are given per function");
    }
    for (id, function) in template.resources(FUNCTION) {
        let properties = &function["Properties"];
        assert!(properties.get("Role").is_none(), "{id} has a role of its own making");
        let policies = properties["Policies"].to_string();
        assert!(!policies.contains('*'), "{id}: {policies}");
        assert!(!policies.contains("NotAction") && !policies.contains("NotResource"), "{id}: {policies}");
    }
    for kind in ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User"] {
        assert!(template.resources(kind).is_empty(), "{kind}");
    }
}
