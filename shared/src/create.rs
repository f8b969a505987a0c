//! Making a key.

use crate::{
    caller::{Caller, Forbidden},
    entropy::{Entropy, EntropyError},
    expiry::Expiry,
    grant::Right,
    key::{KeyId, KeyPrefix, PlainKey},
    label::{ClientType, Description, Name, Owner},
    metadata::Metadata,
    record::{KeyRecord, KeyType},
    scope::Scope,
    store::{KeyTable, StoreError},
};

/// What a creator decides about a key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// What it is called.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// Whose it is; the caller's own unless given.
    pub owner: Option<Owner>,
    /// What kind of client uses it.
    pub client_type: Option<ClientType>,
    /// Where it is valid.
    pub scope: Scope,
    /// What kind of key it is.
    pub key_type: KeyType,
    /// What its owner hangs on it.
    pub metadata: Metadata,
    /// Whether it works at once.
    pub enabled: bool,
    /// When it ends.
    pub expiry: Expiry,
    /// What its text begins with.
    pub prefix: KeyPrefix,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The table did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The new id stands for another key already, which is a fault of the source of randomness.
    #[error("the new id is taken")]
    IdTaken,
}

/// Makes a key at `made_at` and stores its hash. The text exists only in the answer.
///
/// # Errors
/// When the caller lacks the right, or the key could not be stored.
pub async fn create(
    caller: &Caller,
    new: NewKey,
    table: &KeyTable,
    made_at: jiff::Timestamp,
    entropy: &dyn Entropy,
) -> Result<(KeyRecord, PlainKey), CreateError> {
    caller.require(Right::CreateKeys)?;
    let key = PlainKey::generate(&new.prefix, KeyId::generate(entropy)?, entropy)?;
    let presented = key.as_presented();
    let now = made_at.into();
    let record = KeyRecord {
        id: presented.id(),
        name: new.name,
        description: new.description,
        owner: new.owner.unwrap_or_else(|| caller.owner().clone()),
        client_type: new.client_type,
        scope: new.scope,
        key_type: new.key_type,
        metadata: new.metadata,
        enabled: new.enabled,
        hint: presented.hint(),
        created_at: now,
        created_by: caller.actor(),
        updated_at: now,
        expiry: new.expiry,
        revocation: None,
        version: 1,
        is_root: false,
    };
    if table.insert(&record, &presented.hash(), made_at).await? {
        tracing::info!(key_id = %record.id, by = %record.created_by, "key created");
        Ok((record, key))
    } else {
        Err(CreateError::IdTaken)
    }
}
