//! Listing keys, newest first, a page at a time.
//!
//! Each list lies in [`SHARDS`] partitions, which a page reads side by side and merges. A page therefore costs the same
//! whether the table has a thousand keys or a million; where a filter matches little, it ends after
//! [`MAX_EXAMINED`] keys with a cursor for the rest, so its cost stays bounded as well.

use std::collections::VecDeque;

use futures_util::future::try_join_all;

use crate::{
    caller::{Caller, Forbidden},
    cursor::{CursorError, CursorKey, Position},
    grant::Right,
    key::KeyId,
    label::{ClientType, Owner},
    record::{KeyRecord, KeyState, KeyType},
    scope::Provider,
    store::{KeyTable, Listing, StoreError, schema::SHARDS},
    timestamp::Timestamp,
};

/// How many keys one page looks at, at the most.
pub const MAX_EXAMINED: usize = 1_000;
/// How many keys are read from a shard at once, at the most.
const LARGEST_CHUNK: u32 = 128;

/// Which keys to list: those that match every condition given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this owner.
    pub owner: Option<Owner>,
    /// This provider.
    pub provider: Option<Provider>,
    /// Exactly this region, `*` included.
    pub region: Option<String>,
    /// This type.
    pub key_type: Option<KeyType>,
    /// This state, at the time of asking.
    pub state: Option<KeyState>,
    /// Exactly this client type.
    pub client_type: Option<ClientType>,
    /// A name that contains this text, whatever the case.
    pub name: Option<String>,
}

impl Filter {
    /// Whether a key matches at `now`.
    #[must_use]
    pub fn matches(&self, record: &KeyRecord, now: Timestamp) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, actual: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == actual)
        }
        fits(self.owner.as_ref(), &record.owner)
            && fits(self.provider.as_ref(), &record.scope.provider())
            && self.region.as_deref().is_none_or(|region| region == record.scope.region())
            && fits(self.key_type.as_ref(), &record.key_type)
            && fits(self.state.as_ref(), &record.state(now))
            && (self.client_type.is_none() || self.client_type == record.client_type)
            && self.name.as_ref().is_none_or(|part| contains(record.name.as_str(), part))
    }
}

/// Case-insensitive containment, by Unicode's simple lower case.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// One page of a list.
#[derive(Debug)]
pub struct Page {
    /// The keys, newest first.
    pub keys: Vec<KeyRecord>,
    /// The cursor for what follows, if anything may.
    pub next_cursor: Option<String>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The cursor is not one of this list's.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists at most `limit` keys that match `filter`, from after `cursor` on.
///
/// # Errors
/// When the caller lacks the right, the cursor was not made for this list, or the table does not answer.
pub async fn list(
    caller: &Caller,
    filter: &Filter,
    limit: usize,
    cursor: Option<&str>,
    table: &KeyTable,
    cursor_key: &CursorKey,
    now: Timestamp,
) -> Result<Page, ListError> {
    caller.require(Right::ListKeys)?;
    let listing = filter.owner.clone().map_or(Listing::All, Listing::Of);
    // What a cursor is good for: this table, this caller's view of it, this filter.
    let question = format!("{} {} {listing:?} {filter:?}", table.name(), caller.owner());
    let after = cursor.map(|cursor| cursor_key.open(cursor, &question)).transpose()?;
    let mut merged = Merged::new(table, listing, after.as_ref(), limit);

    let mut keys = Vec::new();
    let mut examined = 0;
    let mut last = None;
    while keys.len() < limit && examined < MAX_EXAMINED {
        let Some((position, record)) = merged.next().await? else { break };
        examined += 1;
        last = Some(position);
        if filter.matches(&record, now) {
            keys.push(record);
        }
    }
    let next_cursor = match last {
        Some(position) if merged.has_more().await? => Some(cursor_key.seal(&position, &question)),
        _ => None,
    };
    Ok(Page { keys, next_cursor })
}

/// Shows one key.
///
/// # Errors
/// When the caller lacks the right, or the table does not answer.
pub async fn show(caller: &Caller, id: KeyId, table: &KeyTable) -> Result<Option<KeyRecord>, ListError> {
    caller.require(Right::ListKeys)?;
    Ok(table.record(id).await?)
}

/// The shards of a listing, merged.
struct Merged<'t> {
    table: &'t KeyTable,
    listing: Listing,
    shards: Vec<Shard>,
}

/// What has been read of one shard.
struct Shard {
    number: u32,
    ahead: VecDeque<(Position, KeyRecord)>,
    /// Where to go on reading.
    after: Option<Position>,
    /// How many keys to read next: at first a little more than its share of a page, then ever more, because a filter
    /// throws most of them away.
    chunk: u32,
    is_done: bool,
}

impl Shard {
    /// Where its newest key stands, if anything is left of what was read.
    fn newest(&self) -> Option<&Position> {
        self.ahead.front().map(|(position, _)| position)
    }
}

impl<'t> Merged<'t> {
    fn new(table: &'t KeyTable, listing: Listing, after: Option<&Position>, limit: usize) -> Self {
        let first = u32::try_from((limit + limit / 2) / SHARDS as usize + 2).unwrap_or(u32::MAX);
        let shard =
            |number| Shard { number, ahead: VecDeque::new(), after: after.cloned(), chunk: first, is_done: false };
        Self { table, listing, shards: (0..SHARDS).map(shard).collect() }
    }

    /// Reads on wherever nothing is left of what was read, all shards at the same time.
    async fn refill(&mut self) -> Result<(), StoreError> {
        let (table, listing) = (self.table, &self.listing);
        let empty = self.shards.iter_mut().filter(|shard| shard.ahead.is_empty() && !shard.is_done);
        try_join_all(empty.map(|shard| async move {
            let stretch = table.stretch(listing, shard.number, shard.after.as_ref(), shard.chunk).await?;
            shard.chunk = shard.chunk.saturating_mul(SHARDS).min(LARGEST_CHUNK);
            // An empty stretch that is not the last would be asked for again for ever.
            shard.is_done = stretch.is_last || stretch.entries.is_empty();
            shard.after = stretch.entries.last().map(|(position, _)| position.clone());
            shard.ahead = stretch.entries.into();
            Ok::<(), StoreError>(())
        }))
        .await?;
        Ok(())
    }

    /// The newest key that was not handed out yet.
    async fn next(&mut self) -> Result<Option<(Position, KeyRecord)>, StoreError> {
        self.refill().await?;
        let newest = self.shards.iter_mut().max_by(|a, b| a.newest().cmp(&b.newest()));
        Ok(newest.and_then(|shard| shard.ahead.pop_front()))
    }

    async fn has_more(&mut self) -> Result<bool, StoreError> {
        if self.shards.iter().any(|shard| !shard.ahead.is_empty()) {
            return Ok(true);
        }
        self.refill().await?;
        Ok(self.shards.iter().any(|shard| !shard.ahead.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::{example, revocation};

    fn now() -> Timestamp {
        "2026-11-21T08:30:00Z".parse().unwrap()
    }

    #[test]
    fn an_empty_filter_matches_every_key() {
        assert!(Filter::default().matches(&example(), now()));
    }

    #[test]
    fn each_condition_is_exact_but_the_name() {
        let record = KeyRecord {
            client_type: Some("mobile".parse().unwrap()),
            name: "Ünder test".parse().unwrap(),
            ..example()
        };
        let yes = [
            Filter { owner: Some("a-team".parse().unwrap()), ..Filter::default() },
            Filter { provider: Some(Provider::Aws), ..Filter::default() },
            Filter { region: Some("us-east-1".to_owned()), ..Filter::default() },
            Filter { key_type: Some(KeyType::FineGrained), ..Filter::default() },
            Filter { state: Some(KeyState::Active), ..Filter::default() },
            Filter { client_type: Some("mobile".parse().unwrap()), ..Filter::default() },
            Filter { name: Some("üNDER T".to_owned()), ..Filter::default() },
        ];
        let no = [
            Filter { owner: Some("a-tea".parse().unwrap()), ..Filter::default() },
            Filter { provider: Some(Provider::Gcp), ..Filter::default() },
            Filter { region: Some("*".to_owned()), ..Filter::default() },
            Filter { key_type: Some(KeyType::SuperUser), ..Filter::default() },
            Filter { state: Some(KeyState::Revoked), ..Filter::default() },
            Filter { client_type: Some("Mobile".parse().unwrap()), ..Filter::default() },
            Filter { name: Some("missing".to_owned()), ..Filter::default() },
        ];
        for filter in yes {
            assert!(filter.matches(&record, now()), "{filter:?}");
        }
        for filter in no {
            assert!(!filter.matches(&record, now()), "{filter:?}");
        }
    }

    #[test]
    fn every_condition_must_hold() {
        let revoked = KeyRecord { revocation: Some(revocation()), ..example() };
        let filter =
            Filter { state: Some(KeyState::Revoked), owner: Some("a-team".parse().unwrap()), ..Filter::default() };
        assert!(filter.matches(&revoked, now()));
        assert!(!filter.matches(&example(), now()));
        assert!(!filter.matches(&KeyRecord { owner: Owner::root(), ..revoked }, now()));
    }
}
