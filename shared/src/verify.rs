//! Checking a presented key: find its record, then decide.
//!
//! Records are kept for a short while, so that a busy key costs one read every few seconds. That while is the
//! revocation bound: a record is used for [`Config::cache_ttl`](crate::config::Config) after the moment just before it
//! was read, and for at most [`Config::stale`](crate::config::Config) longer while the table does not answer. Expiry is
//! decided afresh each time.

mod verdict;

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::try_join;
use jiff::{SignedDuration, Timestamp as Moment};
use lru::LruCache;

pub use self::verdict::Verdict;
use crate::{
    clock::Clock,
    config::Config,
    credential::{Credential, Recognised},
    decision::{Code, Request},
    grant::ApiSets,
    key::KeyId,
    presented::Presented,
    record::{KeyRecord, KeyType},
    store::{KeyTable, StoreError},
};

/// How often in a second a record is read again because somebody presents a text that it does not know. The text may be one
/// that the key got just now, which works at once; or a stranger's, who shall not drive reads onto one item.
const STRANGERS: u8 = 5;
/// How many records are kept at most, each of one to thirty kilobytes.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// What a presented text led to, and how that recognises it.
type Found = (Arc<Credential>, Recognised);

/// Checks a key or a token against the table as it is at this moment.
///
/// # Errors
/// When the table does not answer.
pub async fn verify_now(
    text: &str,
    request: &Request<'_>,
    table: &KeyTable,
    clock: &dyn Clock,
) -> Result<Verdict, StoreError> {
    let Ok(presented) = Presented::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
    let (found, sets) = try_join(find(&presented, table), table.api_sets()).await?;
    let found = found.map(|(_, credential)| {
        let recognised = credential.recognise(&presented);
        (credential, recognised)
    });
    Ok(Verdict::decided(&presented, found.as_ref(), request, Some(sets.into()), clock.now().into()))
}

/// What a text leads to, and by what: by its id, or by its hash if it was brought.
async fn find(presented: &Presented<'_>, table: &KeyTable) -> Result<Option<(Lookup, Arc<Credential>)>, StoreError> {
    if let Some(id) = presented.id()
        && let Some(found) = table.credential(id).await?
    {
        return Ok(Some((Lookup::Id(id), Arc::new(found))));
    }
    let Presented::Key { hash, .. } = presented else { return Ok(None) };
    let Some(id) = table.pointed_at(hash).await? else { return Ok(None) };
    Ok(table.credential(id).await?.map(|found| (Lookup::Hash(*hash.as_bytes()), Arc::new(found))))
}

/// Checks keys against the table, keeping what it read for a while.
#[derive(Debug)]
pub struct Verifier {
    table: KeyTable,
    ttl: Duration,
    stale: Duration,
    kept: Mutex<LruCache<Lookup, Kept<Arc<Credential>>>>,
    strangers: Mutex<LruCache<Lookup, (i64, u8)>>,
    sets: Mutex<Option<Kept<Arc<ApiSets>>>>,
}

/// What a record was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Lookup {
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

impl Verifier {
    /// A verifier with nothing kept yet.
    #[must_use]
    pub fn new(table: KeyTable, config: &Config) -> Self {
        Self {
            table,
            ttl: config.cache_ttl,
            stale: config.stale,
            kept: Mutex::new(LruCache::new(CAPACITY)),
            strangers: Mutex::new(LruCache::new(CAPACITY)),
            sets: Mutex::new(None),
        }
    }

    /// Loads the API sets before the first request needs them, and opens the connection.
    ///
    /// # Errors
    /// When the table does not answer; the first request that needs them asks again.
    pub async fn warm(&self, clock: &dyn Clock) -> Result<(), StoreError> {
        let read_at = clock.now();
        let sets = self.table.warm().await?;
        self.keep_sets(Arc::new(sets), read_at);
        Ok(())
    }

    /// Decides whether `text` opens the door of `request`. A malformed text costs no read.
    ///
    /// # Errors
    /// When the record or the API sets must be read and cannot be.
    pub async fn verify(&self, text: &str, request: &Request<'_>, clock: &dyn Clock) -> Result<Verdict, StoreError> {
        let Ok(presented) = Presented::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
        let found = self.credential(&presented, clock.now()).await?;
        let sets = match &found {
            Some((credential, _)) if depends_on_sets(&presented, &credential.record) => {
                Some(self.sets(clock.now()).await?)
            }
            _ => None,
        };
        // Reading takes time, in which the key may have expired.
        Ok(Verdict::decided(&presented, found.as_ref(), request, sets, clock.now().into()))
    }

    /// The API sets, as they are at `now` or were a short while before.
    ///
    /// # Errors
    /// When they must be read and cannot be.
    pub async fn sets(&self, now: Moment) -> Result<Arc<ApiSets>, StoreError> {
        let kept = |age| self.lock_sets().as_ref().and_then(|kept| kept.within(now, age));
        if let Some(fresh) = kept(self.ttl) {
            return Ok(fresh);
        }
        match self.table.api_sets().await {
            Ok(sets) => {
                let sets = Arc::new(sets);
                self.keep_sets(Arc::clone(&sets), now);
                Ok(sets)
            }
            Err(StoreError::Unavailable(why)) => match kept(self.ttl + self.stale) {
                Some(stale) if !self.stale.is_zero() => {
                    tracing::warn!(why, "the table does not answer; stale API sets are used");
                    Ok(stale)
                }
                _ => Err(StoreError::Unavailable(why)),
            },
            Err(error) => Err(error),
        }
    }

    async fn credential(&self, presented: &Presented<'_>, now: Moment) -> Result<Option<Found>, StoreError> {
        let by_hash = match presented {
            Presented::Key { hash, .. } => Some(Lookup::Hash(*hash.as_bytes())),
            Presented::Token(_) => None,
        };
        // Texts that were brought may have an id in them that is also another's.
        let lookups = || presented.id().map(Lookup::Id).into_iter().chain(by_hash);
        let kept = |age| {
            let (lookup, kept) = lookups().find_map(|lookup| Some((lookup, self.kept_within(lookup, now, age)?)))?;
            let recognised = kept.recognise(presented);
            Some((lookup, (kept, recognised)))
        };
        if let Some((lookup, fresh)) = kept(self.ttl)
            && (fresh.1.is_known() || !self.reads_for_a_stranger(lookup, now))
        {
            return Ok(Some(fresh));
        }
        match find(presented, &self.table).await {
            Ok(Some((lookup, found))) => {
                self.keep(lookup, Arc::clone(&found), now);
                let recognised = found.recognise(presented);
                Ok(Some((found, recognised)))
            }
            Ok(None) => {
                lookups().for_each(|lookup| self.forget(lookup));
                Ok(None)
            }
            Err(StoreError::Unavailable(why)) => match kept(self.ttl + self.stale) {
                // Of a text that it does not know, it cannot say anything.
                Some((_, (stale, recognised))) if !self.stale.is_zero() && recognised.is_known() => {
                    let key_id = Some(stale.record.id).filter(|_| !stale.record.terms.off_the_record);
                    let key_id = key_id.map(tracing::field::display);
                    tracing::warn!(key_id, why, "the table does not answer; a stale record is used");
                    Ok(Some((stale, recognised)))
                }
                _ => Err(StoreError::Unavailable(why)),
            },
            Err(error) => Err(error),
        }
    }

    fn kept_within(&self, lookup: Lookup, now: Moment, age: Duration) -> Option<Arc<Credential>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&lookup)?.within(now, age)
    }

    /// Whether a record may be read again in this second for a text that it does not know.
    fn reads_for_a_stranger(&self, lookup: Lookup, now: Moment) -> bool {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        let (second, reads) = strangers.get_or_insert_mut(lookup, || (now.as_second(), 0));
        if *second != now.as_second() {
            (*second, *reads) = (now.as_second(), 0);
        }
        *reads = reads.saturating_add(1);
        *reads <= STRANGERS
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

    fn keep_sets(&self, value: Arc<ApiSets>, read_at: Moment) {
        let mut kept = self.lock_sets();
        if kept.as_ref().is_none_or(|standing| standing.read_at <= read_at) {
            *kept = Some(Kept { value, read_at });
        }
    }

    fn lock_sets(&self) -> MutexGuard<'_, Option<Kept<Arc<ApiSets>>>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it takes API sets to say what the key, or its token, reaches.
fn depends_on_sets(presented: &Presented<'_>, record: &KeyRecord) -> bool {
    let is_for_all = record.key_type == KeyType::SuperUser || record.terms.apis.has_any();
    !is_for_all || presented.token().is_some_and(|token| token.claims().narrowing().apis.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{credential::Texts, imprint::Imprint, record::tests::example};

    fn verifier(ttl: u64, stale: u64) -> Verifier {
        let sdk = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        Verifier {
            table: KeyTable::new(&sdk, "none", crate::store::Patience::Door),
            ttl: Duration::from_secs(ttl),
            stale: Duration::from_secs(stale),
            kept: Mutex::new(LruCache::new(CAPACITY)),
            strangers: Mutex::new(LruCache::new(CAPACITY)),
            sets: Mutex::new(None),
        }
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
        let verifier = verifier(10, 0);
        verifier.keep(id(), credential(1), at(0));
        assert!(verifier.kept_within(id(), at(9), verifier.ttl).is_some());
        assert!(verifier.kept_within(id(), at(10), verifier.ttl).is_none());
        assert!(verifier.kept_within(id(), at(-1), verifier.ttl).is_none(), "the clock was set back");
    }

    #[test]
    fn a_cache_of_no_seconds_keeps_nothing_in_use() {
        let verifier = verifier(0, 0);
        verifier.keep(id(), credential(1), at(0));
        assert!(verifier.kept_within(id(), at(0), verifier.ttl).is_none());
    }

    #[test]
    fn a_slow_older_read_does_not_replace_a_newer_one() {
        let verifier = verifier(10, 0);
        verifier.keep(id(), credential(2), at(5));
        verifier.keep(id(), credential(1), at(1));
        assert_eq!(verifier.kept_within(id(), at(6), verifier.ttl).unwrap().record.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_is_forgotten() {
        let verifier = verifier(10, 60);
        verifier.keep(id(), credential(1), at(0));
        verifier.forget(id());
        assert!(verifier.kept_within(id(), at(1), Duration::from_mins(1)).is_none());
    }

    #[test]
    fn a_record_is_read_again_for_unknown_texts_a_few_times_a_second() {
        let verifier = verifier(10, 0);
        let reads = |second| (0..20).filter(|_| verifier.reads_for_a_stranger(id(), at(second))).count();
        assert_eq!((reads(0), reads(0), reads(1)), (5, 0, 5));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let verifier = verifier(10, 0);
        for number in 0..CAPACITY.get() + 100 {
            let id = Lookup::Id(format!("{number:016}").parse().unwrap());
            verifier.keep(id, credential(1), at(0));
        }
        assert_eq!(verifier.kept.lock().unwrap().len(), CAPACITY.get());
    }
}
