//! Revocations that are undone, and records that the table forgets.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Items, START, TestStack};

const DAY: i64 = 86_400;
const VALUE: &str = "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj";

/// So many seconds after [`START`].
fn after(seconds: i64) -> String {
    let start: Timestamp = START.parse().unwrap();
    start.checked_add(SignedDuration::from_secs(seconds)).unwrap().to_string()
}

/// The one item whose sort key is this and whose text holds `part`.
fn item(items: Items, sk: &str, part: &str) -> HashMap<String, AttributeValue> {
    let is_it =
        |item: &HashMap<_, _>| item["sk"] == AttributeValue::S(sk.to_owned()) && format!("{item:?}").contains(part);
    let mut found: Vec<_> = items.into_iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[tokio::test]
async fn a_revoked_key_can_be_restored() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({"metadata": {"a": 1}, "expires_in": "30d"})).await;
    let before = stack.record(&key.id).await;
    stack.delete(&format!("/keys/{}?reason=leaked", key.id), stack.root()).await.expect(200);
    stack.get("/demo/hello", &key.text).await.expect(401);
    stack.clock.advance_seconds(60);
    let answer = stack.restore(&key.id, stack.root()).await.expect(200);
    let mut expected = before;
    expected["version"] = json!(3);
    expected["updated_at"] = json!("2026-11-21T08:01:00Z");
    assert_eq!(answer.json(), expected);
    assert_eq!(stack.record(&key.id).await, expected);
    stack.get("/demo/hello", &key.text).await.expect(200);

    let events = stack.events(&key.id).await;
    let told: Vec<_> = events.iter().map(|event| (&event["action"], &event["changes"])).collect();
    assert_eq!(told[0], (&json!("key.restored"), &json!(["revoked_at", "revoked_by", "revoke_reason"])));
    assert_eq!(told.len(), 3);
}

#[tokio::test]
async fn a_key_can_be_restored_for_thirty_days_to_the_second() {
    let stack = TestStack::start().await;
    let (early, late) = (stack.create(json!({})).await, stack.create(json!({})).await);
    for key in [&early, &late] {
        stack.revoke(&key.id, stack.root()).await.expect(200);
    }
    stack.clock.set(&after(30 * DAY - 1));
    assert_eq!(stack.restore(&early.id, stack.root()).await.expect(200).json()["state"], "active");
    let before = stack.record(&late.id).await;
    for seconds in [30 * DAY, 30 * DAY + 1, 400 * DAY] {
        stack.clock.set(&after(seconds));
        let problem = stack.restore(&late.id, stack.root()).await.problem(410);
        assert_eq!(problem["type"], "urn:latchkey:problem:gone");
    }
    assert_eq!(stack.record(&late.id).await, before);
    // It is the last revocation that counts.
    stack.revoke(&early.id, stack.root()).await.expect(200);
    stack.restore(&early.id, stack.root()).await.expect(200);
}

#[tokio::test]
async fn a_key_that_is_not_revoked_stays_as_it_is() {
    let stack = TestStack::start().await;
    for fields in [json!({}), json!({"enabled": false}), json!({"expires_in": "1s"})] {
        let key = stack.create(fields).await;
        stack.clock.advance_seconds(2);
        let (before, items) = (stack.record(&key.id).await, stack.items().await);
        let answer = stack.restore(&key.id, stack.root()).await.expect(200);
        assert_eq!((answer.json(), answer.header("etag")), (before, "\"1\""));
        assert!(stack.items().await == items, "the table has changed");
    }
}

#[tokio::test]
async fn a_restored_key_is_as_it_was() {
    let stack = TestStack::start().await;
    for (fields, state) in [(json!({"enabled": false}), "disabled"), (json!({"expires_in": "1s"}), "expired")] {
        let key = stack.create(fields).await;
        stack.revoke(&key.id, stack.root()).await.expect(200);
        stack.clock.advance_seconds(2);
        assert_eq!(stack.restore(&key.id, stack.root()).await.expect(200).json()["state"], state);
        stack.get("/demo/hello", &key.text).await.expect(401);
    }
}

#[tokio::test]
async fn there_is_nothing_to_say_about_a_restoration() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    stack.revoke(&key.id, stack.root()).await.expect(200);
    let path = format!("/keys/{}/restore", key.id);
    assert_eq!(stack.post(&path, stack.root(), &json!({"reason": "x"})).await.wrong_fields(), ["reason"]);
    assert_eq!(stack.post(&format!("{path}?reason=x"), stack.root(), &json!({})).await.wrong_fields(), ["reason"]);
    assert_eq!(stack.post(&path, stack.root(), &json!([])).await.wrong_fields(), [""]);
    assert_eq!(stack.record(&key.id).await["version"], 2);
    stack.post(&path, stack.root(), &json!({})).await.expect(200);
}

#[tokio::test]
async fn the_table_forgets_a_revoked_key_after_ninety_days_unless_it_is_restored() {
    let stack = TestStack::start().await;
    let start: Timestamp = START.parse().unwrap();
    let purge_at = AttributeValue::N((start.as_second() + 60 + 90 * DAY).to_string());
    for fields in [json!({}), json!({"value": VALUE})] {
        let is_brought = fields.get("value").is_some();
        stack.clock.set(START);
        let key = stack.create(fields).await;
        let purges = async || {
            let record = item(stack.items().await, "record", &key.id);
            let of_record = record.get("purge_at").cloned();
            if is_brought {
                let of_pointer = item(stack.items().await, "pointer", &key.id).get("purge_at").cloned();
                assert_eq!(of_pointer, of_record);
            }
            of_record
        };
        assert_eq!(purges().await, None);
        stack.clock.advance_seconds(60);
        stack.revoke(&key.id, stack.root()).await.expect(200);
        assert_eq!(purges().await, Some(purge_at.clone()));
        stack.clock.advance_seconds(60);
        // The first revocation counts.
        stack.revoke(&key.id, stack.root()).await.expect(200);
        assert_eq!(purges().await, Some(purge_at.clone()));
        stack.restore(&key.id, stack.root()).await.expect(200);
        assert_eq!(purges().await, None);
        stack.patch(&key.id, stack.root(), &json!({"name": "kept"})).await.expect(200);
        assert_eq!(purges().await, None);
        stack.get("/demo/hello", if is_brought { VALUE } else { &key.text }).await.expect(200);
    }
}

#[tokio::test]
async fn what_happened_to_a_key_outlives_it() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let reader = json!({"owner": "a-team", "apis": ["latchkey"], "permissions": ["audit:read"]});
    let reader = stack.create(reader).await;
    for fields in [json!({"owner": "a-team"}), json!({"owner": "a-team", "value": VALUE})] {
        let key = stack.create(fields).await;
        stack.clock.advance_seconds(1);
        stack.revoke(&key.id, stack.root()).await.expect(200);
        let events = stack.events(&key.id).await;
        assert_eq!(events.iter().map(|event| &event["action"]).collect::<Vec<_>>(), ["key.revoked", "key.created"]);

        // As the table's TTL does.
        let items = stack.items().await;
        for gone in items.iter().filter(|item| item.contains_key("purge_at")) {
            let delete = stack.dynamodb().delete_item().table_name(stack.stack.table_name());
            delete.key("pk", gone["pk"].clone()).key("sk", gone["sk"].clone()).send().await.unwrap();
        }
        stack.get(&format!("/keys/{}", key.id), stack.root()).await.problem(404);
        stack.revoke(&key.id, stack.root()).await.problem(404);
        stack.restore(&key.id, stack.root()).await.problem(404);
        stack.patch(&key.id, stack.root(), &json!({"name": "x"})).await.problem(404);
        assert_eq!(stack.verdict(&json!({"key": key.text})).await["code"], "NOT_FOUND");
        assert_eq!(stack.events(&key.id).await, events);
        for key in [stack.root(), &reader.text] {
            let all = stack.get("/audit?limit=100", key).await.expect(200).json();
            let all: Vec<Value> = all["events"].as_array().unwrap().clone();
            assert!(events.iter().all(|event| all.contains(event)));
        }
        let of_key = stack.get(&format!("/keys/{}/audit", key.id), &reader.text).await.expect(200).json();
        assert_eq!(of_key["events"], json!(events));
    }
    // Its text is free again.
    stack.create(json!({"value": VALUE})).await;
}
