//! Who is told of what.

use serde_json::json;

use super::{administrator, all, everything};
use crate::{
    apis::{patch, put},
    support::{TestStack, minimal},
};

#[tokio::test]
async fn a_key_tells_of_itself_alone() {
    let stack = TestStack::start().await;
    let (one, other) = (stack.create(json!({})).await, stack.create(json!({})).await);
    for key in [&one, &other] {
        stack.clock.advance_seconds(1);
        patch(&stack, &format!("/keys/{}", key.id), stack.root(), &json!({"description": "new"})).await.expect(200);
    }
    // What it did to others is told of the others.
    stack.clock.advance_seconds(1);
    let boss = stack.create(json!({"type": "super-user"})).await;
    stack.delete(&format!("/keys/{}", other.id), &boss.text).await.expect(200);
    for (id, expected) in [
        (&one.id, &["key.updated", "key.created"][..]),
        (&other.id, &["key.revoked", "key.updated", "key.created"]),
        (&boss.id, &["key.created"]),
    ] {
        let events = all(&stack, &format!("/keys/{id}/audit"), stack.root(), 2).await;
        let actions: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert_eq!(actions, expected);
        assert!(events.iter().all(|event| event["key_id"] == **id), "{events:#?}");
    }
    let events = all(&stack, &format!("/keys/{}/audit", other.id), stack.root(), 100).await;
    assert_eq!(events[0]["actor"], boss.id);
}

#[tokio::test]
async fn an_owner_is_told_of_its_own_keys_and_of_nothing_else() {
    let stack = TestStack::start().await;
    let (team, others) = (administrator(&stack, "team").await, administrator(&stack, "others").await);
    let mut body = minimal();
    body["apis"] = json!([]);
    for admin in [&team, &others] {
        let made = stack.post("/keys", &admin.text, &body).await.expect(201).json();
        let path = format!("/keys/{}", made["id"].as_str().unwrap());
        patch(&stack, &path, stack.root(), &json!({"description": "by root"})).await.expect(200);
        stack.delete(&path, &admin.text).await.expect(200);
    }
    put(&stack, "/apis/orders", stack.root(), &json!({"routes": []})).await.expect(201);
    put(&stack, "/apis/by-team", &team.text, &json!({"routes": []})).await.expect(201);

    for (admin, owner) in [(&team, "team"), (&others, "others")] {
        let told = all(&stack, "/audit", &admin.text, 2).await;
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told.iter().all(|event| event["owner"] == owner && event["api"].is_null()), "{told:#?}");
        for query in ["action=api.created", "action=api.created&actor=latchkey", &format!("actor={}", stack.root_id())]
        {
            let told = all(&stack, &format!("/audit?{query}"), &admin.text, 2).await;
            assert!(told.iter().all(|event| event["owner"] == owner), "{query}: {told:#?}");
        }
    }
    let sets: Vec<_> = everything(&stack).await.into_iter().filter(|event| !event["api"].is_null()).collect();
    assert_eq!(sets.len(), 2, "a super-user is told of sets: {sets:#?}");
    assert!(sets.iter().all(|event| event["owner"].is_null() && event["key_id"].is_null()), "{sets:#?}");
}

#[tokio::test]
async fn another_owners_key_looks_like_none() {
    let stack = TestStack::start().await;
    let admin = administrator(&stack, "team").await;
    let theirs = stack.create(json!({"owner": "others"})).await;
    let mut answers = Vec::new();
    for id in [&*theirs.id, &stack.root_id(), "0000000000000000", "no-id"] {
        for query in ["", "?limit=1", "?action=key.created"] {
            let answer = stack.get(&format!("/keys/{id}/audit{query}"), &admin.text).await;
            answer.problem(404);
            let mut told = answer.json();
            told["request_id"] = json!(null);
            answers.push((told, answer.telling_headers()));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    // Not even a bad cursor tells the two apart.
    let statuses = [&*theirs.id, "0000000000000000"].map(|id| format!("/keys/{id}/audit?cursor=x"));
    assert_eq!(stack.get(&statuses[0], &admin.text).await.status, stack.get(&statuses[1], &admin.text).await.status);
}

#[tokio::test]
async fn a_revoked_key_still_tells() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    stack.delete(&format!("/keys/{}", key.id), stack.root()).await.expect(200);
    assert_eq!(all(&stack, &format!("/keys/{}/audit", key.id), stack.root(), 1).await.len(), 2);
}
