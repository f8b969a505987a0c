//! What a rotation needs the key to be, and what it leaves it.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Scene, after, rotate};
use crate::support::{Answer, send};

#[tokio::test]
async fn a_revoked_key_gets_no_new_text() {
    let scene = Scene::start(json!({})).await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    stack.revoke(id, stack.root()).await.expect(200);
    let before = stack.items().await;
    for body in [json!({}), json!({"end_previous": true}), json!({"expires_in": "1d"}), json!({"overlap": "0s"})] {
        let problem = scene.ask(body).await.problem(409);
        assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
        assert!(problem["detail"].as_str().unwrap().contains("revoked"), "{problem}");
    }
    assert!(stack.items().await == before, "the table has changed");
    stack.restore(id, stack.root()).await.expect(200);
    let new = scene.rotate(json!({})).await;
    for text in [&new.text, &scene.key.text] {
        scene.assert_works(text).await;
    }
}

#[tokio::test]
async fn a_revocation_ends_both_texts_and_a_restoration_brings_back_what_has_not_ended() {
    let scene = Scene::start(json!({})).await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    let new = scene.rotate(json!({"overlap": "1h"})).await;
    stack.revoke(id, stack.root()).await.expect(200);
    for text in [&new.text, &scene.key.text] {
        scene.assert_refused(text, "REVOKED").await;
    }
    stack.restore(id, stack.root()).await.expect(200);
    for text in [&new.text, &scene.key.text] {
        scene.assert_works(text).await;
    }
    stack.revoke(id, stack.root()).await.expect(200);
    stack.clock.set(&after(3600));
    scene.assert_ended(&scene.key.text).await;
    scene.assert_refused(&new.text, "REVOKED").await;
    stack.restore(id, stack.root()).await.expect(200);
    scene.assert_ended(&scene.key.text).await;
    scene.assert_works(&new.text).await;
}

#[tokio::test]
async fn a_disabled_key_stays_so_with_its_new_text() {
    let scene = Scene::start(json!({"enabled": false})).await;
    let new = scene.rotate(json!({})).await;
    assert_eq!((&new.body["enabled"], &new.body["state"]), (&json!(false), &json!("disabled")));
    for text in [&new.text, &scene.key.text] {
        scene.assert_refused(text, "DISABLED").await;
    }
    scene.patch(json!({"enabled": true})).await;
    for text in [&new.text, &scene.key.text] {
        scene.assert_works(text).await;
    }
}

#[tokio::test]
async fn the_root_key_is_rotated_by_its_secret_alone() {
    let scene = Scene::start(json!({"type": "super-user"})).await;
    let (stack, root) = (&scene.stack, scene.stack.root_id());
    let before = stack.items().await;
    for key in [stack.root(), &scene.key.text] {
        for body in [json!({}), json!({"end_previous": true, "overlap": "0s"}), json!({"expires_in": "1d"})] {
            let problem = rotate(stack, &root, key, &body).await.problem(409);
            assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
            assert!(problem["detail"].as_str().unwrap().contains("secret"), "{problem}");
        }
    }
    assert!(stack.items().await == before, "the table has changed");
    stack.get("/demo/hello", stack.root()).await.expect(200);
}

#[tokio::test]
async fn a_key_that_is_not_there_or_not_the_callers_cannot_be_told_apart() {
    let admin = json!({"owner": "a-team", "apis": ["latchkey"], "permissions": ["keys:*"]});
    let scene = Scene::start(admin).await;
    let stack = &scene.stack;
    let foreign = stack.create(json!({"owner": "b-team"})).await.id;
    let revoked = stack.create(json!({"owner": "b-team"})).await.id;
    stack.revoke(&revoked, stack.root()).await.expect(200);
    let before = stack.items().await;
    let calls = async |id: &str| {
        let key = &scene.key.text;
        let request = stack.request_with(Method::POST, &format!("/keys/{id}/rotate"), key);
        [
            rotate(stack, id, key, &json!({})).await,
            rotate(stack, id, key, &json!({"end_previous": true, "expires_in": "1d", "overlap": "0s"})).await,
            send(request.header("if-match", "\"9\"").json(&json!({}))).await,
        ]
    };
    let unknown = calls("0000000000000000").await;
    for id in [&foreign, &revoked, &stack.root_id(), "no-id"] {
        for (answer, unknown) in calls(id).await.into_iter().zip(&unknown) {
            let told = |answer: &Answer| {
                let mut problem: Value = answer.problem(404);
                problem["request_id"] = json!("");
                (problem, answer.telling_headers())
            };
            assert_eq!(told(&answer), told(unknown), "{id}");
        }
    }
    // What is wrong with a body is wrong whosever the key is.
    for id in [&foreign, "0000000000000000"] {
        assert_eq!(rotate(stack, id, &scene.key.text, &json!({"overlap": "soon"})).await.wrong_fields(), ["overlap"]);
    }
    assert!(stack.items().await == before, "the table has changed");
    // For the root key there is one of the two.
    rotate(stack, "0000000000000000", stack.root(), &json!({})).await.problem(404);
    rotate(stack, &foreign, stack.root(), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_rotation_is_for_the_version_that_was_meant() {
    for (tags, status) in [
        ("\"2\"", 200),
        ("*", 200),
        ("\"1\", \"2\"", 200),
        ("\"1\"", 412),
        ("\"3\"", 412),
        ("W/\"2\"", 412),
        ("\"abc\"", 412),
    ] {
        let scene = Scene::start(json!({})).await;
        scene.patch(json!({"name": "other"})).await;
        let before = scene.stack.items().await;
        let path = format!("/keys/{}/rotate", scene.key.id);
        let request = scene.stack.request_with(Method::POST, &path, scene.stack.root());
        let answer = send(request.header("if-match", tags).json(&json!({}))).await;
        if status == 200 {
            assert_eq!(answer.expect(200).header("etag"), "\"3\"", "{tags}");
        } else {
            let problem = answer.problem(status);
            assert_eq!(problem["type"], "urn:latchkey:problem:precondition-failed", "{tags}");
            assert!(scene.stack.items().await == before, "the table has changed: {tags}");
        }
    }
    let scene = Scene::start(json!({})).await;
    let path = format!("/keys/{}/rotate", scene.key.id);
    for tags in ["1", "\"1", "w/\"1\"", ""] {
        let request = scene.stack.request_with(Method::POST, &path, scene.stack.root()).header("if-match", tags);
        assert_eq!(send(request).await.wrong_fields(), ["if-match"], "{tags}");
    }
}
