//! A write and its event land together, or neither does, wherever the table fails.

use serde_json::{Value, json};

use super::all;
use crate::{
    apis::{patch, put},
    support::{
        Answer, TestStack, minimal,
        proxy::{Mode, Proxy},
    },
};

/// The writes.
const WRITES: [&str; 7] = ["create", "update", "revoke", "restore", "put a new set", "put a set", "delete a set"];

/// One target for each write.
struct Scene {
    proxy: Proxy,
    stack: TestStack,
    /// The same table past the proxy.
    direct: TestStack,
    key: String,
    revoked: String,
}

impl Scene {
    async fn start() -> Self {
        let proxy = Proxy::start().await;
        let stack = TestStack::on_table(proxy.url(), &[]).await;
        let direct = TestStack::on_table(proxy.direct_url(), &[]).await;
        let (key, revoked) = (stack.create(json!({})).await.id, stack.create(json!({})).await.id);
        stack.delete(&format!("/keys/{revoked}"), stack.root()).await.expect(200);
        for name in ["there", "leaving"] {
            put(&stack, &format!("/apis/{name}"), stack.root(), &json!({"routes": ["GET /a"]})).await.expect(201);
        }
        // What the authorizer needs to know is known.
        stack.get("/keys", stack.root()).await.expect(200);
        Self { proxy, stack, direct, key, revoked }
    }

    async fn write(&self, write: &str) -> Answer {
        let (stack, root) = (&self.stack, self.stack.root());
        match write {
            "create" => {
                let mut body = minimal();
                body["name"] = json!("together");
                stack.post("/keys", root, &body).await
            }
            "update" => patch(stack, &format!("/keys/{}", self.key), root, &json!({"description": "new"})).await,
            "revoke" => stack.delete(&format!("/keys/{}", self.key), root).await,
            "restore" => stack.post(&format!("/keys/{}/restore", self.revoked), root, &json!({})).await,
            "put a new set" => put(stack, "/apis/new", root, &json!({"routes": ["GET /b"]})).await,
            "put a set" => put(stack, "/apis/there", root, &json!({"routes": ["GET /b"]})).await,
            _ => stack.delete("/apis/leaving", root).await,
        }
    }

    /// How often the write has taken effect, seen past the proxy.
    async fn effects(&self, write: &str) -> usize {
        let (api, root) = (&self.direct, self.direct.root());
        let shown = async |path: String| api.get(&path, root).await;
        let key = async |id: &str| shown(format!("/keys/{id}")).await.expect(200).json();
        let is_so = match write {
            "create" => return api.list_all("name=together", 100).await.len(),
            "update" => key(&self.key).await["description"] == "new",
            "revoke" => key(&self.key).await["state"] == "revoked",
            "restore" => key(&self.revoked).await["state"] == "active",
            "put a new set" => shown("/apis/new".to_owned()).await.status == 200,
            "put a set" => shown("/apis/there".to_owned()).await.expect(200).json()["routes"] == json!(["GET /b"]),
            _ => shown("/apis/leaving".to_owned()).await.status == 404,
        };
        usize::from(is_so)
    }

    async fn events(&self) -> Vec<Value> {
        all(&self.direct, "/audit", self.direct.root(), 100).await
    }
}

async fn assert_together(mode: Mode, failures: usize) {
    for write in WRITES {
        let scene = Scene::start().await;
        let before = scene.events().await.len();
        scene.proxy.set_for(mode, failures);
        let answer = scene.write(write).await;
        scene.proxy.set(Mode::Pass);
        let (told, effects) = (scene.events().await.len() - before, scene.effects(write).await);
        let why = format!("{write} with {failures} times {mode:?}: {answer:?}");
        assert_eq!(told, effects, "{why}");
        match answer.status {
            200 | 201 => assert_eq!(told, 1, "{why}"),
            // Whether what was lost took effect, nobody can tell; that it did at most once, we can.
            500 | 503 => assert!(told <= usize::from(mode == Mode::LoseAnswer), "{why}"),
            _ => panic!("{why}"),
        }
        if answer.status == 503 && told == 0 {
            let again = scene.write(write).await.status;
            assert!([200, 201].contains(&again), "{why}: {again}");
            assert_eq!((scene.events().await.len() - before, scene.effects(write).await), (1, 1), "{why}");
        }
    }
}

#[tokio::test]
async fn a_write_that_is_tried_again_is_told_of_once() {
    for mode in [Mode::Fail, Mode::LoseAnswer] {
        assert_together(mode, 1).await;
    }
}

#[tokio::test]
async fn a_write_whose_answers_all_get_lost_is_told_of_at_most_once() {
    assert_together(Mode::LoseAnswer, 100).await;
}

#[tokio::test]
async fn a_write_that_fails_is_not_told_of() {
    assert_together(Mode::Fail, 100).await;
}

#[tokio::test]
async fn a_write_that_fails_in_the_middle_is_not_told_of() {
    for failures in [2, 3] {
        assert_together(Mode::Fail, failures).await;
        assert_together(Mode::LoseAnswer, failures).await;
    }
}
