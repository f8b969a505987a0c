//! Reading, writing and removing API sets. The built-in set `latchkey` is made of the admin routes themselves.

use crate::{
    admin,
    audit::{Action, AuditEvent, Origin, Target},
    caller::{Caller, Forbidden},
    clock::Clock,
    decision::opens,
    entropy::{Entropy, EntropyError},
    grant::{ApiName, ApiSet, ApiSets, Call, Right, RoutePattern},
    label::Actor,
    precondition::Precondition,
    store::{KeyTable, SetWritten, StoreError, VersionedSet},
};

/// How often a write is tried while others write.
const ATTEMPTS: usize = 10;

/// Why an API set was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum ApisError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such set.
    #[error("there is no such API set")]
    NotFound,
    /// It is the built-in one.
    #[error("the API set latchkey is built in and cannot be changed")]
    BuiltIn,
    /// It has another version than the caller wants to change.
    #[error("the API set has changed: its version is {0}")]
    OtherVersion(u64),
    /// It is not there, but the caller wants to change one that is.
    #[error("there is no such API set to change")]
    NotThere,
    /// Keys name it.
    #[error("{}; a super-user can remove it all the same with ?force=true", naming(*.0))]
    InUse(u64),
    /// There are as many as there can be.
    #[error("there are {} API sets already, which is the most", ApiSets::MAX)]
    Full,
    /// Too many others are writing.
    #[error("API sets are being written by others; try again")]
    Busy,
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn naming(keys: u64) -> String {
    if keys == 1 { "1 key names this API set".to_owned() } else { format!("{keys} keys name this API set") }
}

/// The set of all admin routes.
#[must_use]
pub fn built_in() -> ApiSet {
    ApiSet {
        name: ApiName::latchkey(),
        description: "The admin API of Latchkey itself".parse().ok(),
        routes: admin::protected().map(RoutePattern::from).collect(),
        client_types: Vec::new(),
        key_required: true,
    }
}

/// Every set, the built-in one first; with a call, those alone that it goes through a route of.
///
/// # Errors
/// When the caller lacks the right, or the table does not answer.
pub async fn list(caller: &Caller, call: Option<&Call>, table: &KeyTable) -> Result<Vec<ApiSet>, ApisError> {
    caller.require(Right::ReadApis)?;
    let sets = table.api_sets().await?;
    let all = std::iter::once(built_in()).chain(sets.iter().cloned());
    Ok(all.filter(|set| call.is_none_or(|call| opens(set, call.into()))).collect())
}

/// One set.
///
/// # Errors
/// When the caller lacks the right, there is no such set, or the table does not answer.
pub async fn show(caller: &Caller, name: &ApiName, table: &KeyTable) -> Result<VersionedSet, ApisError> {
    caller.require(Right::ReadApis)?;
    if name.is_reserved() {
        return Ok(VersionedSet { set: built_in(), version: 1 });
    }
    table.api_set(name).await?.ok_or(ApisError::NotFound)
}

/// Who writes sets, and with what at hand.
#[derive(Clone, Copy)]
pub struct Writer<'w> {
    /// Who.
    pub caller: &'w Caller,
    /// Which version of the set.
    pub precondition: &'w Precondition,
    /// The table.
    pub table: &'w KeyTable,
    /// The time.
    pub clock: &'w dyn Clock,
    /// Randomness.
    pub entropy: &'w dyn Entropy,
}

impl Writer<'_> {
    /// Writes a set; tells whether it is a new one. What changes nothing writes nothing.
    ///
    /// # Errors
    /// When the caller lacks the right or may not call all of its routes itself, the set is the built-in one or has another
    /// version, there are too many, or the table does not answer.
    pub async fn put(self, set: ApiSet) -> Result<(VersionedSet, bool), ApisError> {
        self.require(&set.name)?;
        self.check_routes(&set).await?;
        for _ in 0..ATTEMPTS {
            let before = self.standing(&set.name).await?;
            self.check_opening(before.as_ref().map(|before| &before.set), &set).await?;
            let changes = differences(before.as_ref().map(|before| &before.set), &set);
            let (action, version) = match before {
                Some(before) if changes.is_empty() => return Ok((before, false)),
                Some(ref before) => (Action::ApiUpdated, before.version + 1),
                None => (Action::ApiCreated, 1),
            };
            let after = VersionedSet { set: set.clone(), version };
            let event = self.event(action, &set.name, &changes)?;
            match self.table.write_set(before.as_ref(), &after, &event).await? {
                SetWritten::Done => {
                    tracing::info!(api = %after.set.name, %action, "API set written");
                    return Ok((after, before.is_none()));
                }
                SetWritten::Full => return Err(ApisError::Full),
                SetWritten::Moved => {}
            }
        }
        Err(ApisError::Busy)
    }

    /// Removes a set that no key names, or any set by `force`. What it was.
    ///
    /// # Errors
    /// When the caller lacks the right, the set is the built-in one, is not there, is named by keys or has another version,
    /// or the table does not answer.
    pub async fn delete(self, name: &ApiName, force: bool) -> Result<VersionedSet, ApisError> {
        self.require(name)?;
        if force && !self.caller.is_super_user() {
            return Err(Forbidden::Force.into());
        }
        for _ in 0..ATTEMPTS {
            let before = self.standing(name).await?.ok_or(ApisError::NotFound)?;
            if !force {
                match self.table.keys_naming(name).await? {
                    0 => {}
                    keys => return Err(ApisError::InUse(keys)),
                }
            }
            let event = self.event(Action::ApiDeleted, name, &[])?;
            if self.table.delete_set(&before, &event).await? == SetWritten::Done {
                tracing::info!(api = %name, action = %Action::ApiDeleted, "API set removed");
                return Ok(before);
            }
        }
        Err(ApisError::Busy)
    }

    fn require(self, name: &ApiName) -> Result<(), ApisError> {
        self.caller.require(Right::WriteApis)?;
        if name.is_reserved() { Err(ApisError::BuiltIn) } else { Ok(()) }
    }

    /// Who may call less than everything opens no more than that to others: each route must be one of its own.
    async fn check_routes(self, set: &ApiSet) -> Result<(), ApisError> {
        let grants = self.caller.grants();
        if self.caller.is_super_user() || grants.apis.has_any() {
            return Ok(());
        }
        let sets = self.table.api_sets().await?;
        let own: Vec<_> = sets.granted(&grants.apis, grants.client_type.as_ref()).collect();
        match set.routes.iter().find(|route| !own.iter().any(|own| own.covers(route))) {
            None => Ok(()),
            Some(route) => Err(Forbidden::Route(route.to_string()).into()),
        }
    }

    /// Keys that name a set may be good for other addresses, times and permissions than the caller's, and an open set asks
    /// for no key at all. So who is bounded only narrows what there is, and makes new sets that no key names yet: who gives
    /// them to a key has their routes already.
    async fn check_opening(self, before: Option<&ApiSet>, set: &ApiSet) -> Result<(), ApisError> {
        if self.caller.is_super_user() {
            return Ok(());
        }
        let more = match before {
            None if !set.key_required => Some("to everybody".to_owned()),
            None if self.table.keys_naming(&set.name).await? > 0 => Some("to keys that name it still".to_owned()),
            None => None,
            Some(before) => opening(before, set),
        };
        more.map_or(Ok(()), |more| Err(Forbidden::Opening(more).into()))
    }

    /// The set as it stands, if its version is the one to be changed.
    async fn standing(self, name: &ApiName) -> Result<Option<VersionedSet>, ApisError> {
        let standing = self.table.api_set(name).await?;
        let version = standing.as_ref().map_or(0, |standing| standing.version);
        match standing {
            standing if self.precondition.holds(version) => Ok(standing),
            Some(_) => Err(ApisError::OtherVersion(version)),
            None => Err(ApisError::NotThere),
        }
    }

    fn event(self, action: Action, name: &ApiName, changes: &[&str]) -> Result<AuditEvent, EntropyError> {
        let who: (Actor, Origin) = (self.caller.actor(), self.caller.origin().clone());
        AuditEvent::new(self.clock.now(), action, who, Target::Api(name.clone()), changes, self.entropy)
    }
}

/// The first thing that `after` opens and `before` does not.
fn opening(before: &ApiSet, after: &ApiSet) -> Option<String> {
    if before.key_required && !after.key_required {
        return Some("to everybody".to_owned());
    }
    let admits_more = !before.client_types.is_empty()
        && (after.client_types.is_empty() || after.client_types.iter().any(|kind| !before.client_types.contains(kind)));
    if admits_more {
        return Some("to more client types".to_owned());
    }
    let is_new = |route: &&RoutePattern| !before.routes.iter().any(|standing| standing.covers(route));
    after.routes.iter().find(is_new).map(ToString::to_string)
}

/// The names of the fields that a write changes; all of them for a new set.
fn differences(before: Option<&ApiSet>, after: &ApiSet) -> Vec<&'static str> {
    let changes = |differs: fn(&ApiSet, &ApiSet) -> bool| before.is_none_or(|before| differs(before, after));
    [
        ("description", changes(|before, after| before.description != after.description)),
        ("routes", changes(|before, after| before.routes != after.routes)),
        ("client_types", changes(|before, after| before.client_types != after.client_types)),
        ("key_required", changes(|before, after| before.key_required != after.key_required)),
    ]
    .into_iter()
    .filter_map(|(field, differs)| differs.then_some(field))
    .collect()
}
