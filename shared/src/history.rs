//! Reading what happened: the audit events, newest first, a page at a time.

use crate::{
    audit::{Action, AuditEvent, Target},
    caller::{Caller, Forbidden},
    cursor::CursorKey,
    grant::Right,
    key::KeyId,
    label::Actor,
    page::{Cut, Page, PageError, page},
    store::{KeyTable, Listing, StoreError},
    timestamp::Timestamp,
};

/// Which events to tell of: those that match every condition given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// What this one did.
    pub actor: Option<Actor>,
    /// Only this.
    pub action: Option<Action>,
    /// From this second on.
    pub from: Option<Timestamp>,
    /// Up to this second, which does not belong to it.
    pub to: Option<Timestamp>,
}

impl EventFilter {
    fn matches(&self, event: &AuditEvent) -> bool {
        self.actor.as_ref().is_none_or(|actor| *actor == event.actor)
            && self.action.is_none_or(|action| action == event.action)
    }
}

/// Why nothing is told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no page.
    #[error(transparent)]
    Page(#[from] PageError),
    /// There never was such a key.
    #[error("there is no such key")]
    NotFound,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What happened to every key and API set; to the caller's own owner's keys, unless it is a super-user.
///
/// # Errors
/// When the caller lacks the right, the cursor was not made for this list, or the table does not answer.
pub async fn history(
    caller: &Caller,
    filter: &EventFilter,
    paging: (usize, Option<&str>),
    table: &KeyTable,
    cursor_key: &CursorKey,
) -> Result<Page<AuditEvent>, HistoryError> {
    caller.require(Right::ReadAudit)?;
    let listing = if caller.is_super_user() { Listing::Events } else { Listing::EventsOf(caller.owner().clone()) };
    Ok(told(caller, listing, filter, paging, table, cursor_key).await?)
}

/// What happened to one key, which may be gone by now.
///
/// # Errors
/// When the caller lacks the right or may not know of the key, the cursor was not made for this list, or the table does
/// not answer.
pub async fn history_of(
    caller: &Caller,
    id: KeyId,
    filter: &EventFilter,
    paging: (usize, Option<&str>),
    table: &KeyTable,
    cursor_key: &CursorKey,
) -> Result<Page<AuditEvent>, HistoryError> {
    caller.require(Right::ReadAudit)?;
    // Nothing happens to a key untold, its making first of all; so one without events never was.
    let about = Listing::EventsAbout(Target::Key { id, owner: caller.owner().clone() });
    let newest = table.stretch::<AuditEvent>(&about, 0, None, None, 1).await?.entries.pop();
    match newest.map(|(_, event)| event.target) {
        Some(Target::Key { owner, .. }) if caller.sees(&owner) => {}
        _ => return Err(HistoryError::NotFound),
    }
    Ok(told(caller, about, filter, paging, table, cursor_key).await?)
}

async fn told(
    caller: &Caller,
    listing: Listing,
    filter: &EventFilter,
    (limit, cursor): (usize, Option<&str>),
    table: &KeyTable,
    cursor_key: &CursorKey,
) -> Result<Page<AuditEvent>, PageError> {
    let question = format!("{} {listing:?} {filter:?}", caller.owner());
    let cut = Cut { listing, question, from: filter.from, to: filter.to, limit, cursor };
    page(&cut, |event| filter.matches(event), table, cursor_key).await
}
