//! Record to item and back. What comes back is parsed again, on every read.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde::{Deserialize, Serialize};

use super::{
    StoreError,
    error::corrupt,
    schema::{self, PK, SK},
    shard_of,
};
use crate::{
    cursor::Position,
    key::KeyId,
    label::{Actor, ClientType, Description, Name, Owner, Reason},
    metadata::Metadata,
    record::{KeyRecord, KeyType, Revocation},
    scope::Scope,
    secret::SecretHash,
    timestamp::Timestamp,
};

/// An item as the SDK has it.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The `record` attribute: the fields of the API's record, named alike, absent ones as `NULL`.
#[derive(Serialize, Deserialize)]
struct StoredRecord {
    id: KeyId,
    name: Name,
    description: Option<Description>,
    owner: Owner,
    client_type: Option<ClientType>,
    provider: String,
    region: String,
    #[serde(rename = "type")]
    key_type: KeyType,
    metadata: Metadata,
    enabled: bool,
    hint: String,
    created_at: Timestamp,
    created_by: Actor,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<Actor>,
    revoke_reason: Option<Reason>,
    version: u64,
}

impl From<&KeyRecord> for StoredRecord {
    fn from(record: &KeyRecord) -> Self {
        let KeyRecord { revocation, .. } = record;
        let revocation = revocation.as_ref();
        let record = record.clone();
        Self {
            id: record.id,
            name: record.name,
            description: record.description,
            owner: record.owner,
            client_type: record.client_type,
            provider: record.scope.provider().as_str().to_owned(),
            region: record.scope.region().to_owned(),
            key_type: record.key_type,
            metadata: record.metadata,
            enabled: record.enabled,
            hint: record.hint,
            created_at: record.created_at,
            created_by: record.created_by,
            updated_at: record.updated_at,
            expires_at: record.expiry.at(),
            revoked_at: revocation.map(|revocation| revocation.at),
            revoked_by: revocation.map(|revocation| revocation.by.clone()),
            revoke_reason: revocation.and_then(|revocation| revocation.reason.clone()),
            version: record.version,
        }
    }
}

impl StoredRecord {
    fn into_record(self, is_root: bool) -> Result<KeyRecord, String> {
        let revocation = match (self.revoked_at, self.revoked_by) {
            (None, None) => None,
            (Some(at), Some(by)) => Some(Revocation { at, by, reason: self.revoke_reason }),
            _ => return Err("half a revocation".to_owned()),
        };
        Ok(KeyRecord {
            id: self.id,
            name: self.name,
            description: self.description,
            owner: self.owner,
            client_type: self.client_type,
            scope: Scope::parse(&self.provider, &self.region).map_err(|error| error.to_string())?,
            key_type: self.key_type,
            metadata: self.metadata,
            enabled: self.enabled,
            hint: self.hint,
            created_at: self.created_at,
            created_by: self.created_by,
            updated_at: self.updated_at,
            expiry: self.expires_at.into(),
            revocation,
            version: self.version,
            is_root,
        })
    }
}

/// The partition key of a key's items.
pub(super) fn key_of(id: KeyId) -> String {
    format!("key#{id}")
}

/// The whole item of a new key.
pub(super) fn new_item(
    record: &KeyRecord,
    hash: &SecretHash,
    made_at: jiff::Timestamp,
) -> Result<Attributes, StoreError> {
    let text = |text: String| AttributeValue::S(text);
    let stored: AttributeValue = serde_dynamo::to_attribute_value(StoredRecord::from(record))
        .map_err(|error| StoreError::Corrupt(format!("a new record: {error}")))?;
    let shard = shard_of(record.id);
    Ok(HashMap::from([
        (PK.to_owned(), text(key_of(record.id))),
        (SK.to_owned(), text(schema::RECORD.to_owned())),
        (schema::RECORD.to_owned(), stored),
        (schema::HASH.to_owned(), AttributeValue::B(Blob::new(hash.as_bytes()))),
        (schema::ROOT.to_owned(), AttributeValue::Bool(record.is_root)),
        (schema::LISTED.to_owned(), text(Position::of(made_at, record.id).as_str().to_owned())),
        (schema::ALL_SHARD.to_owned(), text(schema::all_shard(shard))),
        (schema::OWNER_SHARD.to_owned(), text(schema::owner_shard(&record.owner, shard))),
    ]))
}

/// The record in an item of the table, or in an index's copy of one.
pub(super) fn record_in(mut item: Attributes) -> Result<KeyRecord, StoreError> {
    let is_root = item.get(schema::ROOT).and_then(|value| value.as_bool().ok()).copied();
    let is_root = is_root.ok_or_else(|| corrupt(&item, &"no root mark"))?;
    let stored = item.remove(schema::RECORD).ok_or_else(|| corrupt(&item, &"no record"))?;
    let stored: StoredRecord = serde_dynamo::from_attribute_value(stored).map_err(|error| corrupt(&item, &error))?;
    stored.into_record(is_root).map_err(|error| corrupt(&item, &error))
}

/// The record and the hash in an item of the table.
pub(super) fn credential_in(item: Attributes) -> Result<(KeyRecord, SecretHash), StoreError> {
    let bytes = item.get(schema::HASH).and_then(|value| value.as_b().ok());
    let hash =
        bytes.and_then(|bytes| SecretHash::from_bytes(bytes.as_ref())).ok_or_else(|| corrupt(&item, &"no hash"))?;
    Ok((record_in(item)?, hash))
}

/// Where an item stands in a list.
pub(super) fn listed_of(item: &Attributes) -> Result<Position, StoreError> {
    let listed = item.get(schema::LISTED).and_then(|value| value.as_s().ok());
    listed.cloned().and_then(Position::from_stored).ok_or_else(|| corrupt(item, &"no list position"))
}

/// The names in the revocation's expressions.
pub(super) fn revocation_names() -> HashMap<String, String> {
    [
        ("#pk", PK),
        ("#root", schema::ROOT),
        ("#record", schema::RECORD),
        ("#at", "revoked_at"),
        ("#by", "revoked_by"),
        ("#reason", "revoke_reason"),
        ("#updated", "updated_at"),
        ("#version", "version"),
    ]
    .into_iter()
    .map(|(name, attribute)| (name.to_owned(), attribute.to_owned()))
    .collect()
}

/// The values in the revocation's expressions.
pub(super) fn revocation_values(revocation: &Revocation) -> HashMap<String, AttributeValue> {
    let reason = revocation.reason.as_ref();
    [
        (":at", AttributeValue::S(revocation.at.to_string())),
        (":by", AttributeValue::S(revocation.by.to_string())),
        (":reason", reason.map_or(AttributeValue::Null(true), |reason| AttributeValue::S(reason.to_string()))),
        (":one", AttributeValue::N("1".to_owned())),
        (":string", AttributeValue::S("S".to_owned())),
        (":true", AttributeValue::Bool(true)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        expiry::Expiry,
        record::tests::{example, revocation},
    };

    fn full() -> KeyRecord {
        KeyRecord {
            description: Some("two\nlines".parse().unwrap()),
            client_type: Some("mobile".parse().unwrap()),
            metadata: Metadata::try_from(r#"{"n":12345678901234567890,"list":[null,{"a":1.5}]}"#.to_owned()).unwrap(),
            enabled: false,
            expiry: Expiry::At("2030-01-01T00:00:00Z".parse().unwrap()),
            revocation: Some(Revocation { reason: Some("leaked".parse().unwrap()), ..revocation() }),
            version: 7,
            is_root: true,
            ..example()
        }
    }

    fn item_of(record: &KeyRecord) -> Attributes {
        new_item(record, &SecretHash::of("text"), jiff::Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        for record in [example(), full()] {
            let (read, hash) = credential_in(item_of(&record)).unwrap();
            assert_eq!(read, record);
            assert!(hash.matches(&SecretHash::of("text")));
        }
    }

    #[test]
    fn an_item_that_is_not_ours_is_corrupt_and_never_a_key() {
        type Change = fn(&mut Attributes);
        let changes: [Change; 6] = [
            |item| drop(item.remove(schema::ROOT)),
            |item| drop(item.remove(schema::HASH)),
            |item| drop(item.insert(schema::HASH.to_owned(), AttributeValue::B(Blob::new([0; 31])))),
            |item| drop(item.remove(schema::RECORD)),
            |item| drop(item.insert(schema::RECORD.to_owned(), AttributeValue::S("{}".to_owned()))),
            |item| match item.get_mut(schema::RECORD) {
                Some(AttributeValue::M(fields)) => {
                    drop(fields.insert("revoked_at".to_owned(), AttributeValue::S("2026-11-21T09:00:00Z".to_owned())));
                }
                _ => panic!("the record is a map"),
            },
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut item = item_of(&example());
            change(&mut item);
            assert!(matches!(credential_in(item), Err(StoreError::Corrupt(_))), "change {at}");
        }
    }

    #[test]
    fn every_field_of_a_stored_record_is_parsed_again() {
        for (field, value) in [
            ("id", "short"),
            ("name", ""),
            ("owner", "a b"),
            ("provider", "AWS"),
            ("region", "nowhere"),
            ("type", "root"),
            ("metadata", "[]"),
            ("created_at", "yesterday"),
            ("expires_at", "2030"),
            ("enabled", "yes"),
            ("version", "one"),
        ] {
            let mut item = item_of(&example());
            let Some(AttributeValue::M(fields)) = item.get_mut(schema::RECORD) else { panic!("the record is a map") };
            fields.insert(field.to_owned(), AttributeValue::S(value.to_owned()));
            let error = record_in(item).unwrap_err().to_string();
            assert!(error.contains("key#ExampleKey000001"), "{field}: {error}");
        }
    }

    #[test]
    fn no_secret_leaves_the_hash_attribute() {
        let item = item_of(&example());
        let elsewhere = item.iter().filter(|(name, _)| *name != schema::HASH);
        for (name, value) in elsewhere {
            assert!(!matches!(value, AttributeValue::B(_)), "{name}");
        }
    }
}
