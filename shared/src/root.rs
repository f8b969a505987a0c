//! The root key: the super-user of a deployment, which nobody can revoke.

use crate::{
    clock::Clock,
    expiry::Expiry,
    key::{KeyId, PresentedKey},
    label::{Actor, LabelError, Owner},
    metadata::Metadata,
    record::{KeyRecord, KeyType},
    scope::{Deployment, Scope, UnknownRegion},
    store::{KeyTable, StoreError},
};

/// Why there is no root key.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The table did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The id stands for another text in the table.
    #[error("the table knows the root key's id with another text")]
    OtherText,
    /// The deployment has a root key, and it is not this one.
    #[error("the table's root key is {0}, not this one")]
    OtherKey(KeyId),
    /// The id stands for a key that opens nothing here.
    #[error("the table's root key is not one of this deployment")]
    OtherDeployment,
    /// The deployment's provider has no region `*`.
    #[error(transparent)]
    Scope(#[from] UnknownRegion),
    /// The root key's own name is not one.
    #[error(transparent)]
    Label(#[from] LabelError),
}

/// Settles that the key of this id is the one root key of the deployment. To be done before the key itself is made, so that
/// no two ever stand side by side.
///
/// # Errors
/// When another key is, or the table does not answer.
pub async fn claim(id: KeyId, table: &KeyTable) -> Result<(), RootError> {
    let root_id = table.root_id(id).await?;
    if root_id == id { Ok(()) } else { Err(RootError::OtherKey(root_id)) }
}

/// Makes `key` the root key of the deployment, unless it is already. Doing it again changes nothing.
///
/// # Errors
/// When the table does not take it, or has the id with another text.
pub async fn ensure(
    key: &PresentedKey<'_>,
    deployment: Deployment,
    table: &KeyTable,
    clock: &dyn Clock,
) -> Result<(), RootError> {
    let made_at = clock.now();
    let now = made_at.into();
    let record = KeyRecord {
        id: key.id(),
        name: "root".parse()?,
        description: None,
        owner: Owner::root(),
        client_type: None,
        scope: Scope::new(deployment.provider(), "*")?,
        key_type: KeyType::SuperUser,
        metadata: Metadata::default(),
        enabled: true,
        hint: key.hint(),
        created_at: now,
        created_by: Actor::latchkey(),
        updated_at: now,
        expiry: Expiry::Never,
        revocation: None,
        version: 1,
        is_root: true,
    };
    if !table.insert(&record, &key.hash(), made_at).await? {
        return Err(RootError::OtherText);
    }
    // It may have stood there before, made under other settings.
    match table.record(key.id()).await? {
        Some(standing) if standing.is_root && standing.scope.covers(deployment) => Ok(()),
        _ => Err(RootError::OtherDeployment),
    }
}
