//! The loader that fills tables to measure on: what it writes is what Latchkey writes and reads, and opens nothing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    process::{Output, Stdio},
};

use aws_sdk_dynamodb::types::AttributeValue;
use reqwest::Method;
use serde_json::json;
use shared::secret::SecretHash;
use tokio::process::Command;

use crate::support::{Items, START, TestStack, hexadecimal, minimal_with, send};

/// Enough that each kind of key is among them.
const COUNT: usize = 300;

async fn load(dynamodb: &str, count: usize, seed: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load-keys"));
    command.args(["--dynamodb", dynamodb, "--table", "latchkey", "--until", START, "--seed", seed]);
    command.args(["--count", &count.to_string()]).stdin(Stdio::null()).kill_on_drop(true).output().await.unwrap()
}

/// A stack with keys of seed 1.
async fn loaded() -> TestStack {
    let stack = TestStack::start().await;
    let ran = load(&stack.stack.dynamodb_url(), COUNT, "1").await;
    assert!(ran.status.success(), "{ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
    let told: Vec<_> = std::str::from_utf8(&ran.stderr).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(told.len(), 11);
    assert_eq!([&*told[0], &*told[10]], ["30 of 300 keys", "loaded 300 keys into latchkey"]);
    stack
}

/// Which attributes the items of each kind have, those of the map in them included.
fn shapes(items: &Items) -> BTreeMap<String, BTreeSet<Vec<String>>> {
    let mut shapes = BTreeMap::<_, BTreeSet<_>>::new();
    for item in items {
        let kind = |name: &str| item[name].as_s().unwrap().split('#').next().unwrap().to_owned();
        let within = |name: &str| match item.get(name) {
            Some(AttributeValue::M(fields)) => fields.keys().map(|field| format!("{name}.{field}")).collect(),
            _ => Vec::new(),
        };
        let mut names: Vec<_> = item.keys().cloned().chain(within("record")).chain(within("event")).collect();
        names.sort();
        shapes.entry(format!("{} {}", kind("pk"), kind("sk"))).or_default().insert(names);
    }
    shapes
}

/// The items without what is random: the hashes, and where they lead from.
fn without_hashes(items: Items) -> BTreeSet<String> {
    let known = items.into_iter().filter(|item| !item["pk"].as_s().unwrap().starts_with("hash#"));
    let known = known.filter(|item| item["pk"].as_s().unwrap() != "deployment");
    known
        .map(|mut item| {
            item.remove("hash");
            item.remove("public_key");
            // The sets are Latchkey's own writes, whose events have ids of their own.
            let event = item.contains_key("event") && item["pk"].as_s().unwrap().starts_with("api#");
            if event { String::new() } else { format!("{:?}", sorted(item)) }
        })
        .collect()
}

fn sorted(item: HashMap<String, AttributeValue>) -> BTreeMap<String, String> {
    let text = |value: AttributeValue| match value {
        AttributeValue::M(fields) => format!("{:?}", sorted(fields)),
        value => format!("{value:?}"),
    };
    item.into_iter().map(|(name, value)| (name, text(value))).collect()
}

#[tokio::test]
async fn each_kind_of_key_is_among_those_that_were_loaded() {
    let stack = loaded().await;
    let root = stack.root_id();
    let keys: Vec<_> = stack.list_all("", 100).await.into_iter().filter(|key| key["id"] != *root).collect();
    assert_eq!(keys.len(), COUNT);
    let values = |field: &str| keys.iter().map(|key| key[field].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(values("state").len(), 4, "{:?}", values("state"));
    assert_eq!(values("type").len(), 2);
    assert_eq!(values("provider").len(), 3);
    assert!(values("region").len() > 20);
    assert!(values("owner").len() > 20);
    assert_eq!(values("client_type").len(), 9);
    assert_eq!(values("name").len(), COUNT);
    assert_eq!(keys[0]["created_at"], START);
    assert!(values("created_at").len() == COUNT && keys[COUNT - 1]["created_at"].as_str() < Some("2024-12"));

    let revoked = keys.iter().find(|key| key["state"] == "revoked").unwrap();
    let audit = stack.get(&format!("/keys/{}/audit", revoked["id"].as_str().unwrap()), stack.root()).await.json();
    let actions: Vec<_> = audit["events"].as_array().unwrap().iter().map(|event| event["action"].clone()).collect();
    assert_eq!(actions, ["key.revoked", "key.created"]);
    assert_eq!(stack.get("/apis", stack.root()).await.json()["apis"].as_array().unwrap().len(), 21);
    for name in keys.iter().flat_map(|key| key["apis"].as_array().unwrap()).filter(|name| **name != "*") {
        stack.get(&format!("/apis/{}", name.as_str().unwrap()), stack.root()).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_loaded_is_stored_as_latchkey_stores_it() {
    let stack = TestStack::start().await;
    let set = stack.request_with(Method::PUT, "/apis/hello", stack.root());
    send(set.json(&json!({"routes": ["GET /hello"], "description": "to compare with"}))).await.expect(201);
    let hash = |text: &str| json!({"hash": {"sha256": hexadecimal(SecretHash::of(text).as_bytes())}});
    let mut ids = Vec::new();
    for fields in [json!({}), json!({}), json!({"type": "super-user"})] {
        ids.push(stack.create(fields).await.id);
    }
    for text in ["one", "another"] {
        let made = stack.post("/keys", stack.root(), &minimal_with(hash(text))).await.expect(201).json();
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    for id in [&ids[1], &ids[4]] {
        stack.delete(&format!("/keys/{id}?reason=test"), stack.root()).await.expect(200);
    }
    let own = shapes(&stack.items().await);
    let there: BTreeSet<_> =
        stack.items().await.iter().map(|item| format!("{:?}{:?}", item["pk"], item["sk"])).collect();

    assert!(load(&stack.stack.dynamodb_url(), COUNT, "1").await.status.success());
    let is_new = |item: &HashMap<_, _>| !there.contains(&format!("{:?}{:?}", item["pk"], item["sk"]));
    let items: Items = stack.items().await.into_iter().filter(is_new).collect();
    assert!(items.len() > 2 * COUNT, "{}", items.len());
    for (kind, loaded) in shapes(&items) {
        // Keys made before there were tokens have no public key; nothing else may be missing.
        let own: BTreeSet<_> = own[&kind].iter().cloned().collect();
        assert!(loaded.is_subset(&own), "{kind}: {:?}", loaded.difference(&own).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_seed_gives_the_same_keys_again_and_another_one_others() {
    let stack = loaded().await;
    let first = stack.items().await;
    assert!(load(&stack.stack.dynamodb_url(), COUNT, "1").await.status.success());
    let again = stack.items().await;
    let hashes = |items: &Items| items.iter().filter_map(|item| item.get("hash").cloned()).collect::<Vec<_>>();
    assert_ne!(hashes(&first), hashes(&again), "a text could be known that opens something");
    assert_eq!(without_hashes(first), without_hashes(again));
    assert!(load(&stack.stack.dynamodb_url(), COUNT, "2").await.status.success());
    assert_eq!(stack.list_all("", 100).await.len(), 2 * COUNT + 1);
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_told_in_one_line() {
    let ran = load("http://127.0.0.1:9", 1, "1").await;
    assert_eq!(ran.status.code(), Some(1));
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.starts_with("load-keys: ") && told.lines().count() == 1, "{told}");
}
