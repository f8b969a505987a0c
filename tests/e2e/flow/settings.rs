//! What a deployment can set, as far as its callers notice.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestStack, minimal, send};

#[tokio::test]
async fn a_maximum_lifetime_holds_for_every_new_key() {
    let stack = TestStack::with_settings(&[("MAX_KEY_LIFETIME", "7d")]).await;
    for (fields, field) in [
        (json!({}), "expires_at"),
        (json!({"expires_in": "8d"}), "expires_in"),
        (json!({"expires_in": "169h"}), "expires_in"),
        (json!({"expires_at": "2026-11-28T08:00:01Z"}), "expires_at"),
    ] {
        let mut body = minimal();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let problem = stack.post("/keys", stack.root(), &body).await.expect(400).json();
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
        assert!(problem["errors"][0]["message"].as_str().unwrap().contains("7d"), "{problem}");
    }
    for fields in [json!({"expires_in": "7d"}), json!({"expires_at": "2026-11-28T08:00:00Z"})] {
        assert_eq!(stack.create(fields).await.body["expires_at"], "2026-11-28T08:00:00Z");
    }
    // The root key was there before, and has no expiry.
    stack.get("/demo/hello", stack.root()).await.expect(200);
}

#[tokio::test]
async fn a_key_begins_with_the_prefix_that_was_set_or_asked_for() {
    let stack = TestStack::with_settings(&[("KEY_PREFIX", "acme_test")]).await;
    assert!(stack.root().starts_with("acme_test_"), "the root key has another prefix");
    let usual = stack.create(json!({})).await;
    assert!(usual.text.starts_with("acme_test_"));
    assert!(usual.body["hint"].as_str().unwrap().starts_with("acme_test_"));
    let asked = stack.create(json!({"prefix": "x9_y"})).await;
    assert!(asked.text.starts_with("x9_y_"));
    for key in [usual, asked] {
        stack.get("/demo/hello", &key.text).await.expect(200);
    }
}

#[tokio::test]
async fn the_headers_and_cookies_that_hold_a_key_can_be_named() {
    let settings = [("KEY_HEADERS", "X-Acme-Key, other"), ("KEY_COOKIES", "session,acme")];
    let stack = TestStack::with_settings(&settings).await;
    let key = stack.create(json!({})).await.text;
    let call = |name: &str, value: String| send(stack.request(Method::GET, "/demo/hello").header(name, value));
    for (name, value, status) in [
        ("x-acme-key", key.clone(), 200),
        ("other", key.clone(), 200),
        ("x-api-key", key.clone(), 200),
        ("cookie", format!("session={key}"), 200),
        ("cookie", format!("acme={key}"), 200),
        ("secret", key.clone(), 401),
        ("client-key", key.clone(), 401),
        ("cookie", format!("latchkey={key}"), 401),
    ] {
        assert_eq!(call(name, value).await.status, status, "{name}");
    }
}

#[tokio::test]
async fn what_a_backend_is_told_are_texts_alone() {
    let stack = TestStack::start().await;
    let rich = json!({
        "owner": "team-a", "client_type": "mobile", "region": "*", "type": "super-user", "expires_in": "12h",
        "metadata": {"n": 1, "ü": ["x"]}
    });
    let rich = stack.create(rich).await;
    let told = stack.get("/demo/a/b%20c?d=e", &rich.text).await.expect(200).json();
    assert_eq!(
        told,
        json!({
            "method": "GET",
            "path": "/demo/a/b c",
            "context": {
                "key_id": rich.id, "owner": "team-a", "client_type": "mobile", "type": "super-user",
                "permissions": "", "apis": "*", "allowed_cidrs": "",
                "provider": "aws", "region": "*", "metadata": "{\"n\":1,\"ü\":[\"x\"]}",
                "expires_at": "2026-11-21T20:00:00Z", "token": "false", "token_expires_at": ""
            }
        })
    );
    let bare = stack.create(json!({})).await;
    let told = stack.post("/demo/hello", &bare.text, &json!({"a": 1})).await.expect(200).json();
    assert_eq!(
        told,
        json!({
            "method": "POST",
            "path": "/demo/hello",
            "context": {
                "key_id": bare.id, "owner": "root", "client_type": "", "type": "fine-grained",
                "permissions": "", "apis": "*", "allowed_cidrs": "",
                "provider": "aws", "region": "us-east-1", "metadata": "{}", "expires_at": "", "token": "false", "token_expires_at": ""
            }
        })
    );
}
