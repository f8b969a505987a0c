//! What is left of a rotation: one event, the hashes, and never a text.

use serde_json::{Value, json};
use shared::secret::SecretHash;

use super::{LATER, Scene};
use crate::support::{command::Home, hexadecimal, minimal, secret_of};

/// The ways in which a text or its hash could be written.
fn forbidden(text: &str) -> [String; 4] {
    let hash = SecretHash::of(text);
    let digits = hexadecimal(hash.as_bytes());
    [text.to_owned(), secret_of(text).to_owned(), digits.to_uppercase(), digits]
}

#[tokio::test]
async fn a_rotation_is_told_of_once_with_what_it_changed() {
    for (body, changes) in [
        (json!({}), vec!["rotation", "key"]),
        (json!({"overlap": "0s"}), vec!["key"]),
        (json!({"overlap": "0s", "expires_in": "30d"}), vec!["expires_at", "key"]),
        (json!({"end_previous": true, "expires_in": "30d", "prefix": "x"}), vec!["expires_at", "rotation", "key"]),
    ] {
        let scene = Scene::start(json!({"owner": "a-team"})).await;
        let (stack, id) = (&scene.stack, &scene.key.id);
        stack.clock.set(LATER);
        let answer = scene.ask(body.clone()).await.expect(200);
        let events = stack.events(id).await;
        assert_eq!(events.len(), 2, "{body}");
        let expected = json!({
            "id": events[0]["id"], "at": LATER, "action": "key.rotated", "actor": stack.root_id(),
            "source_ip": "127.0.0.1", "request_id": answer.header("apigw-requestid"), "key_id": id, "owner": "a-team",
            "api": null, "changes": changes,
        });
        assert_eq!(events[0], expected, "{body}");
        let rotations = stack.get("/audit?action=key.rotated", stack.root()).await.expect(200).json();
        assert_eq!(rotations["events"], json!([expected]), "{body}");
    }
}

#[tokio::test]
async fn a_rotation_that_is_refused_is_not_told_of() {
    let scene = Scene::start(json!({})).await;
    scene.rotate(json!({})).await;
    let before = scene.stack.items().await;
    scene.ask(json!({})).await.problem(409);
    scene.ask(json!({"overlap": "soon"})).await.problem(400);
    assert!(scene.stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn a_new_text_is_shown_once() {
    let scene = Scene::start(json!({})).await;
    let (stack, id, root) = (&scene.stack, &scene.key.id, scene.stack.root());
    let second = scene.rotate(json!({"overlap": "1h"})).await.text;
    let third = scene.rotate(json!({"overlap": "1h", "end_previous": true})).await.text;
    let texts = [&scene.key.text, &second, &third];
    let answers = [
        stack.get(&format!("/keys/{id}"), root).await.expect(200),
        stack.get("/keys", root).await.expect(200),
        stack.patch(id, root, &json!({"name": "other"})).await.expect(200),
        scene.ask(json!({})).await.expect(409),
        stack.get("/audit", root).await.expect(200),
        stack.get(&format!("/keys/{id}/audit"), root).await.expect(200),
        stack.post("/verify", root, &json!({"key": third})).await.expect(200),
        stack.get("/demo/hello", &third).await.expect(200),
        stack.revoke(id, root).await.expect(200),
        stack.restore(id, root).await.expect(200),
    ];
    for answer in answers {
        for text in texts.into_iter().flat_map(|text| forbidden(text)) {
            assert!(!answer.text.contains(&text), "{answer:?}");
            assert!(!format!("{:?}", answer.headers).contains(&text), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn the_table_holds_the_hashes_of_two_texts_at_most() {
    let scene = Scene::start(json!({})).await;
    let mut texts = vec![scene.key.text.clone()];
    for (overlap, kept) in [("1h", 2), ("1h", 2), ("0s", 1), ("1h", 2)] {
        texts.push(scene.rotate(json!({"overlap": overlap, "end_previous": true})).await.text);
        let items = scene.stack.items().await;
        let written = format!("{items:?}");
        for text in &texts {
            assert!(!written.contains(text) && !written.contains(secret_of(text)), "a text is in the table");
        }
        // Those of the last ones alone, and in the record's item alone.
        let blobs = items.iter().flat_map(|item| item.iter().map(move |(name, value)| (&item["pk"], name, value)));
        let holds = |text: &str| {
            let hash = SecretHash::of(text);
            let of = |value: &aws_sdk_dynamodb::types::AttributeValue| {
                value.as_b().is_ok_and(|bytes| bytes.as_ref() == hash.as_bytes())
            };
            let places = blobs.clone().filter(|(_, _, value)| of(value)).map(|(_, name, _)| name.clone());
            places.collect::<Vec<_>>()
        };
        for (age, text) in texts.iter().rev().enumerate() {
            let expected: &[&str] = match age {
                0 => &["hash"],
                1 if kept == 2 => &["previous_hash"],
                _ => &[],
            };
            assert_eq!(holds(text), expected, "{overlap}, {age} rotations ago");
        }
    }
    for index in ["all", "owner"] {
        let scan = scene.stack.dynamodb().scan().table_name(scene.stack.stack.table_name()).index_name(index);
        let copied = format!("{:?}", scan.send().await.unwrap().items.unwrap());
        assert!(!copied.contains("Blob") && !copied.contains("previous_hash"), "{index}");
    }
}

#[tokio::test]
async fn no_text_is_in_the_log() {
    let home = Home::new();
    let local = home.start(&["--ephemeral"], &[]).await;
    let made = local.create(minimal()).await;
    let path = format!("/keys/{}/rotate", made.id);
    let rotated = |answer: Value| answer["key"].as_str().unwrap().to_owned();
    let second = rotated(local.post(&path, local.root(), &json!({})).await.expect(200).json());
    local.post(&path, local.root(), &json!({})).await.expect(409);
    local.post(&path, local.root(), &json!({"overlap": second})).await.expect(400);
    let body = json!({"overlap": "0s", "end_previous": true});
    let third = rotated(local.post(&path, local.root(), &body).await.expect(200).json());
    for (text, status) in [(&made.text, 401), (&second, 401), (&third, 200)] {
        local.get("/demo/hello", text).await.expect(status);
        local.post("/verify", local.root(), &json!({"key": text})).await.expect(200);
    }
    let log = home.log();
    assert!(log.contains(&format!("POST {path} 200")), "{log}");
    for text in [&made.text, &second, &third].into_iter().flat_map(|text| forbidden(text)) {
        assert!(!log.contains(&text), "{log}");
    }
}
