//! Making a key.

use crate::{
    audit::AuditEvent,
    caller::{Caller, Forbidden},
    change::{UnknownApi, check_apis},
    credential::Rotation,
    entropy::{Entropy, EntropyError},
    grant::Right,
    imprint::Imprint,
    key::{CustomText, KeyId, KeyPrefix, PlainKey},
    label::Owner,
    once::Once,
    record::{KeyRecord, KeyType},
    scope::Scope,
    secret::SecretHash,
    store::{Inserted, KeyTable, StoreError},
    terms::Terms,
};

/// What a creator decides about a key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whose it is; the caller's own unless given.
    pub owner: Option<Owner>,
    /// Where it is valid.
    pub scope: Scope,
    /// What kind of key it is.
    pub key_type: KeyType,
    /// What can be changed later.
    pub terms: Terms,
    /// Where its text comes from.
    pub text: NewText,
}

/// Where the text of a new key comes from.
#[derive(Debug, Clone)]
pub enum NewText {
    /// Latchkey makes one that begins with this.
    Generated(KeyPrefix),
    /// Somebody brings one.
    Brought(CustomText),
    /// Somebody brings the hash of one that nobody shows.
    Hashed(SecretHash),
}

/// The text of a key that was just made, for its creator and nobody else.
#[derive(Debug)]
pub enum Text {
    /// Latchkey made it.
    Generated(PlainKey),
    /// Somebody brought it.
    Brought(CustomText),
    /// Nobody showed it.
    Unknown,
}

impl Text {
    /// The text itself. Whoever calls this hands it to its owner, and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> Option<&str> {
        match self {
            Self::Generated(key) => Some(key.reveal()),
            Self::Brought(text) => Some(text.reveal()),
            Self::Unknown => None,
        }
    }
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It would name an API set that does not exist.
    #[error(transparent)]
    UnknownApi(#[from] UnknownApi),
    /// The text that was brought is another key's.
    #[error("the text is another key's")]
    TextTaken,
    /// The same request came before, and made this key.
    #[error("the same request came before, and made the key {0}")]
    Repeated(KeyId),
    /// Another request came before under the same `Idempotency-Key`.
    #[error("another request came before under the same Idempotency-Key")]
    OtherRequest,
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
/// When the caller lacks the right or would hand on more than it has, the request is to be done once and was, or the key
/// could not be stored.
pub async fn create(
    caller: &Caller,
    new: NewKey,
    once: Option<&Once>,
    table: &KeyTable,
    made_at: jiff::Timestamp,
    entropy: &dyn Entropy,
) -> Result<(KeyRecord, Text), CreateError> {
    caller.require(Right::CreateKeys)?;
    if new.owner.as_ref().is_some_and(|owner| !caller.sees(owner)) {
        return Err(Forbidden::Owner.into());
    }
    if new.key_type == KeyType::SuperUser {
        caller.require_key("make a super-user key")?;
    }
    let owner = new.owner.clone().unwrap_or_else(|| caller.owner().clone());
    let id = KeyId::generate(entropy)?;
    let prefix = match &new.text {
        NewText::Generated(prefix) => Some(prefix.clone()),
        NewText::Brought(_) | NewText::Hashed(_) => None,
    };
    let (text, imprint, hint) = text_for(new.text, id, entropy)?;
    let record = KeyRecord {
        id,
        owner,
        scope: new.scope,
        key_type: new.key_type,
        terms: new.terms,
        hint,
        is_brought: prefix.is_none(),
        prefix,
        rotation: Rotation::default(),
        created_at: made_at.into(),
        created_by: caller.actor(),
        updated_at: made_at.into(),
        revocation: None,
        version: 1,
        is_root: false,
    };
    caller.require_ceiling(&record.grants())?;
    check_apis::<CreateError>(&record.terms.apis, None, table).await?;

    let who = (caller.actor(), caller.origin().clone());
    let event = AuditEvent::of_new(&record, made_at, who, entropy)?;
    match (table.insert(&record, &imprint, made_at, &event, once).await?, once) {
        (Inserted::Done, _) => {
            tracing::info!(key_id = %record.id, "key created");
            Ok((record, text))
        }
        (Inserted::TextTaken, _) => Err(CreateError::TextTaken),
        (Inserted::Repeated, Some(once)) => {
            check_once(once, table).await?;
            Err(StoreError::Unavailable("what was remembered is gone".to_owned()).into())
        }
        (Inserted::IdTaken | Inserted::Repeated, _) => Err(CreateError::IdTaken),
    }
}

/// Checks that a request which is to be done once was not done before. To be asked first: a repeated request may have become
/// wrong by the passing of time.
///
/// # Errors
/// When it was, or another one under the same name, or the table does not answer.
pub async fn check_once(once: &Once, table: &KeyTable) -> Result<(), CreateError> {
    match table.remembered(once).await? {
        Some(first) if first.until <= once.now => Ok(()),
        Some(first) if first.fingerprint == once.fingerprint => Err(CreateError::Repeated(first.id)),
        Some(_) => Err(CreateError::OtherRequest),
        None => Ok(()),
    }
}

/// The text of a new key, what is kept of it, and the hint at it.
fn text_for(new: NewText, id: KeyId, entropy: &dyn Entropy) -> Result<(Text, Imprint, String), EntropyError> {
    Ok(match new {
        NewText::Generated(prefix) => {
            let key = PlainKey::generate(&prefix, id, entropy)?;
            let presented = key.as_presented();
            let (imprint, hint) = (presented.imprint(), presented.hint());
            (Text::Generated(key), imprint, hint)
        }
        NewText::Brought(text) => {
            let (imprint, hint) = (text.imprint(), text.hint());
            (Text::Brought(text), imprint, hint)
        }
        NewText::Hashed(hash) => (Text::Unknown, Imprint::of_hash(hash), "imported hash".to_owned()),
    })
}
