//! Many who change one key at once: no change is lost, and none is told twice or not at all.

mod lost;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use local::stack::Options;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, TestClock, TestStack};

const MANY: usize = 64;

/// Runs these at the same time.
async fn all<T: Send + 'static>(calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    calls.into_iter().collect::<JoinSet<_>>().join_all().await
}

async fn ticking() -> Arc<TestStack> {
    Arc::new(TestStack::with(&[], TestClock::ticking(), Options::default()).await)
}

/// The version in a 200.
fn version(answer: &Answer) -> usize {
    let version = usize::try_from(answer.json()["version"].as_u64().unwrap()).unwrap();
    assert_eq!(answer.header("etag"), format!("\"{version}\""));
    version
}

/// Asserts that a refusal is one that a writer among others can get.
#[track_caller]
fn assert_refused(answer: &Answer) {
    assert!([409, 412].contains(&answer.status), "{answer:?}");
    answer.problem(answer.status);
}

/// The events but that of its making, by the id of the request that they tell of.
async fn told(stack: &TestStack, id: &str) -> BTreeMap<String, Value> {
    let events = stack.events(id).await;
    let (created, events): (Vec<_>, Vec<_>) = events.into_iter().partition(|event| event["action"] == "key.created");
    assert_eq!(created.len(), 1);
    let many = events.len();
    let told: BTreeMap<_, _> =
        events.into_iter().map(|event| (event["request_id"].as_str().unwrap().to_owned(), event)).collect();
    assert_eq!(told.len(), many, "a request is told of twice");
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_patch_lands_once_or_is_refused() {
    let stack = ticking().await;
    let key = stack.create(json!({"metadata": {"writers": {}}})).await;
    let write = |number: usize| {
        let (stack, id) = (Arc::clone(&stack), key.id.clone());
        async move {
            // Each leaves a name, which the next one replaces, and a mark, which stays.
            let patch =
                json!({"name": format!("writer {number}"), "metadata": {"writers": {format!("{number}"): true}}});
            let answer = if number.is_multiple_of(2) {
                let tag = stack.get(&format!("/keys/{id}"), stack.root()).await.expect(200).header("etag").to_owned();
                stack.patch_if(&tag, &id, stack.root(), &patch).await
            } else {
                stack.patch(&id, stack.root(), &patch).await
            };
            (number, answer)
        }
    };
    let answers = all((0..MANY).map(write)).await;

    let mut landed = BTreeMap::new();
    let mut requests = BTreeSet::new();
    let mut marks = BTreeSet::new();
    for (number, answer) in &answers {
        if answer.status == 200 {
            assert_eq!(answer.json()["name"], format!("writer {number}"));
            assert!(landed.insert(version(answer), answer.json()).is_none(), "two writes have one version");
            requests.insert(answer.header("apigw-requestid").to_owned());
            marks.insert(number.to_string());
        } else {
            assert_refused(answer);
            assert!(number.is_multiple_of(2) || answer.status == 409, "{answer:?}");
        }
    }
    assert!(!landed.is_empty());
    assert!(landed.keys().copied().eq(2..=landed.len() + 1), "{:?}", landed.keys());
    let last = stack.record(&key.id).await;
    assert_eq!(&last, landed.last_key_value().unwrap().1);
    // What one wrote is still there after all the others: nothing was overwritten unseen.
    let kept: BTreeSet<_> = last["metadata"]["writers"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(kept, marks);
    for (version, record) in &landed {
        assert_eq!(record["metadata"]["writers"].as_object().unwrap().len(), version - 1, "{record}");
    }
    assert_eq!(told(&stack, &key.id).await.into_keys().collect::<BTreeSet<_>>(), requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_meant_one_version_one_writes() {
    let stack = ticking().await;
    let key = stack.create(json!({})).await;
    let write = |number: usize| {
        let (stack, id) = (Arc::clone(&stack), key.id.clone());
        async move { stack.patch_if("\"1\"", &id, stack.root(), &json!({"name": format!("writer {number}")})).await }
    };
    let answers = all((0..MANY).map(write)).await;
    let mut landed = answers.iter().filter(|answer| answer.status == 200);
    let (first, second) = (landed.next(), landed.next());
    assert!(second.is_none(), "{second:?}");
    assert_eq!(stack.record(&key.id).await, first.unwrap().json());
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_refused(answer);
    }
    assert_eq!(told(&stack, &key.id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_restorations_and_edits_at_once_lose_nothing() {
    let stack = ticking().await;
    let key = stack.create(json!({})).await;
    let write = |number: usize| {
        let (stack, id) = (Arc::clone(&stack), key.id.clone());
        async move {
            match number % 4 {
                0 => stack.delete(&format!("/keys/{id}?reason={number}"), stack.root()).await,
                1 => stack.restore(&id, stack.root()).await,
                _ => stack.patch(&id, stack.root(), &json!({"name": format!("writer {number}")})).await,
            }
        }
    };
    let answers = all((0..32).map(write)).await;
    let events = told(&stack, &key.id).await;
    let last = stack.record(&key.id).await;
    assert_eq!(last["version"], events.len() + 1);

    // Whoever wrote is told of under its own request, and each version is one writer's.
    let mut steps = BTreeMap::new();
    let mut landed_writes = 0;
    for answer in &answers {
        let event = events.get(answer.header("apigw-requestid"));
        match (answer.status, event) {
            (200, Some(event)) => {
                landed_writes += 1;
                assert!(steps.insert(version(answer), (answer.json(), event)).is_none(), "two writes have one version");
            }
            (200, None) => assert!(version(answer) <= events.len() + 1),
            (_, None) => assert_refused(answer),
            (_, Some(event)) => panic!("{answer:?} was told of: {event}"),
        }
    }
    assert_eq!(landed_writes, events.len());
    assert!(steps.keys().copied().eq(2..=events.len() + 1), "{:?}", steps.keys());
    let mut revoked = false;
    for (record, event) in steps.values() {
        match event["action"].as_str().unwrap() {
            "key.revoked" => assert!(!std::mem::replace(&mut revoked, true), "revoked twice"),
            "key.restored" => assert!(std::mem::replace(&mut revoked, false), "restored without need"),
            _ => assert!(!revoked, "a revoked key was edited"),
        }
        assert_eq!(record["state"], if revoked { "revoked" } else { "active" });
    }
    if let Some((record, _)) = steps.values().next_back() {
        assert_eq!(&last, record);
    }
}
