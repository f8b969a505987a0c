//! Checking a presented key: find its record, then decide.
//!
//! Records are kept for a short while, so that a busy key costs one read every few seconds. That while is the
//! revocation bound: a record is used for [`Config::cache_ttl`](crate::config::Config) after the moment just before it
//! was read, and for at most [`Config::stale`](crate::config::Config) longer while the table does not answer. Expiry is
//! decided afresh each time.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp as Moment};
use lru::LruCache;

use crate::{
    clock::Clock,
    config::Config,
    decision::{Code, Request, decide},
    key::{KeyId, PresentedKey},
    record::KeyRecord,
    secret::SecretHash,
    store::{KeyTable, StoreError},
};

/// How many records are kept at most, each of one to seven kilobytes.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// A record with the hash that proves it.
type Credential = Arc<(KeyRecord, SecretHash)>;

/// What is known of a presented key after checking it.
#[derive(Debug)]
pub struct Verdict {
    /// The outcome.
    pub code: Code,
    /// The id that the text claims, if it is well-formed. For logs alone: it is no proof of anything.
    pub claimed: Option<KeyId>,
    credential: Option<Credential>,
}

impl Verdict {
    /// A refusal before any text was looked at.
    #[must_use]
    pub const fn without_key(code: Code) -> Self {
        Self { code, claimed: None, credential: None }
    }

    /// The key's record; only a key whose secret matched has one here.
    #[must_use]
    pub fn record(&self) -> Option<&KeyRecord> {
        self.credential.as_deref().map(|(record, _)| record)
    }
}

/// Checks keys against the table, keeping what it read for a while.
#[derive(Debug)]
pub struct Verifier {
    table: KeyTable,
    ttl: Duration,
    stale: Duration,
    kept: Mutex<LruCache<KeyId, Kept>>,
}

#[derive(Debug)]
struct Kept {
    credential: Credential,
    /// The moment just before it was read.
    read_at: Moment,
}

impl Verifier {
    /// A verifier with nothing kept yet.
    #[must_use]
    pub fn new(table: KeyTable, config: &Config) -> Self {
        Self { table, ttl: config.cache_ttl, stale: config.stale, kept: Mutex::new(LruCache::new(CAPACITY)) }
    }

    /// Decides whether `text` opens the door of `request`. A malformed text costs no read.
    ///
    /// # Errors
    /// When the record must be read and cannot be.
    pub async fn verify(&self, text: &str, request: &Request<'_>, clock: &dyn Clock) -> Result<Verdict, StoreError> {
        let Ok(presented) = PresentedKey::parse(text) else {
            return Ok(Verdict { code: Code::Malformed, claimed: None, credential: None });
        };
        let id = presented.id();
        let credential = self.credential(id, clock.now()).await?;
        let stored = credential.as_deref().map(|(record, hash)| (record, hash));
        // Reading takes time, in which the key may have expired.
        let code = decide(&presented, stored, request, clock.now().into());
        Ok(Verdict { code, claimed: Some(id), credential: credential.filter(|_| code != Code::NotFound) })
    }

    async fn credential(&self, id: KeyId, now: Moment) -> Result<Option<Credential>, StoreError> {
        if let Some(fresh) = self.kept_within(id, now, self.ttl) {
            return Ok(Some(fresh));
        }
        match self.table.credential(id).await {
            Ok(found) => {
                let found = found.map(Arc::new);
                self.keep(id, found.clone(), now);
                Ok(found)
            }
            Err(StoreError::Unavailable(why)) => match self.kept_within(id, now, self.ttl + self.stale) {
                Some(stale) if !self.stale.is_zero() => {
                    tracing::warn!(key_id = %id, why, "the table does not answer; a stale record is used");
                    Ok(Some(stale))
                }
                _ => Err(StoreError::Unavailable(why)),
            },
            Err(error) => Err(error),
        }
    }

    /// What was kept of `id`, if it was read less than `age` ago. A clock that was set back makes it too old.
    fn kept_within(&self, id: KeyId, now: Moment, age: Duration) -> Option<Credential> {
        let age = SignedDuration::try_from(age).ok()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = kept.get(&id)?;
        let elapsed = now.duration_since(entry.read_at);
        (!elapsed.is_negative() && elapsed < age).then(|| Arc::clone(&entry.credential))
    }

    /// Keeps what was read, unless something newer is kept already; forgets a key that is gone.
    fn keep(&self, id: KeyId, found: Option<Credential>, read_at: Moment) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            None => {
                kept.pop(&id);
            }
            Some(_) if kept.peek(&id).is_some_and(|standing| standing.read_at > read_at) => {}
            Some(credential) => {
                kept.put(id, Kept { credential, read_at });
            }
        }
    }
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
        }
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
        let id = example().id;
        verifier.keep(id, Some(credential()), at(0));
        assert!(verifier.kept_within(id, at(9), verifier.ttl).is_some());
        assert!(verifier.kept_within(id, at(10), verifier.ttl).is_none());
        assert!(verifier.kept_within(id, at(-1), verifier.ttl).is_none(), "the clock was set back");
    }

    #[test]
    fn a_cache_of_no_seconds_keeps_nothing_in_use() {
        let verifier = verifier(0, 0);
        verifier.keep(example().id, Some(credential()), at(0));
        assert!(verifier.kept_within(example().id, at(0), verifier.ttl).is_none());
    }

    #[test]
    fn a_slow_older_read_does_not_replace_a_newer_one() {
        let verifier = verifier(10, 0);
        let id = example().id;
        let revoked = KeyRecord { version: 2, ..example() };
        verifier.keep(id, Some(Arc::new((revoked, SecretHash::of("text")))), at(5));
        verifier.keep(id, Some(credential()), at(1));
        assert_eq!(verifier.kept_within(id, at(6), verifier.ttl).unwrap().0.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_is_forgotten() {
        let verifier = verifier(10, 60);
        verifier.keep(example().id, Some(credential()), at(0));
        verifier.keep(example().id, None, at(1));
        assert!(verifier.kept_within(example().id, at(1), Duration::from_mins(1)).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let verifier = verifier(10, 0);
        for number in 0..CAPACITY.get() + 100 {
            let id = format!("{number:016}").parse().unwrap();
            verifier.keep(id, Some(credential()), at(0));
        }
        assert_eq!(verifier.kept.lock().unwrap().len(), CAPACITY.get());
    }
}
