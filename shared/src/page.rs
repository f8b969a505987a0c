//! A page of a list, newest first, merged from the shards that the list lies in.
//!
//! A page reads all shards side by side. It therefore costs the same whether the table has a thousand entries or a
//! million; where a filter matches little, it ends after [`MAX_EXAMINED`] entries with a cursor for the rest, so its cost
//! stays bounded as well.

use std::collections::VecDeque;

use futures_util::future::try_join_all;

use crate::{
    cursor::{CursorError, CursorKey, Position},
    store::{KeyTable, Listed, Listing, StoreError},
    timestamp::Timestamp,
};

/// How many entries one page looks at, at the most.
pub const MAX_EXAMINED: usize = 500;
/// How many entries are read from a shard at once, at the most.
const LARGEST_CHUNK: u32 = 128;

/// One page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// What matches, newest first.
    pub entries: Vec<T>,
    /// The cursor for what follows, if anything may.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of a list that has nothing.
    #[must_use]
    pub const fn empty() -> Self {
        Self { entries: Vec::new(), next_cursor: None }
    }
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The cursor is not one of this list's.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Which stretch of which list a page is cut from.
#[derive(Debug)]
pub struct Cut<'c> {
    /// The list.
    pub listing: Listing,
    /// All that the page depends on, which its cursor is good for: who asks for what.
    pub question: String,
    /// From this second on.
    pub from: Option<Timestamp>,
    /// Up to this second, which does not belong to it.
    pub to: Option<Timestamp>,
    /// At most so many entries.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<&'c str>,
}

/// The page of those entries that `matches`.
///
/// # Errors
/// When the cursor was not made for this list, or the table does not answer.
pub async fn page<T: Listed>(
    cut: &Cut<'_>,
    matches: impl Fn(&T) -> bool,
    table: &KeyTable,
    cursor_key: &CursorKey,
) -> Result<Page<T>, PageError> {
    // What a cursor is good for: this table and this question.
    let question = format!("{} {}", table.name(), cut.question);
    let after = cut.cursor.map(|cursor| cursor_key.open(cursor, &question)).transpose()?;
    let before = after.or_else(|| cut.to.map(Position::first_of));
    let mut merged = Merged::new(table, cut, before.as_ref());

    let mut entries = Vec::new();
    let mut examined = 0;
    let mut last = None;
    while entries.len() < cut.limit && examined < MAX_EXAMINED {
        let Some((position, entry)) = merged.next(MAX_EXAMINED - examined).await? else { break };
        examined += 1;
        last = Some(position);
        if matches(&entry) {
            entries.push(entry);
        }
    }
    let next_cursor = match last {
        Some(position) if merged.has_more().await? => Some(cursor_key.seal(&position, &question)),
        _ => None,
    };
    Ok(Page { entries, next_cursor })
}

/// How many of the next `entries` lie in one shard, with half as many again for chance. What is read beyond the end of a page is
/// read for nothing, and read again for the next one.
fn share(entries: usize, shards: u32) -> u32 {
    u32::try_from((entries + entries / 2) / shards as usize + 3).unwrap_or(u32::MAX)
}

/// The shards of a listing, merged.
struct Merged<'t, T> {
    table: &'t KeyTable,
    listing: &'t Listing,
    from: Option<Position>,
    shards: Vec<Shard<T>>,
}

/// What has been read of one shard.
struct Shard<T> {
    number: u32,
    ahead: VecDeque<(Position, T)>,
    /// Where to go on reading.
    before: Option<Position>,
    /// How many entries to read next: at first a little more than its share of a page, then ever more, because a filter
    /// throws most of them away.
    chunk: u32,
    is_done: bool,
}

impl<T> Shard<T> {
    /// Where its newest entry stands, if anything is left of what was read.
    fn newest(&self) -> Option<&Position> {
        self.ahead.front().map(|(position, _)| position)
    }
}

impl<'t, T: Listed> Merged<'t, T> {
    fn new(table: &'t KeyTable, cut: &'t Cut<'_>, before: Option<&Position>) -> Self {
        let shards = cut.listing.shards();
        let first = share(cut.limit, shards);
        let shard =
            |number| Shard { number, ahead: VecDeque::new(), before: before.cloned(), chunk: first, is_done: false };
        Self {
            table,
            listing: &cut.listing,
            from: cut.from.map(Position::first_of),
            shards: (0..shards).map(shard).collect(),
        }
    }

    /// Reads on wherever nothing is left of what was read, all shards at the same time, when at most `wanted` entries more
    /// are looked at.
    async fn refill(&mut self, wanted: usize) -> Result<(), StoreError> {
        let (table, listing, from) = (self.table, self.listing, self.from.as_ref());
        let growth = listing.shards();
        let most = share(wanted, growth);
        let empty = self.shards.iter_mut().filter(|shard| shard.ahead.is_empty() && !shard.is_done);
        try_join_all(empty.map(|shard| async move {
            let before = shard.before.as_ref();
            let stretch = table.stretch::<T>(listing, shard.number, before, from, shard.chunk.min(most)).await?;
            shard.chunk = shard.chunk.saturating_mul(growth).min(LARGEST_CHUNK);
            // An empty stretch that is not the last would be asked for again for ever.
            shard.is_done = stretch.is_last || stretch.entries.is_empty();
            shard.before = stretch.entries.last().map(|(position, _)| position.clone());
            shard.ahead = stretch.entries.into();
            Ok::<(), StoreError>(())
        }))
        .await?;
        Ok(())
    }

    /// The newest entry that was not handed out yet, when at most `wanted` are looked at from here on.
    async fn next(&mut self, wanted: usize) -> Result<Option<(Position, T)>, StoreError> {
        self.refill(wanted).await?;
        let newest = self.shards.iter_mut().max_by(|a, b| a.newest().cmp(&b.newest()));
        Ok(newest.and_then(|shard| shard.ahead.pop_front()))
    }

    async fn has_more(&mut self) -> Result<bool, StoreError> {
        if self.shards.iter().any(|shard| !shard.ahead.is_empty()) {
            return Ok(true);
        }
        self.refill(1).await?;
        Ok(self.shards.iter().any(|shard| !shard.ahead.is_empty()))
    }
}
