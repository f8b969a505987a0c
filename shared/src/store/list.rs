//! Lists, read a stretch at a time: from the two indexes, which lag, or from one key's own partition, which does not.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    KeyTable, StoreError,
    error::unanswered,
    event::event_in,
    item::{Attributes, listed_of, record_in},
    schema::{self, SHARDS},
};
use crate::{
    audit::{AuditEvent, Target},
    cursor::Position,
    label::Owner,
    record::KeyRecord,
};

/// What a list is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// Every key.
    Keys,
    /// One owner's keys.
    KeysOf(Owner),
    /// Every audit event.
    Events,
    /// The events of one owner's keys.
    EventsOf(Owner),
    /// The events of one key or API set.
    EventsAbout(Target),
}

impl Listing {
    /// How many shards it lies in.
    #[must_use]
    pub const fn shards(&self) -> u32 {
        match self {
            Self::EventsAbout(_) => 1,
            Self::Keys | Self::KeysOf(_) | Self::Events | Self::EventsOf(_) => SHARDS,
        }
    }
}

/// Something that stands in lists.
pub trait Listed: Sized {
    /// What an item holds.
    #[doc(hidden)]
    fn of_item(item: Attributes) -> Result<Self, StoreError>;
}

impl Listed for KeyRecord {
    fn of_item(item: Attributes) -> Result<Self, StoreError> {
        record_in(item)
    }
}

impl Listed for AuditEvent {
    fn of_item(item: Attributes) -> Result<Self, StoreError> {
        event_in(item)
    }
}

/// A stretch of one shard of a list, newest first.
#[derive(Debug)]
pub struct Stretch<T> {
    /// What stands there, and where.
    pub entries: Vec<(Position, T)>,
    /// Whether the shard certainly has nothing further.
    pub is_last: bool,
}

/// Where a shard's items are found.
struct Place {
    /// The index; the table itself if there is none.
    index: Option<&'static str>,
    partition: (&'static str, String),
    /// The range key, and what its values start with before the position.
    range: (&'static str, &'static str),
}

impl Place {
    fn of(listing: &Listing, shard: u32) -> Self {
        let index = |index, attribute, value| Self {
            index: Some(index),
            partition: (attribute, value),
            range: (schema::LISTED, ""),
        };
        let all = |value| index(schema::ALL_INDEX, schema::ALL_SHARD, value);
        let of_one = |value| index(schema::OWNER_INDEX, schema::OWNER_SHARD, value);
        match listing {
            Listing::Keys => all(schema::all_shard(shard)),
            Listing::KeysOf(owner) => of_one(schema::owner_shard(owner, shard)),
            Listing::Events => all(schema::events_shard(shard)),
            Listing::EventsOf(owner) => of_one(schema::owner_events_shard(owner, shard)),
            Listing::EventsAbout(target) => {
                let partition = match target {
                    Target::Key { id, .. } => schema::key_partition(*id),
                    Target::Api(name) => schema::api_partition(name),
                };
                Self { index: None, partition: (schema::PK, partition), range: (schema::SK, schema::AUDIT) }
            }
        }
    }
}

impl KeyTable {
    /// Reads at most `limit` entries of one shard of a list, newest first: those that stand before `before`, if that is
    /// given, and not before `from`, if that is.
    ///
    /// # Errors
    /// When the table does not answer, or an item is corrupt.
    pub async fn stretch<T: Listed>(
        &self,
        listing: &Listing,
        shard: u32,
        before: Option<&Position>,
        from: Option<&Position>,
        limit: u32,
    ) -> Result<Stretch<T>, StoreError> {
        // DynamoDB refuses a range whose end comes before its start.
        if let (Some(from), Some(before)) = (from, before)
            && from > before
        {
            return Ok(Stretch { entries: Vec::new(), is_last: true });
        }
        let Place { index, partition, range: (range, start) } = Place::of(listing, shard);
        let bound = |position: Option<&Position>, otherwise: &str| {
            AttributeValue::S(format!("{start}{}", position.map_or(otherwise, Position::as_str)))
        };
        let found = self
            .client
            .query()
            .table_name(&*self.name)
            .set_index_name(index.map(str::to_owned))
            // Only the table itself can be read consistently.
            .set_consistent_read(index.is_none().then_some(true))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .key_condition_expression("#partition = :partition AND #range BETWEEN :from AND :before")
            .expression_attribute_names("#partition", partition.0)
            .expression_attribute_values(":partition", AttributeValue::S(partition.1))
            .expression_attribute_names("#range", range)
            // BETWEEN includes its bounds: nothing stands at the first one or the last one by itself.
            .expression_attribute_values(":from", bound(from, "0"))
            .expression_attribute_values(":before", bound(before, ":"))
            .send()
            .await
            .map_err(|error| unanswered(&error))?;
        let is_last = found.last_evaluated_key.is_none();
        let mut entries = Vec::new();
        for item in found.items.unwrap_or_default() {
            let position = listed_of(&item)?;
            // What stands at `before` was read already.
            if Some(&position) != before {
                entries.push((position, T::of_item(item)?));
            }
        }
        Ok(Stretch { entries, is_last })
    }
}
