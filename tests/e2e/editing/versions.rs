//! Versions: each write counts one, the answer names it, and `If-Match` asks for it.

use reqwest::Method;
use serde_json::json;

use super::Scene;
use crate::support::{Answer, TestStack, send};

#[tokio::test]
async fn every_write_counts_one_and_names_its_version() {
    let stack = TestStack::start().await;
    let made = stack.post("/keys", stack.root(), &crate::support::minimal()).await.expect(201);
    assert_eq!(made.header("etag"), "\"1\"");
    let (id, root) = (made.json()["id"].as_str().unwrap().to_owned(), stack.root());
    let mut version = 1;
    let mut step = |answer: Answer, writes: bool| {
        version += u64::from(writes);
        assert_eq!(answer.json()["version"], version, "{answer:?}");
        assert_eq!(answer.header("etag"), format!("\"{version}\""), "{answer:?}");
    };
    step(stack.patch(&id, root, &json!({"name": "a"})).await.expect(200), true);
    step(stack.patch(&id, root, &json!({"name": "a"})).await.expect(200), false);
    step(stack.patch(&id, root, &json!({"name": "b"})).await.expect(200), true);
    step(stack.restore(&id, root).await.expect(200), false);
    step(stack.revoke(&id, root).await.expect(200), true);
    step(stack.revoke(&id, root).await.expect(200), false);
    step(stack.restore(&id, root).await.expect(200), true);
    step(stack.restore(&id, root).await.expect(200), false);
    step(stack.patch(&id, root, &json!({"name": "a"})).await.expect(200), true);
    step(stack.get(&format!("/keys/{id}"), root).await.expect(200), false);
    assert_eq!(stack.events(&id).await.len(), 6);
}

/// A scene whose key has version 3.
async fn third() -> Scene {
    let mut scene = Scene::with(json!({})).await;
    for name in ["a", "b"] {
        scene.patch(&json!({ "name": name })).await;
    }
    scene.before = scene.stack.items().await;
    scene
}

/// The writes of a key that take `If-Match` and that change something.
const WRITES: [Method; 2] = [Method::PATCH, Method::DELETE];

impl Scene {
    async fn write_if(&self, method: Method, tags: &str) -> Answer {
        let request = self.stack.request_with(method.clone(), &format!("/keys/{}", self.key.id), self.stack.root());
        let request = request.header("if-match", tags);
        send(if method == Method::PATCH { request.json(&json!({"name": "c"})) } else { request }).await
    }
}

#[tokio::test]
async fn a_write_is_for_the_version_that_was_meant() {
    for tags in ["\"3\"", "*", " * ", "\"2\", \"3\"", "\"3\",\"9\"", "W/\"3\", \"3\"", "\"abc\" , \"3\""] {
        for method in WRITES {
            assert_eq!(third().await.write_if(method, tags).await.expect(200).header("etag"), "\"4\"", "{tags}");
        }
    }
}

#[tokio::test]
async fn another_version_is_not_written() {
    let scene = third().await;
    for tags in ["\"1\"", "\"2\"", "\"4\"", "W/\"3\"", "\"03\"", "\"+3\"", "\"\"", "\"abc\"", "\"1\", \"2\", W/\"3\""] {
        for method in WRITES {
            let problem = scene.write_if(method, tags).await.problem(412);
            assert_eq!(problem["type"], "urn:latchkey:problem:precondition-failed", "{tags}");
        }
        // Not even where nothing would be written.
        let (stack, id) = (&scene.stack, &scene.key.id);
        stack.patch_if(tags, id, stack.root(), &json!({})).await.problem(412);
        let restore = stack.request_with(Method::POST, &format!("/keys/{id}/restore"), stack.root());
        send(restore.header("if-match", tags)).await.problem(412);
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn what_is_no_entity_tag_is_refused() {
    let scene = third().await;
    for tags in ["3", "\"3", "3\"", "\"3\" \"4\"", "\"3\",", "*, \"3\"", "w/\"3\"", "'3'", ""] {
        for method in WRITES {
            assert_eq!(scene.write_if(method, tags).await.wrong_fields(), ["if-match"], "{tags}");
        }
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_restored_key_is_the_version_that_was_meant() {
    let scene = third().await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    stack.revoke(id, stack.root()).await.expect(200);
    let restore = |tags: &'static str| {
        let request = stack.request_with(Method::POST, &format!("/keys/{id}/restore"), stack.root());
        send(request.header("if-match", tags))
    };
    restore("\"3\"").await.problem(412);
    assert_eq!(restore("\"4\"").await.expect(200).header("etag"), "\"5\"");
}

#[tokio::test]
async fn a_list_of_tags_may_come_in_several_lines() {
    let scene = third().await;
    let path = format!("/keys/{}", scene.key.id);
    let request = scene.stack.request_with(Method::PATCH, &path, scene.stack.root());
    let request = request.header("if-match", "\"1\"").header("if-match", "\"3\"");
    send(request.json(&json!({"name": "c"}))).await.expect(200);
}

#[tokio::test]
async fn no_tag_finds_a_key_that_is_not_there() {
    let scene = third().await;
    for tags in ["*", "\"3\"", "\"9\""] {
        scene.stack.patch_if(tags, "0000000000000000", scene.stack.root(), &json!({})).await.problem(404);
    }
}
