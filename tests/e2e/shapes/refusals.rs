//! Who is refused, and that all refusals of one class look the same.

use std::fmt::Display;

use serde_json::Value;

use super::door::{Door, Outcome, Shape, with_text};
use crate::{
    lambda::events::EXAMPLE_KEY,
    support::{with_unknown_id, with_wrong_secret},
};

/// Every way to be nobody that Latchkey knows, as events of one shape.
fn unauthenticated(door: &Door, shape: Shape) -> Vec<(String, Value)> {
    let mut events: Vec<_> =
        ["revoked", "disabled", "expired"].into_iter().map(|key| (key.to_owned(), door.with_key(shape, key))).collect();
    let texts = [
        ("no key", String::new()),
        ("malformed", "not a key".to_owned()),
        ("checksum", EXAMPLE_KEY.replace("001VupU3", "011VupU3")),
        ("unknown", with_unknown_id(EXAMPLE_KEY)),
        ("wrong secret", with_wrong_secret(EXAMPLE_KEY)),
        ("too long", EXAMPLE_KEY.repeat(100)),
        ("blank inside", EXAMPLE_KEY.replace('_', " ")),
        ("other case", EXAMPLE_KEY.to_uppercase()),
        ("without prefix", EXAMPLE_KEY.replacen("lk_", "", 1)),
    ];
    events.extend(texts.map(|(name, text)| (name.to_owned(), with_text(&shape.event(), &text))));
    events
}

#[tokio::test]
async fn an_unauthenticated_request_is_unauthorized_whatever_the_reason() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        for (reason, event) in unauthenticated(&door, shape) {
            assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {reason}");
        }
    }
}

/// Asserts that each of the events is denied, all with the same answer.
async fn assert_denied_alike(door: &Door, shape: Shape, events: Vec<(impl Display, Value)>) {
    let mut answers = Vec::new();
    for (reason, event) in events {
        match door.ask(&event).await {
            Outcome::Denied(answer) => answers.push(answer),
            other => panic!("{shape:?} {reason}: {other:?}"),
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{shape:?}: {answers:?}");
}

#[tokio::test]
async fn an_unauthenticated_request_is_denied_where_the_deployment_wants_it() {
    let door = Door::open(&[("UNAUTHENTICATED", "deny")]).await;
    for shape in Shape::ALL {
        assert_denied_alike(&door, shape, unauthenticated(&door, shape)).await;
    }
}

#[tokio::test]
async fn a_key_that_is_not_allowed_is_denied_whatever_the_reason() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        let mut events = vec![
            ("region", door.with_key(shape, "other-region")),
            ("provider", door.with_key(shape, "other-provider")),
            ("even a super-user", door.with_key(shape, "super-user-elsewhere")),
        ];
        if shape != Shape::Connect {
            events.push(("route", shape.call("DELETE", "/keys/ExampleKey000001", "/keys/{id}")));
        }
        assert_denied_alike(&door, shape, events).await;
    }
}

#[tokio::test]
async fn a_denied_request_is_denied_everywhere() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        let Outcome::Denied(answer) = door.ask(&door.with_key(shape, "other-region")).await else {
            panic!("{shape:?}")
        };
        if shape == Shape::Http2 {
            assert_eq!(answer, serde_json::json!({"isAuthorized": false, "context": {}}));
        } else {
            let expected = serde_json::json!([{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": ["*"]}]);
            assert_eq!(answer["policyDocument"]["Statement"], expected, "{shape:?}");
        }
    }
}

#[tokio::test]
async fn an_event_of_no_authorizer_is_a_failure_and_not_the_callers_fault() {
    let door = Door::open(&[]).await;
    let denying = Door::open(&[("UNAUTHENTICATED", "deny")]).await;
    let mut untyped = Shape::Rest.event();
    untyped.as_object_mut().unwrap().remove("type");
    for event in [
        serde_json::json!({}),
        serde_json::json!(null),
        serde_json::json!("TOKEN"),
        serde_json::json!([Shape::Token.event()]),
        serde_json::json!({"type": "token", "authorizationToken": EXAMPLE_KEY, "methodArn": "arn:aws:execute-api:x"}),
        serde_json::json!({"version": 2.0, "headers": {"x-api-key": EXAMPLE_KEY}}),
        serde_json::json!({"Records": [{"eventSource": "aws:s3"}]}),
        serde_json::json!({"Step": "createSecret", "SecretId": "a", "ClientRequestToken": "b"}),
        untyped,
    ] {
        for door in [&door, &denying] {
            assert!(matches!(door.ask(&event).await, Outcome::Failed(_)), "{event}");
        }
    }
}
