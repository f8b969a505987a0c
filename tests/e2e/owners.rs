//! Whose keys: a fine-grained caller acts on those of its own owner alone, and hands on no more than it has.

mod ceiling;
pub(crate) mod dice;
mod minting;
mod sets;

use serde_json::{Value, json};

use crate::support::{Answer, Key, TestStack, minimal_with};

/// What the fine-grained administrator of [`Scene`] has.
fn admin() -> Value {
    json!({
        "name": "admin", "owner": "a-team", "client_type": "mobile", "permissions": ["keys:*", "audit:*", "orders/*:read"],
        "apis": ["latchkey", "orders"], "allowed_cidrs": ["127.0.0.0/8", "10.0.0.0/8"], "expires_in": "30d",
    })
}

/// What a key may have that it makes.
fn child() -> Value {
    json!({"name": "child", "apis": ["orders"], "allowed_cidrs": ["10.0.0.0/8"], "expires_in": "1d"})
}

/// A stack with a fine-grained administrator, and without a cache.
struct Scene {
    stack: TestStack,
    admin: Key,
}

impl Scene {
    async fn start() -> Self {
        let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
        for set in ["orders", "reports"] {
            stack.put_set(set, stack.root(), &json!({"routes": [format!("GET /demo/{set}/*")]})).await.expect(201);
        }
        let admin = stack.create(admin()).await;
        Self { stack, admin }
    }

    /// Asks for a key as the administrator: a [`child`] with these fields.
    async fn post(&self, fields: Value) -> Answer {
        let mut body = minimal_with(child());
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.stack.post("/keys", &self.admin.text, &body).await
    }

    /// Makes a [`child`] of the same owner as the root key would, which may be stronger than the administrator.
    async fn make(&self, fields: Value) -> Key {
        let mut body = child();
        body["owner"] = json!("a-team");
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.stack.create(body).await
    }

    async fn patch(&self, key: &Key, patch: Value) -> Answer {
        self.stack.patch(&key.id, &self.admin.text, &patch).await
    }
}

#[tokio::test]
async fn a_fine_grained_caller_makes_keys_of_its_own_owner() {
    let scene = Scene::start().await;
    for fields in [json!({}), json!({"owner": null}), json!({"owner": "a-team"})] {
        let made = scene.post(fields).await.expect(201).json();
        assert_eq!((&made["owner"], &made["created_by"]), (&json!("a-team"), &json!(scene.admin.id)));
    }
    let before = scene.stack.items().await;
    for owner in ["b-team", "root", "A-team"] {
        let problem = scene.post(json!({"owner": owner})).await.problem(403);
        assert_eq!(problem["type"], "urn:latchkey:problem:forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("owner"), "{problem}");
    }
    let problem = scene.post(json!({"type": "super-user"})).await.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("type: super-user"), "{problem}");
    scene.post(json!({"type": "super-user", "owner": "b-team"})).await.problem(403);
    assert!(scene.stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn other_owners_keys_do_not_exist_on_any_route() {
    let scene = Scene::start().await;
    let stack = &scene.stack;
    let other = stack.create(json!({"owner": "b-team"})).await;
    let revoked = stack.create(json!({"owner": "b-team"})).await;
    stack.revoke(&revoked.id, stack.root()).await.expect(200);
    // The first page that is asked for makes the key that signs cursors.
    stack.get("/audit", stack.root()).await.expect(200);
    let before = stack.items().await;
    let nobody = "0000000000000000";
    let calls = async |id: &str| {
        let (path, key) = (format!("/keys/{id}"), &*scene.admin.text);
        [
            stack.get(&path, key).await,
            stack.get(&format!("{path}/audit"), key).await,
            stack.patch(id, key, &json!({"name": "mine"})).await,
            stack.patch(id, key, &json!({})).await,
            stack.patch_if("*", id, key, &json!({"name": "mine"})).await,
            stack.patch_if("\"9\"", id, key, &json!({"name": "mine"})).await,
            stack.patch(id, key, &json!({"owner": "a-team", "colour": "red"})).await,
            stack.delete(&path, key).await,
            stack.delete(&format!("{path}?reason=mine"), key).await,
            stack.restore(id, key).await,
        ]
    };
    let unknown = calls(nobody).await;
    for id in [&other.id, &revoked.id, &stack.root_id()] {
        for (answer, unknown) in calls(id).await.into_iter().zip(&unknown) {
            let (mut problem, mut expected) = (answer.problem(404), unknown.problem(404));
            for body in [&mut problem, &mut expected] {
                body["request_id"] = json!("");
            }
            assert_eq!((problem, answer.telling_headers()), (expected, unknown.telling_headers()), "{id}");
        }
    }
    assert!(stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn other_owners_keys_are_not_told_from_keys_that_do_not_exist() {
    let scene = Scene::start().await;
    let stack = &scene.stack;
    let own = scene.make(json!({})).await;
    let other = stack.create(json!({"owner": "b-team"})).await;
    let brought = stack.create(json!({"owner": "b-team", "value": "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj"})).await;
    let ask = async |text: &str| {
        let question = json!({"key": text, "ip": "10.0.0.1"});
        stack.post("/verify", &scene.admin.text, &question).await.expect(200).json()
    };
    assert_eq!(ask(&own.text).await["code"], "VALID");
    let unknown = ask(&crate::support::with_unknown_id(&own.text)).await;
    assert_eq!(unknown["code"], "NOT_FOUND");
    for text in [&other.text, &brought.text, stack.root()] {
        assert_eq!(ask(text).await, unknown);
    }
}

#[tokio::test]
async fn a_fine_grained_caller_lists_only_its_own_owners_keys() {
    let scene = Scene::start().await;
    let stack = &scene.stack;
    let own = scene.make(json!({})).await;
    stack.create(json!({"owner": "b-team", "name": "child"})).await;
    let list = async |query: &str| {
        let page = stack.get(&format!("/keys?{query}"), &scene.admin.text).await.expect(200).json();
        assert_eq!(page["next_cursor"], json!(null));
        let ids = page["keys"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap().to_owned());
        let mut ids: Vec<_> = ids.collect();
        ids.sort();
        ids
    };
    let mut both = [own.id.clone(), scene.admin.id.clone()];
    both.sort();
    assert_eq!(list("").await, both);
    assert_eq!(list("owner=a-team").await, both);
    assert_eq!(list("name=child").await, [own.id]);
    for query in ["owner=b-team", "owner=root", "owner=nobody", "type=super-user"] {
        assert!(list(query).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn a_fine_grained_caller_is_told_only_of_its_own_owners_keys() {
    let scene = Scene::start().await;
    let stack = &scene.stack;
    let own = scene.make(json!({})).await;
    let other = stack.create(json!({"owner": "b-team"})).await;
    stack.revoke(&other.id, stack.root()).await.expect(200);
    scene.patch(&own, json!({"name": "renamed"})).await.expect(200);
    let told = async |query: &str| {
        let page = stack.get(&format!("/audit?{query}"), &scene.admin.text).await.expect(200).json();
        page["events"].as_array().unwrap().clone()
    };
    // Two were made, one edited; nothing of API sets either.
    let all = told("").await;
    assert_eq!(all.len(), 3, "{all:?}");
    for event in all {
        assert_eq!((&event["owner"], &event["api"]), (&json!("a-team"), &json!(null)), "{event}");
    }
    assert!(told("action=key.revoked").await.is_empty());
    assert_eq!(told(&format!("actor={}", scene.admin.id)).await.len(), 1);
}

#[tokio::test]
async fn a_fine_grained_caller_can_end_keys_of_its_owner_that_are_stronger_than_itself() {
    let scene = Scene::start().await;
    let stronger = scene.make(json!({"type": "super-user"})).await;
    scene.stack.revoke(&stronger.id, &scene.admin.text).await.expect(200);
    scene.stack.get("/demo/hello", &stronger.text).await.expect(401);
    let problem = scene.stack.restore(&stronger.id, &scene.admin.text).await.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("type: super-user"), "{problem}");
}
