//! Checking a presented key: find its record, then decide.
//!
//! Records are kept for a short while, so that a busy key costs one read every few seconds. That while is the
//! revocation bound: a record is used for [`Config::cache_ttl`](crate::config::Config) after the moment just before it
//! was read, and for at most [`Config::stale`](crate::config::Config) longer while the table does not answer. Expiry is
//! decided afresh each time.

mod kept;
mod reader;
mod silence;
mod verdict;

use std::{sync::Arc, time::Duration};

use futures_util::future::try_join;
use jiff::Timestamp as Moment;

pub use self::verdict::Verdict;
use self::{
    reader::{Reader, Wanted, find},
    silence::soon,
};
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

/// How often a key that nobody has is looked for before the first request. The second time still makes that a twentieth shorter.
const LOOKS: usize = 2;

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
    let (found, sets) = try_join(find(Wanted::of(&presented), table), table.api_sets()).await?;
    let found = found.map(|(_, credential)| {
        let recognised = credential.recognise(&presented);
        (credential, recognised)
    });
    Ok(Verdict::decided(&presented, found.as_ref(), request, Some(sets.into()), clock.now().into()))
}

/// Checks keys against the table, keeping what it read for a while.
#[derive(Debug)]
pub struct Verifier {
    reader: Arc<Reader>,
    ttl: Duration,
    stale: Duration,
}

impl Verifier {
    /// A verifier with nothing kept yet.
    #[must_use]
    pub fn new(table: KeyTable, config: &Config) -> Self {
        Self { reader: Arc::new(Reader::new(table)), ttl: config.cache_ttl, stale: config.stale }
    }

    /// Loads the API sets before the first request needs them, over the connection that it then finds open; lets `rehearsal`
    /// take its time, now that the table answers; and at last looks for a key that nobody has. What a process does for the
    /// first time takes several times as long, and what it did a while ago longer than what it has just done.
    ///
    /// # Errors
    /// When the table does not answer; the first request that needs them asks again.
    pub async fn warm(&self, rehearsal: impl Future<Output = ()>, clock: &dyn Clock) -> Result<(), StoreError> {
        let read_at = clock.now();
        let sets = self.reader.table.warm().await?;
        self.reader.keep_sets(Arc::new(sets), read_at);
        rehearsal.await;
        for _ in 0..LOOKS {
            self.reader.table.credential(KeyId::NOBODYS).await?;
        }
        Ok(())
    }

    /// Decides whether `text` opens the door of `request`. A malformed text costs no read.
    ///
    /// # Errors
    /// When the record or the API sets must be read and cannot be.
    pub async fn verify(&self, text: &str, request: &Request<'_>, clock: &dyn Clock) -> Result<Verdict, StoreError> {
        let Ok(presented) = Presented::parse(text) else { return Ok(Verdict::without_key(Code::Malformed)) };
        let found = self.credential(&presented, clock).await?;
        let sets = match &found {
            Some((credential, _)) if depends_on_sets(&presented, &credential.record) => Some(self.sets(clock).await?),
            _ => None,
        };
        // Reading takes time, in which the key may have expired.
        Ok(Verdict::decided(&presented, found.as_ref(), request, sets, clock.now().into()))
    }

    /// The API sets, as they are now or were a short while before.
    ///
    /// # Errors
    /// When they must be read and cannot be.
    pub async fn sets(&self, clock: &dyn Clock) -> Result<Arc<ApiSets>, StoreError> {
        let now = clock.now();
        if let Some(fresh) = self.reader.sets_within(now, self.ttl) {
            return Ok(fresh);
        }
        let stale = |now| self.stale_age().and_then(|age| self.reader.sets_within(now, age));
        let read = Box::pin(Arc::clone(&self.reader).read_sets(now));
        let read = self.wait_for(read, stale(now).is_some(), now).await;
        // Not those of before: another read may have learned something while this one was waited for.
        if let Err(StoreError::Unavailable(why) | StoreError::TimedOut(why)) = &read
            && let Some(stale) = stale(clock.now())
        {
            tracing::warn!(why, "the table does not answer; stale API sets are used");
            return Ok(stale);
        }
        read
    }

    async fn credential(&self, presented: &Presented<'_>, clock: &dyn Clock) -> Result<Option<Found>, StoreError> {
        let (wanted, now) = (Wanted::of(presented), clock.now());
        let kept = |age, now| {
            let mut lookups = wanted.lookups();
            let (lookup, kept) =
                lookups.find_map(|lookup| Some((lookup, self.reader.records().within(lookup, now, age)?)))?;
            let recognised = kept.recognise(presented);
            Some((lookup, (kept, recognised)))
        };
        if let Some((lookup, fresh)) = kept(self.ttl, now)
            && (fresh.1.is_known() || !self.reader.records().reads_for_a_stranger(lookup, now))
        {
            return Ok(Some(fresh));
        }
        // Of a text that it does not know, what is stale cannot say anything.
        let stale = |now| {
            let (_, stale) = self.stale_age().and_then(|age| kept(age, now))?;
            Some(stale).filter(|(_, recognised)| recognised.is_known())
        };
        // The future of a read has several kilobytes. They would be a part of every request's, with a read or without, and are
        // copied whenever that is handed on.
        let read = Box::pin(Arc::clone(&self.reader).read(wanted, now));
        let read = self.wait_for(read, stale(now).is_some(), now).await;
        // Not that of before: another read may have learned something while this one was waited for.
        if let Err(StoreError::Unavailable(why) | StoreError::TimedOut(why)) = &read
            && let Some((stale, recognised)) = stale(clock.now())
        {
            let key_id = Some(stale.record.id).filter(|_| !stale.record.terms.off_the_record);
            tracing::warn!(
                key_id = key_id.map(tracing::field::display),
                why,
                "the table does not answer; a stale record is used"
            );
            return Ok(Some((stale, recognised)));
        }
        Ok(read?.map(|found| {
            let recognised = found.recognise(presented);
            (found, recognised)
        }))
    }

    /// The age up to which something may be used while the table does not answer; none where it never may.
    fn stale_age(&self) -> Option<Duration> {
        (!self.stale.is_zero()).then(|| self.ttl + self.stale)
    }

    /// Waits for a read, but not for long where the table was silent lately and something stale would do.
    async fn wait_for<T: Send + 'static>(
        &self,
        read: impl Future<Output = Result<T, StoreError>> + Send + 'static,
        has_stale: bool,
        now: Moment,
    ) -> Result<T, StoreError> {
        if has_stale && self.reader.silence.is_on(now) { soon(read).await } else { read.await }
    }
}

/// Whether it takes API sets to say what the key, or its token, reaches.
fn depends_on_sets(presented: &Presented<'_>, record: &KeyRecord) -> bool {
    let is_for_all = record.key_type == KeyType::SuperUser || record.terms.apis.has_any();
    !is_for_all || presented.token().is_some_and(|token| token.claims().narrowing().apis.is_some())
}

#[cfg(test)]
mod tests;
