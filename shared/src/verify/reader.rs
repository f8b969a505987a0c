//! What reads the table for a [`Verifier`](super::Verifier), and what of it is kept.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp as Moment};
use lru::LruCache;

use super::silence::Silence;
use crate::{
    credential::Credential,
    grant::ApiSets,
    key::KeyId,
    presented::Presented,
    secret::SecretHash,
    store::{KeyTable, StoreError},
};

/// How many records are kept at most, each of one to thirty kilobytes.
pub(super) const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// Reads the table, and keeps what it read. A read may outlive the request that began it.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) table: KeyTable,
    kept: Mutex<LruCache<Lookup, Kept<Arc<Credential>>>>,
    sets: Mutex<Option<Kept<Arc<ApiSets>>>>,
    pub(super) silence: Silence,
}

/// What a record may be found by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    id: Option<KeyId>,
    hash: Option<SecretHash>,
}

impl Wanted {
    pub(super) fn of(presented: &Presented<'_>) -> Self {
        let hash = match presented {
            Presented::Key { hash, .. } => Some(*hash),
            Presented::Token(_) => None,
        };
        Self { id: presented.id(), hash }
    }

    /// Texts that were brought may have an id in them that is also another's.
    pub(super) fn lookups(self) -> impl Iterator<Item = Lookup> {
        let by_hash = self.hash.map(|hash| Lookup::Hash(*hash.as_bytes()));
        self.id.map(Lookup::Id).into_iter().chain(by_hash)
    }
}

/// What a record was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lookup {
    Id(KeyId),
    Hash([u8; 32]),
}

#[derive(Debug, Clone)]
struct Kept<T> {
    value: T,
    /// The moment just before it was read.
    read_at: Moment,
}

impl<T: Clone> Kept<T> {
    /// What was kept, if it was read less than `age` ago. A clock that was set back makes it too old.
    fn within(&self, now: Moment, age: Duration) -> Option<T> {
        let age = SignedDuration::try_from(age).ok()?;
        let elapsed = now.duration_since(self.read_at);
        (!elapsed.is_negative() && elapsed < age).then(|| self.value.clone())
    }
}

impl Reader {
    pub(super) fn new(table: KeyTable) -> Self {
        Self { table, kept: Mutex::new(LruCache::new(CAPACITY)), sets: Mutex::new(None), silence: Silence::default() }
    }

    /// What the table has of a key, for as long as it is used kept as read at `now`.
    pub(super) async fn read(
        self: Arc<Self>,
        wanted: Wanted,
        now: Moment,
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        let found = find(wanted, &self.table).await;
        self.silence.note(&found, now);
        let Some((lookup, found)) = found? else {
            wanted.lookups().for_each(|lookup| self.forget(lookup));
            return Ok(None);
        };
        self.keep(lookup, Arc::clone(&found), now);
        Ok(Some(found))
    }

    /// The same of the API sets.
    pub(super) async fn read_sets(self: Arc<Self>, now: Moment) -> Result<Arc<ApiSets>, StoreError> {
        let sets = self.table.api_sets().await;
        self.silence.note(&sets, now);
        let sets = Arc::new(sets?);
        self.keep_sets(Arc::clone(&sets), now);
        Ok(sets)
    }

    pub(super) fn kept_within(&self, lookup: Lookup, now: Moment, age: Duration) -> Option<Arc<Credential>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&lookup)?.within(now, age)
    }

    /// Keeps what was read, unless something newer is kept already.
    fn keep(&self, lookup: Lookup, value: Arc<Credential>, read_at: Moment) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.peek(&lookup).is_none_or(|standing| standing.read_at <= read_at) {
            kept.put(lookup, Kept { value, read_at });
        }
    }

    /// Forgets a key that is gone.
    fn forget(&self, lookup: Lookup) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop(&lookup);
    }

    pub(super) fn sets_within(&self, now: Moment, age: Duration) -> Option<Arc<ApiSets>> {
        self.lock_sets().as_ref().and_then(|kept| kept.within(now, age))
    }

    pub(super) fn keep_sets(&self, value: Arc<ApiSets>, read_at: Moment) {
        let mut kept = self.lock_sets();
        if kept.as_ref().is_none_or(|standing| standing.read_at <= read_at) {
            *kept = Some(Kept { value, read_at });
        }
    }

    fn lock_sets(&self) -> MutexGuard<'_, Option<Kept<Arc<ApiSets>>>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a text leads to, and by what: by its id, or by its hash if it was brought.
pub(super) async fn find(wanted: Wanted, table: &KeyTable) -> Result<Option<(Lookup, Arc<Credential>)>, StoreError> {
    if let Some(id) = wanted.id
        && let Some(found) = table.credential(id).await?
    {
        return Ok(Some((Lookup::Id(id), Arc::new(found))));
    }
    let Some(hash) = wanted.hash else { return Ok(None) };
    let Some(id) = table.pointed_at(&hash).await? else { return Ok(None) };
    Ok(table.credential(id).await?.map(|found| (Lookup::Hash(*hash.as_bytes()), Arc::new(found))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        credential::Texts,
        imprint::Imprint,
        record::{KeyRecord, tests::example},
        store::Patience,
    };

    const TEN: Duration = Duration::from_secs(10);

    fn reader() -> Reader {
        let sdk = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        Reader::new(KeyTable::new(&sdk, "none", Patience::Door))
    }

    fn id() -> Lookup {
        Lookup::Id(example().id)
    }

    fn at(second: i64) -> Moment {
        Moment::from_second(1_000_000 + second).unwrap()
    }

    fn credential(version: u64) -> Arc<Credential> {
        let record = KeyRecord { version, ..example() };
        Arc::new(Credential { record, texts: Texts::only(Imprint::of("text")) })
    }

    #[test]
    fn a_record_is_used_until_its_time_is_over() {
        let reader = reader();
        reader.keep(id(), credential(1), at(0));
        assert!(reader.kept_within(id(), at(9), TEN).is_some());
        assert!(reader.kept_within(id(), at(10), TEN).is_none());
        assert!(reader.kept_within(id(), at(-1), TEN).is_none(), "the clock was set back");
    }

    #[test]
    fn a_cache_of_no_seconds_keeps_nothing_in_use() {
        let reader = reader();
        reader.keep(id(), credential(1), at(0));
        assert!(reader.kept_within(id(), at(0), Duration::ZERO).is_none());
    }

    #[test]
    fn a_slow_older_read_does_not_replace_a_newer_one() {
        let reader = reader();
        reader.keep(id(), credential(2), at(5));
        reader.keep(id(), credential(1), at(1));
        assert_eq!(reader.kept_within(id(), at(6), TEN).unwrap().record.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_is_forgotten() {
        let reader = reader();
        reader.keep(id(), credential(1), at(0));
        reader.forget(id());
        assert!(reader.kept_within(id(), at(1), TEN).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let reader = reader();
        for number in 0..CAPACITY.get() + 100 {
            let id = Lookup::Id(format!("{number:016}").parse().unwrap());
            reader.keep(id, credential(1), at(0));
        }
        assert_eq!(reader.kept.lock().unwrap().len(), CAPACITY.get());
    }
}
