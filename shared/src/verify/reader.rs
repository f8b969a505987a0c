//! What reads the table for a [`Verifier`](super::Verifier), and what of it is kept.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp as Moment;

use super::{
    kept::{Kept, Records},
    silence::Silence,
};
use crate::{
    credential::Credential,
    grant::ApiSets,
    key::KeyId,
    presented::Presented,
    secret::SecretHash,
    store::{KeyTable, StoreError},
};

/// Reads the table, and keeps what it read. A read may outlive the request that began it.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) table: KeyTable,
    records: Mutex<Records>,
    /// At most [`ApiSets::MAX`] of them.
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

impl Reader {
    pub(super) fn new(table: KeyTable) -> Self {
        Self { table, records: Mutex::default(), sets: Mutex::new(None), silence: Silence::default() }
    }

    /// What the table has of a key, for as long as it is used kept as read at `now`. That it has nothing any more is kept, too.
    pub(super) async fn read(
        self: Arc<Self>,
        wanted: Wanted,
        now: Moment,
    ) -> Result<Option<Arc<Credential>>, StoreError> {
        let found = find(wanted, &self.table).await;
        self.silence.note(&found, now);
        let Some((lookup, found)) = found? else {
            let mut records = self.records();
            wanted.lookups().for_each(|lookup| records.forget(lookup, now));
            return Ok(None);
        };
        self.records().keep(lookup, Arc::clone(&found), now);
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

    pub(super) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
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
///
/// An unknown id takes a second read, because a key that was brought as a hash may be one of another deployment, with an id in
/// its text. To ask for both at once would make every known key pay for two.
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
