//! What is told of every write of the admin API: who did what, when, from where, and which fields changed.
//!
//! An event names fields and never holds a value, so neither a text nor a hash can be in one.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    cursor::Position,
    entropy::{Entropy, EntropyError},
    grant::ApiName,
    key::KeyId,
    label::{Actor, Owner},
    named::{UnknownName, named},
    record::KeyRecord,
    terms::Terms,
    timestamp::Timestamp,
};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Action {
    /// A key was made.
    KeyCreated,
    /// A key was edited.
    KeyUpdated,
    /// A key was ended.
    KeyRevoked,
    /// A revocation was undone.
    KeyRestored,
    /// The rotation of a secret put a text beside the present one, which is to follow it.
    KeyStaged,
    /// A key got a new text.
    KeyRotated,
    /// An API set was made.
    ApiCreated,
    /// An API set was written anew.
    ApiUpdated,
    /// An API set was removed.
    ApiDeleted,
}

impl Action {
    /// Every action there is.
    pub const ALL: [Self; 9] = [
        Self::KeyCreated,
        Self::KeyUpdated,
        Self::KeyRevoked,
        Self::KeyRestored,
        Self::KeyStaged,
        Self::KeyRotated,
        Self::ApiCreated,
        Self::ApiUpdated,
        Self::ApiDeleted,
    ];
}

named!(
    Action,
    "key.created, key.updated, key.revoked, key.restored, key.staged, key.rotated, api.created, api.updated, api.deleted",
    "key.created" => KeyCreated, "key.updated" => KeyUpdated, "key.revoked" => KeyRevoked,
    "key.restored" => KeyRestored, "key.staged" => KeyStaged, "key.rotated" => KeyRotated,
    "api.created" => ApiCreated, "api.updated" => ApiUpdated, "api.deleted" => ApiDeleted
);

/// API Gateway's id of a request: at most 64 characters of its alphabet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

/// The text is no id that API Gateway gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 64 letters, digits and + / = _ -")]
pub struct RequestIdError;

impl TryFrom<String> for RequestId {
    type Error = RequestIdError;

    fn try_from(text: String) -> Result<Self, RequestIdError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
        if (1..=64).contains(&text.len()) && text.bytes().all(fits) { Ok(Self(text)) } else { Err(RequestIdError) }
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        Self::try_from(text.to_owned())
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Where a request came from; nowhere, for what Latchkey does by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address that API Gateway reports.
    pub source_ip: Option<IpAddr>,
    /// API Gateway's id of the request.
    pub request_id: Option<RequestId>,
}

/// What something was done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A key, and whose it is.
    Key {
        /// Its id.
        id: KeyId,
        /// Its owner.
        owner: Owner,
    },
    /// An API set.
    Api(ApiName),
}

/// One write, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// 16 random base62 characters, like a key's id.
    pub id: KeyId,
    /// When.
    pub at: Timestamp,
    /// Where it stands in lists.
    pub position: Position,
    /// What was done.
    pub action: Action,
    /// By whom.
    pub actor: Actor,
    /// From where.
    pub origin: Origin,
    /// To what.
    pub target: Target,
    /// The names of the fields that changed.
    pub changes: Vec<String>,
}

impl AuditEvent {
    /// The event of what happens at `moment`.
    ///
    /// # Errors
    /// When there is no randomness for its id.
    pub fn new(
        moment: jiff::Timestamp,
        action: Action,
        (actor, origin): (Actor, Origin),
        target: Target,
        changes: &[&str],
        entropy: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let id = KeyId::generate(entropy)?;
        let changes = changes.iter().map(|field| (*field).to_owned()).collect();
        Ok(Self { id, at: moment.into(), position: Position::of(moment, id), action, actor, origin, target, changes })
    }

    /// The event of a key's making: it changes every field that is not as it is by itself.
    ///
    /// # Errors
    /// When there is no randomness for its id.
    pub fn of_new(
        record: &KeyRecord,
        moment: jiff::Timestamp,
        who: (Actor, Origin),
        entropy: &dyn Entropy,
    ) -> Result<Self, EntropyError> {
        let mut changes = vec!["name", "owner", "provider", "region", "type"];
        changes.extend(record.terms.differences(&Terms::named(record.terms.name.clone())));
        let target = Target::Key { id: record.id, owner: record.owner.clone() };
        Self::new(moment, Action::KeyCreated, who, target, &changes, entropy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_actions_are_read_back() {
        for action in Action::ALL {
            assert_eq!(action.as_str().parse(), Ok(action));
        }
        assert!("key.deleted".parse::<Action>().is_err());
    }

    #[test]
    fn a_request_id_cannot_forge_a_line() {
        assert!("Zm9v/bar+1_-=".parse::<RequestId>().is_ok());
        for text in ["", "a b", "a\nb", "\u{1b}[31m", &"a".repeat(65)] {
            assert_eq!(text.parse::<RequestId>(), Err(RequestIdError));
        }
    }
}
