//! What an edit does at the door: nothing later than the cache allows.

use serde_json::json;

use crate::support::{Answer, Key, TestStack};

async fn call(stack: &TestStack, key: &Key) -> Answer {
    stack.get("/demo/hello", &key.text).await
}

#[tokio::test]
async fn a_key_that_is_switched_off_opens_nothing_after_the_cache_expires() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    call(&stack, &key).await.expect(200);
    let off = stack.patch(&key.id, stack.root(), &json!({"enabled": false})).await.expect(200).json();
    assert_eq!((&off["enabled"], &off["state"]), (&json!(false), &json!("disabled")));
    stack.clock.advance_seconds(10);
    assert_eq!(call(&stack, &key).await.expect(401).text, r#"{"message":"Unauthorized"}"#);
    assert_eq!(stack.verdict(&json!({"key": key.text})).await["code"], "DISABLED");

    let on = stack.patch(&key.id, stack.root(), &json!({"enabled": true})).await.expect(200).json();
    assert_eq!((&on["enabled"], &on["state"], &on["version"]), (&json!(true), &json!("active"), &json!(3)));
    stack.clock.advance_seconds(10);
    call(&stack, &key).await.expect(200);
}

#[tokio::test]
async fn without_a_cache_every_edit_counts_at_once() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({})).await;
    for (patch, status) in [
        (json!({"enabled": false}), 401),
        (json!({"enabled": true}), 200),
        (json!({"apis": []}), 403),
        (json!({"apis": ["*"]}), 200),
        (json!({"allowed_cidrs": ["192.0.2.0/24"]}), 403),
        (json!({"allowed_cidrs": ["127.0.0.1"]}), 200),
        (json!({"expires_in": "1s"}), 200),
    ] {
        stack.patch(&key.id, stack.root(), &patch).await.expect(200);
        assert_eq!(call(&stack, &key).await.status, status, "{patch}");
    }
    stack.clock.advance_seconds(1);
    call(&stack, &key).await.expect(401);
    // What has ended can begin again, as nobody ended it.
    let again = stack.patch(&key.id, stack.root(), &json!({"expires_at": null})).await.expect(200).json();
    assert_eq!((&again["state"], &again["expires_at"]), (&json!("active"), &json!(null)));
    call(&stack, &key).await.expect(200);
}

#[tokio::test]
async fn a_backend_is_told_of_an_edit() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({})).await;
    let patch = json!({
        "client_type": "partner", "metadata": {"plan": "gold"}, "permissions": ["orders:read", "a:b"],
        "apis": ["*", "latchkey"], "expires_in": "1h"
    });
    stack.patch(&key.id, stack.root(), &patch).await.expect(200);
    let context = call(&stack, &key).await.expect(200).json()["context"].clone();
    for (field, expected) in [
        ("client_type", "partner"),
        ("metadata", r#"{"plan":"gold"}"#),
        ("permissions", "orders:read a:b"),
        ("apis", "* latchkey"),
        ("expires_at", "2026-11-21T09:00:00Z"),
    ] {
        assert_eq!(context[field], expected, "{field}");
    }
}

#[tokio::test]
async fn a_life_is_counted_from_its_beginning() {
    let stack = TestStack::with_settings(&[("MAX_KEY_LIFETIME", "7d")]).await;
    let key = stack.create(json!({"expires_in": "6d"})).await;
    let patch = |patch| {
        let (stack, id) = (&stack, &key.id);
        async move { stack.patch(id, stack.root(), &patch).await }
    };
    stack.clock.set("2026-11-27T07:00:00Z");
    for (wrong, field) in [
        (json!({"expires_in": "2d"}), "expires_in"),
        (json!({"expires_in": "90001s"}), "expires_in"),
        (json!({"expires_at": "2026-11-28T08:00:01Z"}), "expires_at"),
        (json!({"expires_at": null}), "expires_at"),
    ] {
        let answer = patch(wrong.clone()).await;
        assert_eq!(answer.wrong_fields(), [field], "{wrong}");
        assert!(answer.text.contains("7d"), "{answer:?}");
    }
    for right in [json!({"expires_in": "25h"}), json!({"expires_at": "2026-11-28T08:00:00Z"})] {
        assert_eq!(patch(right).await.expect(200).json()["expires_at"], "2026-11-28T08:00:00Z");
    }
    stack.clock.set("2026-11-28T08:00:00Z");
    // A key that has lived for so long does not begin again.
    assert_eq!(patch(json!({"expires_in": "1s"})).await.wrong_fields(), ["expires_in"]);
    patch(json!({"name": "still there"})).await.expect(200);
}

#[tokio::test]
async fn an_end_is_set_in_the_future_and_in_one_way() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"expires_in": "1d"})).await;
    for (patch, field) in [
        (json!({"expires_at": "2026-11-21T08:00:00Z"}), "expires_at"),
        (json!({"expires_at": "1970-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_in": "0s"}), "expires_in"),
        (json!({"expires_in": "soon"}), "expires_in"),
        (json!({"expires_at": "2030-01-01T00:00:00Z", "expires_in": "1d"}), "expires_in"),
    ] {
        assert_eq!(stack.patch(&key.id, stack.root(), &patch).await.wrong_fields(), [field], "{patch}");
    }
    assert_eq!(stack.record(&key.id).await["version"], 1);
}

#[tokio::test]
async fn the_end_that_a_key_has_can_be_sent_back() {
    // As by who reads a record, changes its name, and sends all that can be written.
    let stack = TestStack::start().await;
    let key = stack.create(json!({"expires_in": "1h"})).await;
    stack.clock.advance_seconds(3_600);
    let patch = json!({"name": "expired", "expires_at": "2026-11-21T09:00:00Z"});
    let record = stack.patch(&key.id, stack.root(), &patch).await.expect(200).json();
    assert_eq!((&record["name"], &record["state"]), (&json!("expired"), &json!("expired")));
    assert_eq!(stack.events(&key.id).await[0]["changes"], json!(["name"]));
}
