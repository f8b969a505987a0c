//! Every value in every event of `events/`, taken away or replaced, one at a time.
//!
//! What must hold for an altered event:
//!
//! 1. Nothing panics, and the answer is in one of the two forms (which [`Door::ask`] insists on).
//! 2. If the untouched event is not allowed, no altered one is.
//! 3. If the alteration touches what tells the shape or the route, the event is not allowed.
//! 4. If it touches the only place of the key, the event is unauthorized; if it touches one of several places, the event
//!    is unauthorized or gets the same answer as before.
//! 5. If it touches anything else, the answer is the same as before.

use serde_json::{Value, json};

use super::door::{Door, Outcome, Shape};
use crate::lambda::events;

impl Shape {
    /// What tells the shape and the route.
    const fn route(self) -> &'static [&'static str] {
        match self {
            Self::Http2 => &["/version", "/routeArn", "/routeKey", "/rawPath", "/requestContext/http/method"],
            // Without its version it is a `REQUEST` of a REST API, which says the same.
            Self::Http1 => &["/methodArn", "/resource", "/path", "/httpMethod"],
            Self::Rest => &["/type", "/methodArn", "/resource", "/path", "/httpMethod"],
            Self::Token => &["/type", "/methodArn"],
            Self::Connect => &["/methodArn", "/requestContext/eventType"],
        }
    }

    /// Where the example key stands, of the places that count.
    const fn key(self) -> &'static [&'static str] {
        match self {
            Self::Http2 => &["/headers/authorization"],
            Self::Http1 => &["/headers/X-Api-Key"],
            Self::Rest => &["/headers/Authorization", "/multiValueHeaders/Authorization"],
            Self::Token => &["/authorizationToken"],
            Self::Connect => &["/queryStringParameters/api_key", "/multiValueQueryStringParameters/api_key"],
        }
    }
}

/// The pointers of every value in `value`, itself excepted.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, child)| (format!("/{}", name.replace('~', "~0").replace('/', "~1")), child))
            .collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, child)| (format!("/{at}"), child)).collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        found.extend(pointers(child).into_iter().map(|rest| format!("{step}{rest}")));
        found.push(step);
    }
    found
}

/// What a value is replaced by: every type but a string.
fn replacements() -> [Value; 8] {
    [json!(null), json!(7), json!(-1.5), json!(true), json!([]), json!([7, null]), json!({}), json!({"a": {"b": []}})]
}

/// The event without the value at `pointer`.
fn without(event: &Value, pointer: &str) -> Value {
    let mut event = event.clone();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match event.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.remove(&last.replace("~1", "/").replace("~0", "~"))),
        Value::Array(items) => drop(items.remove(last.parse().unwrap())),
        other => panic!("{other} has no members"),
    }
    event
}

/// Every event that differs from `event` in one value, with where and how.
fn altered(event: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for pointer in pointers(event) {
        let standing = event.pointer(&pointer).unwrap();
        for replacement in replacements() {
            if replacement != *standing {
                let mut changed = event.clone();
                *changed.pointer_mut(&pointer).unwrap() = replacement.clone();
                all.push((pointer.clone(), replacement.to_string(), changed));
            }
        }
        all.push((pointer.clone(), "nothing".to_owned(), without(event, &pointer)));
    }
    all
}

/// Whether altering `pointer` alters what stands at `place`.
fn touches(pointer: &str, place: &str) -> bool {
    let is_within = |inner: &str, outer: &str| inner == outer || inner.starts_with(&format!("{outer}/"));
    is_within(place, pointer) || is_within(pointer, place)
}

#[tokio::test]
async fn an_altered_event_opens_nothing_that_the_untouched_one_does_not() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        let event = shape.event();
        let before = door.ask(&event).await;
        assert!(matches!(before, Outcome::Allowed(_)), "{shape:?}");
        for (pointer, with, changed) in altered(&event) {
            let now = door.ask(&changed).await;
            let what = format!("{shape:?} with {with} at {pointer}: {now:?}");
            if shape.route().iter().any(|place| touches(&pointer, place)) {
                assert!(matches!(now, Outcome::Unauthorized | Outcome::Failed(_)), "{what}");
            } else if shape.key().iter().all(|place| touches(&pointer, place)) {
                assert_eq!(now, Outcome::Unauthorized, "{what}");
            } else if shape.key().iter().any(|place| touches(&pointer, place)) {
                assert!(now == before || now == Outcome::Unauthorized, "{what}");
            } else {
                assert_eq!(now, before, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn an_altered_event_is_denied_where_the_deployment_wants_no_errors() {
    let door = Door::open(&[]).await;
    let denying = Door::open(&[("UNAUTHENTICATED", "deny")]).await;
    for shape in Shape::ALL {
        for (pointer, with, changed) in altered(&shape.event()) {
            let (now, denied) = (door.ask(&changed).await, denying.ask(&changed).await);
            match now {
                Outcome::Unauthorized => {
                    assert!(matches!(denied, Outcome::Denied(_)), "{shape:?} with {with} at {pointer}");
                }
                _ => assert_eq!(denied, now, "{shape:?} with {with} at {pointer}"),
            }
        }
    }
}

#[tokio::test]
async fn an_altered_event_that_was_refused_stays_refused() {
    let door = Door::open(&[]).await;
    let mut refused = Vec::new();
    for event in events::all().into_iter().filter(|event| event.function == "authorizer") {
        let json = event.json();
        if matches!(door.ask(&json).await, Outcome::Allowed(_)) {
            continue;
        }
        for (pointer, with, changed) in altered(&json) {
            let now = door.ask(&changed).await;
            assert!(!matches!(now, Outcome::Allowed(_)), "{} with {with} at {pointer}", event.name);
        }
        refused.push(event.case);
    }
    for case in ["no-key", "malformed", "admin-route"] {
        assert!(refused.iter().any(|refused| refused == case), "{case} is let in");
    }
}

#[tokio::test]
async fn an_event_of_another_function_opens_nothing() {
    let door = Door::open(&[]).await;
    for event in events::all().into_iter().filter(|event| event.function != "authorizer") {
        let outcome = door.ask(&event.json()).await;
        assert!(matches!(outcome, Outcome::Unauthorized | Outcome::Failed(_)), "{}: {outcome:?}", event.name);
    }
}
