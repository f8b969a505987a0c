//! Keys for certain addresses, at the local door.

use reqwest::Method;
use serde_json::{Value, json};

use super::{patch, write};
use crate::support::{TestStack, minimal, send};

#[tokio::test]
async fn a_key_works_from_the_addresses_that_it_is_for() {
    let stack = TestStack::start().await;
    for (cidrs, expected) in [
        (json!([]), 200),
        (json!(["127.0.0.1"]), 200),
        (json!(["127.0.0.0/8"]), 200),
        (json!(["10.0.0.0/8", "127.0.0.1/32"]), 200),
        (json!(["0.0.0.0/0"]), 200),
        (json!(["127.0.0.2"]), 403),
        (json!(["10.0.0.0/8"]), 403),
        (json!(["::1"]), 403),
        (json!(["::/0"]), 403),
    ] {
        let key = stack.create(json!({"allowed_cidrs": cidrs})).await;
        let answer = stack.get("/demo/x", &key.text).await;
        assert_eq!(answer.status, expected, "{cidrs}");
        // What a caller says about itself counts for nothing.
        let claimed = stack.request_with(Method::GET, "/demo/x", &key.text);
        let claimed = claimed.header("x-forwarded-for", "10.1.1.1").header("forwarded", "for=10.1.1.1");
        assert_eq!(send(claimed).await.status, expected, "{cidrs}");
    }
    for key_type in ["super-user", "fine-grained"] {
        let key = stack.create(json!({"type": key_type, "allowed_cidrs": ["10.0.0.0/8"]})).await;
        stack.get("/catalogue", &key.text).await.expect(403);
        stack.get("/keys", &key.text).await.expect(403);
    }
}

#[tokio::test]
async fn addresses_are_shown_as_networks_and_told_to_the_backend() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"allowed_cidrs": ["127.0.0.1", "2001:DB8::1", "2001:db8:0::/48"]})).await;
    let networks = json!(["127.0.0.1/32", "2001:db8::1/128", "2001:db8::/48"]);
    assert_eq!(key.body["allowed_cidrs"], networks);
    let context = stack.get("/demo/x", &key.text).await.expect(200).json()["context"].clone();
    assert_eq!(context["allowed_cidrs"], "127.0.0.1/32 2001:db8::1/128 2001:db8::/48");
}

#[tokio::test]
async fn what_is_no_network_is_refused() {
    let stack = TestStack::start().await;
    let many: Value = (0..51).map(|number| format!("10.0.{number}.0/24")).collect();
    for (cidrs, hint) in [
        (json!(["10.0.0.1/8"]), "10.0.0.0/8"),
        (json!(["127.0.0.1", "2001:db8::1/32"]), "2001:db8::/32"),
        (json!(["10.0.0.0/33"]), ""),
        (json!(["10.0.0"]), ""),
        (json!(["010.0.0.0/8"]), ""),
        (json!(["localhost"]), ""),
        (json!([""]), ""),
        (json!(["10.0.0.0/8 "]), ""),
        (json!("10.0.0.0/8"), ""),
        (json!([10]), ""),
        (many, "50"),
    ] {
        let mut body = minimal();
        body["allowed_cidrs"] = cidrs.clone();
        let answer = stack.post("/keys", stack.root(), &body).await;
        assert_eq!(answer.wrong_fields(), ["allowed_cidrs"], "{cidrs}");
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(hint), "{cidrs}: {message}");
    }
}

#[tokio::test]
async fn changed_addresses_take_effect_when_the_cache_is_over() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    stack.get("/demo/x", &key.text).await.expect(200);
    patch(&stack, &path, stack.root(), &json!({"allowed_cidrs": ["10.0.0.0/8"]})).await.expect(200);
    stack.get("/demo/x", &key.text).await.expect(200);
    stack.clock.advance_seconds(10);
    stack.get("/demo/x", &key.text).await.expect(403);
    patch(&stack, &path, stack.root(), &json!({"allowed_cidrs": null})).await.expect(200);
    stack.clock.advance_seconds(10);
    stack.get("/demo/x", &key.text).await.expect(200);
}

#[tokio::test]
async fn where_everybody_may_go_nobody_is_turned_away_for_where_they_are() {
    let stack = TestStack::start().await;
    write(&stack, "open", json!({"routes": ["GET /demo/open"], "key_required": false})).await.expect(201);
    let key = stack.create(json!({"allowed_cidrs": ["10.0.0.0/8"]})).await;
    assert_eq!(stack.get("/demo/open", &key.text).await.expect(200).json()["context"], json!({}));
}
