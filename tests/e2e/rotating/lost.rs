//! Rotations while the table does not answer, or its answer gets lost: nothing is half done.

use serde_json::json;

use super::{Scene, after, previous_until, rotate};
use crate::support::{
    Answer, Key, TestStack, items,
    proxy::{Mode, Proxy},
};

const WRITE: &str = "TransactWriteItems";

/// A stack without a cache whose table can fail, with one key.
async fn scene() -> (Scene, Proxy) {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[super::WITHOUT_CACHE]).await;
    let key = stack.create(json!({})).await;
    (Scene { stack, key }, proxy)
}

/// Nothing of the table or of a text is told where the table's answer is missing.
#[track_caller]
fn assert_unavailable(answer: &Answer) {
    assert_eq!(answer.problem(503)["type"], "urn:latchkey:problem:unavailable");
    assert!(!answer.text.contains("lk_"), "{answer:?}");
}

#[tokio::test]
async fn a_rotation_whose_answer_got_lost_happens_once() {
    let (scene, proxy) = scene().await;
    proxy.forget();
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, Some(1));
    let answer = scene.ask(json!({})).await;
    if answer.status == 503 {
        // All clients in a process share how often they may repeat a call; other tests may have used it up.
        assert_unavailable(&answer);
        assert_eq!(proxy.count(WRITE), 1);
    } else {
        assert_eq!(proxy.count(WRITE), 2);
        let body = answer.expect(200).json();
        scene.assert_works(body["key"].as_str().unwrap()).await;
    }
    scene.assert_works(&scene.key.text).await;
    assert_eq!(scene.record().await["version"], 2);
    assert_eq!(scene.stack.events(&scene.key.id).await.len(), 2);
}

#[tokio::test]
async fn a_rotation_that_seemed_to_fail_cuts_nobody_off() {
    let (scene, proxy) = scene().await;
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, None);
    assert_unavailable(&scene.ask(json!({"overlap": "1h"})).await);
    proxy.set(Mode::Pass);
    // It has happened, and nobody has the new text; the old one works through its overlap.
    let record = scene.record().await;
    assert_eq!((&record["version"], previous_until(&record)), (&json!(2), &json!(after(3600))));
    scene.assert_works(&scene.key.text).await;
    // Another rotation would end it unseen, so it must be asked for.
    scene.ask(json!({})).await.problem(409);
    scene.assert_works(&scene.key.text).await;
    let new: Key = scene.rotate(json!({"end_previous": true, "overlap": "0s"})).await;
    scene.assert_works(&new.text).await;
    scene.assert_ended(&scene.key.text).await;
    assert_eq!(scene.stack.events(&scene.key.id).await.len(), 3);
}

#[tokio::test]
async fn a_rotation_that_failed_leaves_nothing() {
    let (scene, proxy) = scene().await;
    let before = items(&proxy.direct_url(), "latchkey").await;
    for operation in [WRITE, "GetItem"] {
        for mode in [Mode::Fail, Mode::Throttle] {
            scene.stack.clock.advance_seconds(1);
            proxy.set_for_operation(mode, operation, None);
            let answer = scene.ask(json!({"overlap": "0s"})).await;
            if operation == WRITE {
                assert_unavailable(&answer);
            } else {
                // The door cannot be passed without a read, unless the root key is still known.
                assert!([500, 503].contains(&answer.status) && !answer.text.contains("lk_"), "{mode:?}: {answer:?}");
            }
            proxy.set(Mode::Pass);
            assert!(items(&proxy.direct_url(), "latchkey").await == before, "{mode:?}: the table has changed");
            scene.assert_works(&scene.key.text).await;
        }
    }
    let new = scene.rotate(json!({"overlap": "0s"})).await;
    assert_eq!(new.body["version"], 2);
    scene.assert_works(&new.text).await;
}

#[tokio::test]
async fn the_version_that_was_meant_is_not_rotated_twice() {
    let (scene, proxy) = scene().await;
    let path = format!("/keys/{}/rotate", scene.key.id);
    let ask = || {
        let request = scene.stack.request_with(reqwest::Method::POST, &path, scene.stack.root());
        crate::support::send(request.header("if-match", "\"1\"").json(&json!({"end_previous": true})))
    };
    proxy.set_for_operation(Mode::LoseAnswer, WRITE, None);
    assert_unavailable(&ask().await);
    proxy.set(Mode::Pass);
    ask().await.problem(412);
    scene.assert_works(&scene.key.text).await;
    assert_eq!(scene.record().await["version"], 2);
}

#[tokio::test]
async fn both_texts_are_served_while_the_table_does_not_answer_and_end_all_the_same() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let key = stack.create(json!({})).await;
    let rotated = rotate(&stack, &key.id, stack.root(), &json!({"overlap": "30s"})).await.expect(200).json();
    let new = rotated["key"].as_str().unwrap();
    stack.get("/demo/hello", new).await.expect(200);
    proxy.set(Mode::Refuse);
    let door = async |text: &str| stack.get("/demo/hello", text).await.status;
    for (seconds, old) in [(0, 200), (9, 200), (29, 200)] {
        stack.clock.set(&after(seconds));
        assert_eq!((door(new).await, door(&key.text).await), (200, old), "{seconds}");
    }
    // The stale record says when the previous text ended; of a text that it does not know, nobody can say anything.
    stack.clock.set(&after(30));
    let unknown = crate::support::with_wrong_secret(new);
    assert_eq!((door(new).await, door(&key.text).await, door(&unknown).await), (200, 401, 500));
    proxy.set(Mode::Pass);
    assert_eq!((door(new).await, door(&key.text).await), (200, 401));
}
