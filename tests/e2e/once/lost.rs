//! The table kept the key, and its answer got lost: asking again under the same name tells which key that was.

use serde_json::json;

use super::{NAME, assert_repeated, by_root};
use crate::support::{
    TestStack, minimal,
    proxy::{Mode, Proxy},
};

const WRITE: &str = "TransactWriteItems";

#[tokio::test]
async fn a_request_whose_answer_got_lost_is_found_again() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    stack.get("/keys", stack.root()).await.expect(200);
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, None);
    let lost = by_root(&stack, NAME, &minimal()).await;
    lost.problem(503);
    assert!(!lost.text.contains("lk_"), "{lost:?}");
    proxy.set(Mode::Pass);
    let keys = stack.list_all("name=test", 100).await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_repeated(&by_root(&stack, NAME, &minimal()).await, keys[0]["id"].as_str().unwrap());
    assert_eq!(stack.events(keys[0]["id"].as_str().unwrap()).await.len(), 1);
}

#[tokio::test]
async fn a_request_that_the_table_did_not_take_is_free_again() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    proxy.set_for_operation(Mode::Fail, WRITE, None);
    by_root(&stack, NAME, &minimal()).await.problem(503);
    proxy.set(Mode::Pass);
    assert_eq!(stack.list_all("name=test", 100).await, [] as [serde_json::Value; 0]);
    by_root(&stack, NAME, &minimal()).await.expect(201);
}

#[tokio::test]
async fn an_answer_that_got_lost_once_is_ridden_out() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    stack.get("/keys", stack.root()).await.expect(200);
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, Some(1));
    let answer = by_root(&stack, NAME, &minimal()).await;
    // All clients in a process share how often they may repeat a call; other tests may have used it up.
    if answer.status == 201 {
        let key = answer.json();
        stack.get("/demo/hello", key["key"].as_str().unwrap()).await.expect(200);
    } else {
        answer.problem(503);
    }
    let keys = stack.list_all("name=test", 100).await;
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0]["version"], json!(1));
}
