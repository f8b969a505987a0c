//! The table: the `DynamoDB` client, its reads and its conditional writes.
//!
//! One item a key, found by its id alone, holds the record and the hash. Two indexes list keys, newest first; each
//! spreads over [`SHARDS`] partitions, copies the record but never the hash, and serves lists only, because an index
//! lags. Nothing in here knows HTTP.

mod item;
pub mod schema;

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig},
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    operation::{put_item::PutItemError, update_item::UpdateItemError},
    primitives::Blob,
    types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure},
};

use self::item::{Attributes, key_of, listed_of, new_item, record_in};
use self::schema::{DEPLOYMENT, PK, SHARDS, SK};
use crate::{
    cursor::{CursorKey, Position},
    key::KeyId,
    label::Owner,
    record::{KeyRecord, Revocation},
    secret::SecretHash,
};

/// The table did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer: a timeout, a lost connection, a fault or throttling. Asking again may help.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// It answered with a refusal that asking again does not mend, such as a missing right.
    #[error("the table refused: {0}")]
    Refused(String),
    /// An item in it is not what Latchkey writes.
    #[error("an item is corrupt: {0}")]
    Corrupt(String),
}

/// How long the table may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Somebody's request waits at the door: give up within a second.
    Door,
    /// An administrator waits: ride out a short disturbance.
    Admin,
}

/// Which keys a list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Every key.
    All,
    /// One owner's.
    Of(Owner),
}

/// A stretch of one shard of a list, newest first.
#[derive(Debug)]
pub struct Stretch {
    /// The keys and where they stand.
    pub entries: Vec<(Position, KeyRecord)>,
    /// Whether the shard certainly has nothing further.
    pub is_last: bool,
}

/// What became of a revocation.
#[derive(Debug)]
pub enum Revoked {
    /// It took effect; the record after it.
    Now(Box<KeyRecord>),
    /// The conditions did not hold; the record as it stands.
    Refused(Box<KeyRecord>),
    /// There is no such key.
    Missing,
}

/// The table of a deployment.
#[derive(Debug, Clone)]
pub struct KeyTable {
    client: Client,
    name: Arc<str>,
}

impl KeyTable {
    /// A table reached as `sdk` says. Connects at the first request.
    #[must_use]
    pub fn new(sdk: &aws_config::SdkConfig, name: &str, patience: Patience) -> Self {
        let (attempt, operation) = match patience {
            Patience::Door => (Duration::from_millis(250), Duration::from_millis(900)),
            Patience::Admin => (Duration::from_secs(2), Duration::from_secs(6)),
        };
        let config = aws_sdk_dynamodb::config::Builder::from(sdk)
            .behavior_version(BehaviorVersion::v2026_01_12())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_millis(300))
                    .operation_attempt_timeout(attempt)
                    .operation_timeout(operation)
                    .build(),
            )
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(3)
                    .with_initial_backoff(Duration::from_millis(20))
                    .with_max_backoff(Duration::from_millis(100)),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self { client: Client::from_conf(config), name: name.into() }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens the connection with a read that finds nothing, allowing it the time that a cold start takes.
    ///
    /// # Errors
    /// When the table does not answer; later reads may fare better.
    pub async fn warm(&self) -> Result<(), StoreError> {
        let patient = aws_sdk_dynamodb::config::Builder::new().timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(2))
                .operation_attempt_timeout(Duration::from_secs(2))
                .operation_timeout(Duration::from_secs(4))
                .build(),
        );
        self.get(DEPLOYMENT, DEPLOYMENT)
            .customize()
            .config_override(patient)
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        Ok(())
    }

    /// Checks that the table answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.get(DEPLOYMENT, DEPLOYMENT).send().await.map_err(|error| unanswered(&error))?;
        Ok(())
    }

    /// The record of a key, read consistently; `None` when there is no such key.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn record(&self, id: KeyId) -> Result<Option<KeyRecord>, StoreError> {
        let read = self.get(&key_of(id), schema::RECORD).projection_expression("#record, #root");
        let read = read
            .expression_attribute_names("#record", schema::RECORD)
            .expression_attribute_names("#root", schema::ROOT);
        let found = read.send().await.map_err(|error| unanswered(&error))?.item;
        found.map(record_in).transpose()
    }

    /// The record of a key with its hash, read consistently by primary key: what verification needs.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn credential(&self, id: KeyId) -> Result<Option<(KeyRecord, SecretHash)>, StoreError> {
        let found = self.get(&key_of(id), schema::RECORD).send().await.map_err(|error| unanswered(&error))?.item;
        found.map(item::credential_in).transpose()
    }

    /// Adds a key. `false` when its id is taken by another one.
    ///
    /// # Errors
    /// When the table does not answer. The key may exist then.
    pub async fn insert(
        &self,
        record: &KeyRecord,
        hash: &SecretHash,
        made_at: jiff::Timestamp,
    ) -> Result<bool, StoreError> {
        let written = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(new_item(record, hash, made_at)?))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                let PutItemError::ConditionalCheckFailedException(failed) = refused.into_err() else {
                    return Err(StoreError::Corrupt("a condition failed without saying so".to_owned()));
                };
                // A write that was repeated because its answer got lost meets itself.
                let standing = failed.item.map(item::credential_in).transpose()?;
                Ok(standing.is_some_and(|(_, standing)| standing.matches(hash)))
            }
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// Revokes a key unless it is revoked already or is the root key, in one conditional write.
    ///
    /// # Errors
    /// When the table does not answer. The key may be revoked then; asking again is harmless.
    pub async fn revoke(&self, id: KeyId, revocation: &Revocation) -> Result<Revoked, StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key(PK, AttributeValue::S(key_of(id)))
            .key(SK, AttributeValue::S(schema::RECORD.to_owned()))
            .update_expression(
                "SET #record.#at = :at, #record.#by = :by, #record.#reason = :reason, #record.#updated = :at \
                 ADD #record.#version :one",
            )
            // `KeyRecord::check_revocable`, where the write happens.
            .condition_expression(
                "attribute_exists(#pk) AND NOT attribute_type(#record.#at, :string) AND NOT #root = :true",
            )
            .set_expression_attribute_names(Some(item::revocation_names()))
            .set_expression_attribute_values(Some(item::revocation_values(revocation)))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match written {
            Ok(written) => {
                let item =
                    written.attributes.ok_or_else(|| StoreError::Corrupt("an update returned nothing".to_owned()))?;
                Ok(Revoked::Now(Box::new(record_in(item)?)))
            }
            Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => {
                let UpdateItemError::ConditionalCheckFailedException(failed) = refused.into_err() else {
                    return Err(StoreError::Corrupt("a condition failed without saying so".to_owned()));
                };
                match failed.item {
                    None => Ok(Revoked::Missing),
                    Some(item) => Ok(Revoked::Refused(Box::new(record_in(item)?))),
                }
            }
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// Reads at most `limit` keys of one shard of a list, newest first, from after `after` on.
    ///
    /// # Errors
    /// When the table does not answer, or an item is corrupt.
    pub async fn stretch(
        &self,
        listing: &Listing,
        shard: u32,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<Stretch, StoreError> {
        let (index, partition, value) = match listing {
            Listing::All => (schema::ALL_INDEX, schema::ALL_SHARD, schema::all_shard(shard)),
            Listing::Of(owner) => (schema::OWNER_INDEX, schema::OWNER_SHARD, schema::owner_shard(owner, shard)),
        };
        let mut query = self
            .client
            .query()
            .table_name(&*self.name)
            .index_name(index)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .expression_attribute_names("#shard", partition)
            .expression_attribute_values(":shard", AttributeValue::S(value));
        query = match after {
            None => query.key_condition_expression("#shard = :shard"),
            Some(position) => query
                .key_condition_expression("#shard = :shard AND #listed < :after")
                .expression_attribute_names("#listed", schema::LISTED)
                .expression_attribute_values(":after", AttributeValue::S(position.as_str().to_owned())),
        };
        let found = query.send().await.map_err(|error| unanswered(&error))?;
        let is_last = found.last_evaluated_key.is_none();
        let entries = found.items.unwrap_or_default().into_iter();
        let entries = entries.map(|item| Ok((listed_of(&item)?, record_in(item)?)));
        Ok(Stretch { entries: entries.collect::<Result<_, StoreError>>()?, is_last })
    }

    /// The key that signs list cursors: `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the table does not answer, or the stored one is corrupt.
    pub async fn cursor_key(&self, fresh: [u8; 64]) -> Result<CursorKey, StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key(PK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .key(SK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .update_expression("SET #cursor = if_not_exists(#cursor, :fresh)")
            .expression_attribute_names("#cursor", schema::CURSOR_KEY)
            .expression_attribute_values(":fresh", AttributeValue::B(Blob::new(fresh)))
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let stored = written.attributes.as_ref().and_then(|item| item.get(schema::CURSOR_KEY));
        stored
            .and_then(|value| value.as_b().ok())
            .and_then(|bytes| CursorKey::from_bytes(bytes.as_ref()))
            .ok_or_else(|| StoreError::Corrupt("the cursor key".to_owned()))
    }

    fn get(&self, pk: &str, sk: &str) -> aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder {
        self.client
            .get_item()
            .table_name(&*self.name)
            .consistent_read(true)
            .key(PK, AttributeValue::S(pk.to_owned()))
            .key(SK, AttributeValue::S(sk.to_owned()))
    }
}

/// Tells a table that does not answer from one that refuses. Only messages are kept: the SDK's own debug output of an
/// error can hold items.
fn unanswered<E>(error: &SdkError<E>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    const THROTTLED: [&str; 3] =
        ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"];
    let text = DisplayErrorContext(error).to_string();
    match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            if answer.raw().status().as_u16() >= 500 || THROTTLED.contains(&code) {
                StoreError::Unavailable(text)
            } else {
                StoreError::Refused(text)
            }
        }
        SdkError::ConstructionFailure(_) => StoreError::Refused(text),
        _ => StoreError::Unavailable(text),
    }
}

/// The shard that a key stands in.
fn shard_of(id: KeyId) -> u32 {
    crc32fast::hash(id.as_str().as_bytes()) % SHARDS
}

/// A store error about an item that does not read as it should.
fn corrupt(item: &Attributes, why: &dyn std::fmt::Display) -> StoreError {
    let key = item.get(PK).and_then(|value| value.as_s().ok()).map_or("an item", String::as_str);
    StoreError::Corrupt(format!("{key}: {why}"))
}
