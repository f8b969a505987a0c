//! API sets: all in one partition, so that one query loads them, consistently.

use std::time::Duration;

use aws_sdk_dynamodb::{
    config::{Builder, timeout::TimeoutConfig},
    types::{AttributeValue, Delete, Put, Select, TransactWriteItem, Update},
};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use super::{
    KeyTable, StoreError,
    error::{corrupt, unanswered},
    event::event_item,
    item::{Attributes, keys, to_attribute_value},
    schema::{self, SHARDS},
    write::{Transacted, incomplete, put_new},
};
use crate::{
    audit::AuditEvent,
    grant::{ApiName, ApiSet, ApiSets, RoutePattern},
    label::{ClientType, Description},
};

/// The `set` attribute.
#[derive(Serialize, Deserialize)]
struct StoredSet {
    name: ApiName,
    description: Option<Description>,
    routes: Vec<RoutePattern>,
    client_types: Vec<ClientType>,
    key_required: bool,
}

/// An API set with the number of times that it was written.
#[derive(Debug, Clone)]
pub struct VersionedSet {
    /// The set.
    pub set: ApiSet,
    /// Counts writes, from 1.
    pub version: u64,
}

/// What became of a write of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetWritten {
    /// It took effect.
    Done,
    /// Something else changed in between; look again.
    Moved,
    /// There are as many sets as there can be.
    Full,
}

impl KeyTable {
    /// Every API set, read consistently.
    ///
    /// # Errors
    /// When the table does not answer. A set that cannot be read is left out.
    pub async fn api_sets(&self) -> Result<ApiSets, StoreError> {
        self.sets(Builder::new()).await
    }

    /// The same as the first read of a process, which opens the connection that the others go over: it has the time that a
    /// cold start takes.
    ///
    /// # Errors
    /// When the table does not answer; later reads may fare better.
    pub async fn warm(&self) -> Result<ApiSets, StoreError> {
        let seconds = Duration::from_secs;
        let patient =
            TimeoutConfig::builder().operation_attempt_timeout(seconds(2)).operation_timeout(seconds(4)).build();
        self.sets(Builder::new().timeout_config(patient)).await
    }

    async fn sets(&self, config: Builder) -> Result<ApiSets, StoreError> {
        let mut sets = Vec::new();
        let mut after = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&*self.name)
                .consistent_read(true)
                .key_condition_expression("#pk = :apis AND begins_with(#sk, :set)")
                .expression_attribute_names("#pk", schema::PK)
                .expression_attribute_names("#sk", schema::SK)
                .expression_attribute_values(":apis", AttributeValue::S(schema::APIS.to_owned()))
                .expression_attribute_values(":set", AttributeValue::S(schema::SET.to_owned()))
                .set_exclusive_start_key(after);
            let page = query.customize().config_override(config.clone()).send().await;
            let page = page.map_err(|error| unanswered(&error))?;
            for item in page.items.unwrap_or_default() {
                match set_in(item) {
                    Ok(read) => sets.push(read.set),
                    // It opens nothing, and closes nothing else.
                    Err(error) => tracing::error!(cause = %error, "an API set is left out"),
                }
            }
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(sets.into());
            }
        }
    }

    /// One API set.
    ///
    /// # Errors
    /// When the table does not answer, or the item is corrupt.
    pub async fn api_set(&self, name: &ApiName) -> Result<Option<VersionedSet>, StoreError> {
        let found = self.get(set_keys(name)).send().await.map_err(|error| unanswered(&error))?.item;
        found.map(set_in).transpose()
    }

    /// Writes a set with the event of it, if there is none or it still has the version that was read.
    ///
    /// # Errors
    /// When the table does not answer. The write may have taken effect then.
    pub async fn write_set(
        &self,
        before: Option<&VersionedSet>,
        after: &VersionedSet,
        event: &AuditEvent,
    ) -> Result<SetWritten, StoreError> {
        let mut item = set_keys(&after.set.name);
        item.insert(schema::API_SET.to_owned(), to_attribute_value(&StoredSet::from(&after.set))?);
        item.insert(schema::VERSION.to_owned(), number(after.version));
        let event = put_new(&self.name, event_item(event)?)?;
        let Some(before) = before else {
            let items = vec![event, put_new(&self.name, item)?, self.count(Counting::Up)?];
            return self.transact_set(items).await;
        };
        let put = Put::builder()
            .table_name(&*self.name)
            .set_item(Some(item))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", schema::VERSION)
            .expression_attribute_values(":version", number(before.version))
            .build()
            .map_err(|error| incomplete(&error))?;
        self.transact_set(vec![event, TransactWriteItem::builder().put(put).build()]).await
    }

    /// Removes a set with the event of it, if it still has the version that was read.
    ///
    /// # Errors
    /// When the table does not answer. The removal may have taken effect then.
    pub async fn delete_set(&self, standing: &VersionedSet, event: &AuditEvent) -> Result<SetWritten, StoreError> {
        let delete = Delete::builder()
            .table_name(&*self.name)
            .set_key(Some(set_keys(&standing.set.name)))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", schema::VERSION)
            .expression_attribute_values(":version", number(standing.version))
            .build()
            .map_err(|error| incomplete(&error))?;
        let delete = TransactWriteItem::builder().delete(delete).build();
        let event = put_new(&self.name, event_item(event)?)?;
        self.transact_set(vec![event, delete, self.count(Counting::Down)?]).await
    }

    async fn transact_set(&self, items: Vec<TransactWriteItem>) -> Result<SetWritten, StoreError> {
        Ok(match self.transact(items).await? {
            Transacted::Done => SetWritten::Done,
            // The event stands there already: the write was repeated because its answer got lost.
            Transacted::Refused(places) if places.contains(&0) => SetWritten::Done,
            Transacted::Refused(places) if places == [2] => SetWritten::Full,
            Transacted::Refused(_) => SetWritten::Moved,
        })
    }

    /// Counts the sets, of which there can be no more than [`ApiSets::MAX`].
    fn count(&self, counting: Counting) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&*self.name)
            .set_key(Some(keys(schema::APIS, schema::COUNT)))
            .expression_attribute_names("#count", schema::COUNT)
            .expression_attribute_values(":one", number(1));
        let update = match counting {
            Counting::Up => update
                .update_expression("SET #count = if_not_exists(#count, :none) + :one")
                .condition_expression("attribute_not_exists(#count) OR #count < :most")
                .expression_attribute_values(":none", number(0))
                .expression_attribute_values(":most", number(ApiSets::MAX as u64)),
            Counting::Down => update.update_expression("SET #count = if_not_exists(#count, :one) - :one"),
        };
        let update = update.build().map_err(|error| incomplete(&error))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// How many keys that are not revoked name a set. It looks at every key, all shards at the same time.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn keys_naming(&self, name: &ApiName) -> Result<u64, StoreError> {
        let counts = try_join_all((0..SHARDS).map(|shard| self.naming_in_shard(shard, name))).await?;
        Ok(counts.into_iter().sum())
    }

    async fn naming_in_shard(&self, shard: u32, name: &ApiName) -> Result<u64, StoreError> {
        let mut count = 0;
        let mut after = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&*self.name)
                .index_name(schema::ALL_INDEX)
                .select(Select::Count)
                .key_condition_expression("#shard = :shard")
                .filter_expression("contains(#record.#apis, :name) AND attribute_type(#record.#revoked_at, :null)")
                .expression_attribute_names("#revoked_at", "revoked_at")
                .expression_attribute_values(":null", AttributeValue::S("NULL".to_owned()))
                .expression_attribute_names("#shard", schema::ALL_SHARD)
                .expression_attribute_names("#record", schema::RECORD)
                .expression_attribute_names("#apis", "apis")
                .expression_attribute_values(":shard", AttributeValue::S(schema::all_shard(shard)))
                .expression_attribute_values(":name", AttributeValue::S(name.to_string()))
                .set_exclusive_start_key(after);
            let page = query.send().await.map_err(|error| unanswered(&error))?;
            count += u64::try_from(page.count).unwrap_or_default();
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(count);
            }
        }
    }
}

/// Whether a set comes or goes.
#[derive(Clone, Copy)]
enum Counting {
    Up,
    Down,
}

impl From<&ApiSet> for StoredSet {
    fn from(set: &ApiSet) -> Self {
        let ApiSet { name, description, routes, client_types, key_required } = set.clone();
        Self { name, description, routes, client_types, key_required }
    }
}

fn set_keys(name: &ApiName) -> Attributes {
    keys(schema::APIS, format!("{}{name}", schema::SET))
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The set in an item.
fn set_in(mut item: Attributes) -> Result<VersionedSet, StoreError> {
    let version = item.get(schema::VERSION).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    let version = version.ok_or_else(|| corrupt(&item, &"no version"))?;
    let stored = item.remove(schema::API_SET).ok_or_else(|| corrupt(&item, &"no set"))?;
    let stored: StoredSet = serde_dynamo::from_attribute_value(stored).map_err(|error| corrupt(&item, &error))?;
    let StoredSet { name, description, routes, client_types, key_required } = stored;
    Ok(VersionedSet { set: ApiSet { name, description, routes, client_types, key_required }, version })
}
