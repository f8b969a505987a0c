//! What strangers send about keys that are for certain routes and addresses.

use serde_json::{Value, json};

use super::{
    door::{Door, Outcome, Shape, with_text},
    narrow::open,
};

/// Those that hold keys in headers.
const WITH_HEADERS: [Shape; 4] = [Shape::Http2, Shape::Http1, Shape::Rest, Shape::Connect];

/// The event with these header lines instead of its own, in every place where its shape has headers.
fn with_headers(event: &Value, lines: &[(&str, &str)]) -> Value {
    let mut event = event.clone();
    let (mut single, mut multiple) = (json!({}), json!({}));
    for (name, value) in lines {
        single[*name] = json!(value);
        let standing = multiple[*name].as_array().cloned().unwrap_or_default();
        multiple[*name] = standing.into_iter().chain([json!(value)]).collect();
    }
    event["headers"] = single;
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"] = multiple;
    }
    event
}

/// The shape's event with the key of this name in place of the example, and its Authorization header alone.
fn bare(door: &Door, shape: Shape, key: &str) -> Value {
    with_headers(&door.with_key(shape, key), &[("Authorization", door.text(key))])
}

#[tokio::test]
async fn the_name_of_a_header_is_the_same_in_every_case() {
    let door = open(&[]).await;
    for shape in WITH_HEADERS {
        let expected = door.ask(&bare(&door, shape, "near")).await;
        expected.clone().allowed();
        for name in
            ["authorization", "AUTHORIZATION", "aUTHORIZATION", "X-API-KEY", "x-Api-kEY", "SECRET", "cLIENT-kEY"]
        {
            let event = with_headers(&door.with_key(shape, "near"), &[(name, door.text("near"))]);
            assert_eq!(door.ask(&event).await, expected, "{shape:?} {name}");
        }
    }
}

#[tokio::test]
async fn of_two_keys_neither_opens_anything() {
    let door = open(&[]).await;
    for shape in WITH_HEADERS {
        for other in ["super-user", "far", "sets"] {
            let (near, other) = (door.text("near"), door.text(other));
            for lines in [
                [("authorization", near), ("x-api-key", other)],
                [("authorization", near), ("AUTHORIZATION", other)],
                [("Secret", other), ("secret", near)],
                [("x-api-key", near), ("cookie", &*format!("latchkey={other}"))],
            ] {
                let mut event = with_headers(&door.with_key(shape, "near"), &lines);
                if shape == Shape::Http2 && lines[1].0 == "cookie" {
                    event["cookies"] = json!([lines[1].1]);
                }
                assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {}", lines[1].0);
            }
        }
        // One header with the same key twice.
        let mut event = bare(&door, shape, "near");
        if event.get("multiValueHeaders").is_some() {
            event["multiValueHeaders"]["Authorization"] = json!([door.text("near"), door.text("near")]);
        } else {
            event["headers"]["Authorization"] = json!(format!("{0},{0}", door.text("near")));
        }
        assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?}");
    }
}

#[tokio::test]
async fn long_headers_and_control_characters_open_nothing_more_and_nothing_less() {
    let door = open(&[]).await;
    let long = "x".repeat(10 * 1024);
    for shape in WITH_HEADERS {
        for key in ["near", "far", "sets", "nothing"] {
            let text = door.text(key);
            let expected = door.ask(&bare(&door, shape, key)).await;
            for (name, value) in [("x-noise", &*long), (&*long, "x"), ("x-\u{0}", "\u{1b}[31m\r\n"), ("", "")] {
                let event = with_headers(&door.with_key(shape, key), &[("Authorization", text), (name, value)]);
                assert_eq!(door.ask(&event).await, expected, "{shape:?} {key}");
            }
            for wrong in [
                format!("{text}{long}"),
                format!("{long} {text}"),
                format!("{text}\u{0}"),
                format!("{text}\r\nx-api-key: {text}"),
                format!("\u{7f}{text}"),
            ] {
                let event = with_headers(&with_text(&shape.event(), ""), &[("Authorization", &wrong)]);
                assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {key}");
            }
        }
    }
}

#[tokio::test]
async fn maps_that_are_null_hide_keys_and_open_nothing() {
    let door = open(&[]).await;
    let maps = ["headers", "multiValueHeaders", "cookies", "queryStringParameters", "multiValueQueryStringParameters"];
    for shape in Shape::ALL {
        for key in ["near", "sets"] {
            let event = door.with_key(shape, key);
            let before = door.ask(&event).await;
            let mut nothing = event.clone();
            for map in maps {
                nothing[map] = Value::Null;
                let mut one = event.clone();
                one[map] = Value::Null;
                let outcome = door.ask(&one).await;
                assert!(outcome == before || outcome == Outcome::Unauthorized, "{shape:?} {key} {map}: {outcome:?}");
            }
            let expected = if shape == Shape::Token { before } else { Outcome::Unauthorized };
            assert_eq!(door.ask(&nothing).await, expected, "{shape:?} {key}");
        }
    }
}

#[tokio::test]
async fn a_version_that_is_none_changes_nothing_for_narrow_keys() {
    let door = open(&[]).await;
    for shape in [Shape::Rest, Shape::Token, Shape::Connect] {
        for key in ["near", "far", "sets", "nothing"] {
            let mut event = door.with_key(shape, key);
            let expected = door.ask(&event).await;
            event["version"] = json!("$LATEST");
            assert_eq!(door.ask(&event).await, expected, "{shape:?} {key}");
        }
    }
}

/// The pointers of everything in a value that holds no other.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                leaves(member, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                leaves(item, &format!("{at}/{place}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

#[tokio::test]
async fn what_is_no_string_where_one_belongs_opens_nothing_and_is_nobodys_failure() {
    let door = open(&[]).await;
    let values =
        [json!(null), json!(7), json!(true), json!([]), json!({}), json!(["GET"]), json!({"a": "b"}), json!("\u{0}")];
    // By these a shape is told: what has none is no authorizer's event.
    let marks = ["/version", "/type", "/requestContext/eventType"];
    for shape in Shape::ALL {
        for key in ["near", "sets", "nothing"] {
            let event = door.with_key(shape, key);
            let before = door.ask(&event).await;
            let mut pointers = Vec::new();
            leaves(&event, "", &mut pointers);
            pointers.extend(
                ["/headers", "/requestContext", "/requestContext/http", "/requestContext/identity"].map(str::to_owned),
            );
            for pointer in pointers {
                for value in &values {
                    let mut event = event.clone();
                    let Some(place) = event.pointer_mut(&pointer) else { continue };
                    *place = value.clone();
                    match door.ask(&event).await {
                        Outcome::Failed(error) => assert!(marks.contains(&&*pointer), "{shape:?} {pointer}: {error}"),
                        Outcome::Allowed(now) => {
                            // An address that is gone is one that a key for addresses does not work from.
                            let is_needed = key == "near" && pointer.ends_with("sourceIp");
                            assert!(!is_needed, "{shape:?} {key} {pointer} {value}");
                            let Outcome::Allowed(before) = &before else { panic!("{shape:?} {key} {pointer} {value}") };
                            assert_eq!(now.context, before.context, "{shape:?} {key} {pointer} {value}");
                        }
                        Outcome::Denied(_) | Outcome::Unauthorized => {}
                    }
                }
            }
        }
    }
}
