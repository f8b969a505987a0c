//! Killed while it rotates, a stack comes back with a root key that works.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use aws_sdk_secretsmanager::Client;
use local::stack::{Data, Options, sdk};
use serde_json::Value;
use tokio::sync::Notify;

use super::{NO_CACHE, current, kept, rotate_root, secrets};
use crate::support::{
    TestClock, TestStack,
    command::Home,
    proxy::{Mode, Proxy},
    secret_of,
};

/// Rotates until nobody answers any more, and notes the text after each rotation that was answered.
async fn rotate_until_the_end(client: Client, seen: Arc<Mutex<Vec<String>>>, enough: Arc<Notify>) {
    loop {
        if client.rotate_secret().secret_id("latchkey/root-key").send().await.is_err() {
            return;
        }
        let Ok(read) = client.get_secret_value().secret_id("latchkey/root-key").send().await else { return };
        let value: Value = serde_json::from_str(read.secret_string().unwrap()).unwrap();
        let mut seen = seen.lock().unwrap();
        seen.push(value["key"].as_str().unwrap().to_owned());
        if seen.len() >= 3 {
            enough.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_key_survives_a_kill_at_any_moment_of_its_rotation() {
    let home = Home::new();
    for _ in 0..5 {
        let latchkey = home.start(&[], &[NO_CACHE]).await;
        let (seen, enough) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let rotating = tokio::spawn(rotate_until_the_end(secrets(&latchkey), Arc::clone(&seen), Arc::clone(&enough)));
        enough.notified().await;
        latchkey.kill().await;
        rotating.await.unwrap();
        let last = seen.lock().unwrap().last().unwrap().clone();

        // Whole, whatever was being written.
        let json = fs::read_to_string(home.path(".latchkey/secretsmanager.json")).unwrap();
        let value: Value = serde_json::from_str(&json).unwrap();
        assert!(value["secrets"]["latchkey/root-key"].is_object());
        let latchkey = home.start(&[], &[NO_CACHE]).await;
        let text = kept(&home);
        assert_eq!(current(&secrets(&latchkey)).await, text);
        for text in [&text, &last] {
            latchkey.get("/keys", text).await.expect(200);
        }
        let said = rotate_root(&home, &[], &[]).await;
        latchkey.get("/keys", &said.text).await.expect(200);
        latchkey.end("TERM").await;
        assert!(!home.log().contains(secret_of(&said.text)));
    }
}

#[tokio::test]
async fn a_killed_stack_leaves_an_address_that_misleads_nobody() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    latchkey.kill().await;
    assert!(home.path(".latchkey/secretsmanager-url").exists());
    let said = rotate_root(&home, &[], &[]).await;
    assert!(!home.path(".latchkey/secretsmanager-url").exists());
    let latchkey = home.start(&[], &[]).await;
    for text in [&root, &said.text] {
        latchkey.get("/keys", text).await.expect(200);
    }
}

/// Asks for a rotation, and tells in which step it failed.
async fn failed_step(client: &Client) -> String {
    let error = client.rotate_secret().secret_id("latchkey/root-key").send().await.unwrap_err().into_service_error();
    let message = error.meta().message().unwrap();
    message.strip_prefix("The rotation failed in ").unwrap().split(':').next().unwrap().to_owned()
}

/// The worst moment to end: the secret has moved to the new text, and the table does not know yet.
#[tokio::test]
async fn a_stack_that_ended_between_the_secret_and_the_table_comes_back_with_the_new_text() {
    let (home, proxy) = (Home::new(), Proxy::start().await);
    let start = || {
        let (data, dynamodb) = (Data::Folder(home.path(".latchkey")), Some(proxy.url()));
        TestStack::with(&[NO_CACHE], TestClock::standing(), Options { data, dynamodb, ..Options::default() })
    };
    let stack = start().await;
    let old = stack.root().to_owned();
    let client = Client::new(&sdk(&stack.stack.secretsmanager_url()));
    // The table takes the new text, and nobody hears of it.
    proxy.set_for_operation(Mode::LoseAnswer, "TransactWriteItems", None);
    assert_eq!(failed_step(&client).await, "setSecret");
    // The next try finds it there, and cannot tell the table that the secret has moved.
    proxy.set_for_operation(Mode::Fail, "TransactWriteItems", None);
    assert_eq!(failed_step(&client).await, "finishSecret");
    let new = kept(&home);
    assert!(new != old && current(&client).await == new);
    stack.stack.stop().await;
    proxy.set(Mode::Pass);

    let stack = start().await;
    assert_eq!(stack.root(), new);
    for text in [&old, &new] {
        stack.get("/keys", text).await.expect(200);
    }
    let client = Client::new(&sdk(&stack.stack.secretsmanager_url()));
    client.rotate_secret().secret_id("latchkey/root-key").send().await.unwrap();
    let last = kept(&home);
    for (text, status) in [(&old, 401), (&new, 200), (&last, 200)] {
        stack.get("/keys", text).await.expect(status);
    }
    stack.stack.stop().await;
}
