//! Records whose ids and times follow from a number, for tests that write past the gateway.

use jiff::Timestamp;
use shared::{
    audit::{Action, AuditEvent, Origin, Target},
    credential::Rotation,
    entropy::SystemEntropy,
    imprint::Imprint,
    key::KeyId,
    label::{Actor, Owner},
    record::{KeyRecord, KeyType},
    scope::Scope,
    store::{Inserted, KeyTable},
    terms::Terms,
};

use super::START;

/// The id of a number.
pub(crate) fn id(number: i64) -> KeyId {
    format!("{:016}", number * 7_919_777).parse().unwrap()
}

/// Adds a key with the event of its making; whether it stands there now.
pub(crate) async fn insert(table: &KeyTable, record: &KeyRecord, imprint: &Imprint, made_at: Timestamp) -> bool {
    let who = (Actor::latchkey(), Origin::default());
    let target = Target::Key { id: record.id, owner: record.owner.clone() };
    let event = AuditEvent::new(made_at, Action::KeyCreated, who, target, &["name"], &SystemEntropy).unwrap();
    table.insert(record, imprint, made_at, &event, None).await.unwrap() == Inserted::Done
}

/// The record of a number, and the moment at which it was made: the higher the number, the later.
pub(crate) fn numbered(number: i64) -> (KeyRecord, Timestamp) {
    let start: Timestamp = START.parse().unwrap();
    let made_at = Timestamp::from_millisecond(start.as_millisecond() + 1 + number).unwrap();
    let record = KeyRecord {
        id: id(number),
        owner: Owner::root(),
        scope: Scope::parse("aws", "*").unwrap(),
        key_type: KeyType::FineGrained,
        terms: Terms::named("test".parse().unwrap()),
        hint: "lk_0000…0000".to_owned(),
        prefix: Some("lk".parse().unwrap()),
        rotation: Rotation::default(),
        created_at: made_at.into(),
        created_by: Actor::latchkey(),
        updated_at: made_at.into(),
        revocation: None,
        version: 1,
        is_root: false,
        is_brought: false,
    };
    (record, made_at)
}
