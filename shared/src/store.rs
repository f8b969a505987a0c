//! The table: the `DynamoDB` client, its reads, and in [`write`] its transactions.
//!
//! One item a key, found by its id alone, holds the record and the hashes. Two indexes list keys, newest first; each
//! spreads over [`SHARDS`] partitions, copies the record but never the hash, and serves lists only, because an index
//! lags. Nothing in here knows HTTP.

mod api_set;
mod bulk;
mod error;
mod event;
mod item;
mod list;
pub mod schema;
mod texts;
mod update;
mod write;

use std::{sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig},
    operation::get_item::builders::GetItemFluentBuilder,
};

pub use self::{
    api_set::{SetWritten, VersionedSet},
    bulk::items_of,
    error::{StoreError, messages},
    item::{Attributes, credential_in},
    list::{Listed, Listing, Stretch},
    write::{Inserted, Written},
};
use self::{error::unanswered, item::record_in, schema::SHARDS};
use crate::{
    credential::Credential,
    key::KeyId,
    once::{Once, Remembered},
    record::KeyRecord,
    secret::SecretHash,
};

/// How long the table may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Somebody's request waits at the door: give up within a second.
    Door,
    /// An administrator waits: ride out a short disturbance.
    Admin,
}

impl Patience {
    /// How long one attempt at an operation may take.
    #[must_use]
    pub const fn attempt(self) -> Duration {
        Duration::from_millis(match self {
            Self::Door => 250,
            Self::Admin => 2_000,
        })
    }

    /// How long an operation may take with all its attempts.
    const fn operation(self) -> Duration {
        Duration::from_millis(match self {
            Self::Door => 900,
            Self::Admin => 6_000,
        })
    }
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
        // The SDK keeps connections apart by their connect timeout, so all reads have the same: that of the first, which also
        // takes the TLS handshake of a cold start. An attempt bounds it for those that wait for less.
        let connect = Duration::from_secs(2);
        let config = aws_sdk_dynamodb::config::Builder::from(sdk)
            .behavior_version(BehaviorVersion::v2026_01_12())
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(connect)
                    .operation_attempt_timeout(patience.attempt())
                    .operation_timeout(patience.operation())
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

    /// Checks that the table answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.touch().send().await.map_err(|error| unanswered(&error))?;
        Ok(())
    }

    /// The record of a key, read consistently; `None` when there is no such key.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn record(&self, id: KeyId) -> Result<Option<KeyRecord>, StoreError> {
        let read = self
            .get(item::keys(schema::key_partition(id), schema::RECORD))
            .projection_expression("#record, #root")
            .expression_attribute_names("#record", schema::RECORD)
            .expression_attribute_names("#root", schema::ROOT);
        let found = read.send().await.map_err(|error| unanswered(&error))?.item;
        found.map(record_in).transpose()
    }

    /// The record of a key with its hashes, read consistently by primary key: what verification needs.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn credential(&self, id: KeyId) -> Result<Option<Credential>, StoreError> {
        let keys = item::keys(schema::key_partition(id), schema::RECORD);
        let found = self.get(keys).send().await.map_err(|error| unanswered(&error))?.item;
        found.map(credential_in).transpose()
    }

    /// The id of the key whose brought text has this hash, read consistently by primary key.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn pointed_at(&self, hash: &SecretHash) -> Result<Option<KeyId>, StoreError> {
        let found = self.get(item::pointer_keys(hash)).send().await.map_err(|error| unanswered(&error))?.item;
        found.as_ref().map(item::key_id_in).transpose()
    }

    /// What is remembered of a request, if it is.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn remembered(&self, once: &Once) -> Result<Option<Remembered>, StoreError> {
        let found = self.get(item::once_keys(once)).send().await.map_err(|error| unanswered(&error))?.item;
        found.as_ref().map(item::remembered_in).transpose()
    }

    /// A read that brings back nothing of worth.
    fn touch(&self) -> GetItemFluentBuilder {
        let deployment = item::keys(schema::DEPLOYMENT, schema::DEPLOYMENT);
        self.get(deployment).projection_expression("#pk").expression_attribute_names("#pk", schema::PK)
    }

    /// A consistent read of one item.
    fn get(&self, keys: Attributes) -> GetItemFluentBuilder {
        self.client.get_item().table_name(&*self.name).consistent_read(true).set_key(Some(keys))
    }
}

/// The shard that a key stands in.
fn shard_of(id: KeyId) -> u32 {
    crc32fast::hash(id.as_str().as_bytes()) % SHARDS
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    /// A table that answers every request with `body`, cut short or not.
    async fn table_that_answers(status: &'static str, body: &'static str) -> KeyTable {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // The whole request fits into one read.
                let _ = stream.read(&mut [0; 4096]).await;
                let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        let nobody = aws_sdk_dynamodb::config::Credentials::new("a", "b", None, None, "test");
        let sdk = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(aws_config::Region::from_static("us-east-1"))
            .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(nobody))
            .endpoint_url(url)
            .build();
        KeyTable::new(&sdk, "keys", Patience::Admin)
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_read_leaves_no_hash_in_the_error() {
        let table = table_that_answers("200 OK", r#"{"Item":{"hash":{"B":"7ZhZF6secret"},"#).await;
        let error = table.credential("ExampleKey000001".parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        assert!(!format!("{error} {error:?}").contains("7ZhZF6secret"), "{error}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_from_a_fault() {
        let id = "ExampleKey000001".parse().unwrap();
        let denied = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no right"}"#;
        let error = table_that_answers("400 Bad Request", denied).await.credential(id).await.unwrap_err();
        assert!(matches!(&error, StoreError::Refused(why) if why.contains("AccessDenied")), "{error}");
        for (status, body) in [
            ("400 Bad Request", r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#),
            ("500 Internal Server Error", r#"{"__type":"InternalServerError"}"#),
            ("503 Service Unavailable", "not JSON"),
        ] {
            let error = table_that_answers(status, body).await.credential(id).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
        }
    }
}
