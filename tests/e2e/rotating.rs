//! Keys that get a new text: `POST /keys/{id}/rotate`.

mod another;
mod bodies;
mod brought;
mod ceiling;
mod life;
mod lost;
mod overlap;
mod pending;
mod races;
mod states;
mod traces;

use serde_json::{Value, json};

use crate::support::{Answer, Key, START, TestStack, shape};

/// A minute after [`START`].
const LATER: &str = "2026-11-21T08:01:00Z";
const DAY: u64 = 86_400;
const WITHOUT_CACHE: (&str, &str) = ("CACHE_TTL_SECONDS", "0");

/// [`START`] and so many seconds.
fn after(seconds: u64) -> String {
    let start: jiff::Timestamp = START.parse().unwrap();
    (start + std::time::Duration::from_secs(seconds)).to_string()
}

/// Asks for a new text of a key.
async fn rotate(stack: &TestStack, id: &str, key: &str, body: &Value) -> Answer {
    stack.post(&format!("/keys/{id}/rotate"), key, body).await
}

/// A stack with one key.
struct Scene {
    stack: TestStack,
    key: Key,
}

impl Scene {
    /// One without a cache, whose key has these fields.
    async fn start(fields: Value) -> Self {
        Self::with(&[WITHOUT_CACHE], fields).await
    }

    /// One with these settings, whose key has these fields.
    async fn with(settings: &[(&str, &str)], fields: Value) -> Self {
        let stack = TestStack::with_settings(settings).await;
        let key = stack.create(fields).await;
        Self { stack, key }
    }

    /// Asks for a new text as the root key.
    async fn ask(&self, body: Value) -> Answer {
        rotate(&self.stack, &self.key.id, self.stack.root(), &body).await
    }

    /// The key with a new text, which the root key has to get.
    async fn rotate(&self, body: Value) -> Key {
        let answer = self.ask(body).await.expect(200);
        let body = answer.json();
        assert_eq!((&body["id"], answer.header("cache-control")), (&json!(self.key.id), "no-store"));
        assert_eq!(answer.header("etag"), format!("\"{}\"", body["version"]));
        Key { id: self.key.id.clone(), text: body["key"].as_str().unwrap().to_owned(), body }
    }

    async fn patch(&self, patch: Value) -> Value {
        self.stack.patch(&self.key.id, self.stack.root(), &patch).await.expect(200).json()
    }

    async fn record(&self) -> Value {
        self.stack.record(&self.key.id).await
    }

    /// Asserts that a text is one of the key's, at the door and to `/verify`.
    async fn assert_works(&self, text: &str) {
        let told = self.stack.get("/demo/hello", text).await.expect(200).json();
        assert_eq!(told["context"]["key_id"], self.key.id);
        let verdict = self.stack.verdict(&json!({"key": text, "ip": "127.0.0.1"})).await;
        assert_eq!((&verdict["code"], &verdict["key_id"]), (&json!("VALID"), &json!(self.key.id)));
    }

    /// Asserts that a text is nobody's any more: whoever has it is told nothing of the key.
    async fn assert_ended(&self, text: &str) {
        assert_eq!(self.stack.get("/demo/hello", text).await.expect(401).text, r#"{"message":"Unauthorized"}"#);
        let verdict = self.stack.verdict(&json!({"key": text, "ip": "127.0.0.1"})).await;
        assert_eq!((&verdict["code"], &verdict["key_id"]), (&json!("NOT_FOUND"), &json!(null)));
        assert_eq!((&verdict["owner"], &verdict["expires_at"]), (&json!(null), &json!(null)));
    }

    /// Asserts that a text is one of the key's, which is refused with this code.
    async fn assert_refused(&self, text: &str, code: &str) {
        self.stack.get("/demo/hello", text).await.expect(401);
        let verdict = self.stack.verdict(&json!({"key": text, "ip": "127.0.0.1"})).await;
        assert_eq!((&verdict["code"], &verdict["key_id"]), (&json!(code), &json!(self.key.id)));
    }
}

/// The end of the previous text in a record.
fn previous_until(record: &Value) -> &Value {
    let rotation = record.get("rotation").unwrap();
    if rotation.is_null() {
        return rotation;
    }
    assert_eq!(rotation.as_object().unwrap().len(), 1, "{rotation}");
    &rotation["previous_valid_until"]
}

/// A key that has something in every field.
fn rich() -> Value {
    json!({
        "name": "rich", "description": "what it is for", "owner": "a-team", "client_type": "mobile", "region": "*",
        "permissions": ["orders:read", "orders/items:*"], "apis": ["*", "latchkey"],
        "allowed_cidrs": ["127.0.0.0/8", "2001:db8::/32"], "off_the_record": true,
        "postback_url": "https://hooks.acme.com/keys", "expires_at": "2027-01-01T00:00:00Z",
        "metadata": {"plan": "gold", "limits": {"rps": 5, "burst": 10}, "tags": ["a", "b"]},
    })
}

#[tokio::test]
async fn the_new_text_works_at_once_and_all_else_stays() {
    for fields in [rich(), json!({}), json!({"type": "super-user", "region": "*"})] {
        let scene = Scene::start(fields).await;
        let before = scene.stack.get("/demo/hello", &scene.key.text).await.expect(200).json();
        scene.stack.clock.set(LATER);
        let rotated = scene.rotate(json!({})).await;
        let new = &rotated.text;
        assert!(shape::is_key("lk", new) && *new != scene.key.text, "another shape or the same text");
        assert_eq!(crate::support::id_of(new), scene.key.id);

        // Nothing is different but what tells of the text.
        let mut expected = scene.key.body.clone();
        expected.as_object_mut().unwrap().remove("warnings");
        expected["key"] = json!(new);
        expected["hint"] = json!(format!("lk_{}…{}", scene.key.id.split_at(4).0, new.split_at(new.len() - 4).1));
        expected["rotation"] = json!({"previous_valid_until": "2026-11-22T08:01:00Z"});
        (expected["updated_at"], expected["version"]) = (json!(LATER), json!(2));
        assert_eq!(rotated.body, expected);
        assert_ne!(rotated.body["hint"], scene.key.body["hint"]);
        expected.as_object_mut().unwrap().remove("key");
        assert_eq!(scene.record().await, expected);
        assert_eq!(scene.stack.list_all(&format!("name={}", expected["name"].as_str().unwrap()), 25).await, [expected]);

        // What a backend is told is the same for both texts.
        for text in [new, &scene.key.text] {
            assert_eq!(scene.stack.get("/demo/hello", text).await.expect(200).json(), before);
            scene.assert_works(text).await;
        }
    }
}

#[tokio::test]
async fn the_new_text_works_right_after_the_old_one_was_used() {
    for times in 1..4 {
        // With the cache that there is by default.
        let scene = Scene::with(&[], json!({})).await;
        let mut old = scene.key.text.clone();
        for _ in 0..times {
            scene.assert_works(&old).await;
            let new = scene.rotate(json!({"end_previous": true})).await.text;
            scene.assert_works(&new).await;
            scene.assert_works(&old).await;
            scene.assert_works(&new).await;
            old = new;
        }
    }
}

#[tokio::test]
async fn nothing_but_the_two_texts_is_the_keys() {
    let scene = Scene::start(json!({})).await;
    let new = scene.rotate(json!({})).await.text;
    for text in [&new, &scene.key.text] {
        scene.assert_ended(&crate::support::with_wrong_secret(text)).await;
        scene.assert_ended(&crate::support::with_unknown_id(text)).await;
        scene.assert_works(text).await;
    }
}

#[tokio::test]
async fn every_answer_shows_the_overlap_while_it_holds_and_null_after() {
    let scene = Scene::start(json!({})).await;
    let (stack, id) = (&scene.stack, &scene.key.id);
    let shown = async || {
        let patched = scene.patch(json!({"description": stack.record(id).await["version"].to_string()})).await;
        let revoked = stack.revoke(id, stack.root()).await.expect(200).json();
        let restored = stack.restore(id, stack.root()).await.expect(200).json();
        let listed = stack.list_all("name=test", 25).await.remove(0);
        [patched, revoked, restored, listed, scene.record().await].map(|record| previous_until(&record).clone())
    };
    assert_eq!(shown().await, [const { Value::Null }; 5]);
    scene.rotate(json!({"overlap": "1h"})).await;
    for seconds in [0, 1, 3599] {
        stack.clock.set(&after(seconds));
        assert_eq!(shown().await, [(); 5].map(|()| json!(after(3600))), "{seconds}");
    }
    for seconds in [3600, 3601, DAY] {
        stack.clock.set(&after(seconds));
        assert_eq!(shown().await, [const { Value::Null }; 5], "{seconds}");
    }
}
