//! The key record: everything that is known of a key except its text.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    expiry::Expiry,
    key::KeyId,
    label::{Actor, ClientType, Description, Name, Owner, Reason},
    metadata::Metadata,
    scope::Scope,
    timestamp::Timestamp,
};

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum KeyType {
    /// May call everything, the admin API included.
    SuperUser,
    /// May call only what it was granted.
    FineGrained,
}

/// The state of a key at some moment, derived from its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub enum KeyState {
    /// Usable.
    Active,
    /// Switched off by somebody, who can switch it on again.
    Disabled,
    /// Past its expiry.
    Expired,
    /// Ended by somebody.
    Revoked,
}

/// The name is none of the known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {0}")]
pub struct UnknownName(&'static str);

macro_rules! named {
    ($type:ident, $list:literal, $($name:literal => $variant:ident),+) => {
        impl $type {
            /// The name that the API uses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl FromStr for $type {
            type Err = UnknownName;

            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text { $($name => Ok(Self::$variant),)+ _ => Err(UnknownName($list)) }
            }
        }

        impl TryFrom<String> for $type {
            type Error = UnknownName;

            fn try_from(text: String) -> Result<Self, UnknownName> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(named: $type) -> Self {
                named.as_str().to_owned()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

named!(KeyType, "super-user, fine-grained", "super-user" => SuperUser, "fine-grained" => FineGrained);
named!(
    KeyState,
    "active, disabled, expired, revoked",
    "active" => Active, "disabled" => Disabled, "expired" => Expired, "revoked" => Revoked
);

/// That a key was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// Why, if they said so.
    pub reason: Option<Reason>,
}

/// A key without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Stable for the key's life.
    pub id: KeyId,
    /// What it is called.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// Whose it is.
    pub owner: Owner,
    /// What kind of client uses it.
    pub client_type: Option<ClientType>,
    /// Where it is valid.
    pub scope: Scope,
    /// What kind of key it is.
    pub key_type: KeyType,
    /// What its owner hung on it.
    pub metadata: Metadata,
    /// `false` while somebody has switched it off.
    pub enabled: bool,
    /// Enough of its text to recognise it by.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ends.
    pub expiry: Expiry,
    /// That it was revoked.
    pub revocation: Option<Revocation>,
    /// Counts writes, from 1.
    pub version: u64,
    /// The deployment's root key, which nobody can revoke.
    pub is_root: bool,
}

/// Why a key cannot be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RevokeRefused {
    /// Nothing to do.
    #[error("the key is revoked already")]
    AlreadyRevoked,
    /// It would lock everybody out.
    #[error("the root key cannot be revoked")]
    Root,
}

impl KeyRecord {
    /// Its state at `now`. A decision by a person outweighs the passing of time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revocation.is_some() {
            KeyState::Revoked
        } else if !self.enabled {
            KeyState::Disabled
        } else if self.expiry.is_past(now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// Whether it may be revoked. The store's conditional write carries the same two conditions.
    ///
    /// # Errors
    /// When it already is, or when it is the root key.
    pub const fn check_revocable(&self) -> Result<(), RevokeRefused> {
        if self.is_root {
            Err(RevokeRefused::Root)
        } else if self.revocation.is_some() {
            Err(RevokeRefused::AlreadyRevoked)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An active key of `a-team`, for tests to change.
    pub(crate) fn example() -> KeyRecord {
        let created_at = "2026-11-21T08:00:00Z".parse().unwrap();
        KeyRecord {
            id: "ExampleKey000001".parse().unwrap(),
            name: "example".parse().unwrap(),
            description: None,
            owner: "a-team".parse().unwrap(),
            client_type: None,
            scope: Scope::parse("aws", "us-east-1").unwrap(),
            key_type: KeyType::FineGrained,
            metadata: Metadata::default(),
            enabled: true,
            hint: "lk_Exam…0000".to_owned(),
            created_at,
            created_by: Actor::latchkey(),
            updated_at: created_at,
            expiry: Expiry::Never,
            revocation: None,
            version: 1,
            is_root: false,
        }
    }

    pub(crate) fn revocation() -> Revocation {
        Revocation { at: "2026-11-21T09:00:00Z".parse().unwrap(), by: Actor::latchkey(), reason: None }
    }

    #[test]
    fn the_state_of_a_key_follows_from_its_record() {
        let end = "2026-11-21T10:00:00Z".parse().unwrap();
        let (before, after) = ("2026-11-21T09:59:59Z".parse().unwrap(), end);
        for (enabled, expires, revoked, now, expected) in [
            (true, false, false, before, KeyState::Active),
            (true, true, false, before, KeyState::Active),
            (true, true, false, after, KeyState::Expired),
            (false, false, false, before, KeyState::Disabled),
            (false, true, false, after, KeyState::Disabled),
            (true, false, true, before, KeyState::Revoked),
            (false, true, true, after, KeyState::Revoked),
        ] {
            let record = KeyRecord {
                enabled,
                expiry: if expires { Expiry::At(end) } else { Expiry::Never },
                revocation: revoked.then(revocation),
                ..example()
            };
            assert_eq!(record.state(now), expected);
        }
    }

    #[test]
    fn the_root_key_is_never_revocable() {
        assert_eq!(example().check_revocable(), Ok(()));
        let revoked = KeyRecord { revocation: Some(revocation()), ..example() };
        assert_eq!(revoked.check_revocable(), Err(RevokeRefused::AlreadyRevoked));
        let root = KeyRecord { is_root: true, ..example() };
        assert_eq!(root.check_revocable(), Err(RevokeRefused::Root));
    }

    #[test]
    fn names_of_types_and_states_are_read_back() {
        for kind in [KeyType::SuperUser, KeyType::FineGrained] {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for state in [KeyState::Active, KeyState::Disabled, KeyState::Expired, KeyState::Revoked] {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("SuperUser".parse::<KeyType>().is_err());
        assert_eq!(
            "".parse::<KeyState>().unwrap_err().to_string(),
            "must be one of: active, disabled, expired, revoked"
        );
    }
}
