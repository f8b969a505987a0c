//! Rotations at the same time as each other, as revocations and as edits.

use std::{collections::BTreeSet, sync::Arc};

use local::stack::Options;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Scene, WITHOUT_CACHE, rotate};
use crate::support::{
    Answer, TestClock, TestStack,
    proxy::{Mode, Proxy},
};

const MANY: usize = 32;
const WRITE: &str = "TransactWriteItems";

/// Runs these at the same time.
async fn all<T: Send + 'static>(calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    calls.into_iter().collect::<JoinSet<_>>().join_all().await
}

/// A scene whose clock moves on with each look at it.
async fn ticking() -> Arc<Scene> {
    let stack = TestStack::with(&[WITHOUT_CACHE], TestClock::ticking(), Options::default()).await;
    let key = stack.create(json!({})).await;
    Arc::new(Scene { stack, key })
}

/// What happened to the key, oldest first.
async fn actions(scene: &Scene) -> Vec<Value> {
    let mut events = scene.stack.events(&scene.key.id).await;
    events.reverse();
    events.into_iter().map(|mut event| event["action"].take()).collect()
}

fn text(answer: &Answer) -> String {
    answer.json()["key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_rotations_at_once_one_takes_place() {
    for body in [json!({}), json!({"overlap": "30d", "expires_in": "90d"})] {
        let scene = ticking().await;
        let ask = |_| {
            let (scene, body) = (Arc::clone(&scene), body.clone());
            async move { scene.ask(body).await }
        };
        let answers = all((0..MANY).map(ask)).await;
        let (landed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(landed.len(), 1, "{landed:?}");
        for answer in &refused {
            answer.problem(409);
            assert!(!answer.text.contains("lk_"), "{answer:?}");
        }
        scene.assert_works(&text(&landed[0])).await;
        scene.assert_works(&scene.key.text).await;
        assert_eq!(scene.record().await["version"], 2);
        assert_eq!(actions(&scene).await, ["key.created", "key.rotated"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_rotations_without_overlap_the_last_one_counts() {
    let scene = ticking().await;
    let ask = |_| {
        let scene = Arc::clone(&scene);
        async move { scene.ask(json!({"overlap": "0s"})).await }
    };
    let answers = all((0..MANY).map(ask)).await;
    let mut landed: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem(409);
    }
    landed.sort_by_key(|answer| answer.json()["version"].as_u64());
    let versions: Vec<_> = landed.iter().map(|answer| answer.json()["version"].clone()).collect();
    assert_eq!(versions, (2..landed.len() + 2).map(|version| json!(version)).collect::<Vec<_>>());
    let (last, ended) = landed.split_last().unwrap();
    scene.assert_works(&text(last)).await;
    for answer in ended {
        scene.assert_ended(&text(answer)).await;
    }
    scene.assert_ended(&scene.key.text).await;
    assert_eq!(actions(&scene).await.len(), landed.len() + 1);
}

/// Asserts that the key ended revoked, whatever became of its rotation.
async fn assert_revoked(scene: &Scene, rotated: &Answer, revoked: &Answer) {
    assert_eq!(revoked.status, 200, "{revoked:?}");
    assert_eq!(revoked.json()["state"], "revoked");
    let record = scene.record().await;
    assert_eq!(record["state"], "revoked");
    assert_eq!(record, revoked.json(), "what the revocation left is what stands there");
    scene.assert_refused(&scene.key.text, "REVOKED").await;
    if rotated.status == 200 {
        // Only before the revocation can it have taken place.
        assert_eq!((&rotated.json()["version"], &record["version"]), (&json!(2), &json!(3)));
        assert_eq!(rotated.json()["revoked_at"], json!(null));
        scene.assert_refused(&text(rotated), "REVOKED").await;
        assert_eq!(actions(scene).await, ["key.created", "key.rotated", "key.revoked"]);
    } else {
        rotated.problem(409);
        assert_eq!(record["version"], 2);
        assert_eq!(actions(scene).await, ["key.created", "key.revoked"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_never_outlives_a_revocation() {
    let stack = Arc::new(TestStack::with(&[WITHOUT_CACHE], TestClock::ticking(), Options::default()).await);
    let mut stack = Some(stack);
    for round in 0..24 {
        let owned = stack.take().unwrap();
        let key = owned.create(json!({})).await;
        let (id, other_id) = (key.id.clone(), key.id.clone());
        let (rotating, revoking) = (Arc::clone(&owned), Arc::clone(&owned));
        let rotation = async move { rotate(&rotating, &id, rotating.root(), &json!({})).await };
        let revocation = async move { revoking.revoke(&other_id, revoking.root()).await };
        let (rotated, revoked) = if round % 2 == 0 {
            let (first, second) = (tokio::spawn(rotation), tokio::spawn(revocation));
            (first.await.unwrap(), second.await.unwrap())
        } else {
            let (first, second) = (tokio::spawn(revocation), tokio::spawn(rotation));
            (second.await.unwrap(), first.await.unwrap())
        };
        let owned = Arc::into_inner(owned).expect("nobody else has the stack any more");
        let scene = Scene { stack: owned, key };
        assert_revoked(&scene, &rotated, &revoked).await;
        stack = Some(Arc::new(scene.stack));
    }
}

/// A scene whose next write is held up at the table, until the mode changes.
async fn held_up() -> (Arc<Scene>, Proxy) {
    let proxy = Proxy::start().await;
    let options = Options { dynamodb: Some(proxy.url()), ..Options::default() };
    let stack = TestStack::with(&[WITHOUT_CACHE], TestClock::ticking(), options).await;
    let key = stack.create(json!({})).await;
    proxy.forget();
    proxy.set_for_operation(Mode::Hang, WRITE, Some(1));
    (Arc::new(Scene { stack, key }), proxy)
}

/// Waits until a write has arrived at the table.
async fn arrived(proxy: &Proxy) {
    while proxy.count(WRITE) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_decided_on_before_a_revocation_comes_too_late_after_it() {
    let (scene, proxy) = held_up().await;
    let rotating = Arc::clone(&scene);
    let rotation = tokio::spawn(async move { rotating.ask(json!({})).await });
    arrived(&proxy).await;
    let revoked = scene.stack.revoke(&scene.key.id, scene.stack.root()).await;
    proxy.set(Mode::Pass);
    let mut rotated = rotation.await.unwrap();
    if rotated.status == 503 {
        // All clients in a process share how often they may repeat a call; other tests may have used it up.
        rotated = scene.ask(json!({})).await;
    }
    assert_eq!(rotated.status, 409, "{rotated:?}");
    assert_revoked(&scene, &rotated, &revoked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_was_decided_on_before_a_rotation_still_ends_the_key() {
    let (scene, proxy) = held_up().await;
    let revoking = Arc::clone(&scene);
    let revocation = tokio::spawn(async move { revoking.stack.revoke(&revoking.key.id, revoking.stack.root()).await });
    arrived(&proxy).await;
    let rotated = scene.ask(json!({})).await.expect(200);
    proxy.set(Mode::Pass);
    let mut revoked = revocation.await.unwrap();
    if revoked.status == 503 {
        revoked = scene.stack.revoke(&scene.key.id, scene.stack.root()).await;
    }
    assert_revoked(&scene, &rotated, &revoked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_among_edits_loses_none_of_them() {
    let scene = ticking().await;
    scene.patch(json!({"metadata": {"writers": {}}})).await;
    let write = |number: usize| {
        let scene = Arc::clone(&scene);
        async move {
            let patch =
                json!({"name": format!("writer {number}"), "metadata": {"writers": {format!("{number}"): true}}});
            let answer = match number % 8 {
                0 => scene.ask(json!({"overlap": "1h"})).await,
                _ => scene.stack.patch(&scene.key.id, scene.stack.root(), &patch).await,
            };
            (number, answer)
        }
    };
    let answers = all((0..MANY).map(write)).await;
    let (mut marks, mut texts, mut landed) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (number, answer) in &answers {
        if answer.status != 200 {
            answer.problem(409);
            continue;
        }
        assert!(landed.insert(answer.json()["version"].as_u64().unwrap()), "two writes have one version");
        if number % 8 == 0 {
            texts.push(text(answer));
        } else {
            marks.insert(number.to_string());
        }
    }
    assert!(texts.len() <= 1, "two rotations within one overlap");
    let record = scene.record().await;
    let kept: BTreeSet<_> = record["metadata"]["writers"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(kept, marks);
    assert!(landed.into_iter().eq(3..=record["version"].as_u64().unwrap()), "{record}");
    assert_eq!(record["rotation"].is_null(), texts.is_empty());
    for text in texts.iter().chain([&scene.key.text]) {
        scene.assert_works(text).await;
    }
    assert!(!marks.is_empty());
}
