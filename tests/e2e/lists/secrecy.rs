//! What lists and their indexes must not hold.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use local::stack::sdk;
use serde_json::json;
use shared::secret::SecretHash;

use super::ticking;
use crate::support::{Items, Key, TestStack, hexadecimal, secret_of};

/// A stack with keys of two owners, one of them revoked.
async fn with_keys() -> (TestStack, Vec<Key>) {
    let stack = ticking().await;
    let mut keys = Vec::new();
    for number in 0..60 {
        let owner = if number % 2 == 0 { "team-a" } else { "team-b" };
        keys.push(stack.create(json!({"owner": owner, "description": "about it"})).await);
    }
    stack.delete(&format!("/keys/{}", keys[0].id), stack.root()).await.expect(200);
    (stack, keys)
}

async fn index(stack: &TestStack, name: &str) -> Items {
    let client = aws_sdk_dynamodb::Client::new(&sdk(&stack.stack.dynamodb_url()));
    let scan = client.scan().table_name(stack.stack.table_name()).index_name(name).into_paginator().items();
    scan.send().collect::<Result<Items, _>>().await.unwrap()
}

/// The ways in which the hash of a key could be written.
fn hashes(text: &str) -> [String; 3] {
    let hash = SecretHash::of(text);
    let digits = hexadecimal(hash.as_bytes());
    let list = format!("{:?}", hash.as_bytes());
    [digits.to_uppercase(), digits, list]
}

#[tokio::test]
async fn no_answer_holds_a_key_text_or_its_hash() {
    let (stack, keys) = with_keys().await;
    let mut answers = vec![
        stack.get("/keys?limit=100", stack.root()).await.expect(200).text,
        stack.get("/keys?limit=100&owner=team-a", stack.root()).await.expect(200).text,
        stack.get("/catalogue", stack.root()).await.expect(200).text,
    ];
    for key in &keys {
        let path = format!("/keys/{}", key.id);
        answers.push(stack.get(&path, stack.root()).await.expect(200).text);
        answers.push(stack.delete(&path, stack.root()).await.expect(200).text);
        answers.push(stack.get("/demo/hello", &key.text).await.text);
    }
    let texts = keys.iter().map(|key| &*key.text).chain([stack.root()]);
    for text in texts {
        for forbidden in hashes(text).iter().map(String::as_str).chain([text, secret_of(text)]) {
            for answer in &answers {
                assert!(!answer.contains(forbidden), "{forbidden} in {answer}");
            }
        }
    }
}

#[tokio::test]
async fn the_table_holds_a_hash_of_each_key_and_nothing_else_of_its_text() {
    let (stack, keys) = with_keys().await;
    let items = stack.items().await;
    let holding: Vec<_> = items.iter().filter(|item| item.contains_key("hash")).collect();
    assert_eq!(holding.len(), keys.len() + 1);
    let all = format!("{items:?}");
    for text in keys.iter().map(|key| &*key.text).chain([stack.root()]) {
        assert!(!all.contains(secret_of(text)));
        let hash = AttributeValue::B(SecretHash::of(text).as_bytes().to_vec().into());
        assert_eq!(holding.iter().filter(|item| item["hash"] == hash).count(), 1);
    }
}

#[tokio::test]
async fn no_index_copies_the_hash() {
    let (stack, keys) = with_keys().await;
    for name in ["all", "owner"] {
        let items = index(&stack, name).await;
        // Each key, the root key too, the event of its making, and the one revocation.
        assert_eq!(items.len(), 2 * (keys.len() + 1) + 1, "{name}");
        for item in items {
            assert!(!item.contains_key("hash"), "{name}: {item:?}");
            assert!(!format!("{item:?}").contains("Blob"), "{name}: {item:?}");
        }
    }
}

#[tokio::test]
async fn no_partition_of_an_index_holds_all_keys() {
    let (stack, keys) = with_keys().await;
    for (name, partition) in [("all", "all_shard"), ("owner", "owner_shard")] {
        let mut sizes = BTreeMap::<String, usize>::new();
        for item in index(&stack, name).await {
            *sizes.entry(item[partition].as_s().unwrap().clone()).or_default() += 1;
        }
        // 60 keys in 8 partitions, or 30 of each owner: that half of them meet in one does not happen by chance.
        assert!(sizes.len() > 4, "{name}: {sizes:?}");
        assert!(sizes.values().all(|size| *size < keys.len() / 2), "{name}: {sizes:?}");
    }
    let mut of_one_owner = BTreeMap::<String, usize>::new();
    for item in index(&stack, "owner").await {
        let partition = item["owner_shard"].as_s().unwrap().clone();
        if partition.contains("team-a") {
            *of_one_owner.entry(partition).or_default() += 1;
        }
    }
    assert!(of_one_owner.len() > 2, "{of_one_owner:?}");
    assert!(of_one_owner.values().all(|size| *size < 25), "{of_one_owner:?}");
}
