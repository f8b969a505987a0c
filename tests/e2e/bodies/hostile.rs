//! Bodies that somebody made to break something.

use proptest::{
    collection::{btree_map, vec},
    prelude::{Just, Strategy, any, prop_oneof},
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use super::{Standing, wrong};
use crate::support::{TestStack, minimal};

#[tokio::test]
async fn ten_thousand_levels_are_refused() {
    let standing = Standing::start().await;
    let levels = 10_000;
    let arrays = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
    let within = |field: &str, value: &str| {
        let text = minimal().to_string();
        format!("{{\"{field}\":{value},{}", text.strip_prefix('{').unwrap())
    };
    for body in [
        "[".repeat(levels),
        r#"{"a":"#.repeat(levels),
        arrays.clone(),
        objects.clone(),
        within("metadata", &objects),
        within("metadata", &format!("{{\"a\":{arrays}}}")),
        within("description", &arrays),
        within("unknown", &arrays),
    ] {
        assert_eq!(wrong(&standing.post(body).await), [""]);
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let standing = Standing::start().await;
    let text = minimal().to_string().into_bytes();
    let place = text.windows(4).position(|part| part == b"test").unwrap();
    for bytes in [&[0xff][..], &[0xc3], &[0xed, 0xa0, 0x80], &[0xf0, 0x9f, 0x94], &[0xc0, 0xaf]] {
        let mut body = text.clone();
        body.splice(place..place + 4, bytes.iter().copied());
        assert_eq!(wrong(&standing.post(body).await), [""], "{bytes:?}");
    }
    assert_eq!(wrong(&standing.post(vec![0xff; 1000]).await), [""]);
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn a_refusal_repeats_little_of_what_was_sent() {
    let standing = Standing::start().await;
    let long = "x".repeat(10_000);
    let evil = "<script>\u{1b}[31m\r\nSet-Cookie: a=b\u{202e}";
    for text in [&*long, evil] {
        for body in [json!({ text: 1 }), json!({"provider": text}), json!({"region": text}), json!({"type": text})] {
            let answer = standing.post_with(body).await;
            answer.problem(400);
            assert!(answer.text.len() < 1_000, "{answer:?}");
            assert!(!answer.json().to_string().contains("\\u001b"), "{answer:?}");
        }
    }
    let many: serde_json::Map<String, Value> = (0..2_000).map(|n| (format!("field-{n}"), json!(n))).collect();
    standing.post_with(Value::Object(many)).await.problem(400);
    standing.assert_unchanged().await;
}

/// JSON of any kind, not too deep.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        select(vec!["aws", "gcp", "us-east-1", "*", "fine-grained", "super-user", "30d", "2030-01-01T00:00:00Z", "lk"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(".{0,8}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A body with fields that the API knows, and others, holding anything.
fn body() -> impl Strategy<Value = Value> {
    const KNOWN: [&str; 12] = [
        "name",
        "description",
        "owner",
        "client_type",
        "provider",
        "region",
        "type",
        "metadata",
        "enabled",
        "prefix",
        "expires_at",
        "expires_in",
    ];
    let name = prop_oneof![9 => select(KNOWN.to_vec()).prop_map(str::to_owned), 1 => ".{0,20}"];
    (any::<bool>(), btree_map(name, anything(), 0..6)).prop_map(|(is_whole, fields)| {
        let mut body = if is_whole { minimal() } else { json!({}) };
        body.as_object_mut().unwrap().extend(fields);
        body
    })
}

#[test]
fn no_body_whatever_gets_anything_but_a_key_or_a_refusal() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stack = runtime.block_on(TestStack::start());
    // What it finds is told in full; a file of seeds would only be written beside the sources.
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&body(), |body| {
            let answer = runtime.block_on(stack.post("/keys", stack.root(), &body));
            match answer.status {
                201 => assert!(answer.json()["key"].is_string()),
                _ => drop(answer.problem(400)),
            }
            Ok(())
        })
        .unwrap();
    // Nothing that was let in breaks a list.
    assert!(!runtime.block_on(stack.list_all("", 100)).is_empty());
}
