//! Checking a presented key: find its record, then decide.
//!
//! Records are kept for a short while, so that a busy key costs one read every few seconds. That while is the
//! revocation bound: a record is used for [`Config::cache_ttl`](crate::config::Config) after the moment just before it
//! was read, and for at most [`Config::stale`](crate::config::Config) longer while the table does not answer. Expiry is
//! decided afresh each time.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::try_join;
use jiff::{SignedDuration, Timestamp as Moment};
use lru::LruCache;

use crate::{
    clock::Clock,
    config::Config,
    decision::{Code, Request, decide},
    grant::ApiSets,
    key::{KeyId, PresentedKey},
    record::{KeyRecord, KeyType},
    secret::SecretHash,
    store::{KeyTable, StoreError},
};

/// How many records are kept at most, each of one to thirty kilobytes.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// A record with the hash that proves it.
type Credential = Arc<(KeyRecord, SecretHash)>;

/// What is known of a presented key after checking it.
#[derive(Debug)]
pub struct Verdict {
    /// The outcome.
    pub code: Code,
    /// The id that the text claims, or that it turned out to have. For logs alone: it is no proof of anything. There is
    /// none for a key whose use is to leave no trace.
    pub claimed: Option<KeyId>,
    /// The API sets that it was decided with, unless it did not depend on them.
    pub sets: Option<Arc<ApiSets>>,
    credential: Option<Credential>,
}

impl Verdict {
    /// A refusal before any record was looked at.
    #[must_use]
    pub fn without_key(code: Code) -> Self {
        Self { code, claimed: None, sets: None, credential: None }
    }

    /// The key's record; only a key whose secret matched has one here.
    #[must_use]
    pub fn record(&self) -> Option<&KeyRecord> {
        self.credential.as_deref().map(|(record, _)| record)
    }

    fn of(
        presented: &PresentedKey<'_>,
        credential: Option<Credential>,
        sets: Option<Arc<ApiSets>>,
        code: Code,
    ) -> Self {
        let traceless = credential.as_deref().is_some_and(|(record, _)| record.terms.off_the_record);
        let credential = credential.filter(|_| code != Code::NotFound);
        let proven = credential.as_deref().map(|(record, _)| record.id);
        Self { code, claimed: proven.or_else(|| presented.id()).filter(|_| !traceless), sets, credential }
    }
}

/// Checks a key against the table as it is at this moment.
///
/// # Errors
/// When the table does not answer.
pub async fn verify_now(
    text: &str,
    request: &Request<'_>,
    table: &KeyTable,
    clock: &dyn Clock,
) -> Result<Verdict, StoreError> {
    let Ok(presented) = PresentedKey::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
    let (credential, sets) = try_join(find(&presented, table), table.api_sets()).await?;
    let stored = credential.as_deref().map(|(record, hash)| (record, hash));
    let code = decide(&presented, stored, request, &sets, clock.now().into());
    Ok(Verdict::of(&presented, credential, Some(sets.into()), code))
}

/// The record that a text leads to: by its id, or by its hash if it was brought.
async fn find(presented: &PresentedKey<'_>, table: &KeyTable) -> Result<Option<Credential>, StoreError> {
    if let Some(id) = presented.id()
        && let Some(found) = table.credential(id).await?
    {
        return Ok(Some(Arc::new(found)));
    }
    match table.pointed_at(&presented.hash()).await? {
        Some(id) => Ok(table.credential(id).await?.map(Arc::new)),
        None => Ok(None),
    }
}

/// Checks keys against the table, keeping what it read for a while.
#[derive(Debug)]
pub struct Verifier {
    table: KeyTable,
    ttl: Duration,
    stale: Duration,
    kept: Mutex<LruCache<Lookup, Kept<Credential>>>,
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
        let Ok(presented) = PresentedKey::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
        let credential = self.credential(&presented, clock.now()).await?;
        let stored = credential.as_deref().map(|(record, hash)| (record, hash));
        let sets = match stored {
            Some((record, _)) if depends_on_sets(record) => Some(self.sets(clock.now()).await?),
            _ => None,
        };
        let none = ApiSets::default();
        // Reading takes time, in which the key may have expired.
        let code = decide(&presented, stored, request, sets.as_deref().unwrap_or(&none), clock.now().into());
        Ok(Verdict::of(&presented, credential, sets, code))
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

    async fn credential(&self, presented: &PresentedKey<'_>, now: Moment) -> Result<Option<Credential>, StoreError> {
        // Texts that were brought may have an id in them that is also another's.
        let lookups = || {
            let by_hash = || Lookup::Hash(*presented.hash().as_bytes());
            presented.id().map(Lookup::Id).into_iter().chain(std::iter::once_with(by_hash))
        };
        let kept = |age| lookups().find_map(|lookup| self.kept_within(lookup, now, age));
        if let Some(fresh) = kept(self.ttl) {
            return Ok(Some(fresh));
        }
        match find(presented, &self.table).await {
            Ok(Some(found)) => {
                let brought = found.0.is_brought.then(|| Lookup::Hash(*found.1.as_bytes()));
                self.keep(brought.unwrap_or(Lookup::Id(found.0.id)), Arc::clone(&found), now);
                Ok(Some(found))
            }
            Ok(None) => {
                lookups().for_each(|lookup| self.forget(lookup));
                Ok(None)
            }
            Err(StoreError::Unavailable(why)) => match kept(self.ttl + self.stale) {
                Some(stale) if !self.stale.is_zero() => {
                    let key_id = Some(stale.0.id).filter(|_| !stale.0.terms.off_the_record);
                    let key_id = key_id.map(tracing::field::display);
                    tracing::warn!(key_id, why, "the table does not answer; a stale record is used");
                    Ok(Some(stale))
                }
                _ => Err(StoreError::Unavailable(why)),
            },
            Err(error) => Err(error),
        }
    }

    fn kept_within(&self, lookup: Lookup, now: Moment, age: Duration) -> Option<Credential> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&lookup)?.within(now, age)
    }

    /// Keeps what was read, unless something newer is kept already.
    fn keep(&self, lookup: Lookup, value: Credential, read_at: Moment) {
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

/// Whether it takes API sets to say what the key reaches.
fn depends_on_sets(record: &KeyRecord) -> bool {
    record.key_type == KeyType::FineGrained && !record.terms.apis.has_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::example;

    fn verifier(ttl: u64, stale: u64) -> Verifier {
        let sdk = aws_config::SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        Verifier {
            table: KeyTable::new(&sdk, "none", crate::store::Patience::Door),
            ttl: Duration::from_secs(ttl),
            stale: Duration::from_secs(stale),
            kept: Mutex::new(LruCache::new(CAPACITY)),
            sets: Mutex::new(None),
        }
    }

    fn id() -> Lookup {
        Lookup::Id(example().id)
    }

    fn at(second: i64) -> Moment {
        Moment::from_second(1_000_000 + second).unwrap()
    }

    fn credential() -> Credential {
        Arc::new((example(), SecretHash::of("text")))
    }

    #[test]
    fn a_record_is_used_until_its_time_is_over() {
        let verifier = verifier(10, 0);
        verifier.keep(id(), credential(), at(0));
        assert!(verifier.kept_within(id(), at(9), verifier.ttl).is_some());
        assert!(verifier.kept_within(id(), at(10), verifier.ttl).is_none());
        assert!(verifier.kept_within(id(), at(-1), verifier.ttl).is_none(), "the clock was set back");
    }

    #[test]
    fn a_cache_of_no_seconds_keeps_nothing_in_use() {
        let verifier = verifier(0, 0);
        verifier.keep(id(), credential(), at(0));
        assert!(verifier.kept_within(id(), at(0), verifier.ttl).is_none());
    }

    #[test]
    fn a_slow_older_read_does_not_replace_a_newer_one() {
        let verifier = verifier(10, 0);
        let revoked = KeyRecord { version: 2, ..example() };
        verifier.keep(id(), Arc::new((revoked, SecretHash::of("text"))), at(5));
        verifier.keep(id(), credential(), at(1));
        assert_eq!(verifier.kept_within(id(), at(6), verifier.ttl).unwrap().0.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_is_forgotten() {
        let verifier = verifier(10, 60);
        verifier.keep(id(), credential(), at(0));
        verifier.forget(id());
        assert!(verifier.kept_within(id(), at(1), Duration::from_mins(1)).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let verifier = verifier(10, 0);
        for number in 0..CAPACITY.get() + 100 {
            let id = Lookup::Id(format!("{number:016}").parse().unwrap());
            verifier.keep(id, credential(), at(0));
        }
        assert_eq!(verifier.kept.lock().unwrap().len(), CAPACITY.get());
    }
}
