//! Changing a key: read it, decide on what it becomes, and write that with the event that tells of it, unless somebody
//! else was faster; then again.

use crate::{
    audit::{Action, AuditEvent, Origin, Target},
    caller::{Caller, Forbidden},
    clock::Clock,
    credential::Credential,
    entropy::{Entropy, EntropyError},
    grant::{ApiGrant, ApiName, Apis},
    key::KeyId,
    label::Actor,
    precondition::Precondition,
    record::{KeyRecord, Refused},
    store::{KeyTable, StoreError, Written},
    timestamp::Timestamp,
};

/// How often a change is tried while others change the same key.
const ATTEMPTS: usize = 10;

/// A key would name an API set that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no API set \"{name}\"{}", nearest.as_ref().map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default())]
pub struct UnknownApi {
    name: ApiName,
    nearest: Option<String>,
}

/// Why a key was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such key, as far as the caller may know.
    #[error("there is no such key")]
    NotFound,
    /// Its state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It has another version than the caller wants to change.
    #[error("the key has changed: its version is {0}")]
    OtherVersion(u64),
    /// Too many others are changing it.
    #[error("the key is being changed by others; try again")]
    Busy,
    /// It would name an API set that does not exist.
    #[error(transparent)]
    UnknownApi(#[from] UnknownApi),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who changes which key, and with what at hand.
#[derive(Clone, Copy)]
pub struct Change<'c> {
    /// Who.
    pub caller: &'c Caller,
    /// Which key.
    pub id: KeyId,
    /// Which version of it.
    pub precondition: &'c Precondition,
    /// The table.
    pub table: &'c KeyTable,
    /// The time.
    pub clock: &'c dyn Clock,
    /// Randomness.
    pub entropy: &'c dyn Entropy,
}

impl Change<'_> {
    /// Makes the key what `decide` says, and tells of it as `action`. What changes nothing writes nothing.
    pub(crate) async fn apply<E>(
        self,
        action: Action,
        decide: impl Fn(&Credential, Timestamp) -> Result<Credential, E>,
    ) -> Result<KeyRecord, E>
    where
        E: From<ChangeError>,
    {
        let who = (self.caller.actor(), self.caller.origin().clone());
        let decide = |before: &Credential, now| {
            self.admit(before)?;
            decide(before, now)
        };
        Ok(self.write().apply(who, action, decide).await?.record)
    }

    /// The key as it stands, if the caller may know of it and it has the version to be changed.
    pub(crate) async fn read(self) -> Result<Credential, ChangeError> {
        let found = self.write().read().await?;
        self.admit(&found)?;
        Ok(found)
    }

    fn admit(self, found: &Credential) -> Result<(), ChangeError> {
        let record = &found.record;
        if !self.caller.sees(&record.owner) {
            Err(ChangeError::NotFound)
        } else if self.precondition.holds(record.version) {
            Ok(())
        } else {
            Err(ChangeError::OtherVersion(record.version))
        }
    }
}

impl<'c> Change<'c> {
    const fn write(self) -> Write<'c> {
        Write { id: self.id, table: self.table, clock: self.clock, entropy: self.entropy }
    }
}

/// A change of a key, whoever asks for it.
#[derive(Clone, Copy)]
pub(crate) struct Write<'w> {
    pub(crate) id: KeyId,
    pub(crate) table: &'w KeyTable,
    pub(crate) clock: &'w dyn Clock,
    pub(crate) entropy: &'w dyn Entropy,
}

impl Write<'_> {
    /// Makes the key what `decide` says, and tells of it as an `action` of `who`. What changes nothing writes nothing.
    pub(crate) async fn apply<E>(
        self,
        who: (Actor, Origin),
        action: Action,
        decide: impl Fn(&Credential, Timestamp) -> Result<Credential, E>,
    ) -> Result<Credential, E>
    where
        E: From<ChangeError>,
    {
        for _ in 0..ATTEMPTS {
            let before = self.read().await?;
            let moment = self.clock.now();
            let now = moment.into();
            let mut after = decide(&before, now)?;
            let changes = before.differences(&after);
            if changes.is_empty() {
                return Ok(before);
            }
            after.record = KeyRecord { updated_at: now, version: before.record.version + 1, ..after.record };
            let target = Target::Key { id: self.id, owner: after.record.owner.clone() };
            let event = AuditEvent::new(moment, action, who.clone(), target, &changes, self.entropy);
            let event = event.map_err(ChangeError::from)?;
            let written = self.table.replace(&before, &after, &event).await;
            if written.map_err(ChangeError::from)? == Written::Done {
                tracing::info!(key_id = %self.id, %action, "key changed");
                return Ok(after);
            }
        }
        Err(ChangeError::Busy.into())
    }

    /// The key as it stands.
    pub(crate) async fn read(self) -> Result<Credential, ChangeError> {
        self.table.credential(self.id).await?.ok_or(ChangeError::NotFound)
    }
}

/// Checks that every API set exists that `apis` names and `known` does not.
pub(crate) async fn check_apis<E>(apis: &Apis, known: Option<&Apis>, table: &KeyTable) -> Result<(), E>
where
    E: From<StoreError> + From<UnknownApi>,
{
    let names_sets = apis.iter().any(|api| matches!(api, ApiGrant::Set(name) if !name.is_reserved()));
    if !names_sets || known == Some(apis) {
        return Ok(());
    }
    let sets = table.api_sets().await?;
    let unknown = sets.first_unknown(apis).filter(|name| !known.is_some_and(|known| known.names(name.as_str())));
    match unknown {
        None => Ok(()),
        Some(name) => Err(UnknownApi { name: name.clone(), nearest: sets.nearest(name).map(str::to_owned) }.into()),
    }
}
