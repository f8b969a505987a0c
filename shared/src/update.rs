//! Editing a key: what it is called, what it may do, whether and until when it works.

use crate::{
    audit::Action,
    change::{Change, ChangeError, check_apis},
    grant::Right,
    record::KeyRecord,
    terms::Terms,
    timestamp::Timestamp,
};

/// Why a key was not edited.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<W> {
    /// The terms that are asked for are none.
    #[error("the terms are wrong")]
    Wrong(W),
    /// Anything else.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

/// Gives a key the terms that `edit` makes of the ones it has. What a key may do never becomes more than the caller's own
/// key may, unless it may already.
///
/// # Errors
/// When `edit` finds them wrong, or the key cannot be changed by this caller, in this way, or now.
pub async fn update<W>(
    change: Change<'_>,
    edit: impl Fn(&KeyRecord, Timestamp) -> Result<Terms, W>,
) -> Result<KeyRecord, UpdateError<W>> {
    let caller = change.caller;
    caller.require(Right::UpdateKeys).map_err(ChangeError::from)?;
    let standing = change.read().await?.record;
    let wanted = edit(&standing, change.clock.now().into()).map_err(UpdateError::Wrong)?;
    check_apis::<ChangeError>(&wanted.apis, Some(&standing.terms.apis), change.table).await?;
    change
        .apply(Action::KeyUpdated, |standing, now| {
            let before = &standing.record;
            let terms = edit(before, now).map_err(UpdateError::Wrong)?;
            let after = before.with_terms(terms).map_err(ChangeError::from)?;
            let switches_on = after.terms.enabled && !before.terms.enabled;
            if switches_on || !after.grants().are_within(&before.grants()) {
                caller.require_ceiling(&after.grants()).map_err(ChangeError::from)?;
            }
            Ok(standing.with(after))
        })
        .await
}
