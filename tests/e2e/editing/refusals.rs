//! Patches that are refused: each with the contract's error, and nothing is written.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Scene, rich};
use crate::support::{Answer, send};

impl Scene {
    /// Patches the key with bytes that may be anything.
    async fn patch_bytes(&self, body: impl Into<reqwest::Body>) -> Answer {
        let path = format!("/keys/{}", self.key.id);
        let request = self.stack.request_with(Method::PATCH, &path, self.stack.root());
        send(request.header("content-type", "application/merge-patch+json").body(body)).await
    }

    async fn wrong(&self, patch: &Value) -> Vec<String> {
        let mut fields = self.patch_bytes(patch.to_string()).await.wrong_fields();
        fields.sort();
        fields
    }
}

#[tokio::test]
async fn what_a_key_is_cannot_be_changed() {
    let scene = Scene::with(rich()).await;
    for field in [
        "id",
        "owner",
        "provider",
        "region",
        "type",
        "state",
        "hint",
        "created_at",
        "created_by",
        "updated_at",
        "last_used_at",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
        "rotation",
        "version",
        "key",
        "prefix",
    ] {
        for value in [json!("x"), json!(null), scene.key.body[field].clone()] {
            let answer = scene.patch_bytes(json!({ field: value }).to_string()).await;
            assert_eq!(answer.wrong_fields(), [field], "{value}");
            assert_eq!(answer.json()["errors"][0]["message"], "cannot be changed", "{field}");
        }
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_patch_is_told_at_once() {
    let scene = Scene::with(rich()).await;
    let patch = json!({
        "name": "a\u{7}b", "description": 7, "client_type": "", "permissions": ["orders"], "apis": ["Orders"],
        "allowed_cidrs": ["10.0.0.1/8"], "off_the_record": "yes", "postback_url": "http://127.0.0.1/",
        "metadata": [], "enabled": null, "expires_at": "tomorrow", "expires_in": "soon",
        "owner": "b-team", "version": 7, "value": "x", "hash": {}, "is_root": true, "warnings": [], "Name": "x"
    });
    assert_eq!(
        scene.wrong(&patch).await,
        [
            "Name",
            "allowed_cidrs",
            "apis",
            "client_type",
            "description",
            "enabled",
            "expires_at",
            "expires_in",
            "hash",
            "is_root",
            "metadata",
            "name",
            "off_the_record",
            "owner",
            "permissions",
            "postback_url",
            "value",
            "version",
            "warnings",
        ]
    );
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_list_holds_so_many_entries_and_no_more() {
    let scene = Scene::with(json!({})).await;
    for (field, entry, most) in [("permissions", "a:", 100_usize), ("allowed_cidrs", "10.0.0.", 50)] {
        let entries = |many: usize| (1..=many).map(|number| format!("{entry}{number}")).collect::<Vec<_>>();
        assert_eq!(scene.wrong(&json!({field: entries(most + 1)})).await, [field]);
        assert_eq!(scene.wrong(&json!({field: "x"})).await, [field]);
        assert_eq!(scene.wrong(&json!({field: [7]})).await, [field]);
        assert_eq!(scene.wrong(&json!({field: [null]})).await, [field]);
        assert_eq!(scene.wrong(&json!({field: {"0": "a:b"}})).await, [field]);
        scene.patch(&json!({field: entries(most)})).await;
    }
    assert_eq!(scene.stack.record(&scene.key.id).await["version"], 3);
}

#[tokio::test]
async fn a_patch_is_a_json_object() {
    let scene = Scene::with(rich()).await;
    for body in [
        "",
        " ",
        "{",
        "[]",
        "[{}]",
        "null",
        "7",
        "\"{}\"",
        "{} {}",
        "{\"name\":}",
        "name=x",
        "{\"name\": \"\\ud800\"}",
        "\u{0}",
    ] {
        assert_eq!(scene.patch_bytes(body).await.wrong_fields(), [""], "{body}");
    }
    for deep in ["[".repeat(10_000), r#"{"metadata":"#.repeat(5_000), r#"{"metadata":{"a":"#.repeat(100)] {
        assert_eq!(scene.patch_bytes(deep).await.wrong_fields(), [""]);
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_refused() {
    let scene = Scene::with(rich()).await;
    let twice = r#"{"name":"a","enabled":true,"name":"b","enabled":true}"#;
    assert_eq!(scene.patch_bytes(twice).await.wrong_fields(), ["name", "enabled"]);
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_patch_has_at_most_64_kibibytes() {
    let scene = Scene::with(json!({})).await;
    let body = r#"{"name":"other"}"#;
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    for length in [64 * 1024 + 1, 1024 * 1024] {
        scene.patch_bytes(padded(length)).await.problem(413);
    }
    scene.assert_unchanged().await;
    assert_eq!(scene.patch_bytes(padded(64 * 1024)).await.expect(200).json()["name"], "other");
}

#[tokio::test]
async fn a_patch_has_no_query() {
    let scene = Scene::with(json!({})).await;
    let path = format!("/keys/{}?force=true", scene.key.id);
    let request = scene.stack.request_with(Method::PATCH, &path, scene.stack.root());
    assert_eq!(send(request.json(&json!({"name": "other"}))).await.wrong_fields(), ["force"]);
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_revoked_key_is_restored_before_it_is_edited() {
    let scene = Scene::with(json!({})).await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    let revoked = stack.revoke(id, stack.root()).await.expect(200).json();
    let before = stack.items().await;
    for patch in [json!({}), json!({"name": "other"}), json!({"enabled": false}), json!({"expires_at": null})] {
        let problem = stack.patch(id, stack.root(), &patch).await.problem(409);
        assert!(problem["detail"].as_str().unwrap().contains("restore"), "{problem}");
    }
    assert!(stack.items().await == before, "the table has changed");
    assert_eq!(stack.record(id).await, revoked);
}

#[tokio::test]
async fn what_is_not_there_is_not_edited() {
    let scene = Scene::with(json!({})).await;
    for id in ["0000000000000000", "short", "has-other-signs!", "%00"] {
        scene.stack.patch(id, scene.stack.root(), &json!({"name": "x"})).await.problem(404);
        scene.stack.restore(id, scene.stack.root()).await.problem(404);
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn whoever_may_not_edit_learns_nothing_of_a_key() {
    let scene = Scene::with(json!({})).await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    let mut others = vec![(String::new(), 401), (scene.key.text.clone(), 403)];
    for (apis, permissions) in [(["latchkey"], ["keys:list"]), (["*"], ["keys:*"])] {
        let fields = json!({"apis": apis, "permissions": permissions});
        others.push((stack.create(fields).await.text, 403));
    }
    for (key, status) in others {
        for patch in [json!({"name": "x"}), json!({"colour": "red"})] {
            stack.patch(id, &key, &patch).await.expect(status);
            stack.patch("0000000000000000", &key, &patch).await.expect(status);
        }
        stack.restore(id, &key).await.expect(status);
    }
    assert_eq!(stack.record(id).await["version"], 1);
}
