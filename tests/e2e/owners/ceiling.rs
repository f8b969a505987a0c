//! The ceiling: whatever a key is given, its giver has it too. A refusal names what is too much.

use serde_json::{Value, json};

use super::{Scene, child};

/// Fields that reach beyond the administrator's, and how a refusal names them.
fn excesses() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"permissions": ["orders/a:write"]}), "permissions: orders/a:write"),
        (json!({"permissions": ["orders/a:*"]}), "permissions: orders/a:*"),
        (json!({"permissions": ["orders:read"]}), "permissions: orders:read"),
        (json!({"permissions": ["*:read"]}), "permissions: *:read"),
        (json!({"permissions": ["apis:write"]}), "permissions: apis:write"),
        (json!({"permissions": ["keys/a:create"]}), "permissions: keys/a:create"),
        (json!({"permissions": ["keys:list", "orders/a/b:read", "*:*"]}), "permissions: *:*"),
        (json!({"apis": ["reports"]}), "apis: reports"),
        (json!({"apis": ["orders", "*"]}), "apis: *"),
        (json!({"client_type": "partner"}), "client_type: partner"),
        (json!({"client_type": "Mobile"}), "client_type: Mobile"),
        (json!({"allowed_cidrs": []}), "allowed_cidrs: any address"),
        (json!({"allowed_cidrs": null}), "allowed_cidrs: any address"),
        (json!({"allowed_cidrs": ["10.0.0.0/7"]}), "allowed_cidrs: 10.0.0.0/7"),
        (json!({"allowed_cidrs": ["10.1.0.0/16", "192.0.2.7"]}), "allowed_cidrs: 192.0.2.7/32"),
        (json!({"allowed_cidrs": ["::/0"]}), "allowed_cidrs: ::/0"),
        (json!({"allowed_cidrs": ["0.0.0.0/0"]}), "allowed_cidrs: 0.0.0.0/0"),
        (json!({"expires_in": "31d"}), "expires_at: 2026-12-22T08:00:00Z"),
        (json!({"expires_in": null, "expires_at": "2026-12-21T08:00:01Z"}), "expires_at: 2026-12-21T08:00:01Z"),
        (json!({"expires_in": null, "expires_at": null}), "expires_at: never"),
    ]
}

/// Fields that do not.
fn within() -> Vec<Value> {
    vec![
        json!({"permissions": ["keys:*", "audit:*", "orders/*:read"]}),
        json!({"permissions": ["keys:create", "audit:read", "orders/a/b:read", "orders/*/b:read"]}),
        json!({"apis": ["latchkey", "orders"]}),
        json!({"apis": []}),
        json!({"client_type": "mobile"}),
        json!({"allowed_cidrs": ["10.0.0.0/9", "10.128.0.0/9", "127.0.0.1", "::ffff:10.1.2.3"]}),
        json!({"expires_in": "30d"}),
        json!({"expires_in": null, "expires_at": "2026-12-21T08:00:00Z"}),
        json!({"off_the_record": true, "postback_url": "https://hooks.acme.com/", "metadata": {"a": 1}}),
        json!({"enabled": false, "description": "off"}),
    ]
}

#[tokio::test]
async fn a_new_key_has_no_more_than_its_maker() {
    let scene = Scene::start().await;
    for fields in within() {
        scene.post(fields).await.expect(201);
    }
    let before = scene.stack.items().await;
    for (fields, named) in excesses() {
        scene.post(fields).await.names_excess(named);
    }
    for (provider, region, named) in [
        ("aws", "*", "region: * of aws"),
        ("aws", "eu-west-1", "region: eu-west-1 of aws"),
        ("gcp", "us-east1", "region: us-east1 of gcp"),
    ] {
        scene.post(json!({"provider": provider, "region": region})).await.names_excess(named);
    }
    assert!(scene.stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn everything_that_is_too_much_is_named_at_once() {
    let scene = Scene::start().await;
    let fields = json!({
        "type": "super-user", "region": "*", "client_type": "partner", "permissions": ["apis:write", "a:b"],
        "apis": ["*", "reports"], "allowed_cidrs": [], "expires_in": null
    });
    let answer = scene.post(fields).await;
    for named in [
        "type: super-user",
        "region: * of aws",
        "client_type: partner",
        "permissions: apis:write",
        "permissions: a:b",
        "apis: *",
        "apis: reports",
        "allowed_cidrs: any address",
        "expires_at: never",
    ] {
        answer.names_excess(named);
    }
}

#[tokio::test]
async fn no_edit_gives_a_key_more_than_its_editor_has() {
    let scene = Scene::start().await;
    for fields in within() {
        let key = scene.make(json!({})).await;
        scene.patch(&key, fields).await.expect(200);
    }
    let key = scene.make(json!({})).await;
    let before = scene.stack.items().await;
    for (fields, named) in excesses() {
        // A patch takes an end away by one null alone.
        let mut fields = fields;
        let members = fields.as_object_mut().unwrap();
        if members.contains_key("expires_at") {
            members.remove("expires_in");
        }
        scene.patch(&key, fields).await.names_excess(named);
    }
    assert!(scene.stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn a_caller_cannot_widen_itself() {
    let scene = Scene::start().await;
    for (fields, named) in [
        (json!({"permissions": ["keys:*", "apis:*"]}), "permissions: apis:*"),
        (json!({"apis": ["latchkey", "*"]}), "apis: *"),
        (json!({"allowed_cidrs": []}), "allowed_cidrs: any address"),
        (json!({"expires_at": null}), "expires_at: never"),
    ] {
        scene.patch(&scene.admin, fields).await.names_excess(named);
    }
    // It may make itself less, and then that is its ceiling.
    scene.patch(&scene.admin, json!({"permissions": ["keys:*"]})).await.expect(200);
    scene.patch(&scene.admin, json!({"permissions": ["keys:*", "audit:read"]})).await.names_excess("audit:read");
}

#[tokio::test]
async fn a_key_that_has_more_can_be_edited_as_long_as_it_gains_nothing() {
    for (more, named) in excesses() {
        let scene = Scene::start().await;
        let key = scene.make(more).await;
        let narrower = json!({"name": "renamed", "description": "x", "metadata": {"a": 1}, "off_the_record": true});
        scene.patch(&key, narrower).await.expect(200);
        // What it has may stay, but nothing may come to it.
        let other = if named.starts_with("permissions") {
            json!({"client_type": "mobile"})
        } else {
            json!({"permissions": ["keys:list"]})
        };
        scene.patch(&key, other.clone()).await.names_excess(named);
        // Brought down to what the editor has, it can be given anything that the editor has.
        let mut patch = child();
        let members = patch.as_object_mut().unwrap();
        members.insert("permissions".to_owned(), json!([]));
        members.insert("client_type".to_owned(), json!(null));
        members.extend(other.as_object().unwrap().clone());
        scene.patch(&key, patch).await.expect(200);
    }
}

#[tokio::test]
async fn a_key_that_has_more_is_not_brought_back_to_life() {
    let scene = Scene::start().await;
    for (more, named) in excesses() {
        let key = scene.make(more.clone()).await;
        // Switching off and revoking take rights away.
        scene.patch(&key, json!({"enabled": false})).await.expect(200);
        scene.patch(&key, json!({"enabled": true})).await.names_excess(named);
        scene.patch(&key, json!({"enabled": true, "name": "on"})).await.names_excess(named);
        scene.stack.revoke(&key.id, &scene.admin.text).await.expect(200);
        scene.stack.restore(&key.id, &scene.admin.text).await.names_excess(named);
        assert_eq!(scene.stack.record(&key.id).await["state"], "revoked", "{more}");
    }
    let key = scene.make(json!({})).await;
    scene.patch(&key, json!({"enabled": false})).await.expect(200);
    scene.patch(&key, json!({"enabled": true})).await.expect(200);
    scene.stack.revoke(&key.id, &scene.admin.text).await.expect(200);
    scene.stack.restore(&key.id, &scene.admin.text).await.expect(200);
}

#[tokio::test]
async fn a_key_that_has_more_is_not_given_a_longer_life() {
    let scene = Scene::start().await;
    let key = scene.make(json!({"permissions": ["a:b"], "expires_in": "1h"})).await;
    scene.patch(&key, json!({"expires_in": "2h"})).await.names_excess("permissions: a:b");
    scene.patch(&key, json!({"expires_in": "30m"})).await.expect(200);
    scene.stack.clock.advance_seconds(1800);
    scene.patch(&key, json!({"expires_in": "1h"})).await.names_excess("permissions: a:b");
}

#[tokio::test]
async fn a_super_user_is_bounded_by_nothing() {
    let scene = Scene::start().await;
    let boss = json!({"type": "super-user", "owner": "a-team", "allowed_cidrs": ["127.0.0.1"], "expires_in": "1d"});
    let boss = scene.stack.create(boss).await;
    for (fields, _) in excesses() {
        let key = scene.make(json!({})).await;
        let mut fields = fields;
        let members = fields.as_object_mut().unwrap();
        if members.contains_key("expires_at") {
            members.remove("expires_in");
        }
        scene.stack.patch(&key.id, &boss.text, &fields).await.expect(200);
    }
}
