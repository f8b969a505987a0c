//! The table did what was asked, and its answer got lost: what happened once is told once.

use serde_json::json;

use super::told;
use crate::support::{
    Answer, TestStack, items, minimal,
    proxy::{Mode, Proxy},
};

const WRITE: &str = "TransactWriteItems";

async fn scene() -> (TestStack, Proxy) {
    let proxy = Proxy::start().await;
    (TestStack::on_table(proxy.url(), &[]).await, proxy)
}

/// Nothing of the table is told where its answer is missing.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.problem(503)["type"], "urn:latchkey:problem:unavailable");
}

#[tokio::test]
async fn a_change_whose_answer_got_lost_is_told_once() {
    let (stack, proxy) = scene().await;
    let key = stack.create(json!({})).await;
    proxy.forget();
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, Some(1));
    let mut answer = stack.patch(&key.id, stack.root(), &json!({"name": "other"})).await;
    if answer.status == 503 {
        // All clients in a process share how often they may repeat a call; other tests may have used it up.
        assert_eq!(proxy.count(WRITE), 1);
        answer = stack.patch(&key.id, stack.root(), &json!({"name": "other"})).await;
    } else {
        assert_eq!(proxy.count(WRITE), 2);
    }
    assert_eq!(answer.expect(200).json()["version"], 2);
    assert_eq!(stack.record(&key.id).await["version"], 2);
    assert_eq!(told(&stack, &key.id).await.len(), 1);
}

#[tokio::test]
async fn a_change_that_seemed_to_fail_can_be_repeated() {
    let (stack, proxy) = scene().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    let write = async |number: usize| match number {
        0 => stack.patch(&key.id, stack.root(), &json!({"name": "other"})).await,
        1 => stack.delete(&path, stack.root()).await,
        _ => stack.restore(&key.id, stack.root()).await,
    };
    for (number, action) in ["key.updated", "key.revoked", "key.restored"].into_iter().enumerate() {
        stack.clock.advance_seconds(1);
        proxy.set_for_operation(Mode::LoseAnswer, WRITE, None);
        assert_unavailable(&write(number).await);
        proxy.set(Mode::Pass);
        // It has happened, so there is nothing left to do.
        let version = number + 2;
        assert_eq!(write(number).await.expect(200).json()["version"], version);
        let events = stack.events(&key.id).await;
        assert_eq!((events.len(), &events[0]["action"]), (version, &json!(action)));
    }
}

#[tokio::test]
async fn a_change_that_failed_leaves_nothing() {
    let (stack, proxy) = scene().await;
    let key = stack.create(json!({})).await;
    let before = items(&proxy.direct_url(), "latchkey").await;
    for mode in [Mode::Fail, Mode::Throttle] {
        proxy.set_for_operation(mode, WRITE, None);
        assert_unavailable(&stack.patch(&key.id, stack.root(), &json!({"name": "other"})).await);
        assert_unavailable(&stack.revoke(&key.id, stack.root()).await);
        assert_unavailable(&stack.post("/keys", stack.root(), &minimal()).await);
        let set = json!({"routes": ["GET /orders"]});
        assert_unavailable(&stack.put_set("orders", stack.root(), &set).await);
    }
    assert!(items(&proxy.direct_url(), "latchkey").await == before, "the table has changed");
}

#[tokio::test]
async fn the_version_that_was_meant_is_not_written_twice() {
    let (stack, proxy) = scene().await;
    let key = stack.create(json!({})).await;
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, None);
    assert_unavailable(&stack.patch_if("\"1\"", &key.id, stack.root(), &json!({"name": "other"})).await);
    proxy.set(Mode::Pass);
    stack.patch_if("\"1\"", &key.id, stack.root(), &json!({"name": "other"})).await.problem(412);
    assert_eq!(stack.record(&key.id).await["version"], 2);
    assert_eq!(told(&stack, &key.id).await.len(), 1);
}
