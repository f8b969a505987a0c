//! Giving a key a new text.

use crate::{
    audit::Action,
    change::{Change, ChangeError},
    entropy::EntropyError,
    expiry::{Expiry, Lifetime, LifetimeError, Overlap, Period},
    grant::Right,
    key::{KeyPrefix, PlainKey},
    record::{KeyRecord, KeyType},
    store::StoreError,
    timestamp::Timestamp,
};

/// What whoever rotates a key decides about it.
#[derive(Debug, Clone)]
pub struct NewText {
    /// How long the present text works beside the new one.
    pub overlap: Overlap,
    /// Whether other texts that still work may be ended.
    pub ends_others: bool,
    /// When the key is to end; as before unless given.
    pub lifetime: Option<Lifetime>,
    /// What the text begins with; as before unless given.
    pub prefix: Option<KeyPrefix>,
}

/// What a deployment says about texts.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'c> {
    /// What a text begins with where nothing else says so.
    pub prefix: &'c KeyPrefix,
    /// How long a key may live.
    pub max_lifetime: Option<Period>,
}

/// Why a key was not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The end that is asked for is none.
    #[error("{1}")]
    Lifetime(Lifetime, LifetimeError),
    /// Anything else.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl From<EntropyError> for RotateError {
    fn from(error: EntropyError) -> Self {
        ChangeError::from(error).into()
    }
}

impl From<StoreError> for RotateError {
    fn from(error: StoreError) -> Self {
        ChangeError::from(error).into()
    }
}

/// Gives a key a new text, which works at once; it keeps its id and all that it may do. The text exists only in the answer.
///
/// # Errors
/// When the caller lacks the right or has less than the key, or the key cannot be rotated in this way or now.
pub async fn rotate(change: Change<'_>, new: &NewText, rules: Rules<'_>) -> Result<(KeyRecord, PlainKey), RotateError> {
    let caller = change.caller;
    caller.require(Right::RotateKeys).map_err(ChangeError::from)?;
    let standing = change.read().await?.record;
    let prefix = new.prefix.as_ref().or(standing.prefix.as_ref()).unwrap_or(rules.prefix);
    let text = PlainKey::generate(prefix, change.id, change.entropy)?;
    let record = change
        .apply(Action::KeyRotated, |before, now| {
            let expiry = expiry(&before.record, new.lifetime, rules.max_lifetime, now)?;
            let after = before.rotated(&text.as_presented(), expiry, new.overlap, new.ends_others, now);
            let after = after.map_err(ChangeError::from)?;
            if after.record.key_type == KeyType::SuperUser {
                caller.require_key("rotate a super-user key").map_err(ChangeError::from)?;
            }
            // The new text would outlive the token, and make others.
            if after.record.id == caller.key_id() {
                caller.require_key("rotate its own key").map_err(ChangeError::from)?;
            }
            // Whoever holds the new text has all that the key has.
            caller.require_ceiling(&after.record.grants()).map_err(ChangeError::from)?;
            Ok::<_, RotateError>(after)
        })
        .await?;
    Ok((record, text))
}

/// When the key is to end.
fn expiry(
    before: &KeyRecord,
    asked: Option<Lifetime>,
    max: Option<Period>,
    now: Timestamp,
) -> Result<Expiry, RotateError> {
    let Some(asked) = asked else { return Ok(before.terms.expiry) };
    asked.end(before.created_at, now, max).map_err(|error| RotateError::Lifetime(asked, error))
}
