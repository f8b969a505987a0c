//! Ending a key, and undoing that.

use crate::{
    audit::Action,
    change::{Change, ChangeError},
    grant::Right,
    label::Reason,
    record::{KeyRecord, Revocation},
};

/// Revokes a key and answers with its record. A key that is revoked already stays as it is: the first revocation counts.
///
/// # Errors
/// When the caller lacks the right, the key does not exist or is the root key, or the table does not answer.
pub async fn revoke(change: Change<'_>, reason: Option<Reason>) -> Result<KeyRecord, ChangeError> {
    change.caller.require(Right::RevokeKeys)?;
    change
        .apply(Action::KeyRevoked, |before, now| {
            let revocation = Revocation { at: now, by: change.caller.actor(), reason: reason.clone() };
            Ok(before.with(before.record.revoked(revocation)?))
        })
        .await
}

/// Undoes a revocation, for 30 days, and answers with the key's record. A key that is not revoked stays as it is.
///
/// # Errors
/// When the caller lacks the right or has less than the key would have again, the key does not exist, its time is over, or
/// the table does not answer.
pub async fn restore(change: Change<'_>) -> Result<KeyRecord, ChangeError> {
    change.caller.require(Right::RevokeKeys)?;
    change
        .apply(Action::KeyRestored, |before, now| {
            let after = before.record.restored(now)?;
            if before.record.revocation.is_some() {
                change.caller.require_ceiling(&after.grants())?;
            }
            Ok(before.with(after))
        })
        .await
}
