//! What each function may do to the table and to secrets: exactly what it does.

mod calls;
mod grant;

use serde_json::json;
use shared::store::schema;

use self::{
    calls::calls,
    grant::{Grant, OWN_SECRETS, partition},
};
use super::{
    FUNCTION,
    model::{Template, function_names},
};

/// An action, what it is allowed on, which partitions of that, and why the function needs it.
type Right = (&'static str, &'static [&'static str], &'static [&'static str], &'static str);

const TABLE: &[&str] = &["table"];
const INDEXES: &[&str] = &["index/all", "index/owner"];
const SECRETS: &[&str] = &[OWN_SECRETS];
/// An index lists whole shards, so that its partitions are no limit.
const ALL: &[&str] = &[];
const KEYS: &[&str] = &["key#*"];
const KEYS_BY_HASH: &[&str] = &["key#*", "hash#*"];
const SETS: &[&str] = &["apis"];
const DEPLOYMENT: &[&str] = &["deployment"];

/// The rights that each function should have. A right that is added to the template is added here, with its reason.
fn expected(function: &str) -> &'static [Right] {
    match function {
        "api-sets" => &[
            ("dynamodb:GetItem", TABLE, SETS, "shows one set, and looks at it before it writes"),
            ("dynamodb:Query", TABLE, SETS, "lists the sets"),
            ("dynamodb:Query", &["index/all"], ALL, "counts the keys that name a set"),
            ("dynamodb:PutItem", TABLE, &["apis", "api#*"], "writes sets, and the events of it"),
            ("dynamodb:DeleteItem", TABLE, SETS, "removes sets, and nothing else"),
            ("dynamodb:UpdateItem", TABLE, SETS, "counts the sets, and changes nothing else"),
        ],
        "audit-log" => &[
            ("dynamodb:Query", TABLE, KEYS, "tells the events of one key, which lie beside it"),
            ("dynamodb:Query", INDEXES, ALL, "lists events through the indexes"),
            ("dynamodb:UpdateItem", TABLE, DEPLOYMENT, "makes the key that signs cursors"),
        ],
        "authorizer" | "verify-key" => &[
            ("dynamodb:GetItem", TABLE, KEYS_BY_HASH, "reads the record of the presented key"),
            ("dynamodb:Query", TABLE, SETS, "reads the API sets, and nothing else"),
        ],
        "console" | "issue-token" => &[("dynamodb:GetItem", TABLE, KEYS, "reads until when the text that signs works")],
        "create-key" => &[
            ("dynamodb:PutItem", TABLE, &["key#*", "hash#*", "once#*"], "writes the key, its event, and the request"),
            ("dynamodb:GetItem", TABLE, &["key#*", "once#*"], "reads what a repeated request made"),
            ("dynamodb:Query", TABLE, SETS, "reads the API sets that the key names"),
        ],
        "list-keys" => &[
            ("dynamodb:GetItem", TABLE, &["key#*", "deployment"], "shows one key, and answers for the table's health"),
            ("dynamodb:Query", INDEXES, ALL, "lists through the indexes, which hold no hash"),
            ("dynamodb:Query", TABLE, SETS, "reads the API sets, to tell whose grants reach a call"),
            ("dynamodb:UpdateItem", TABLE, DEPLOYMENT, "makes the key that signs cursors"),
        ],
        "revoke-key" | "rotate-key" => &[
            ("dynamodb:GetItem", TABLE, KEYS, "reads the key that it decides on"),
            ("dynamodb:UpdateItem", TABLE, KEYS_BY_HASH, "changes it, and when what leads to it ends"),
            ("dynamodb:PutItem", TABLE, KEYS, "writes the event of it"),
        ],
        "rotate-secret" => &[
            ("dynamodb:GetItem", TABLE, KEYS, "reads the key that it decides on"),
            (
                "dynamodb:UpdateItem",
                TABLE,
                &["key#*", "hash#*", "deployment"],
                "changes it, and settles which is the root",
            ),
            ("dynamodb:PutItem", TABLE, KEYS, "makes the root key, and writes the events of it"),
            ("secretsmanager:DescribeSecret", SECRETS, ALL, "looks at which version is at which stage"),
            ("secretsmanager:GetSecretValue", SECRETS, ALL, "reads the present and the next text"),
            ("secretsmanager:PutSecretValue", SECRETS, ALL, "keeps the next text"),
            ("secretsmanager:UpdateSecretVersionStage", SECRETS, ALL, "makes it the present one"),
        ],
        "update-key" => &[
            ("dynamodb:GetItem", TABLE, KEYS, "reads the key that it decides on"),
            ("dynamodb:UpdateItem", TABLE, KEYS, "changes it"),
            ("dynamodb:PutItem", TABLE, KEYS, "writes the event of it"),
            ("dynamodb:Query", TABLE, SETS, "reads the API sets that the key is to name"),
        ],
        other => panic!("the test does not know what functions/{other} may do: add it here"),
    }
}

/// What is allowed and not seen here, because it takes an answer that gets lost on its way: then the function looks whether
/// it was itself that wrote the key.
const RARE: (&str, &str, &str) = ("create-key", "dynamodb:GetItem", "key#*");

#[test]
fn a_function_has_the_rights_that_it_was_given_a_reason_for() {
    let template = Template::read();
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    for function in function_names() {
        let granted = Grant::of(&template, &function).into_iter();
        let mut granted: Vec<_> =
            granted.map(|grant| (grant.action, grant.resources, grant.partitions.unwrap_or_default())).collect();
        let expected = expected(&function).iter();
        let mut expected: Vec<_> =
            expected.map(|(action, on, partitions, _)| ((*action).to_owned(), own(on), own(partitions))).collect();
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
            if call.service == "dynamodb" {
                assert_eq!(call.body["TableName"], "Table", "{function}: {call:?}");
            }
        }
        for part in grants.iter().flat_map(Grant::parts) {
            let partition = part.partitions.as_deref().and_then(<[_]>::first).map_or("", String::as_str);
            let is_rare = (function.as_str(), part.action.as_str(), partition) == RARE;
            let is_done = calls.iter().any(|call| part.covers(call));
            assert!(is_done != is_rare, "{function} never does what it may, or what is rare: {part:?}");
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
    assert_eq!(partition(&written[0].body), Some(schema::DEPLOYMENT));
    let grants = Grant::of(&Template::read(), "list-keys");
    let grant = grants.iter().find(|grant| grant.action == "dynamodb:UpdateItem").unwrap();
    assert!(grant.covers(&written[0]));
    for another in ["key#ExampleKey000001", "deployments", "deploymen", ""] {
        let mut call = written[0].clone();
        call.body["Key"][schema::PK]["S"] = json!(another);
        assert!(!grant.covers(&call), "{another}");
    }
}

#[test]
fn every_right_on_the_table_names_its_partitions() {
    let template = Template::read();
    for function in function_names() {
        for grant in Grant::of(&template, &function) {
            let is_on_table = grant.resources.iter().any(|resource| resource == "table");
            assert_eq!(is_on_table, grant.partitions.is_some(), "{function}: {grant:?}");
        }
    }
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
        // What stands for partitions and for secrets is held against what is done, above.
        for statement in
            properties["Policies"].as_array().unwrap().iter().flat_map(|policy| policy["Statement"].as_array().unwrap())
        {
            let actions = statement["Action"].to_string();
            assert!(!actions.contains(['*', '?']), "{id}: {actions}");
            assert!(
                statement.get("NotAction").is_none() && statement.get("NotResource").is_none(),
                "{id}: {statement}"
            );
        }
    }
    for kind in ["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User"] {
        assert!(template.resources(kind).is_empty(), "{kind}");
    }
}
