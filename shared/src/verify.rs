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
    credential::Credential,
    decision::{Code, Request, decide},
    grant::ApiSets,
    key::{KeyId, PresentedKey},
    record::{KeyRecord, KeyType},
    store::{KeyTable, StoreError},
};

/// How often in a second a record is read again because somebody presents a text that it does not know. The text may be one
/// that the key got just now, which works at once; or a stranger's, who shall not drive reads onto one item.
const STRANGERS: u8 = 5;
/// How many records are kept at most, each of one to thirty kilobytes.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// What a presented text led to, and by what.
type Found = (Lookup, Arc<Credential>);

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
    credential: Option<Arc<Credential>>,
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
        self.credential.as_deref().map(|credential| &credential.record)
    }

    fn of(
        presented: &PresentedKey<'_>,
        credential: Option<Arc<Credential>>,
        sets: Option<Arc<ApiSets>>,
        code: Code,
    ) -> Self {
        let traceless = credential.as_deref().is_some_and(|credential| credential.record.terms.off_the_record);
        let credential = credential.filter(|_| code != Code::NotFound);
        let proven = credential.as_deref().map(|credential| credential.record.id);
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
    let (found, sets) = try_join(find(&presented, table), table.api_sets()).await?;
    let credential = found.map(|(_, credential)| credential);
    let code = decide(&presented, credential.as_deref(), request, &sets, clock.now().into());
    Ok(Verdict::of(&presented, credential, Some(sets.into()), code))
}

/// What a text leads to: by its id, or by its hash if it was brought.
async fn find(presented: &PresentedKey<'_>, table: &KeyTable) -> Result<Option<Found>, StoreError> {
    if let Some(id) = presented.id()
        && let Some(found) = table.credential(id).await?
    {
        return Ok(Some((Lookup::Id(id), Arc::new(found))));
    }
    let hash = presented.hash();
    let Some(id) = table.pointed_at(&hash).await? else { return Ok(None) };
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
        let Ok(presented) = PresentedKey::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
        let credential = self.credential(&presented, clock.now()).await?;
        let sets = match credential.as_deref() {
            Some(credential) if depends_on_sets(&credential.record) => Some(self.sets(clock.now()).await?),
            _ => None,
        };
        let none = ApiSets::default();
        // Reading takes time, in which the key may have expired.
        let sets_or_none = sets.as_deref().unwrap_or(&none);
        let code = decide(&presented, credential.as_deref(), request, sets_or_none, clock.now().into());
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

    async fn credential(
        &self,
        presented: &PresentedKey<'_>,
        now: Moment,
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        let hash = presented.hash();
        // Texts that were brought may have an id in them that is also another's.
        let lookups = || {
            let by_hash = || Lookup::Hash(*hash.as_bytes());
            presented.id().map(Lookup::Id).into_iter().chain(std::iter::once_with(by_hash))
        };
        let kept = |age| lookups().find_map(|lookup| Some((lookup, self.kept_within(lookup, now, age)?)));
        if let Some((lookup, fresh)) = kept(self.ttl)
            && (fresh.knows(&hash) || !self.reads_for_a_stranger(lookup, now))
        {
            return Ok(Some(fresh));
        }
        match find(presented, &self.table).await {
            Ok(Some((lookup, found))) => {
                self.keep(lookup, Arc::clone(&found), now);
                Ok(Some(found))
            }
            Ok(None) => {
                lookups().for_each(|lookup| self.forget(lookup));
                Ok(None)
            }
            Err(StoreError::Unavailable(why)) => match kept(self.ttl + self.stale) {
                // Of a text that it does not know, it cannot say anything.
                Some((_, stale)) if !self.stale.is_zero() && stale.knows(&hash) => {
                    let key_id = Some(stale.record.id).filter(|_| !stale.record.terms.off_the_record);
                    let key_id = key_id.map(tracing::field::display);
                    tracing::warn!(key_id, why, "the table does not answer; a stale record is used");
                    Ok(Some(stale))
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

/// Whether it takes API sets to say what the key reaches.
fn depends_on_sets(record: &KeyRecord) -> bool {
    record.key_type == KeyType::FineGrained && !record.terms.apis.has_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{credential::Texts, record::tests::example, secret::SecretHash};

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
        Arc::new(Credential { record, texts: Texts::only(SecretHash::of("text")) })
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
