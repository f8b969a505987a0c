//! Where a key may stand, and what is no key.

use serde_json::{Value, json};

use super::{
    door::{Door, Outcome, Shape, with_text},
    hostile::with_header,
};
use crate::lambda::events::EXAMPLE_KEY;

/// The shape's event without the example key.
fn without_key(shape: Shape) -> Value {
    let mut event = with_text(&shape.event(), "");
    for map in ["headers", "multiValueHeaders"] {
        if let Some(headers) = event.get_mut(map).and_then(Value::as_object_mut) {
            headers.retain(|name, _| !["authorization", "x-api-key"].contains(&name.to_ascii_lowercase().as_str()));
        }
    }
    for map in ["queryStringParameters", "multiValueQueryStringParameters"] {
        if event.get(map).is_some() {
            event[map] = Value::Null;
        }
    }
    event
}

#[tokio::test]
async fn a_key_is_found_in_a_header_however_its_name_is_written() {
    let door = Door::open(&[]).await;
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest, Shape::Connect] {
        assert_eq!(door.ask(&without_key(shape)).await, Outcome::Unauthorized, "{shape:?}");
        for (name, value) in [
            ("authorization", format!("Bearer {EXAMPLE_KEY}")),
            ("AUTHORIZATION", format!("bEARER   {EXAMPLE_KEY}")),
            ("AuThOrIzAtIoN", EXAMPLE_KEY.to_owned()),
            ("x-api-key", EXAMPLE_KEY.to_owned()),
            ("X-API-KEY", EXAMPLE_KEY.to_owned()),
            ("Secret", EXAMPLE_KEY.to_owned()),
            ("CLIENT-key", EXAMPLE_KEY.to_owned()),
            ("Cookie", format!("a=b; latchkey={EXAMPLE_KEY}; c=d")),
        ] {
            door.ask(&with_header(&without_key(shape), name, &value)).await.allowed();
        }
    }
}

#[tokio::test]
async fn a_key_in_the_url_counts_for_a_websocket_alone() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        let mut event = without_key(shape);
        if shape == Shape::Token {
            event["authorizationToken"] = json!("");
        }
        event["queryStringParameters"] = json!({"api_key": EXAMPLE_KEY});
        let outcome = door.ask(&event).await;
        assert_eq!(matches!(outcome, Outcome::Allowed(_)), shape == Shape::Connect, "{shape:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn two_keys_are_none() {
    let door = Door::open(&[]).await;
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest, Shape::Connect] {
        // Both are good, but whose request is it?
        for name in ["secret", "Client-Key", "COOKIE"] {
            let value = if name == "COOKIE" { "latchkey=" } else { "" }.to_owned() + door.text("super-user");
            assert_eq!(
                door.ask(&with_header(&shape.event(), name, &value)).await,
                Outcome::Unauthorized,
                "{shape:?} {name}"
            );
        }
        // The same one twice is one.
        door.ask(&with_header(&shape.event(), "Secret", EXAMPLE_KEY)).await.allowed();
    }
}

#[tokio::test]
async fn a_repeated_header_is_no_key() {
    let door = Door::open(&[]).await;
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest, Shape::Connect] {
        let mut event = without_key(shape);
        event["headers"]["x-api-key"] = json!(EXAMPLE_KEY);
        event["headers"]["X-Api-Key"] = json!(EXAMPLE_KEY);
        assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?}: in two cases");
        // As API Gateway joins them.
        let joined = with_header(&without_key(shape), "x-api-key", &format!("{EXAMPLE_KEY},{EXAMPLE_KEY}"));
        assert_eq!(door.ask(&joined).await, Outcome::Unauthorized, "{shape:?}: joined");
        for other in [format!("Bearer {EXAMPLE_KEY}"), "Basic YTpi".to_owned(), EXAMPLE_KEY.to_owned()] {
            for value in [format!("Bearer {EXAMPLE_KEY},{other}"), format!("{other}, Bearer {EXAMPLE_KEY}")] {
                let event = with_header(&without_key(shape), "Authorization", &value);
                assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?}: {value}");
            }
        }
    }
    for shape in [Shape::Rest, Shape::Connect] {
        let mut event = without_key(shape);
        event["multiValueHeaders"]["x-api-key"] = json!([EXAMPLE_KEY, EXAMPLE_KEY]);
        assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?}: as several values");
    }
}
