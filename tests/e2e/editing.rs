//! Keys that are edited: `PATCH /keys/{id}`, by JSON Merge Patch, and `POST /keys/{id}/restore`.

mod door;
mod refusals;
mod restoring;
mod root;
mod versions;

use serde_json::{Value, json};

use crate::support::{Items, Key, START, TestStack, minimal_with};

/// A minute after [`START`].
const LATER: &str = "2026-11-21T08:01:00Z";

/// A key that has something in every field that can be changed.
fn rich() -> Value {
    json!({
        "name": "rich", "description": "what it is for", "owner": "a-team", "client_type": "mobile",
        "permissions": ["orders:read", "orders/items:*"], "apis": ["*", "latchkey"],
        "allowed_cidrs": ["127.0.0.0/8", "2001:db8::/32"], "off_the_record": true,
        "postback_url": "https://hooks.acme.com/keys", "enabled": false, "expires_at": "2027-01-01T00:00:00Z",
        "metadata": {"plan": "gold", "limits": {"rps": 5, "burst": 10}, "tags": ["a", "b"]},
    })
}

/// A stack with one key, and what its table holds.
struct Scene {
    stack: TestStack,
    key: Key,
    before: Items,
}

impl Scene {
    /// One whose key has these fields.
    async fn with(fields: Value) -> Self {
        let stack = TestStack::start().await;
        let key = stack.create(fields).await;
        let before = stack.items().await;
        stack.clock.set(LATER);
        Self { stack, key, before }
    }

    /// Patches the key as the root key would, which has to work.
    async fn patch(&self, patch: &Value) -> Value {
        self.stack.patch(&self.key.id, self.stack.root(), patch).await.expect(200).json()
    }

    /// Asserts that the table is as it was.
    async fn assert_unchanged(&self) {
        assert!(self.stack.items().await == self.before, "the table has changed");
    }
}

/// The record of a 201, with fields replaced.
fn changed(body: &Value, fields: &Value) -> Value {
    let mut record = body.clone();
    let record = record.as_object_mut().unwrap();
    record.remove("key");
    record.remove("warnings");
    record.extend(fields.as_object().unwrap().clone());
    json!(record)
}

#[tokio::test]
async fn every_field_that_can_be_changed_is_changed_alone() {
    for (patch, expected, field) in [
        (json!({"name": "Ünder the 🔑"}), json!({"name": "Ünder the 🔑"}), "name"),
        (json!({"description": "two\nlines"}), json!({"description": "two\nlines"}), "description"),
        (json!({"client_type": "partner"}), json!({"client_type": "partner"}), "client_type"),
        (json!({"permissions": ["a/b:*", "a/b:*", "c:d"]}), json!({"permissions": ["a/b:*", "c:d"]}), "permissions"),
        (json!({"apis": []}), json!({"apis": []}), "apis"),
        (json!({"allowed_cidrs": ["192.0.2.7"]}), json!({"allowed_cidrs": ["192.0.2.7/32"]}), "allowed_cidrs"),
        (json!({"off_the_record": false}), json!({"off_the_record": false}), "off_the_record"),
        (
            json!({"postback_url": "https://other.acme.com/?a=b"}),
            json!({"postback_url": "https://other.acme.com/?a=b"}),
            "postback_url",
        ),
        (
            json!({"metadata": {"plan": "tin"}}),
            json!({"metadata": {"plan": "tin", "limits": {"rps": 5, "burst": 10}, "tags": ["a", "b"]}}),
            "metadata",
        ),
        (json!({"enabled": true}), json!({"enabled": true, "state": "active"}), "enabled"),
        (
            json!({"expires_at": "2030-01-31T12:00:00.9+05:30"}),
            json!({"expires_at": "2030-01-31T06:30:00Z"}),
            "expires_at",
        ),
        (json!({"expires_in": "12h"}), json!({"expires_at": "2026-11-21T20:01:00Z"}), "expires_at"),
    ] {
        let scene = Scene::with(rich()).await;
        let (stack, id) = (&scene.stack, &scene.key.id);
        let answer = stack.patch(id, stack.root(), &patch).await.expect(200);
        let mut expected = changed(&scene.key.body, &expected);
        expected["version"] = json!(2);
        expected["updated_at"] = json!(LATER);
        assert_eq!(answer.json(), expected, "{patch}");
        assert_eq!((answer.header("etag"), answer.header("content-type")), ("\"2\"", "application/json"), "{patch}");
        assert!(!answer.text.contains(&scene.key.text));
        assert_eq!(stack.record(id).await, expected, "{patch}");
        assert_eq!(stack.list_all("name=&owner=a-team", 25).await, [expected], "{patch}");

        let events = stack.events(id).await;
        assert_eq!(events.len(), 2, "{patch}");
        let event = &events[0];
        assert_eq!(event["request_id"], answer.header("apigw-requestid"), "{patch}");
        let expected = json!({
            "id": event["id"], "at": LATER, "action": "key.updated", "actor": stack.root_id(), "source_ip": "127.0.0.1",
            "request_id": event["request_id"], "key_id": id, "owner": "a-team", "api": null, "changes": [field]
        });
        assert_eq!(*event, expected, "{patch}");
    }
}

#[tokio::test]
async fn one_patch_changes_many_fields_at_once() {
    let scene = Scene::with(json!({})).await;
    let patch = json!({"name": "other", "enabled": false, "expires_in": "30d", "metadata": {"a": 1}});
    let record = scene.patch(&patch).await;
    assert_eq!((&record["name"], &record["state"]), (&json!("other"), &json!("disabled")));
    assert_eq!((&record["version"], &record["created_at"]), (&json!(2), &json!(START)));
    let event = &scene.stack.events(&scene.key.id).await[0];
    assert_eq!(event["changes"], json!(["name", "metadata", "enabled", "expires_at"]));
}

#[tokio::test]
async fn a_null_takes_a_field_away() {
    for (field, expected) in [
        ("description", json!(null)),
        ("client_type", json!(null)),
        ("permissions", json!([])),
        ("apis", json!([])),
        ("allowed_cidrs", json!([])),
        ("postback_url", json!(null)),
        ("metadata", json!({})),
        ("expires_at", json!(null)),
    ] {
        let scene = Scene::with(rich()).await;
        let record = scene.patch(&json!({ field: null })).await;
        let expected = json!({field: expected, "version": 2, "updated_at": LATER});
        assert_eq!(record, changed(&scene.key.body, &expected), "{field}");
    }
}

#[tokio::test]
async fn what_a_key_cannot_be_without_is_not_taken_away() {
    let scene = Scene::with(rich()).await;
    for field in ["name", "enabled", "off_the_record"] {
        let answer = scene.stack.patch(&scene.key.id, scene.stack.root(), &json!({ field: null })).await;
        assert_eq!(answer.wrong_fields(), [field]);
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn metadata_is_merged_member_by_member() {
    let scene = Scene::with(rich()).await;
    for (patch, expected) in [
        (json!({"new": 1}), json!({"new": 1, "plan": "gold", "limits": {"rps": 5, "burst": 10}, "tags": ["a", "b"]})),
        (json!({"plan": null, "new": null}), json!({"limits": {"rps": 5, "burst": 10}, "tags": ["a", "b"]})),
        (
            json!({"limits": {"burst": null, "day": 7}, "tags": ["c"]}),
            json!({"limits": {"rps": 5, "day": 7}, "tags": ["c"]}),
        ),
        // RFC 7396: what stands in a list is never merged, and a null in one stays.
        (json!({"tags": [null, {"a": null}]}), json!({"limits": {"rps": 5, "day": 7}, "tags": [null, {"a": null}]})),
        (json!({"limits": "none"}), json!({"limits": "none", "tags": [null, {"a": null}]})),
        (json!({"limits": {"a": {"b": null}}}), json!({"limits": {"a": {}}, "tags": [null, {"a": null}]})),
        (json!({"tags": null, "": {"\u{0}": "🔑"}}), json!({"limits": {"a": {}}, "": {"\u{0}": "🔑"}})),
    ] {
        assert_eq!(scene.patch(&json!({ "metadata": patch })).await["metadata"], expected, "{patch}");
    }
    assert_eq!(scene.patch(&json!({"metadata": null})).await["metadata"], json!({}));
    assert_eq!(scene.stack.record(&scene.key.id).await["version"], 9);
}

#[tokio::test]
async fn merged_metadata_has_at_most_4_kibibytes() {
    let half = |name: &str, size: usize| json!({"metadata": {name: "x".repeat(size)}});
    let scene = Scene::with(half("a", 2000)).await;
    // `{"a":"…","b":"…"}` is 4096 bytes.
    let whole = 4096 - 2000 - 15;
    let answer = scene.stack.patch(&scene.key.id, scene.stack.root(), &half("b", whole + 1)).await;
    assert_eq!(answer.wrong_fields(), ["metadata"]);
    scene.assert_unchanged().await;
    scene.patch(&half("b", whole)).await;
    scene.patch(&json!({"metadata": {"a": null, "c": "x".repeat(2000)}})).await;
}

#[tokio::test]
async fn a_patch_that_changes_nothing_writes_nothing() {
    let scene = Scene::with(rich()).await;
    let mut same = rich();
    same.as_object_mut().unwrap().remove("owner");
    let mut patches: Vec<_> = same.as_object().unwrap().iter().map(|(field, value)| json!({ field: value })).collect();
    patches.extend([
        json!({}),
        same,
        json!({"metadata": {}}),
        json!({"metadata": {"never": null}}),
        json!({"metadata": {"limits": {"burst": 10}}}),
        json!({"permissions": ["orders:read", "orders/items:*", "orders:read"]}),
        json!({"expires_at": "2027-01-01T05:30:00+05:30"}),
    ]);
    for patch in patches {
        let answer = scene.stack.patch(&scene.key.id, scene.stack.root(), &patch).await.expect(200);
        assert_eq!(answer.json(), changed(&scene.key.body, &json!({})), "{patch}");
        assert_eq!(answer.header("etag"), "\"1\"", "{patch}");
    }
    scene.assert_unchanged().await;
}

#[tokio::test]
async fn a_list_is_replaced_whole() {
    let scene = Scene::with(rich()).await;
    let record = scene.patch(&json!({"permissions": ["orders/items:*", "orders:read"], "apis": ["latchkey"]})).await;
    assert_eq!(record["permissions"], json!(["orders/items:*", "orders:read"]));
    assert_eq!(record["apis"], json!(["latchkey"]));
}

#[tokio::test]
async fn a_key_is_given_only_api_sets_that_exist_or_that_it_names_already() {
    let stack = TestStack::start().await;
    for set in ["orders", "reports"] {
        stack.put_set(set, stack.root(), &json!({"routes": ["GET /demo/*"]})).await.expect(201);
    }
    let key = stack.create(json!({"apis": ["orders"]})).await;
    let answer = stack.patch(&key.id, stack.root(), &json!({"apis": ["orders", "report"]})).await;
    assert_eq!(answer.wrong_fields(), ["apis"]);
    assert!(answer.text.contains("\\\"reports\\\""), "{answer:?}");
    stack.delete("/apis/orders?force=true", stack.root()).await.expect(200);
    // What it still names opens nothing, and stands in nobody's way.
    stack.patch(&key.id, stack.root(), &json!({"apis": ["orders", "reports"]})).await.expect(200);
    let other = stack.post("/keys", stack.root(), &minimal_with(json!({"apis": ["orders"]}))).await;
    assert_eq!(other.wrong_fields(), ["apis"]);
}
