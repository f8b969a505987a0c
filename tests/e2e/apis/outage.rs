//! The table does not answer: known sets serve for a while, and nothing is opened for want of them.

use serde_json::json;

use super::{set, write};
use crate::support::{
    Key, TestStack,
    proxy::{Mode, Proxy},
};

struct Scene {
    proxy: Proxy,
    stack: TestStack,
    key: Key,
}

impl Scene {
    /// A stack whose sets were read, if `is_warm`.
    async fn start(settings: &[(&str, &str)], is_warm: bool) -> Self {
        let proxy = Proxy::start().await;
        let stack = TestStack::on_table(proxy.url(), settings).await;
        set(&stack, "orders", &["GET /demo/orders"]).await;
        write(&stack, "open", json!({"routes": ["GET /demo/open"], "key_required": false})).await.expect(201);
        let key = stack.create(json!({"apis": ["orders"]})).await;
        if is_warm {
            stack.get("/demo/orders", &key.text).await.expect(200);
        }
        Self { proxy, stack, key }
    }

    async fn assert(&self, own: u16, other: u16, open: u16, closed: u16) {
        for (path, key, expected) in [
            ("/demo/orders", &*self.key.text, own),
            ("/demo/other", &self.key.text, other),
            ("/demo/open", "", open),
            ("/demo/open", "hello", open),
            ("/demo/other", "", closed),
        ] {
            let answer = self.stack.get(path, key).await;
            assert_eq!(answer.status, expected, "{path} {key}: {answer:?}");
            if expected == 500 {
                assert_eq!(answer.text, r#"{"message":"Internal Server Error"}"#);
            }
        }
    }
}

#[tokio::test]
async fn known_sets_serve_for_as_long_as_they_may_be_stale_and_no_longer() {
    for mode in [Mode::Refuse, Mode::Fail, Mode::Throttle] {
        let scene = Scene::start(&[], true).await;
        scene.proxy.set(mode);
        for seconds in [0, 9, 1, 59] {
            scene.stack.clock.advance_seconds(seconds);
            scene.assert(200, 403, 200, 401).await;
        }
        for seconds in [1, 600] {
            scene.stack.clock.advance_seconds(seconds);
            scene.assert(500, 500, 401, 401).await;
        }
        scene.proxy.set(Mode::Pass);
        scene.assert(200, 403, 200, 401).await;
    }
}

#[tokio::test]
async fn without_staleness_sets_end_with_the_cache() {
    let scene = Scene::start(&[("STALE_SECONDS", "0")], true).await;
    scene.proxy.set(Mode::Fail);
    scene.stack.clock.advance_seconds(9);
    scene.assert(200, 403, 200, 401).await;
    scene.stack.clock.advance_seconds(1);
    scene.assert(500, 500, 401, 401).await;
}

#[tokio::test]
async fn sets_that_were_never_read_open_nothing() {
    for mode in [Mode::Refuse, Mode::Fail] {
        let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "0")], true).await;
        scene.proxy.set(mode);
        scene.assert(500, 500, 401, 401).await;
    }
    // The key's record is known, its sets are not: the first request of all ends half way.
    let scene = Scene::start(&[], false).await;
    let other = scene.stack.create(json!({"apis": ["*"]})).await;
    scene.stack.get("/demo/orders", &other.text).await.expect(200);
    scene.proxy.set(Mode::Fail);
    scene.stack.get("/demo/orders", &scene.key.text).await.expect(500);
    scene.stack.get("/demo/orders", &other.text).await.expect(200);
    // An admin route is nothing that a set opens.
    let refused = scene.stack.get("/keys", &other.text).await.status;
    assert!([403, 500].contains(&refused), "{refused}");
}

#[tokio::test]
async fn what_sets_became_meanwhile_is_seen_as_soon_as_the_table_answers() {
    let scene = Scene::start(&[], true).await;
    let elsewhere = TestStack::on_table(scene.proxy.direct_url(), &[]).await;
    scene.proxy.set(Mode::Fail);
    write(&elsewhere, "orders", json!({"routes": ["GET /demo/other"]})).await.expect(200);
    elsewhere.delete("/apis/open", elsewhere.root()).await.expect(200);
    scene.stack.clock.advance_seconds(10);
    scene.assert(200, 403, 200, 401).await;
    scene.proxy.set(Mode::Pass);
    scene.assert(403, 200, 401, 401).await;
    // And it stays so when the table is gone again.
    scene.proxy.set(Mode::Fail);
    scene.stack.clock.advance_seconds(10);
    scene.assert(403, 200, 401, 401).await;
}

#[tokio::test]
async fn an_outage_is_told_to_writers_of_sets_and_nothing_more() {
    let scene = Scene::start(&[], true).await;
    let (stack, root) = (&scene.stack, scene.stack.root());
    stack.get("/apis", root).await.expect(200);
    scene.proxy.set(Mode::Fail);
    for answer in [
        stack.get("/apis", root).await,
        stack.get("/apis/orders", root).await,
        stack.delete("/apis/orders", root).await,
        write(stack, "orders", json!({"routes": []})).await,
        stack.get("/audit", root).await,
        stack.post("/verify", root, &json!({"key": scene.key.text})).await,
    ] {
        let problem = answer.problem(503);
        assert_eq!(problem["type"], "urn:latchkey:problem:unavailable");
        assert!(!answer.text.contains("inner detail"), "{answer:?}");
    }
}
