//! Requests that are to be done once: `Idempotency-Key` on `POST /keys`.

mod lost;

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Key, TestStack, id_of, minimal, minimal_with, send};

const NAME: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const VALUE: &str = "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj";

/// Asks for a key, once.
async fn post_once(stack: &TestStack, name: &str, key: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = stack.request_with(Method::POST, "/keys", key).header("idempotency-key", name);
    send(request.header("content-type", "application/json").body(body)).await
}

async fn by_root(stack: &TestStack, name: &str, body: &Value) -> Answer {
    post_once(stack, name, stack.root(), body.to_string()).await
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// Asserts that an answer tells of a request that came before and made this key, and shows no text.
#[track_caller]
fn assert_repeated(answer: &Answer, first: &str) {
    let problem = answer.problem(409);
    assert_eq!((&problem["key_id"], answer.header("location")), (&json!(first), &*format!("/keys/{first}")));
    assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
    assert!(!answer.text.contains("lk_"), "{answer:?}");
}

/// How many keys there are besides the root key.
async fn many(stack: &TestStack) -> usize {
    stack.list_all("", 100).await.len() - 1
}

#[tokio::test]
async fn a_repeated_request_makes_no_second_key() {
    let stack = TestStack::start().await;
    let first = by_root(&stack, NAME, &minimal()).await.expect(201);
    assert_eq!(first.header("cache-control"), "no-store");
    let before = stack.items().await;
    for _ in 0..3 {
        assert_repeated(&by_root(&stack, NAME, &minimal()).await, &id(&first));
        stack.clock.advance_seconds(60);
    }
    assert!(stack.items().await == before, "the table has changed");
    assert_eq!(stack.events(&id(&first)).await.len(), 1);
    stack.get("/demo/hello", first.json()["key"].as_str().unwrap()).await.expect(200);
    // Another name, or none, asks for another key.
    let others = [by_root(&stack, "another", &minimal()).await, stack.post("/keys", stack.root(), &minimal()).await];
    for other in others {
        assert_ne!(id(&other.expect(201)), id(&first));
    }
    assert_eq!(many(&stack).await, 3);
}

#[tokio::test]
async fn what_became_of_the_first_key_changes_nothing() {
    let stack = TestStack::start().await;
    let first = id(&by_root(&stack, NAME, &minimal()).await.expect(201));
    stack.patch(&first, stack.root(), &json!({"name": "other"})).await.expect(200);
    assert_repeated(&by_root(&stack, NAME, &minimal()).await, &first);
    stack.revoke(&first, stack.root()).await.expect(200);
    assert_repeated(&by_root(&stack, NAME, &minimal()).await, &first);
}

#[tokio::test]
async fn another_request_under_the_same_name_is_refused() {
    let stack = TestStack::start().await;
    let first = by_root(&stack, NAME, &minimal()).await.expect(201);
    let before = stack.items().await;
    for fields in [
        json!({"name": "other"}),
        json!({"enabled": true}),
        json!({"owner": "root"}),
        json!({"metadata": {"a": 1}}),
        json!({"expires_in": "1d"}),
        json!({"apis": []}),
        json!({"value": VALUE}),
    ] {
        let answer = by_root(&stack, NAME, &minimal_with(fields.clone())).await;
        let problem = answer.problem(422);
        assert_eq!(problem["type"], "urn:latchkey:problem:other-request", "{fields}");
        assert!(!answer.text.contains(&id(&first)), "{answer:?}");
    }
    assert!(stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn a_body_is_the_same_however_its_members_are_ordered_and_spaced() {
    let stack = TestStack::start().await;
    let metadata = [r#""a":{"x":1,"y":[1,2]}"#, r#""b":null"#];
    let body = |members: [&str; 6]| format!("{{{}}}", members.join(","));
    let first_metadata = format!(r#""metadata":{{{},{}}}"#, metadata[0], metadata[1]);
    let other_metadata = r#" "metadata" : { "b" : null , "\u0061": {"y":[ 1,2 ],"x":1} } "#;
    let [name, provider, region, kind, apis] = [
        r#""name":"test""#,
        r#""provider":"aws""#,
        r#""region":"us-east-1""#,
        r#""type":"fine-grained""#,
        r#""apis":["*"]"#,
    ];
    let first = body([name, provider, region, kind, apis, &first_metadata]);
    let first = id(&post_once(&stack, NAME, stack.root(), first).await.expect(201));
    let same = body([other_metadata, apis, kind, region, provider, name]);
    assert_repeated(&post_once(&stack, NAME, stack.root(), same).await, &first);
    // The order of a list counts.
    let other = first_metadata.replace("[1,2]", "[2,1]");
    let other = body([name, provider, region, kind, apis, &other]);
    post_once(&stack, NAME, stack.root(), other).await.problem(422);
}

#[tokio::test]
async fn a_name_is_the_callers_own() {
    let stack = TestStack::start().await;
    let make = |owner: &'static str| {
        let fields = json!({"owner": owner, "apis": ["latchkey", "*"], "permissions": ["keys:*"]});
        stack.create(fields)
    };
    let callers: [Key; 3] = [make("a-team").await, make("a-team").await, make("b-team").await];
    let mut results = vec![(stack.root().to_owned(), id(&by_root(&stack, NAME, &minimal()).await.expect(201)))];
    for caller in callers {
        let answer = post_once(&stack, NAME, &caller.text, minimal().to_string()).await.expect(201);
        results.push((caller.text, id(&answer)));
    }
    for (caller, first) in &results {
        assert_repeated(&post_once(&stack, NAME, caller, minimal().to_string()).await, first);
    }
    assert_eq!(many(&stack).await, 7);
}

#[tokio::test]
async fn a_request_is_remembered_for_a_day() {
    let stack = TestStack::start().await;
    let first = id(&by_root(&stack, NAME, &minimal()).await.expect(201));
    stack.clock.set("2026-11-22T07:59:59Z");
    assert_repeated(&by_root(&stack, NAME, &minimal()).await, &first);
    stack.clock.set("2026-11-22T08:00:00Z");
    // The table has not forgotten it yet; it is forgotten all the same.
    let second = id(&by_root(&stack, NAME, &minimal_with(json!({"name": "other"}))).await.expect(201));
    assert_ne!(second, first);
    stack.clock.set("2026-11-23T07:59:59Z");
    assert_repeated(&by_root(&stack, NAME, &minimal_with(json!({"name": "other"}))).await, &second);
    by_root(&stack, NAME, &minimal()).await.problem(422);
    let stored = stack.items().await.into_iter().find(|item| item["sk"].as_s().unwrap() == "once").unwrap();
    let end: jiff::Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
    assert_eq!(stored["purge_at"].as_n().unwrap(), &end.as_second().to_string());
}

#[tokio::test]
async fn a_name_has_1_to_255_visible_characters() {
    let stack = TestStack::start().await;
    let before = stack.items().await;
    for name in ["", " ", "a b", "a\tb", &"a".repeat(256), "é"] {
        let answer = by_root(&stack, name, &minimal()).await;
        assert_eq!(answer.wrong_fields(), ["idempotency-key"], "{name}");
    }
    assert!(stack.items().await == before, "the table has changed");
    for name in ["a", "~", "\"quoted\"", &"a".repeat(255)] {
        let first = id(&by_root(&stack, name, &minimal()).await.expect(201));
        assert_repeated(&by_root(&stack, name, &minimal()).await, &first);
    }
}

#[tokio::test]
async fn a_name_that_is_given_twice_is_refused() {
    let stack = TestStack::start().await;
    for (one, two) in [("first", "second"), ("same", "same")] {
        let request = stack.request_with(Method::POST, "/keys", stack.root()).json(&minimal());
        let answer = send(request.header("idempotency-key", one).header("Idempotency-Key", two)).await;
        assert_eq!(answer.wrong_fields(), ["idempotency-key"], "{one} {two}");
    }
    assert_eq!(many(&stack).await, 0);
}

#[tokio::test]
async fn a_text_that_was_brought_is_told_as_repeated_and_not_as_taken() {
    let stack = TestStack::start().await;
    let with_value = |value: &str| minimal_with(json!({ "value": value }));
    let first = id(&by_root(&stack, NAME, &with_value(VALUE)).await.expect(201));
    let repeated = by_root(&stack, NAME, &with_value(VALUE)).await;
    assert_repeated(&repeated, &first);
    assert!(!repeated.text.contains(VALUE));
    by_root(&stack, NAME, &with_value("Q3vN8xR1-zL6w.T9yB4_cM7!jK2")).await.problem(422);
    // Under another name it is somebody's text.
    assert_eq!(by_root(&stack, "another", &with_value(VALUE)).await.problem(409).get("key_id"), None);
    // And that failed, so the name is still free.
    by_root(&stack, "another", &minimal()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_make_one_key() {
    let stack = Arc::new(TestStack::start().await);
    for (name, fields) in [("two", json!({})), ("brought", json!({"value": VALUE}))] {
        let post = |_| {
            let (stack, body) = (Arc::clone(&stack), minimal_with(fields.clone()));
            async move { by_root(&stack, name, &body).await }
        };
        let answers = (0..16).map(post).collect::<JoinSet<_>>().join_all().await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1, "{made:?}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_repeated(answer, &id(made[0]));
        }
    }
    assert_eq!(many(&stack).await, 2);
}

#[tokio::test]
async fn what_failed_is_not_remembered() {
    let stack = TestStack::start().await;
    let limited = json!({"owner": "a-team", "apis": ["latchkey"], "permissions": ["keys:create"]});
    let limited = stack.create(limited).await;
    let before = stack.items().await;
    by_root(&stack, NAME, &json!({})).await.problem(400);
    by_root(&stack, NAME, &minimal_with(json!({"apis": ["none"]}))).await.problem(400);
    by_root(&stack, NAME, &minimal_with(json!({"value": "passwordpassword"}))).await.problem(400);
    post_once(&stack, NAME, stack.root(), "{").await.problem(400);
    post_once(&stack, NAME, stack.root(), " ".repeat(65_537)).await.problem(413);
    post_once(&stack, NAME, &limited.text, minimal().to_string()).await.problem(403);
    assert!(stack.items().await == before, "the table has changed");
    by_root(&stack, NAME, &minimal()).await.expect(201);
    let within = minimal_with(json!({"apis": []}));
    post_once(&stack, NAME, &limited.text, within.to_string()).await.expect(201);
}

#[tokio::test]
async fn the_name_is_nowhere_in_the_table() {
    let stack = TestStack::start().await;
    let name = "a-name-that-tells-a-secret";
    by_root(&stack, name, &minimal_with(json!({"value": VALUE}))).await.expect(201);
    let written = format!("{:?}", stack.items().await);
    assert!(written.contains(id_of(stack.root())));
    for part in ["a-name", "that-tells", "secret", VALUE] {
        assert!(!written.contains(part), "{part}");
    }
}
