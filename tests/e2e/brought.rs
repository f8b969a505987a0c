//! Keys whose text somebody brings, as a `value` or as the `hash` of one: found by hash, and kept as nothing else.

mod refusals;
mod traces;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestStack, minimal_with, send, with_wrong_secret};

/// Texts that a random generator made, and what `sha256sum` says of them.
const VALUE: &str = "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj";
const VALUE_SHA256: &str = "f33460d774eb48aa30f98a3058bc33e5d0a0b05c8a69df459e43abee3d67946c";
pub(crate) const OTHER: &str = "Q3vN8xR1-zL6w.T9yB4_cM7!jK2";
pub(crate) const OTHER_SHA256: &str = "87f7f6dd0c5371db45c10b77e0f0536f660b21e195f32a91fd821712cfe38118";
/// A text that Latchkey made in another deployment.
const FOREIGN: &str = "acme_live_Zq7Lk2Vn9Xw4Bt8R_k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0PjA4RGDyX";
const FOREIGN_SHA256: &str = "fe699ce3eefae9ea7a92c9f627e2725f97260e80c3cc0777a9dfdf33a3346e0f";

/// The fields of a key whose text is known by its hash alone.
fn hashed(sha256: &str) -> Value {
    json!({"hash": {"sha256": sha256}})
}

/// Makes a key of a hash as the root key would, and gives its id: nobody is shown a text.
async fn import(stack: &TestStack, sha256: &str) -> String {
    let answer = stack.post("/keys", stack.root(), &minimal_with(hashed(sha256))).await.expect(201);
    let body = answer.json();
    assert_eq!((&body["key"], &body["hint"]), (&json!(null), &json!("imported hash")));
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_text_that_was_brought_opens_the_door() {
    let stack = TestStack::start().await;
    let answer = stack.post("/keys", stack.root(), &minimal_with(json!({"value": VALUE}))).await.expect(201);
    let body = answer.json();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("location"), format!("/keys/{}", body["id"].as_str().unwrap()));
    assert_eq!((&body["key"], &body["hint"]), (&json!(VALUE), &json!("…m0Pj")));
    for (name, value) in [
        ("authorization", format!("Bearer {VALUE}")),
        ("authorization", VALUE.to_owned()),
        ("x-api-key", VALUE.to_owned()),
        ("secret", VALUE.to_owned()),
        ("cookie", format!("latchkey={VALUE}")),
    ] {
        let told = send(stack.request(Method::GET, "/demo/hello").header(name, value)).await.expect(200).json();
        assert_eq!(told["context"]["key_id"], body["id"], "{name}");
    }
    let verdict = stack.verdict(&json!({"key": VALUE})).await;
    assert_eq!((&verdict["code"], &verdict["key_id"]), (&json!("VALID"), &body["id"]));
    // It is shown nowhere again.
    let id = body["id"].as_str().unwrap();
    for path in [format!("/keys/{id}"), "/keys".to_owned(), format!("/keys/{id}/audit")] {
        let answer = stack.get(&path, stack.root()).await.expect(200);
        assert!(!answer.text.contains(VALUE) && !answer.text.contains(VALUE_SHA256), "{answer:?}");
    }
}

#[tokio::test]
async fn a_hash_that_was_brought_is_found_by_its_text() {
    let stack = TestStack::start().await;
    stack.get("/demo/hello", OTHER).await.expect(401);
    let id = import(&stack, OTHER_SHA256).await;
    // In capital letters it is the same hash.
    let upper = import(&stack, &VALUE_SHA256.to_uppercase()).await;
    for (text, id) in [(OTHER, &id), (VALUE, &upper)] {
        let told = stack.get("/demo/hello", text).await.expect(200).json();
        assert_eq!(told["context"]["key_id"], json!(id));
        assert_eq!(stack.verdict(&json!({"key": text})).await["key_id"], json!(id));
    }
    // The hash itself, and what the record shows, open nothing.
    for text in [OTHER_SHA256, &id, "imported hash", &format!("lk_{id}_x")] {
        stack.get("/demo/hello", text).await.expect(401);
    }
}

#[tokio::test]
async fn a_text_that_another_deployment_made_can_be_brought_as_its_hash() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    stack.get("/demo/hello", FOREIGN).await.expect(401);
    let id = import(&stack, FOREIGN_SHA256).await;
    assert_ne!(id, crate::support::id_of(FOREIGN), "the id is this deployment's own");
    assert_eq!(stack.get("/demo/hello", FOREIGN).await.expect(200).json()["context"]["key_id"], json!(id));
    assert_eq!(stack.verdict(&json!({"key": FOREIGN})).await["code"], "VALID");
    for wrong in [with_wrong_secret(FOREIGN), FOREIGN.to_lowercase(), format!("{FOREIGN}x")] {
        stack.get("/demo/hello", &wrong).await.expect(401);
    }
    stack.revoke(&id, stack.root()).await.expect(200);
    stack.get("/demo/hello", FOREIGN).await.expect(401);
}

#[tokio::test]
async fn nothing_but_the_text_itself_is_the_text() {
    let stack = TestStack::start().await;
    stack.create(json!({"value": VALUE})).await;
    let reversed: String = VALUE.chars().rev().collect();
    for wrong in
        [VALUE.to_lowercase(), format!("{VALUE}x"), format!("x{VALUE}"), VALUE.split_at(1).1.to_owned(), reversed]
    {
        stack.get("/demo/hello", &wrong).await.expect(401);
        let verdict = stack.verdict(&json!({"key": wrong})).await;
        assert!(["NOT_FOUND", "MALFORMED"].contains(&verdict["code"].as_str().unwrap()), "{verdict}");
        assert_eq!(verdict["key_id"], json!(null));
    }
}

#[tokio::test]
async fn a_key_that_was_brought_lives_like_any_other() {
    for fields in [json!({"value": VALUE}), hashed(VALUE_SHA256)] {
        let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
        let made = stack.post("/keys", stack.root(), &minimal_with(fields)).await.expect(201).json();
        let id = made["id"].as_str().unwrap();
        let steps = [
            (json!({"name": "other", "metadata": {"a": 1}}), 200, "VALID"),
            (json!({"apis": []}), 403, "VALID"),
            (json!({"apis": ["*"], "allowed_cidrs": ["192.0.2.7"]}), 403, "IP_DENIED"),
            (json!({"allowed_cidrs": []}), 200, "VALID"),
            (json!({"enabled": false}), 401, "DISABLED"),
            (json!({"enabled": true, "expires_in": "1s"}), 200, "VALID"),
        ];
        for (patch, status, code) in steps {
            stack.patch(id, stack.root(), &patch).await.expect(200);
            assert_eq!(stack.get("/demo/hello", VALUE).await.status, status, "{patch}");
            assert_eq!(stack.verdict(&json!({"key": VALUE})).await["code"], code, "{patch}");
        }
        stack.clock.advance_seconds(1);
        assert_eq!(stack.verdict(&json!({"key": VALUE})).await["code"], "EXPIRED");
        stack.patch(id, stack.root(), &json!({"expires_at": null})).await.expect(200);
        stack.revoke(id, stack.root()).await.expect(200);
        stack.get("/demo/hello", VALUE).await.expect(401);
        assert_eq!(stack.verdict(&json!({"key": VALUE})).await["code"], "REVOKED");
        let restored = stack.restore(id, stack.root()).await.expect(200).json();
        assert_eq!(restored["hint"], made["hint"]);
        assert_eq!(stack.get("/demo/hello", VALUE).await.expect(200).json()["context"]["key_id"], json!(id));
        assert_eq!(stack.events(id).await.len(), 10);
    }
}

#[tokio::test]
async fn a_super_users_text_can_be_brought_too() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"type": "super-user", "owner": "ops", "value": VALUE})).await;
    let made = stack.post("/keys", VALUE, &minimal_with(json!({}))).await.expect(201).json();
    assert_eq!((&made["owner"], &made["created_by"]), (&json!("ops"), &json!(key.id)));
}

#[tokio::test]
async fn a_cached_key_that_was_brought_is_refused_after_the_cache_expires() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"value": VALUE})).await;
    stack.get("/demo/hello", VALUE).await.expect(200);
    stack.revoke(&key.id, stack.root()).await.expect(200);
    stack.clock.advance_seconds(10);
    stack.get("/demo/hello", VALUE).await.expect(401);
}
