//! Calls that are repeated, by the client of the table or by a person: nothing happens twice.

use aws_sdk_dynamodb::config::Region;
use local::{dynamodb::ensure_table, stack::sdk};
use serde_json::json;
use shared::{
    audit::{Action, AuditEvent, Origin, Target},
    credential::{Credential, Texts},
    entropy::SystemEntropy,
    imprint::Imprint,
    label::Actor,
    record::{KeyRecord, Revocation},
    store::{KeyTable, Patience, Written},
    terms::Terms,
};

use super::Scene;
use crate::support::{
    items, minimal,
    proxy::{Mode, Proxy},
    record,
};

/// The store's own client of a table that can fail, which holds the key number 1.
///
/// All clients of one region in a process share how often they may repeat a call, so each test has a region of its own.
async fn table(region: &'static str) -> (KeyTable, Proxy) {
    let proxy = Proxy::start().await;
    let sdk = sdk(&proxy.url()).into_builder().region(Region::from_static(region)).build();
    ensure_table(&sdk, "latchkey").await.unwrap();
    let table = KeyTable::new(&sdk, "latchkey", Patience::Admin);
    assert!(insert(&table, 1).await);
    proxy.forget();
    (table, proxy)
}

async fn insert(table: &KeyTable, number: i64) -> bool {
    let (record, made_at) = record::numbered(number);
    record::insert(table, &record, &Imprint::of("text"), made_at).await
}

/// The records in a table.
async fn stored(proxy: &Proxy) -> usize {
    items(&proxy.direct_url(), "latchkey").await.len()
}

#[tokio::test]
async fn a_short_disturbance_is_ridden_out() {
    for (region, mode) in [("failing-1", Mode::Fail), ("throttling-1", Mode::Throttle), ("losing-1", Mode::LoseAnswer)]
    {
        let (table, proxy) = table(region).await;
        proxy.set_for(mode, 2);
        let found = table.credential(record::id(1)).await.unwrap().unwrap();
        assert_eq!(found.record, record::numbered(1).0);
        assert_eq!(proxy.count("GetItem"), 3, "{mode:?}");
    }
}

#[tokio::test]
async fn a_key_is_made_once_even_if_the_answer_gets_lost() {
    let (table, proxy) = table("made-once-1").await;
    proxy.set_for(Mode::LoseAnswer, 1);
    assert!(insert(&table, 2).await, "the second attempt does not know the first");
    assert_eq!(proxy.count("TransactWriteItems"), 2);
    assert_eq!(stored(&proxy).await, 4, "each key with the event of its making");
    assert_eq!(table.record(record::id(2)).await.unwrap(), Some(record::numbered(2).0));
}

#[tokio::test]
async fn an_id_that_is_taken_by_another_text_is_not_taken_over() {
    let (table, proxy) = table("taken-1").await;
    let (record, made_at) = record::numbered(1);
    let other = KeyRecord { terms: Terms::named("other".parse().unwrap()), ..record.clone() };
    assert!(!record::insert(&table, &other, &Imprint::of("another text"), made_at).await);
    assert_eq!(table.record(record::id(1)).await.unwrap(), Some(record));
    assert_eq!(stored(&proxy).await, 2);
}

#[tokio::test]
async fn a_key_is_changed_once_even_if_the_answer_gets_lost() {
    let (table, proxy) = table("changed-once-1").await;
    let before = Credential { record: record::numbered(1).0, texts: Texts::only(Imprint::of("text")) };
    let revocation =
        Revocation { at: before.record.created_at, by: Actor::latchkey(), reason: Some("lost".parse().unwrap()) };
    let after = KeyRecord { version: 2, ..before.record.revoked(revocation).unwrap() };
    let who = (Actor::latchkey(), Origin::default());
    let target = Target::Key { id: after.id, owner: after.owner.clone() };
    let moment = "2026-11-21T09:00:00Z".parse().unwrap();
    let event = AuditEvent::new(moment, Action::KeyRevoked, who, target, &["revoked_at"], &SystemEntropy).unwrap();
    proxy.set_for(Mode::LoseAnswer, 1);
    // The second attempt finds that the first has done it.
    assert_eq!(table.replace(&before, &before.with(after.clone()), &event).await.unwrap(), Written::Done);
    assert_eq!(proxy.count("TransactWriteItems"), 2);
    assert_eq!(table.record(record::id(1)).await.unwrap(), Some(after));
    assert_eq!(stored(&proxy).await, 3, "one event of the making, one of the change");
}

#[tokio::test]
async fn a_revocation_that_seemed_to_fail_can_be_repeated() {
    let scene = Scene::start(&[]).await;
    let path = format!("/keys/{}?reason=first", scene.used.id);
    scene.proxy.set(Mode::LoseAnswer);
    scene.stack.delete(&path, scene.stack.root()).await.problem(503);
    scene.proxy.set(Mode::Pass);
    let revoked = scene.stack.delete(&path, scene.stack.root()).await.expect(200).json();
    assert_eq!((&revoked["revoke_reason"], &revoked["version"]), (&json!("first"), &json!(2)));
}

#[tokio::test]
async fn a_creation_that_failed_never_shows_a_key() {
    let scene = Scene::start(&[]).await;
    for mode in [Mode::LoseAnswer, Mode::Fail, Mode::Refuse] {
        scene.proxy.set(mode);
        let answer = scene.stack.post("/keys", scene.stack.root(), &minimal()).await;
        answer.problem(503);
        assert!(!answer.text.contains("lk_"), "{answer:?}");
    }
}
