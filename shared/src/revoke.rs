//! Ending a key.

use crate::{
    caller::{Caller, Forbidden},
    clock::Clock,
    grant::Right,
    key::KeyId,
    label::Reason,
    record::{KeyRecord, Revocation, RevokeRefused},
    store::{KeyTable, Revoked, StoreError},
};

/// Why a key was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such key.
    #[error("there is no such key")]
    NotFound,
    /// It is the root key.
    #[error("the root key cannot be revoked")]
    Root,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Revokes a key and answers with its record. A key that is revoked already stays as it is: the first revocation counts.
///
/// # Errors
/// When the caller lacks the right, the key does not exist or is the root key, or the table does not answer.
pub async fn revoke(
    caller: &Caller,
    id: KeyId,
    reason: Option<Reason>,
    table: &KeyTable,
    clock: &dyn Clock,
) -> Result<KeyRecord, RevokeError> {
    caller.require(Right::RevokeKeys)?;
    let revocation = Revocation { at: clock.now().into(), by: caller.actor(), reason };
    match table.revoke(id, &revocation).await? {
        Revoked::Now(record) => {
            tracing::info!(key_id = %id, by = %revocation.by, "key revoked");
            Ok(*record)
        }
        Revoked::Refused(record) => match record.check_revocable() {
            Err(RevokeRefused::AlreadyRevoked) => Ok(*record),
            Err(RevokeRefused::Root) => Err(RevokeError::Root),
            // The write and the rule disagree about one and the same record.
            Ok(()) => Err(StoreError::Corrupt(format!("key#{id}: cannot be revoked")).into()),
        },
        Revoked::Missing => Err(RevokeError::NotFound),
    }
}
