//! Events that nobody thought of.

use std::sync::LazyLock;

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    door::{Door, Outcome, Shape},
    policy::Policy,
};
use crate::{
    lambda::events::EXAMPLE_KEY,
    support::{with_unknown_id, with_wrong_secret},
};

/// Names that the authorizer looks for, so that what is made up gets far.
const NAMES: &[&str] = &[
    "version",
    "type",
    "routeArn",
    "methodArn",
    "routeKey",
    "rawPath",
    "path",
    "resource",
    "httpMethod",
    "headers",
    "multiValueHeaders",
    "cookies",
    "authorizationToken",
    "identitySource",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "api_key",
    "requestContext",
    "http",
    "method",
    "eventType",
    "identity",
    "sourceIp",
    "authorization",
    "Authorization",
    "x-api-key",
    "X-Api-Key",
    "cookie",
    "Cookie",
    "secret",
];

/// Values that it looks for, and keys that open nothing: no other key text is ever made up.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let arn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";
    let known = ["1.0", "2.0", "$LATEST", "TOKEN", "REQUEST", "CONNECT", "GET", "DELETE", "*", "/orders/42", "/keys/x"];
    let mut texts: Vec<_> = known.map(str::to_owned).to_vec();
    texts.extend([format!("{arn}/GET/orders/42"), format!("{arn}/$connect"), "GET /orders/{id}".to_owned()]);
    for text in [with_unknown_id(EXAMPLE_KEY), with_wrong_secret(EXAMPLE_KEY)] {
        texts.extend([format!("Bearer {text}"), format!("latchkey={text}"), text]);
    }
    texts
});

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(TEXTS.clone()), 1 => any::<String>()]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![5 => select(NAMES).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Any JSON, with a bent for what looks like an event.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        6 => text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 12, |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => btree_map(name(), inner, 0..12).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Runs `property` on many values, in one runtime, with one door.
fn check<S: Strategy>(strategy: &S, property: impl Fn(&Runtime, &Door, S::Value) -> Result<(), TestCaseError>) {
    let runtime = Runtime::new().unwrap();
    let door = runtime.block_on(Door::open(&[]));
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    runner.run(strategy, |value| property(&runtime, &door, value)).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn made_up_json_is_never_allowed() {
    check(&json(), |runtime, door, event| {
        let outcome = runtime.block_on(door.ask(&event));
        prop_assert!(!matches!(outcome, Outcome::Allowed(_)), "{outcome:?}");
        Ok(())
    });
}

#[test]
fn an_event_with_a_made_up_member_opens_no_more_than_without() {
    let strategy = (select(&Shape::ALL[..]), select(NAMES), json());
    check(&strategy, |runtime, door, (shape, name, value)| {
        let mut event = shape.event();
        let before = runtime.block_on(door.ask(&event));
        event[name] = value;
        let now = runtime.block_on(door.ask(&event));
        match (&now, &before) {
            (Outcome::Allowed(now), Outcome::Allowed(before)) => {
                prop_assert_eq!(&now.context, &before.context);
                // Another ARN, method or route gives another policy, always for the stage that the event is about.
                for resource in now.policy.iter().flat_map(Policy::allowed) {
                    let arn = event["methodArn"].as_str().unwrap();
                    let stage: Vec<_> = arn.splitn(3, '/').take(2).collect();
                    prop_assert!(resource.starts_with(&(stage.join("/") + "/")), "{} for {}", resource, arn);
                }
            }
            (now, _) => prop_assert!(!matches!(now, Outcome::Allowed(_)), "{now:?}"),
        }
        Ok(())
    });
}

#[test]
fn any_path_gives_the_policy_of_its_route() {
    let strategy = (select(&[Shape::Http1, Shape::Rest][..]), any::<String>());
    check(&strategy, |runtime, door, (shape, path)| {
        let expected = runtime.block_on(door.ask(&shape.event()));
        let now = runtime.block_on(door.ask(&shape.call("GET", &path, "/orders/{id}")));
        prop_assert_eq!(now, expected);
        Ok(())
    });
}
