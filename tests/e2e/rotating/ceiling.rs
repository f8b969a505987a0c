//! Who may rotate which key: whoever holds the new text has all that the key has, so the caller must have it, too.

use serde_json::{Value, json};

use super::{DAY, WITHOUT_CACHE, after, previous_until, rotate};
use crate::support::{Answer, Key, TestStack, minimal};

/// A stack with a fine-grained key that may rotate others.
struct Scene {
    stack: TestStack,
    admin: Key,
}

/// What it has.
fn admin() -> Value {
    json!({
        "owner": "a-team", "client_type": "mobile", "permissions": ["keys:rotate", "orders/*:read"],
        "apis": ["latchkey", "orders"], "allowed_cidrs": ["127.0.0.0/8", "10.0.0.0/8"], "expires_in": "30d",
    })
}

impl Scene {
    async fn start() -> Self {
        let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
        for set in ["orders", "reports"] {
            stack.put_set(set, stack.root(), &json!({"routes": [format!("GET /demo/{set}/*")]})).await.expect(201);
        }
        let admin = stack.create(admin()).await;
        Self { stack, admin }
    }

    /// A key of the same owner with these fields instead of what the administrator has.
    async fn key(&self, fields: Value) -> Key {
        let mut body = admin();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.stack.create(body).await
    }

    async fn rotate(&self, key: &Key, body: Value) -> Answer {
        rotate(&self.stack, &key.id, &self.admin.text, &body).await
    }
}

#[tokio::test]
async fn nobody_gets_a_text_of_a_key_that_has_more() {
    for (fields, named) in [
        (json!({"type": "super-user"}), "type: super-user"),
        (json!({"region": "*"}), "region: * of aws"),
        (json!({"provider": "gcp", "region": "us-east1"}), "region: us-east1 of gcp"),
        (json!({"client_type": "partner"}), "client_type: partner"),
        (json!({"permissions": ["keys:rotate", "keys:create"]}), "permissions: keys:create"),
        (json!({"permissions": ["orders/a:write"]}), "permissions: orders/a:write"),
        (json!({"permissions": ["*:*"]}), "permissions: *:*"),
        (json!({"apis": ["orders", "reports"]}), "apis: reports"),
        (json!({"apis": ["*"]}), "apis: *"),
        (json!({"allowed_cidrs": []}), "allowed_cidrs: any address"),
        (json!({"allowed_cidrs": ["10.0.0.0/7"]}), "allowed_cidrs: 10.0.0.0/7"),
        (json!({"expires_in": null}), "expires_at: never"),
        (json!({"expires_in": "31d"}), "expires_at: 2026-12-22T08:00:00Z"),
    ] {
        let scene = Scene::start().await;
        let key = scene.key(fields).await;
        let before = scene.stack.items().await;
        for body in [json!({}), json!({"overlap": "0s", "end_previous": true})] {
            let answer = scene.rotate(&key, body).await;
            answer.names_excess(named);
            assert!(!answer.text.contains("lk_"), "{answer:?}");
        }
        assert!(scene.stack.items().await == before, "the table has changed: {named}");
        // That it is switched off makes no difference: somebody may switch it on.
        scene.stack.patch(&key.id, scene.stack.root(), &json!({"enabled": false})).await.expect(200);
        scene.rotate(&key, json!({})).await.names_excess(named);
    }
}

#[tokio::test]
async fn a_key_with_no_more_than_the_callers_can_be_rotated() {
    for fields in [
        json!({}),
        json!({"permissions": [], "apis": [], "client_type": null}),
        json!({"permissions": ["orders/a:read"], "apis": ["orders"], "allowed_cidrs": ["10.1.0.0/16"]}),
        json!({"expires_in": "1d", "metadata": {"a": 1}, "off_the_record": true}),
        json!({"enabled": false}),
    ] {
        let scene = Scene::start().await;
        let key = scene.key(fields.clone()).await;
        scene.stack.clock.advance_seconds(1);
        let answer = scene.rotate(&key, json!({})).await.expect(200);
        let text = answer.json()["key"].as_str().unwrap().to_owned();
        assert_ne!(text, key.text, "{fields}");
        let verdict = scene.stack.verdict(&json!({"key": text, "ip": "10.1.2.3"})).await;
        assert_eq!(verdict["key_id"], key.id, "{fields}");
        assert_eq!(scene.stack.events(&key.id).await[0]["actor"], scene.admin.id, "{fields}");
    }
}

#[tokio::test]
async fn a_key_may_rotate_itself() {
    let scene = Scene::start().await;
    let mut text = scene.admin.text.clone();
    for version in 2..5 {
        let answer = rotate(&scene.stack, &scene.admin.id, &text, &json!({"end_previous": true})).await.expect(200);
        let body = answer.json();
        assert_eq!((&body["version"], &body["id"]), (&json!(version), &json!(scene.admin.id)));
        assert_eq!(
            (&body["permissions"], &body["expires_at"]),
            (&json!(admin()["permissions"]), &json!(after(30 * DAY)))
        );
        body["key"].as_str().unwrap().clone_into(&mut text);
    }
    // With a text on its way out, too, as long as that works.
    let last = rotate(&scene.stack, &scene.admin.id, &text, &json!({"overlap": "1h", "end_previous": true})).await;
    assert_eq!(*previous_until(&last.expect(200).json()), json!(after(3600)));
    rotate(&scene.stack, &scene.admin.id, &text, &json!({"overlap": "0s", "end_previous": true})).await.expect(200);
    scene.stack.post(&format!("/keys/{}/rotate", scene.admin.id), &text, &json!({})).await.expect(401);
}

#[tokio::test]
async fn no_rotation_gives_a_key_a_longer_life_than_its_rotator() {
    let scene = Scene::start().await;
    let key = scene.key(json!({"expires_in": "1d"})).await;
    let before = scene.stack.items().await;
    for own in [&key, &scene.admin] {
        scene.rotate(own, json!({"expires_in": "31d"})).await.names_excess("expires_at: 2026-12-22T08:00:00Z");
        let second_more = json!({"expires_at": after(30 * DAY + 1)});
        scene.rotate(own, second_more).await.names_excess("expires_at: 2026-12-21T08:00:01Z");
    }
    assert!(scene.stack.items().await == before, "the table has changed");
    let rotated = scene.rotate(&key, json!({"expires_in": "30d"})).await.expect(200).json();
    assert_eq!(rotated["expires_at"], after(30 * DAY));
    // A key that would live longer than the caller can be rotated if it ends in time.
    let longer = scene.key(json!({"expires_in": null})).await;
    let shortened = scene.rotate(&longer, json!({"expires_in": "7d"})).await.expect(200).json();
    assert_eq!(shortened["expires_at"], after(7 * DAY));
}

#[tokio::test]
async fn rotating_takes_the_right_and_the_set() {
    let scene = Scene::start().await;
    let victim = scene.key(json!({"permissions": [], "apis": []})).await;
    let before = scene.stack.record(&victim.id).await;
    for (apis, permissions, status) in [
        (json!(["*"]), json!(["keys:rotate"]), 403),
        (json!(["orders"]), json!(["*:*"]), 403),
        (json!(["latchkey"]), json!([]), 403),
        (json!(["latchkey"]), json!(["keys:create", "keys:update", "keys:revoke", "keys:verify", "keys:list"]), 403),
        (json!(["latchkey"]), json!(["orders:rotate", "keys/a:rotate"]), 403),
        (json!(["latchkey"]), json!(["keys:rotate"]), 200),
        (json!(["latchkey"]), json!(["keys:*"]), 200),
    ] {
        let caller = scene.key(json!({"apis": apis, "permissions": permissions})).await;
        let answer = rotate(&scene.stack, &victim.id, &caller.text, &json!({"end_previous": true})).await;
        assert_eq!(answer.status, status, "{apis} {permissions}: {answer:?}");
        if status == 403 {
            assert_eq!(scene.stack.record(&victim.id).await, before, "{apis} {permissions}");
        }
    }
    let path = format!("/keys/{}/rotate", victim.id);
    for key in ["", "wrong", &crate::support::with_wrong_secret(scene.stack.root())] {
        scene.stack.post(&path, key, &minimal()).await.expect(401);
    }
}
