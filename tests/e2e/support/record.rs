//! Records whose ids and times follow from a number, for tests that write past the gateway.

use jiff::Timestamp;
use shared::{
    expiry::Expiry,
    key::KeyId,
    label::{Actor, Owner},
    metadata::Metadata,
    record::{KeyRecord, KeyType},
    scope::Scope,
};

use super::START;

/// The id of a number.
pub(crate) fn id(number: i64) -> KeyId {
    format!("{:016}", number * 7_919_777).parse().unwrap()
}

/// The record of a number, and the moment at which it was made: the higher the number, the later.
pub(crate) fn numbered(number: i64) -> (KeyRecord, Timestamp) {
    let start: Timestamp = START.parse().unwrap();
    let made_at = Timestamp::from_millisecond(start.as_millisecond() + 1 + number).unwrap();
    let record = KeyRecord {
        id: id(number),
        name: "test".parse().unwrap(),
        description: None,
        owner: Owner::root(),
        client_type: None,
        scope: Scope::parse("aws", "*").unwrap(),
        key_type: KeyType::FineGrained,
        metadata: Metadata::default(),
        enabled: true,
        hint: "lk_0000…0000".to_owned(),
        created_at: made_at.into(),
        created_by: Actor::latchkey(),
        updated_at: made_at.into(),
        expiry: Expiry::Never,
        revocation: None,
        version: 1,
        is_root: false,
    };
    (record, made_at)
}
