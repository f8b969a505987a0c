//! The root key, which is never less than that.

use serde_json::json;

use crate::support::TestStack;

#[tokio::test]
async fn the_root_key_is_never_made_less() {
    let stack = TestStack::start().await;
    let before = stack.items().await;
    for patch in [
        json!({"enabled": false}),
        json!({"expires_at": "2030-01-01T00:00:00Z"}),
        json!({"expires_in": "365d"}),
        json!({"allowed_cidrs": ["127.0.0.0/8"]}),
        json!({"allowed_cidrs": ["0.0.0.0/0", "::/0"]}),
        json!({"permissions": ["keys:list"]}),
        json!({"apis": ["*"]}),
        json!({"name": "other", "enabled": false}),
    ] {
        let problem = stack.patch(&stack.root_id(), stack.root(), &patch).await.problem(409);
        assert_eq!(problem["type"], "urn:latchkey:problem:conflict", "{patch}");
    }
    // Nor is it by another super-user.
    let admin = stack.create(json!({"type": "super-user"})).await;
    stack.patch(&stack.root_id(), &admin.text, &json!({"enabled": false})).await.problem(409);
    stack.revoke(&admin.id, stack.root()).await.expect(200);
    let now = stack.items().await;
    let of_root = |items: &crate::support::Items| {
        let mut items = items.clone();
        items.retain(|item| format!("{:?}", item["pk"]).contains(&stack.root_id()));
        items
    };
    assert!(of_root(&now) == of_root(&before), "the root key has changed");
    stack.get("/keys", stack.root()).await.expect(200);
}

#[tokio::test]
async fn the_root_key_can_be_called_something_else() {
    let stack = TestStack::start().await;
    let patch = json!({"name": "boss", "description": "in the safe", "metadata": {"a": 1}, "client_type": "ops"});
    let renamed = stack.patch(&stack.root_id(), stack.root(), &patch).await.expect(200);
    assert_eq!(renamed.header("etag"), "\"2\"");
    assert_eq!(renamed.json()["name"], "boss");
    // What takes nothing away from it changes nothing.
    let same = json!({"enabled": true, "expires_at": null, "allowed_cidrs": [], "permissions": null, "apis": []});
    let same = stack.patch(&stack.root_id(), stack.root(), &same).await.expect(200);
    assert_eq!(same.json(), renamed.json());

    // It is the root key as before.
    stack.clock.advance_seconds(10);
    stack.patch(&stack.root_id(), stack.root(), &json!({"enabled": false})).await.problem(409);
    stack.revoke(&stack.root_id(), stack.root()).await.problem(409);
    stack.get("/demo/hello", stack.root()).await.expect(200);
}

#[tokio::test]
async fn there_is_nothing_about_the_root_key_to_restore() {
    let stack = TestStack::start().await;
    let before = stack.items().await;
    let answer = stack.restore(&stack.root_id(), stack.root()).await.expect(200);
    assert_eq!(answer.json()["version"], 1);
    assert!(stack.items().await == before, "the table has changed");
}
