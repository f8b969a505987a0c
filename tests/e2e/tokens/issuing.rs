//! `POST /tokens`.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{WITHOUT_CACHE, after, ask, code, issue};
use crate::support::{Key, TestStack, hexadecimal, send};

/// What a token says, without asking whether it is true.
fn said(token: &str) -> [Value; 2] {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    [0, 1].map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[part]).unwrap()).unwrap())
}

#[tokio::test]
async fn a_token_says_whose_it_is_and_how_long_it_works() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    for (body, seconds) in [
        (json!({}), 3600),
        (json!({"expires_in": null}), 3600),
        (json!({"expires_in": "15m"}), 900),
        (json!({"expires_in": "1s"}), 1),
        (json!({"expires_in": "12h"}), 43_200),
    ] {
        let answer = ask(&stack, &key.text, &body).await.expect(201).json();
        assert_eq!(answer["expires_at"], after(seconds), "{body}");
        let [header, claims] = said(answer["token"].as_str().unwrap());
        assert_eq!(header, json!({"alg": "EdDSA", "typ": "JWT", "kid": key.id}));
        let start: jiff::Timestamp = after(0).parse().unwrap();
        let seconds = i64::try_from(seconds).unwrap();
        assert_eq!(claims, json!({"iat": start.as_second(), "exp": start.as_second() + seconds}));
    }
    // Ed25519 signs the same in the same way, and a token shall not say more than it must.
    let once = ask(&stack, &key.text, &json!({})).await.expect(201);
    assert_eq!(once.json()["token"], ask(&stack, &key.text, &json!({})).await.json()["token"]);
    assert_json_snapshot!(once.json(), {".token" => "[token]"}, @r#"
    {
      "expires_at": "2026-11-21T09:00:00Z",
      "token": "[token]"
    }
    "#);
}

#[tokio::test]
async fn a_request_without_a_body_gets_the_usual_token() {
    let stack = TestStack::start().await;
    let answer = send(stack.request_with(Method::POST, "/tokens", stack.root())).await.expect(201);
    assert_eq!(answer.json()["expires_at"], after(3600));
}

#[tokio::test]
async fn a_token_says_how_it_is_narrowed() {
    let stack = TestStack::start().await;
    let narrowing = json!({"permissions": ["a:b"], "apis": [], "allowed_cidrs": ["10.0.0.0/8", "192.0.2.1"]});
    let token = issue(&stack, stack.root(), &narrowing).await;
    let [_, claims] = said(&token);
    assert_eq!(claims["permissions"], json!(["a:b"]));
    assert_eq!(claims["apis"], json!([]));
    assert_eq!(claims["allowed_cidrs"], json!(["10.0.0.0/8", "192.0.2.1/32"]));
}

#[tokio::test]
async fn a_bad_body_is_refused_with_every_wrong_field_named() {
    let stack = TestStack::start().await;
    for (body, fields) in [
        (json!({"expires_in": "13h"}), vec!["expires_in"]),
        (json!({"expires_in": "0s"}), vec!["expires_in"]),
        (json!({"expires_in": 3600}), vec!["expires_in"]),
        (json!({"permissions": "a:b", "apis": ["No"]}), vec!["permissions", "apis"]),
        (json!({"permissions": ["a"]}), vec!["permissions"]),
        (json!({"allowed_cidrs": []}), vec!["allowed_cidrs"]),
        (json!({"allowed_cidrs": ["10.0.0.1/8"]}), vec!["allowed_cidrs"]),
        (json!({"expires_at": "2027-01-01T00:00:00Z"}), vec!["expires_at"]),
        (json!({"key": "k", "kid": "x"}), vec!["key", "kid"]),
    ] {
        let answer = ask(&stack, stack.root(), &body).await;
        let named: Vec<_> =
            answer.wrong_fields().iter().map(|field| field.split('[').next().unwrap().to_owned()).collect();
        assert_eq!(named, fields, "{body}");
    }
    assert_eq!(stack.post("/tokens?a=b", stack.root(), &json!({})).await.wrong_fields(), ["a"]);
    for body in ["[]", "null", "x", "{\"expires_in\":\"1h\",}", "\"1h\""] {
        stack.post_bytes("/tokens", stack.root(), body).await.problem(400);
    }
    stack.post_bytes("/tokens", stack.root(), "x".repeat(70_000)).await.problem(413);
    stack.post("/tokens", "", &json!({})).await.expect(401);
}

#[tokio::test]
async fn any_valid_key_has_tokens_wherever_it_is_presented() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"apis": []})).await;
    let post = || stack.request(Method::POST, "/tokens");
    for request in [
        post().bearer_auth(&key.text),
        post().header("authorization", &key.text),
        post().header("authorization", format!("bearer   {}", key.text)),
        post().header("x-api-key", &key.text),
        post().header("SECRET", &key.text),
        post().header("client-key", &key.text),
        post().header("cookie", format!("a=b; latchkey={}; c=d", key.text)).header("x-latchkey-console", "1"),
        post().header("authorization", "Basic abc=").header("x-api-key", &key.text),
        post().bearer_auth(&key.text).header("x-api-key", &key.text),
    ] {
        let told = format!("{request:?}");
        let token = send(request).await.expect(201).json()["token"].as_str().unwrap().to_owned();
        assert_eq!(code(&stack, &token).await, "VALID", "{told}");
    }
}

#[tokio::test]
async fn a_token_makes_no_token() {
    let stack = TestStack::start().await;
    for narrowing in [json!({}), json!({"permissions": ["*:*"], "apis": ["*", "latchkey"]})] {
        let token = issue(&stack, stack.root(), &narrowing).await;
        let problem = ask(&stack, &token, &json!({})).await.problem(403);
        assert_eq!(problem["detail"], "A token cannot make another: that takes the key itself.");
    }
}

#[tokio::test]
async fn issuing_writes_nothing_and_keeps_nothing() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let before = stack.items().await;
    let token = issue(&stack, &key.text, &json!({"permissions": ["a:b"]})).await;
    stack.get("/demo/hello", &token).await.expect(200);
    assert_eq!(stack.items().await, before);
    let items = format!("{before:?}");
    for part in token.split('.') {
        assert!(!items.contains(part));
    }
}

#[tokio::test]
async fn the_table_keeps_the_public_key_of_each_text() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    let key = stack.create(json!({})).await;
    let public = |text: &str| {
        let hash = Sha256::digest(text);
        AttributeValue::B([super::forge::public_key(text), hash.to_vec()].concat().into())
    };
    let stored = async |name: &str| {
        let items = stack.items().await;
        let pk = AttributeValue::S(format!("key#{}", key.id));
        let item = items.into_iter().find(|item| item["pk"] == pk && item["sk"] == AttributeValue::S("record".into()));
        item.unwrap().get(name).cloned()
    };
    assert_eq!(stored("public_key").await, Some(public(&key.text)));
    assert_eq!(stored("previous_public_key").await, None);
    let rotated = stack.post(&format!("/keys/{}/rotate", key.id), stack.root(), &json!({})).await.expect(200).json();
    assert_eq!(stored("public_key").await, Some(public(rotated["key"].as_str().unwrap())));
    assert_eq!(stored("previous_public_key").await, Some(public(&key.text)));
}

#[tokio::test]
async fn a_token_ends_no_later_than_its_key_or_its_text() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    let short = stack.create(json!({"expires_at": after(600)})).await;
    let answer = ask(&stack, &short.text, &json!({})).await.expect(201).json();
    assert_eq!(answer["expires_at"], after(600));
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}/rotate", key.id);
    let new = stack.post(&path, stack.root(), &json!({"overlap": "5m"})).await.expect(200).json();
    assert_eq!(ask(&stack, &key.text, &json!({})).await.expect(201).json()["expires_at"], after(300));
    let new = new["key"].as_str().unwrap();
    assert_eq!(ask(&stack, new, &json!({})).await.expect(201).json()["expires_at"], after(3600));
}

/// Asserts that a key has no tokens, until it is rotated.
async fn assert_has_none_until_rotated(stack: &TestStack, key: &Key) {
    stack.get("/demo/hello", &key.text).await.expect(200);
    let problem = ask(stack, &key.text, &json!({})).await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("rotate it"), "{problem}");
    let by_hand = super::forge::token(&key.id, &key.text, json!({}));
    assert_eq!(code(stack, &by_hand).await, "NOT_FOUND");
    stack.get("/demo/hello", &by_hand).await.expect(401);
    let rotated = stack.post(&format!("/keys/{}/rotate", key.id), stack.root(), &json!({})).await.expect(200).json();
    let token = issue(stack, rotated["key"].as_str().unwrap(), &json!({})).await;
    stack.get("/demo/hello", &token).await.expect(200);
    ask(stack, &key.text, &json!({})).await.problem(409);
}

#[tokio::test]
async fn a_key_that_was_brought_as_a_hash_has_no_tokens() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    let text = "Yq8zW3nTfL0vXb6RkD2mJs9Hc4Pg7EuA";
    let digest = hexadecimal(&Sha256::digest(text));
    let body = crate::support::minimal_with(json!({"hash": {"sha256": digest}}));
    let made = stack.post("/keys", stack.root(), &body).await.expect(201).json();
    let key = Key { id: made["id"].as_str().unwrap().to_owned(), text: text.to_owned(), body: made };
    assert_has_none_until_rotated(&stack, &key).await;
}

#[tokio::test]
async fn a_key_that_was_made_before_there_were_tokens_has_none() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    let key = stack.create(json!({})).await;
    let update = stack.dynamodb().update_item().table_name(stack.stack.table_name());
    let update = update.key("pk", AttributeValue::S(format!("key#{}", key.id)));
    let update = update.key("sk", AttributeValue::S("record".to_owned()));
    update.update_expression("REMOVE public_key").send().await.unwrap();
    assert_has_none_until_rotated(&stack, &key).await;
}

#[tokio::test]
async fn a_text_that_was_replaced_by_who_knows_no_tokens_takes_its_tokens_with_it() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    let key = stack.create(json!({})).await;
    let token = issue(&stack, &key.text, &json!({})).await;
    // As a version from before there were tokens rotates.
    let update = stack.dynamodb().update_item().table_name(stack.stack.table_name());
    let update = update.key("pk", AttributeValue::S(format!("key#{}", key.id)));
    let update = update.key("sk", AttributeValue::S("record".to_owned()));
    let update = update.update_expression("SET #hash = :hash").expression_attribute_names("#hash", "hash");
    let hash = Sha256::digest("another text").to_vec();
    update.expression_attribute_values(":hash", AttributeValue::B(hash.into())).send().await.unwrap();
    stack.get("/demo/hello", &key.text).await.expect(401);
    stack.get("/demo/hello", &token).await.expect(401);
}

#[tokio::test]
async fn a_key_that_was_brought_as_a_text_has_tokens() {
    let stack = TestStack::start().await;
    let text = "Yq8zW3nTfL0vXb6RkD2mJs9Hc4Pg7EuA";
    let key = stack.create(json!({"value": text})).await;
    let token = issue(&stack, text, &json!({})).await;
    let told = stack.get("/demo/hello", &token).await.expect(200).json();
    assert_eq!(told["context"]["key_id"], key.id);
}

#[tokio::test]
async fn no_text_of_a_token_can_be_brought_as_a_key() {
    let stack = TestStack::start().await;
    let token = issue(&stack, stack.root(), &json!({})).await;
    let body = crate::support::minimal_with(json!({"value": &token}));
    assert_eq!(stack.post("/keys", stack.root(), &body).await.wrong_fields(), ["value"]);
    let body = crate::support::minimal_with(json!({"value": "eyJhbGciOiJub25lIn0.Yq8zW3nTfL0vXb6RkD2m.Js9Hc4Pg7EuA"}));
    let problem = stack.post("/keys", stack.root(), &body).await.problem(400);
    assert_eq!(problem["errors"][0]["message"], "must not have the form of a token");
}
