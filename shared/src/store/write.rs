//! The writes. Each is one transaction of an effect and the audit event that tells of it, under the condition that what
//! was decided on is still what stands there; so no two writers can both be right, and nothing happens untold.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::transact_write_items::TransactWriteItemsError,
    primitives::Blob,
    types::{AttributeValue, CancellationReason, Put, ReturnValue, TransactWriteItem},
};

use super::{
    KeyTable, StoreError,
    error::unanswered,
    event::event_item,
    item::{self, Attributes, keys, new_item, once_keys, pointer_keys},
    schema::{self, DEPLOYMENT, PK, SK},
    texts::kept,
    update::{Changes, in_transaction},
};
use crate::{
    audit::AuditEvent, credential::Credential, cursor::CursorKey, imprint::Imprint, key::KeyId, once::Once,
    record::KeyRecord, secret::SecretHash, timestamp::Timestamp,
};

/// How often a key is added while other transactions are in the way.
const ATTEMPTS: usize = 5;

/// What became of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It stands in the table.
    Done,
    /// Its id stands for another key.
    IdTaken,
    /// Its text is another key's.
    TextTaken,
    /// A request of the same caller with the same `Idempotency-Key` came before.
    Repeated,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It took effect.
    Done,
    /// Something else changed in between; look again.
    Moved,
}

/// What became of a transaction.
pub(super) enum Transacted {
    Done,
    /// The places of the items whose condition did not hold; none when another transaction was in the way.
    Refused(Vec<usize>),
}

impl KeyTable {
    /// Adds a key with the event of its making, once.
    ///
    /// # Errors
    /// When the table does not answer. The key may exist then.
    pub async fn insert(
        &self,
        record: &KeyRecord,
        imprint: &Imprint,
        made_at: jiff::Timestamp,
        event: &AuditEvent,
        once: Option<&Once>,
    ) -> Result<Inserted, StoreError> {
        let mut items =
            vec![put_new(&self.name, new_item(record, imprint, made_at)?)?, put_new(&self.name, event_item(event)?)?];
        let mut meanings = vec![Inserted::IdTaken, Inserted::IdTaken];
        if record.is_brought {
            items.push(put_anew(&self.name, pointer_to(record.id, &imprint.hash), made_at.into())?);
            meanings.push(Inserted::TextTaken);
        }
        if let Some(once) = once {
            items.push(remember(&self.name, once, record.id)?);
            meanings.push(Inserted::Repeated);
        }
        for _ in 0..ATTEMPTS {
            let places = match self.transact(items.clone()).await? {
                Transacted::Done => return Ok(Inserted::Done),
                Transacted::Refused(places) => places,
            };
            if places.contains(&0) && self.is_standing(record.id, imprint).await? {
                return Ok(Inserted::Done);
            }
            // A repeated request is told as such even where its text is taken, too: by the first one.
            if let Some(refused) = places.last().and_then(|place| meanings.get(*place)) {
                return Ok(*refused);
            }
        }
        Err(StoreError::Unavailable("other transactions were in the way".to_owned()))
    }

    /// Whether the key stands there with this very text: a write that was repeated because its answer got lost met itself.
    async fn is_standing(&self, id: KeyId, imprint: &Imprint) -> Result<bool, StoreError> {
        Ok(self.credential(id).await?.is_some_and(|standing| standing.texts.current.matches(imprint)))
    }

    /// Replaces a key by what has become of it, with the event of the change, if it still has the version that was read.
    ///
    /// # Errors
    /// When the table does not answer. The change may have taken effect then.
    pub async fn replace(
        &self,
        before: &Credential,
        after: &Credential,
        event: &AuditEvent,
    ) -> Result<Written, StoreError> {
        let purge_at = after.record.purge_at();
        let mut items = vec![put_new(&self.name, event_item(event)?)?];
        let mut record = Changes::default();
        record.set(schema::RECORD, Some(item::stored(&after.record)?));
        record.set(schema::PURGE_AT, purge_at.map(seconds));
        for (name, value) in kept(&after.texts) {
            record.set(name, value);
        }
        let record = record
            .update(&self.name, keys(schema::key_partition(before.record.id), schema::RECORD))
            .condition_expression("#record.#version = :version")
            .expression_attribute_names("#version", schema::VERSION)
            .expression_attribute_values(":version", AttributeValue::N(before.record.version.to_string()));
        items.push(in_transaction(record)?);
        // What leads to a record goes when the record does, or when the text that led there stops working.
        let is_followed = before.record.is_brought && !after.record.is_brought;
        let last = if is_followed { Some(after.record.rotation.previous_until.unwrap_or(event.at)) } else { purge_at };
        if before.record.is_brought && before.record.purge_at() != last {
            let mut pointer = Changes::default();
            pointer.set(schema::PURGE_AT, last.map(seconds));
            let pointer = pointer
                .update(&self.name, pointer_keys(&before.texts.current.hash))
                .condition_expression("attribute_exists(#pk)")
                .expression_attribute_names("#pk", PK);
            items.push(in_transaction(pointer)?);
        }
        Ok(match self.transact(items).await? {
            Transacted::Done => Written::Done,
            Transacted::Refused(places) => {
                // The event stands there already: the write was repeated because its answer got lost.
                if places.contains(&0) { Written::Done } else { Written::Moved }
            }
        })
    }

    /// Does everything or nothing.
    pub(super) async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Transacted, StoreError> {
        let written = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        match written {
            Ok(_) => Ok(Transacted::Done),
            Err(SdkError::ServiceError(refused)) if refused.err().is_transaction_canceled_exception() => {
                let TransactWriteItemsError::TransactionCanceledException(cancelled) = refused.into_err() else {
                    return Err(StoreError::Corrupt("a transaction was cancelled without saying so".to_owned()));
                };
                refusals(cancelled.cancellation_reasons())
            }
            Err(error) => Err(unanswered(&error)),
        }
    }

    /// The key that signs list cursors: `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the table does not answer, or the stored one is corrupt.
    pub async fn cursor_key(&self, fresh: [u8; 64]) -> Result<CursorKey, StoreError> {
        let stored = self.settle(schema::CURSOR_KEY, AttributeValue::B(Blob::new(fresh))).await?;
        let key = stored.as_b().ok().and_then(|bytes| CursorKey::from_bytes(bytes.as_ref()));
        key.ok_or_else(|| StoreError::Corrupt("the cursor key".to_owned()))
    }

    /// The id of the deployment's root key: `candidate` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the table does not answer, or the stored one is corrupt.
    pub async fn root_id(&self, candidate: KeyId) -> Result<KeyId, StoreError> {
        let stored = self.settle(schema::ROOT_ID, AttributeValue::S(candidate.to_string())).await?;
        let id = stored.as_s().ok().and_then(|id| id.parse().ok());
        id.ok_or_else(|| StoreError::Corrupt("the root key's id".to_owned()))
    }

    /// A value of the deployment that is set once: `candidate` becomes it when there is none yet. What it is afterwards.
    async fn settle(&self, attribute: &str, candidate: AttributeValue) -> Result<AttributeValue, StoreError> {
        let written = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key(PK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .key(SK, AttributeValue::S(DEPLOYMENT.to_owned()))
            .update_expression("SET #value = if_not_exists(#value, :candidate)")
            .expression_attribute_names("#value", attribute)
            .expression_attribute_values(":candidate", candidate)
            .return_values(ReturnValue::AllNew)
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let stored = written.attributes.and_then(|mut item| item.remove(attribute));
        stored.ok_or_else(|| StoreError::Corrupt(format!("{attribute} of the deployment")))
    }
}

/// What a cancelled transaction says: which conditions did not hold.
fn refusals(reasons: &[CancellationReason]) -> Result<Transacted, StoreError> {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let places = |wanted: &str| {
        let places = reasons.iter().enumerate().filter(|(_, reason)| code(reason) == wanted);
        places.map(|(place, _)| place).collect::<Vec<_>>()
    };
    let refused = places("ConditionalCheckFailed");
    if !refused.is_empty() || !places("TransactionConflict").is_empty() {
        return Ok(Transacted::Refused(refused));
    }
    let why: Vec<_> = reasons.iter().map(code).collect();
    let is_throttled = why.iter().any(|code| ["ThrottlingError", "ProvisionedThroughputExceeded"].contains(&&**code));
    let why = why.join(", ");
    Err(if is_throttled { StoreError::Unavailable(why) } else { StoreError::Refused(why) })
}

/// Adds an item where none stands.
pub(super) fn put_new(table: &str, item: Attributes) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#pk)")
        .expression_attribute_names("#pk", PK)
        .build()
        .map_err(|error| incomplete(&error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// The item that leads from the hash of a brought text to its key.
pub(super) fn pointer_to(id: KeyId, hash: &SecretHash) -> Attributes {
    let mut pointer = pointer_keys(hash);
    pointer.insert(schema::KEY_ID.to_owned(), AttributeValue::S(id.to_string()));
    pointer
}

/// A point in time as the table's TTL counts it.
pub(super) fn seconds(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.unix_seconds().to_string())
}

/// Remembers a request that made a key, unless it is remembered already.
fn remember(table: &str, once: &Once, id: KeyId) -> Result<TransactWriteItem, StoreError> {
    let mut item = once_keys(once);
    item.insert(schema::KEY_ID.to_owned(), AttributeValue::S(id.to_string()));
    item.insert(schema::FINGERPRINT.to_owned(), AttributeValue::B(Blob::new(once.fingerprint)));
    item.insert(schema::PURGE_AT.to_owned(), seconds(once.until));
    put_anew(table, item, once.now)
}

/// Adds an item where none stands whose time is not over: the table forgets one long after.
fn put_anew(table: &str, item: Attributes, now: Timestamp) -> Result<TransactWriteItem, StoreError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(#pk) OR #purge_at <= :now")
        .expression_attribute_names("#pk", PK)
        .expression_attribute_names("#purge_at", schema::PURGE_AT)
        .expression_attribute_values(":now", seconds(now))
        .build()
        .map_err(|error| incomplete(&error))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// A request that this module did not put together whole.
pub(super) fn incomplete(error: &dyn std::error::Error) -> StoreError {
    StoreError::Refused(error.to_string())
}
