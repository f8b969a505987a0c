//! Many at once: nothing is lost, and nothing happens twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use local::dynamodb::DynamoDb;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Key, TestStack};

const MANY: usize = 64;

/// Runs these at the same time.
async fn all<T: Send + 'static>(calls: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    calls.into_iter().collect::<JoinSet<_>>().join_all().await
}

async fn create_many(stack: &Arc<TestStack>) -> Vec<Key> {
    let create = |number| {
        let stack = Arc::clone(stack);
        async move { stack.create(json!({"name": format!("key {number}")})).await }
    };
    all((0..MANY).map(create)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_made_at_once_are_all_there() {
    let stack = Arc::new(TestStack::start().await);
    let keys = create_many(&stack).await;
    let texts: BTreeSet<_> = keys.iter().map(|key| &key.text).collect();
    assert_eq!(texts.len(), MANY);
    let mut expected: BTreeSet<_> = keys.iter().map(|key| key.id.clone()).collect();
    expected.insert(stack.root_id());
    let listed = stack.list_all("", 10).await;
    let listed: Vec<_> = listed.iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed.len(), MANY + 1);
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected);
    for key in keys {
        stack.get("/demo/hello", &key.text).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_and_creations_at_once_lose_nothing() {
    let stack = Arc::new(TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await);
    let standing = create_many(&stack).await;
    let revoke = |key: Key| {
        let stack = Arc::clone(&stack);
        async move {
            let path = format!("/keys/{}?reason=of%20{}", key.id, key.id);
            let record = stack.delete(&path, stack.root()).await.expect(200).json();
            stack.get("/demo/hello", &key.text).await.expect(401);
            record
        }
    };
    let (revoked, made) = tokio::join!(all(standing.clone().into_iter().map(revoke)), create_many(&stack));
    assert_eq!(revoked.len(), MANY);

    let listed: BTreeMap<String, Value> = stack
        .list_all("", 100)
        .await
        .into_iter()
        .map(|record| (record["id"].as_str().unwrap().to_owned(), record))
        .collect();
    assert_eq!(listed.len(), 2 * MANY + 1);
    for key in standing {
        let record = &listed[&key.id];
        assert_eq!((&record["state"], &record["version"]), (&json!("revoked"), &json!(2)), "{record}");
        assert_eq!(record["revoke_reason"], format!("of {}", key.id));
        assert!(revoked.contains(record));
    }
    for key in made {
        assert_eq!((&listed[&key.id]["state"], &listed[&key.id]["version"]), (&json!("active"), &json!(1)));
        stack.get("/demo/hello", &key.text).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_revocations_of_a_key_counts() {
    let stack = Arc::new(TestStack::start().await);
    let admins: Vec<_> = {
        let create = |_| {
            let stack = Arc::clone(&stack);
            async move { stack.create(json!({"type": "super-user"})).await }
        };
        all((0..8).map(create)).await
    };
    let key = stack.create(json!({})).await;
    let revoke = |number: usize| {
        let (stack, admin) = (Arc::clone(&stack), admins[number % admins.len()].clone());
        let path = format!("/keys/{}?reason={number}", key.id);
        async move { stack.delete(&path, &admin.text).await }
    };
    let answers: Vec<Answer> = all((0..MANY).map(revoke)).await;
    let first = answers[0].clone().expect(200).json();
    assert_eq!((&first["state"], &first["version"]), (&json!("revoked"), &json!(2)));
    for answer in answers {
        assert_eq!(answer.clone().expect(200).json(), first);
        assert_eq!(answer.header("etag"), "\"2\"");
    }
    let reason: usize = first["revoke_reason"].as_str().unwrap().parse().unwrap();
    assert_eq!(first["revoked_by"], admins[reason % admins.len()].id, "the revocation mixes two");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_has_an_id_of_its_own() {
    let stack = Arc::new(TestStack::start().await);
    let call = |number: usize| {
        let stack = Arc::clone(&stack);
        let path = ["/health", "/demo/hello", "/nowhere", "/keys"][number % 4];
        async move { stack.get(path, "").await.header("apigw-requestid").to_owned() }
    };
    // The clock stands still meanwhile.
    let ids: BTreeSet<_> = all((0..MANY).map(call)).await.into_iter().collect();
    assert_eq!(ids.len(), MANY);
    assert!(ids.iter().all(|id| !id.is_empty()));
}

/// Two stacks on one table are two instances of the functions: each has its own cache and its own clock.
async fn two_instances() -> (TestStack, TestStack, DynamoDb) {
    let table = DynamoDb::start(None).await.unwrap();
    let one = TestStack::on_table(table.url(), &[]).await;
    let other = TestStack::on_table(table.url(), &[]).await;
    (one, other, table)
}

#[tokio::test]
async fn a_key_revoked_elsewhere_is_refused_once_the_cache_has_expired() {
    let (one, other, _table) = two_instances().await;
    let key = one.create(json!({})).await;
    other.get("/demo/hello", &key.text).await.expect(200);
    one.delete(&format!("/keys/{}", key.id), one.root()).await.expect(200);
    other.clock.advance_seconds(10);
    other.get("/demo/hello", &key.text).await.expect(401);
}

#[tokio::test]
async fn a_cursor_of_one_instance_is_good_at_another() {
    let (one, other, _table) = two_instances().await;
    for number in 0..5 {
        one.create(json!({"name": format!("key {number}")})).await;
        one.clock.advance_seconds(1);
    }
    let page = one.get("/keys?limit=2&name=key", one.root()).await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = other.get(&format!("/keys?limit=10&name=key&cursor={cursor}"), other.root()).await.expect(200).json();
    let names: Vec<_> = rest["keys"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["key 2", "key 1", "key 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_begin_at_once_agree_on_one_key_for_cursors() {
    let (one, other, _table) = two_instances().await;
    let (root, page) = (one.root().to_owned(), "/keys?limit=1");
    let stacks = [Arc::new(one), Arc::new(other)];
    let first = |number: usize| {
        let (stack, root) = (Arc::clone(&stacks[number % 2]), root.clone());
        async move { stack.get(page, &root).await.expect(200).json() }
    };
    let cursors: BTreeSet<_> =
        all((0..16).map(first)).await.iter().map(|page| page["next_cursor"].as_str().unwrap().to_owned()).collect();
    assert_eq!(cursors.len(), 1, "{cursors:?}");
}
