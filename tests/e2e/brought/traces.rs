//! What is left of a text that was brought: its hash, and nothing else, nowhere.

use serde_json::json;

use super::{FOREIGN, FOREIGN_SHA256, OTHER, OTHER_SHA256, VALUE};
use crate::support::{Items, TestStack, command::Home, minimal_with};

/// Everything in a table as text, with bytes both as numbers and as letters.
fn written_out(items: &Items) -> String {
    let bytes = items.iter().flat_map(|item| item.values()).filter_map(|value| value.as_b().ok());
    let letters: String = bytes.map(|bytes| String::from_utf8_lossy(bytes.as_ref()).into_owned()).collect();
    format!("{items:?}{letters}")
}

#[tokio::test]
async fn the_text_is_nowhere_in_the_table() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"value": VALUE})).await;
    for sha256 in [OTHER_SHA256, FOREIGN_SHA256] {
        super::import(&stack, sha256).await;
    }
    for text in [VALUE, OTHER, FOREIGN] {
        stack.get("/demo/hello", text).await.expect(200);
    }
    stack.patch(&key.id, stack.root(), &json!({"name": "other"})).await.expect(200);
    stack.revoke(&key.id, stack.root()).await.expect(200);
    let written = written_out(&stack.items().await);
    for text in [VALUE, OTHER, FOREIGN] {
        // The hint is four characters; five in a row are more than that.
        for start in 0..text.len() - 5 {
            let part = text.split_at(start).1.split_at(5).0;
            assert!(!written.contains(part), "{part} is in the table");
        }
    }
}

#[tokio::test]
async fn the_hash_is_in_no_index() {
    let stack = TestStack::start().await;
    super::import(&stack, OTHER_SHA256).await;
    for index in ["all", "owner"] {
        let scan = stack.dynamodb().scan().table_name(stack.stack.table_name()).index_name(index);
        let items = scan.send().await.unwrap().items.unwrap();
        assert!(items.len() > 2, "{items:?}");
        for item in items {
            assert!(!item.contains_key("hash") && !format!("{item:?}").contains(OTHER_SHA256), "{item:?}");
        }
    }
}

#[tokio::test]
async fn the_text_is_nowhere_in_the_log() {
    let home = Home::new();
    let local = home.start(&["--ephemeral"], &[]).await;
    let weak = "correct-horse-battery-staple";
    for (text, status) in [(VALUE, 201), (VALUE, 409), (weak, 400), (FOREIGN, 400)] {
        local.post("/keys", local.root(), &minimal_with(json!({"value": text}))).await.expect(status);
    }
    local.post("/keys", local.root(), &minimal_with(super::hashed(OTHER_SHA256))).await.expect(201);
    for text in [VALUE, OTHER] {
        local.get("/demo/hello", text).await.expect(200);
    }
    for text in [weak, FOREIGN] {
        local.get("/demo/hello", text).await.expect(401);
    }
    local.post("/verify", local.root(), &json!({"key": VALUE})).await.expect(200);
    let log = home.log();
    assert!(log.contains("POST /keys 201"), "{log}");
    for text in [VALUE, OTHER, FOREIGN, weak, OTHER_SHA256] {
        assert!(!log.contains(text), "{log}");
    }
}
