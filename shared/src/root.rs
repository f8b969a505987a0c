//! The root key: the super-user of a deployment, which nobody can revoke.

use crate::{
    audit::{AuditEvent, Origin},
    clock::Clock,
    credential::{Credential, Rotation},
    entropy::{Entropy, EntropyError},
    key::{KeyId, PresentedKey},
    label::{Actor, LabelError, Owner},
    record::{KeyRecord, KeyType},
    scope::{Deployment, Scope, UnknownRegion},
    store::{Inserted, KeyTable, StoreError},
    terms::Terms,
};

/// Why there is no root key.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The table did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its text was not made by Latchkey.
    #[error("the root key's text is none that Latchkey makes")]
    Brought,
    /// There is no randomness for the event of its making.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
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
    entropy: &dyn Entropy,
) -> Result<(), RootError> {
    let made_at = clock.now();
    let now = made_at.into();
    let id = key.id().ok_or(RootError::Brought)?;
    let record = KeyRecord {
        id,
        owner: Owner::root(),
        scope: Scope::new(deployment.provider(), "*")?,
        key_type: KeyType::SuperUser,
        terms: Terms::named("root".parse()?),
        hint: key.hint(),
        prefix: key.prefix(),
        rotation: Rotation::default(),
        created_at: now,
        created_by: Actor::latchkey(),
        updated_at: now,
        revocation: None,
        version: 1,
        is_root: true,
        is_brought: false,
    };
    let event = AuditEvent::of_new(&record, made_at, (Actor::latchkey(), Origin::default()), entropy)?;
    // It may have stood there before, made under other settings.
    let is_new = table.insert(&record, &key.imprint(), made_at, &event, None).await? == Inserted::Done;
    match table.credential(id).await? {
        Some(standing) if !standing.admits(standing.recognise(&(*key).into()), now) => Err(RootError::OtherText),
        Some(Credential { record, .. }) if record.is_root && record.scope.covers(deployment) => {
            if is_new {
                tracing::info!(key_id = %id, "root key made");
            }
            Ok(())
        }
        _ => Err(RootError::OtherDeployment),
    }
}
