//! Record to item and back. What comes back is parsed again, on every read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    StoreError,
    error::corrupt,
    schema::{self, PK, SK},
    shard_of,
    texts::{kept, texts_in},
};
use crate::{
    address::Cidrs,
    credential::{Credential, Rotation, Texts},
    cursor::Position,
    grant::{Apis, Permissions},
    imprint::Imprint,
    key::{KeyId, KeyPrefix},
    label::{Actor, ClientType, Description, Name, Owner, Reason},
    metadata::Metadata,
    once::{Once, Remembered},
    postback::PostbackUrl,
    record::{KeyRecord, KeyType, Revocation},
    scope::Scope,
    secret::SecretHash,
    terms::Terms,
    timestamp::Timestamp,
};

/// An item as the SDK has it.
pub type Attributes = HashMap<String, AttributeValue>;

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
    #[serde(default)]
    permissions: Permissions,
    #[serde(default)]
    apis: Apis,
    #[serde(default)]
    allowed_cidrs: Cidrs,
    #[serde(default)]
    off_the_record: bool,
    #[serde(default)]
    postback_url: Option<PostbackUrl>,
    metadata: Metadata,
    enabled: bool,
    hint: String,
    #[serde(default)]
    prefix: Option<KeyPrefix>,
    #[serde(default)]
    previous_until: Option<Timestamp>,
    #[serde(default)]
    pending_since: Option<Timestamp>,
    created_at: Timestamp,
    created_by: Actor,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<Actor>,
    revoke_reason: Option<Reason>,
    version: u64,
    #[serde(default)]
    is_brought: bool,
}

impl From<&KeyRecord> for StoredRecord {
    fn from(record: &KeyRecord) -> Self {
        let KeyRecord { terms, revocation, .. } = record.clone();
        let (revoked_at, revoked_by, revoke_reason) = match revocation {
            Some(Revocation { at, by, reason }) => (Some(at), Some(by), reason),
            None => (None, None, None),
        };
        Self {
            id: record.id,
            name: terms.name,
            description: terms.description,
            owner: record.owner.clone(),
            client_type: terms.client_type,
            provider: record.scope.provider().as_str().to_owned(),
            region: record.scope.region().to_owned(),
            key_type: record.key_type,
            permissions: terms.permissions,
            apis: terms.apis,
            allowed_cidrs: terms.allowed_cidrs,
            off_the_record: terms.off_the_record,
            postback_url: terms.postback_url,
            metadata: terms.metadata,
            enabled: terms.enabled,
            hint: record.hint.clone(),
            prefix: record.prefix.clone(),
            previous_until: record.rotation.previous_until,
            pending_since: record.rotation.pending_since,
            created_at: record.created_at,
            created_by: record.created_by.clone(),
            updated_at: record.updated_at,
            expires_at: terms.expiry.at(),
            revoked_at,
            revoked_by,
            revoke_reason,
            version: record.version,
            is_brought: record.is_brought,
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
            owner: self.owner,
            scope: Scope::parse(&self.provider, &self.region).map_err(|error| error.to_string())?,
            key_type: self.key_type,
            terms: Terms {
                name: self.name,
                description: self.description,
                client_type: self.client_type,
                permissions: self.permissions,
                apis: self.apis,
                allowed_cidrs: self.allowed_cidrs,
                off_the_record: self.off_the_record,
                postback_url: self.postback_url,
                metadata: self.metadata,
                enabled: self.enabled,
                expiry: self.expires_at.into(),
            },
            hint: self.hint,
            prefix: self.prefix,
            rotation: Rotation { previous_until: self.previous_until, pending_since: self.pending_since },
            created_at: self.created_at,
            created_by: self.created_by,
            updated_at: self.updated_at,
            revocation,
            version: self.version,
            is_root,
            is_brought: self.is_brought,
        })
    }
}

/// Both keys of an item.
pub(super) fn keys(pk: impl Into<String>, sk: impl Into<String>) -> Attributes {
    HashMap::from([(PK.to_owned(), AttributeValue::S(pk.into())), (SK.to_owned(), AttributeValue::S(sk.into()))])
}

/// The `record` attribute of a key.
pub(super) fn stored(record: &KeyRecord) -> Result<AttributeValue, StoreError> {
    to_attribute_value(&StoredRecord::from(record))
}

/// A value as the table has it.
pub(super) fn to_attribute_value(value: &impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::Corrupt(format!("a new item: {error}")))
}

/// The whole item of a new key.
pub(super) fn new_item(
    record: &KeyRecord,
    imprint: &Imprint,
    made_at: jiff::Timestamp,
) -> Result<Attributes, StoreError> {
    let shard = shard_of(record.id);
    let text = AttributeValue::S;
    let mut item = keys(schema::key_partition(record.id), schema::RECORD);
    item.extend(
        [
            (schema::RECORD, stored(record)?),
            (schema::ROOT, AttributeValue::Bool(record.is_root)),
            (schema::LISTED, text(Position::of(made_at, record.id).as_str().to_owned())),
            (schema::ALL_SHARD, text(schema::all_shard(shard))),
            (schema::OWNER_SHARD, text(schema::owner_shard(&record.owner, shard))),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    item.extend(kept(&Texts::only(*imprint)).filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(item)
}

/// Both keys of the item that leads from a hash to a key.
pub(super) fn pointer_keys(hash: &SecretHash) -> Attributes {
    keys(format!("hash#{}", hexadecimal(hash.as_bytes())), schema::POINTER)
}

/// Both keys of the item that remembers a request by its `Idempotency-Key`, which is hashed for its length.
pub(super) fn once_keys(once: &Once) -> Attributes {
    keys(format!("once#{}#{}", once.caller, hexadecimal(&Sha256::digest(once.key.as_str()))), schema::ONCE)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// The record in an item of the table, or in an index's copy of one.
pub(super) fn record_in(mut item: Attributes) -> Result<KeyRecord, StoreError> {
    let is_root = item.get(schema::ROOT).and_then(|value| value.as_bool().ok()).copied();
    let is_root = is_root.ok_or_else(|| corrupt(&item, &"no root mark"))?;
    let stored = item.remove(schema::RECORD).ok_or_else(|| corrupt(&item, &"no record"))?;
    let stored: StoredRecord = serde_dynamo::from_attribute_value(stored).map_err(|error| corrupt(&item, &error))?;
    stored.into_record(is_root).map_err(|error| corrupt(&item, &error))
}

/// The record and the hashes in an item of the table.
///
/// # Errors
/// When the item is not what Latchkey writes.
pub fn credential_in(item: Attributes) -> Result<Credential, StoreError> {
    let texts = texts_in(&item)?;
    Ok(Credential { record: record_in(item)?, texts })
}

/// The key that an item leads to.
pub(super) fn key_id_in(item: &Attributes) -> Result<KeyId, StoreError> {
    let id = item.get(schema::KEY_ID).and_then(|value| value.as_s().ok()).and_then(|id| id.parse().ok());
    id.ok_or_else(|| corrupt(item, &"no key id"))
}

/// What is remembered of a request.
pub(super) fn remembered_in(item: &Attributes) -> Result<Remembered, StoreError> {
    let bytes = item.get(schema::FINGERPRINT).and_then(|value| value.as_b().ok());
    let fingerprint = bytes.and_then(|bytes| bytes.as_ref().try_into().ok());
    let fingerprint = fingerprint.ok_or_else(|| corrupt(item, &"no fingerprint"))?;
    let until = item.get(schema::PURGE_AT).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    let until = until.and_then(Timestamp::from_unix_seconds).ok_or_else(|| corrupt(item, &"no end"))?;
    Ok(Remembered { id: key_id_in(item)?, fingerprint, until })
}

/// Where an item stands in a list.
pub(super) fn listed_of(item: &Attributes) -> Result<Position, StoreError> {
    let listed = item.get(schema::LISTED).and_then(|value| value.as_s().ok());
    listed.cloned().and_then(Position::from_stored).ok_or_else(|| corrupt(item, &"no list position"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;
    use crate::{
        expiry::Expiry,
        record::tests::{example, revocation},
    };

    fn full() -> KeyRecord {
        KeyRecord {
            terms: Terms {
                description: Some("two\nlines".parse().unwrap()),
                client_type: Some("mobile".parse().unwrap()),
                permissions: "cache/*:read keys:list".parse().unwrap(),
                apis: "latchkey orders *".parse().unwrap(),
                allowed_cidrs: "10.0.0.0/8 2001:db8::/32".parse().unwrap(),
                off_the_record: true,
                postback_url: Some("https://hooks.latchkey.dev/a".parse().unwrap()),
                metadata: Metadata::try_from(r#"{"n":12345678901234567890,"list":[null,{"a":1.5}]}"#.to_owned())
                    .unwrap(),
                enabled: false,
                expiry: Expiry::At("2030-01-01T00:00:00Z".parse().unwrap()),
                ..example().terms
            },
            revocation: Some(Revocation { reason: Some("leaked".parse().unwrap()), ..revocation() }),
            version: 7,
            rotation: Rotation {
                previous_until: Some("2026-11-22T08:00:00Z".parse().unwrap()),
                pending_since: Some("2026-11-21T08:00:00Z".parse().unwrap()),
            },
            prefix: None,
            is_root: true,
            is_brought: true,
            ..example()
        }
    }

    fn item_of(record: &KeyRecord) -> Attributes {
        new_item(record, &Imprint::of("text"), jiff::Timestamp::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn a_record_comes_back_as_it_was_written() {
        for record in [example(), full()] {
            let read = credential_in(item_of(&record)).unwrap();
            assert_eq!(read.record, record);
            assert!(read.texts.current.matches(&Imprint::of("text")));
        }
    }

    #[test]
    fn a_public_key_that_is_of_another_text_is_none() {
        let mut item = item_of(&example());
        assert!(credential_in(item.clone()).unwrap().texts.current.public_key.is_some());
        let hash = SecretHash::of("a text that somebody put there who knows hashes alone");
        item.insert(schema::HASH.to_owned(), AttributeValue::B(Blob::new(hash.as_bytes())));
        assert!(credential_in(item).unwrap().texts.current.public_key.is_none());
    }

    #[test]
    fn an_item_that_is_not_ours_is_corrupt_and_never_a_key() {
        type Change = fn(&mut Attributes);
        let changes: [Change; 8] = [
            |item| drop(item.insert(schema::PUBLIC_KEY.to_owned(), AttributeValue::B(Blob::new([0; 32])))),
            |item| drop(item.insert(schema::PENDING_HASH.to_owned(), AttributeValue::S(String::new()))),
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
        let elsewhere = item.iter().filter(|(name, _)| ![schema::HASH, schema::PUBLIC_KEY].contains(&name.as_str()));
        for (name, value) in elsewhere {
            assert!(!matches!(value, AttributeValue::B(_)), "{name}");
        }
    }
}
