//! Killed at any moment, it loses nothing that it has answered for.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Api, command::Home, minimal};

/// Creates keys until nobody answers any more, and notes those that were answered.
async fn create_until_the_end(api: Api, answered: Arc<Mutex<Vec<Value>>>, enough: Arc<Notify>) {
    loop {
        let request = api.request_with(Method::POST, "/keys", api.root()).json(&minimal());
        let Ok(answer) = request.send().await else { return };
        let Ok(body) = answer.json().await else { return };
        let mut answered = answered.lock().unwrap();
        answered.push(body);
        if answered.len() >= 20 {
            enough.notify_one();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_shown_survives_any_end() {
    let home = Home::new();
    let mut latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    let mut all = Vec::new();
    for _ in 0..3 {
        let (answered, enough) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Notify::new()));
        let writers: Vec<_> = (0..4)
            .map(|_| tokio::spawn(create_until_the_end(latchkey.clone(), Arc::clone(&answered), Arc::clone(&enough))))
            .collect();
        enough.notified().await;
        latchkey.kill().await;
        for writer in writers {
            writer.await.unwrap();
        }
        all.append(&mut answered.lock().unwrap());

        latchkey = home.start(&[], &[]).await.with_root(&root);
        let listed = latchkey.list_all("", 100).await;
        let ids: Vec<_> = listed.iter().map(|key| &key["id"]).collect();
        for key in &all {
            assert!(ids.contains(&&key["id"]), "{} is gone", key["id"]);
            latchkey.get("/demo/hello", key["key"].as_str().unwrap()).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_revocation_that_was_answered_survives_any_end() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    let key = latchkey.create(json!({})).await;
    let record = latchkey.delete(&format!("/keys/{}?reason=gone", key.id), &root).await.expect(200).json();
    latchkey.kill().await;
    let latchkey = home.start(&[], &[]).await.with_root(&root);
    latchkey.get("/demo/hello", &key.text).await.expect(401);
    assert_eq!(latchkey.get(&format!("/keys/{}", key.id), &root).await.json(), record);
}

#[tokio::test]
async fn a_start_that_was_cut_short_is_taken_up() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    let root = first.root().to_owned();
    first.kill().await;
    let folder = home.path(".latchkey");
    // The root key was written, the database not yet; a draft of another is still there.
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().path();
        if file.file_name().unwrap() != "root-key" {
            fs::remove_file(file).unwrap();
        }
    }
    fs::write(folder.join("root-key.new"), "lk_half").unwrap();
    let latchkey = home.start(&[], &[]).await.with_root(&root);
    latchkey.get("/keys", &root).await.expect(200);
    latchkey.kill().await;

    // The database was made, but nothing is in it.
    fs::remove_file(folder.join("dynamodb.sqlite")).unwrap();
    fs::write(folder.join("dynamodb.sqlite"), "").unwrap();
    let latchkey = home.start(&[], &[]).await.with_root(&root);
    latchkey.get("/keys", &root).await.expect(200);
}
