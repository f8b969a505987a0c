//! What strangers send in texts, and what API Gateway may leave out.

use serde_json::{Value, json};

use super::door::{Door, Outcome, Shape, with_text};
use crate::lambda::events::EXAMPLE_KEY;

/// The shape's event with a header, in every place where the shape has headers.
pub(super) fn with_header(event: &Value, name: &str, value: &str) -> Value {
    let mut event = event.clone();
    event["headers"][name] = json!(value);
    if event.get("multiValueHeaders").is_some() {
        event["multiValueHeaders"][name] = json!([value]);
    }
    event
}

#[tokio::test]
async fn a_version_that_is_none_tells_nothing() {
    let door = Door::open(&[]).await;
    for shape in [Shape::Rest, Shape::Token, Shape::Connect] {
        let expected = door.ask(&shape.event()).await;
        let mut event = shape.event();
        event["version"] = json!("$LATEST");
        assert_eq!(door.ask(&event).await, expected, "{shape:?}");
    }
    // A WebSocket stays one, whatever version it claims.
    for version in ["1.0", "2.0"] {
        let mut event = Shape::Connect.event();
        event["version"] = json!(version);
        assert_eq!(door.ask(&event).await, door.ask(&Shape::Connect.event()).await, "{version}");
    }
}

#[tokio::test]
async fn everything_that_may_be_missing_may_be_null_or_absent() {
    let door = Door::open(&[]).await;
    let optional = [
        "identitySource",
        "rawQueryString",
        "cookies",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
    ];
    for shape in Shape::ALL {
        let mut without = shape.event();
        for field in optional {
            without.as_object_mut().unwrap().remove(field);
        }
        let mut nulls = shape.event();
        for field in optional {
            nulls[field] = Value::Null;
        }
        for event in [without, nulls] {
            let outcome = door.ask(&event).await;
            if shape == Shape::Token {
                assert_eq!(outcome, door.ask(&shape.event()).await);
            } else {
                assert_eq!(outcome, Outcome::Unauthorized, "{shape:?}: the key went with them");
            }
        }
    }
}

#[tokio::test]
async fn long_and_controlling_texts_are_no_key_and_no_harm() {
    let door = Door::open(&[]).await;
    let long = "x".repeat(10 * 1024);
    let texts = [
        long.clone(),
        format!("{EXAMPLE_KEY}{long}"),
        format!("{EXAMPLE_KEY}\u{0}"),
        format!("{EXAMPLE_KEY}\r\nx: y"),
        format!("\u{1b}[31m{EXAMPLE_KEY}"),
        EXAMPLE_KEY.replace('E', "\u{415}"),
        "\u{feff}".to_owned() + EXAMPLE_KEY,
        "é".repeat(29),
        "_".repeat(58),
    ];
    for shape in Shape::ALL {
        for text in &texts {
            assert_eq!(door.ask(&with_text(&shape.event(), text)).await, Outcome::Unauthorized, "{shape:?} {text:?}");
        }
        if shape == Shape::Token {
            continue;
        }
        // Beside a good key they change nothing.
        let expected = door.ask(&shape.event()).await;
        for (name, value) in [("x-noise", long.as_str()), (long.as_str(), "x"), ("x-\u{0}\u{1b}", "\u{7f}\r\n")] {
            assert_eq!(door.ask(&with_header(&shape.event(), name, value)).await, expected, "{shape:?}");
        }
    }
}
