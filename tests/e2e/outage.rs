//! The table does not answer: what was known serves for a bounded while, what was not is refused, and nobody is told why.

mod instance;
mod repeated;

use serde_json::json;

use crate::support::{
    Answer, Key, TestStack, id_of, minimal,
    proxy::{Mode, Proxy},
    with_unknown_id, with_wrong_secret,
};

/// A stack whose table can fail, with one key that has been used and one that has not.
struct Scene {
    proxy: Proxy,
    stack: TestStack,
    used: Key,
    unused: Key,
}

impl Scene {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let proxy = Proxy::start().await;
        let stack = TestStack::on_table(proxy.url(), settings).await;
        let (used, unused) = (stack.create(json!({})).await, stack.create(json!({})).await);
        stack.get("/demo/hello", &used.text).await.expect(200);
        Self { proxy, stack, used, unused }
    }

    async fn call(&self, key: &Key) -> Answer {
        self.stack.get("/demo/hello", &key.text).await
    }

    /// Every admin call there is, by the root key.
    async fn admin_calls(&self) -> [Answer; 4] {
        let (stack, path) = (&self.stack, format!("/keys/{}", self.used.id));
        let body = minimal();
        let (create, list, show, revoke) = tokio::join!(
            stack.post("/keys", stack.root(), &body),
            stack.get("/keys", stack.root()),
            stack.get(&path, stack.root()),
            stack.delete(&path, stack.root()),
        );
        [create, list, show, revoke]
    }
}

#[track_caller]
fn assert_undecided(answer: &Answer, why: Mode) {
    assert_eq!((answer.status, &*answer.text), (500, r#"{"message":"Internal Server Error"}"#), "{why:?}");
}

/// Asserts that a refusal is a 503 that tells nothing of the table.
#[track_caller]
fn assert_unavailable(answer: &Answer, why: Mode) {
    let problem = answer.problem(503);
    assert_eq!(problem["type"], "urn:latchkey:problem:unavailable", "{why:?}");
    let told = answer.text.to_lowercase();
    for inner in [
        "inner detail",
        "127.0.0.1",
        "dynamodb",
        "throttl",
        "internalserver",
        "timeout",
        "timed out",
        "connect",
        "dispatch",
    ] {
        assert!(!told.contains(inner), "{why:?}: {answer:?}");
    }
}

const FAST: [Mode; 3] = [Mode::Refuse, Mode::Fail, Mode::Throttle];

#[tokio::test]
async fn a_known_key_is_served_for_as_long_as_it_may_be_stale_and_no_longer() {
    for mode in FAST {
        let scene = Scene::start(&[]).await;
        scene.proxy.set(mode);
        scene.call(&scene.used).await.expect(200);
        // 10 seconds of the cache, and 60 more.
        for (seconds, status) in [(9, 200), (1, 200), (59, 200), (1, 500), (600, 500)] {
            scene.stack.clock.advance_seconds(seconds);
            let answer = scene.call(&scene.used).await.expect(status);
            if status == 500 {
                assert_undecided(&answer, mode);
            }
        }
    }
}

#[tokio::test]
async fn how_long_a_key_may_be_stale_can_be_set() {
    let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "5")]).await;
    scene.proxy.set(Mode::Fail);
    for (seconds, status) in [(0, 200), (4, 200), (1, 500)] {
        scene.stack.clock.advance_seconds(seconds);
        scene.call(&scene.used).await.expect(status);
    }
}

#[tokio::test]
async fn nothing_stale_is_served_where_that_is_switched_off() {
    for mode in FAST {
        let scene = Scene::start(&[("STALE_SECONDS", "0")]).await;
        scene.proxy.set(mode);
        scene.stack.clock.advance_seconds(9);
        scene.call(&scene.used).await.expect(200);
        scene.stack.clock.advance_seconds(1);
        assert_undecided(&scene.call(&scene.used).await, mode);
    }
    let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "0")]).await;
    scene.proxy.set(Mode::Fail);
    assert_undecided(&scene.call(&scene.used).await, Mode::Fail);
}

#[tokio::test]
async fn a_key_that_was_never_seen_is_not_let_in() {
    for mode in FAST {
        let scene = Scene::start(&[]).await;
        scene.proxy.set(mode);
        assert_undecided(&scene.call(&scene.unused).await, mode);
        let unknown = with_unknown_id(&scene.used.text);
        assert_undecided(&scene.stack.get("/demo/hello", &unknown).await, mode);
        // What needs no table is decided without it.
        scene.stack.get("/demo/hello", "hello").await.expect(401);
        scene.stack.get("/demo/hello", "").await.expect(401);
    }
}

#[tokio::test]
async fn a_stale_record_still_proves_and_still_ends() {
    let scene = Scene::start(&[]).await;
    let ending = scene.stack.create(json!({"expires_in": "30s"})).await;
    scene.call(&ending).await.expect(200);
    scene.proxy.set(Mode::Refuse);
    scene.stack.clock.advance_seconds(29);
    scene.call(&ending).await.expect(200);
    // Another text may be one that the key got in between, so that nobody can say.
    scene.stack.get("/demo/hello", &with_wrong_secret(&ending.text)).await.expect(500);
    scene.stack.get("/keys", &ending.text).await.expect(403);
    scene.stack.clock.advance_seconds(1);
    scene.call(&ending).await.expect(401);
    scene.call(&scene.used).await.expect(200);
}

#[tokio::test]
async fn a_key_that_was_revoked_meanwhile_is_refused_as_soon_as_the_table_answers() {
    for mode in FAST {
        let scene = Scene::start(&[]).await;
        // Another instance of the functions, which still reaches the table.
        let elsewhere = TestStack::on_table(scene.proxy.direct_url(), &[]).await;
        scene.proxy.set(mode);
        elsewhere.delete(&format!("/keys/{}", scene.used.id), elsewhere.root()).await.expect(200);
        scene.stack.clock.advance_seconds(10);
        scene.call(&scene.used).await.expect(200);
        scene.proxy.set(Mode::Pass);
        scene.call(&scene.used).await.expect(401);
        // And it stays so when the table is gone again.
        scene.proxy.set(mode);
        scene.stack.clock.advance_seconds(10);
        scene.call(&scene.used).await.expect(401);
    }
}

#[tokio::test]
async fn everything_works_again_when_the_table_answers() {
    for mode in FAST {
        let scene = Scene::start(&[]).await;
        scene.proxy.set(mode);
        assert_undecided(&scene.call(&scene.unused).await, mode);
        scene.proxy.set(Mode::Pass);
        scene.call(&scene.unused).await.expect(200);
        scene.stack.create(json!({})).await;
        scene.stack.get("/health", "").await.expect(200);
    }
}

#[tokio::test]
async fn admin_calls_say_that_the_table_does_not_answer_and_nothing_more() {
    for mode in FAST {
        let scene = Scene::start(&[]).await;
        let before = crate::support::items(&scene.proxy.direct_url(), "latchkey").await;
        scene.proxy.set(mode);
        for answer in scene.admin_calls().await {
            assert_unavailable(&answer, mode);
        }
        assert_unavailable(&scene.stack.get("/health", "").await, mode);
        assert!(crate::support::items(&scene.proxy.direct_url(), "latchkey").await == before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_hangs_is_given_up_on() {
    let scene = Scene::start(&[]).await;
    scene.stack.clock.advance_seconds(10);
    scene.stack.get("/catalogue", scene.stack.root()).await.expect(200);
    scene.proxy.set(Mode::Hang);
    let (stale, unseen, admin, health) = tokio::join!(
        scene.call(&scene.used),
        scene.call(&scene.unused),
        scene.admin_calls(),
        scene.stack.get("/health", ""),
    );
    stale.expect(200);
    assert_undecided(&unseen, Mode::Hang);
    for answer in admin {
        assert_unavailable(&answer, Mode::Hang);
    }
    assert_unavailable(&health, Mode::Hang);
    scene.proxy.set(Mode::Pass);
    scene.call(&scene.unused).await.expect(200);
}

#[tokio::test]
async fn a_table_that_refuses_is_no_reason_to_serve_what_is_stale() {
    let scene = Scene::start(&[]).await;
    let client = aws_sdk_dynamodb::Client::new(&local::stack::sdk(&scene.proxy.direct_url()));
    client.delete_table().table_name("latchkey").send().await.unwrap();
    scene.call(&scene.used).await.expect(200);
    scene.stack.clock.advance_seconds(10);
    assert_undecided(&scene.call(&scene.used).await, Mode::Pass);
    assert_undecided(&scene.call(&scene.unused).await, Mode::Pass);
}

#[tokio::test]
async fn a_record_that_is_not_what_latchkey_writes_opens_nothing() {
    use aws_sdk_dynamodb::types::AttributeValue;

    let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0")]).await;
    let client = aws_sdk_dynamodb::Client::new(&local::stack::sdk(&scene.proxy.direct_url()));
    for (path, value) in [
        ("type", AttributeValue::S("root".to_owned())),
        ("enabled", AttributeValue::S("yes".to_owned())),
        ("expires_at", AttributeValue::S("later".to_owned())),
    ] {
        let key = scene.stack.create(json!({})).await;
        let item = crate::support::items(&scene.proxy.direct_url(), "latchkey").await;
        let item = item.into_iter().find(|item| {
            format!("{:?}", item["pk"]).contains(id_of(&key.text))
                && item["sk"] == AttributeValue::S("record".to_owned())
        });
        let item = item.unwrap();
        client
            .update_item()
            .table_name("latchkey")
            .key("pk", item["pk"].clone())
            .key("sk", item["sk"].clone())
            .update_expression("SET #record.#field = :value")
            .expression_attribute_names("#record", "record")
            .expression_attribute_names("#field", path)
            .expression_attribute_values(":value", value)
            .send()
            .await
            .unwrap();
        assert_undecided(&scene.call(&key).await, Mode::Pass);
        let shown = scene.stack.get(&format!("/keys/{}", key.id), scene.stack.root()).await;
        assert_eq!(shown.problem(500)["type"], "urn:latchkey:problem:internal");
        assert!(!shown.text.contains("corrupt") && !shown.text.contains("key#"), "{shown:?}");
    }
}
