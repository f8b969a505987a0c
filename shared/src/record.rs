//! The key record: everything that is known of a key except its text.

use serde::{Deserialize, Serialize};

use crate::{
    ceiling::Grants,
    credential::Rotation,
    key::{KeyId, KeyPrefix},
    label::{Actor, Owner, Reason},
    named::{UnknownName, named},
    scope::Scope,
    terms::Terms,
    timestamp::Timestamp,
};

/// For so long a revocation can be undone.
const RESTORABLE_SECONDS: u64 = 30 * 86_400;
/// For so long the record of a revoked key is kept, for people to look at.
const KEPT_SECONDS: u64 = 90 * 86_400;

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
    /// Whose it is.
    pub owner: Owner,
    /// Where it is valid.
    pub scope: Scope,
    /// What kind of key it is.
    pub key_type: KeyType,
    /// What can be changed about it.
    pub terms: Terms,
    /// Enough of its text to recognise it by.
    pub hint: String,
    /// What its text begins with; none if somebody brought it.
    pub prefix: Option<KeyPrefix>,
    /// Which texts it has beside its present one.
    pub rotation: Rotation,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: Actor,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// That it was revoked.
    pub revocation: Option<Revocation>,
    /// Counts writes, from 1.
    pub version: u64,
    /// The deployment's root key, which nobody can revoke.
    pub is_root: bool,
    /// Whether somebody brought its text, which names no id: it is found by its hash.
    pub is_brought: bool,
}

/// Why a key cannot be changed in the way that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It would lock everybody out.
    #[error("the root key cannot be revoked, switched off, narrowed or given an expiry")]
    Root,
    /// It is revoked.
    #[error("the key is revoked; restore it first")]
    Revoked,
    /// It was revoked too long ago to be restored.
    #[error("the key was revoked more than 30 days ago and cannot be restored")]
    TooLate,
    /// It is in a secret, which would not learn of its new text.
    #[error("the root key is rotated by the rotation of the secret that holds it")]
    RootText,
    /// Its time is over, and a new text would not change that.
    #[error("the key has expired; give it a new expiry with the rotation")]
    Expired,
    /// Its previous text was promised to work until then.
    #[error("the key's previous text works until {0}; end_previous ends it now, also for whoever still uses it")]
    PreviousWorks(Timestamp),
    /// The rotation of a secret has brought in a text, and was not finished.
    #[error(
        "a rotation of the secret that holds the key was not finished; end_previous ends the text that it brought in"
    )]
    PendingWorks,
    /// The rotation of a secret is under way.
    #[error("a secret that holds the key is being rotated; try again when that is done, or after an hour")]
    UnderRotation,
    /// The rotation of a secret was interrupted for too long.
    #[error("the rotation has taken too long to be finished, and is to be repeated")]
    TooLateToFinish,
    /// Somebody else has rotated it in between.
    #[error("the key does not have this text any more")]
    OtherTexts,
}

impl KeyRecord {
    /// Its state at `now`. A decision by a person outweighs the passing of time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revocation.is_some() {
            KeyState::Revoked
        } else if !self.terms.enabled {
            KeyState::Disabled
        } else if self.terms.expiry.is_past(now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// All that it may do.
    #[must_use]
    pub fn grants(&self) -> Grants {
        Grants {
            key_type: self.key_type,
            scope: self.scope,
            client_type: self.terms.client_type.clone(),
            permissions: self.terms.permissions.clone(),
            apis: self.terms.apis.clone(),
            allowed_cidrs: self.terms.allowed_cidrs.clone(),
            expiry: self.terms.expiry,
        }
    }

    /// The key with other terms.
    ///
    /// # Errors
    /// When it is revoked, or is the root key and would become less than that.
    pub fn with_terms(&self, terms: Terms) -> Result<Self, Refused> {
        const NARROWING: [&str; 5] = ["enabled", "expires_at", "allowed_cidrs", "permissions", "apis"];
        if self.revocation.is_some() {
            return Err(Refused::Revoked);
        }
        if self.is_root && self.terms.differences(&terms).iter().any(|field| NARROWING.contains(field)) {
            return Err(Refused::Root);
        }
        Ok(Self { terms, ..self.clone() })
    }

    /// The key, revoked. One that is revoked already stays as it is: the first revocation counts.
    ///
    /// # Errors
    /// When it is the root key.
    pub fn revoked(&self, revocation: Revocation) -> Result<Self, Refused> {
        if self.is_root {
            return Err(Refused::Root);
        }
        let revocation = self.revocation.clone().unwrap_or(revocation);
        Ok(Self { revocation: Some(revocation), ..self.clone() })
    }

    /// The key without its revocation.
    ///
    /// # Errors
    /// When 30 days have passed since.
    pub fn restored(&self, now: Timestamp) -> Result<Self, Refused> {
        let revoked_at = self.revocation.as_ref().map(|revocation| revocation.at);
        let last = revoked_at.and_then(|at| at.plus_seconds(RESTORABLE_SECONDS));
        if last.is_some_and(|last| now >= last) {
            return Err(Refused::TooLate);
        }
        Ok(Self { revocation: None, ..self.clone() })
    }

    /// Until when its previous text works, if it does at `now`: never past the key's own end.
    #[must_use]
    pub fn previous_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.rotation.previous_until?;
        let until = self.terms.expiry.at().map_or(until, |end| end.min(until));
        Some(until).filter(|until| now < *until)
    }

    /// From when on the table may forget it.
    #[must_use]
    pub fn purge_at(&self) -> Option<Timestamp> {
        self.revocation.as_ref().and_then(|revocation| revocation.at.plus_seconds(KEPT_SECONDS))
    }

    /// The names of the fields in which two records of one key differ, but for what every write changes.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let mut fields = self.terms.differences(&other.terms);
        if self.revocation != other.revocation {
            fields.extend(["revoked_at", "revoked_by"]);
            let reason = |record: &Self| record.revocation.as_ref().and_then(|revocation| revocation.reason.clone());
            fields.extend((reason(self) != reason(other)).then_some("revoke_reason"));
        }
        fields.extend((self.rotation != other.rotation).then_some("rotation"));
        fields
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::expiry::Expiry;

    /// An active key of `a-team`, for tests to change.
    pub(crate) fn example() -> KeyRecord {
        let created_at = "2026-11-21T08:00:00Z".parse().unwrap();
        KeyRecord {
            id: "ExampleKey000001".parse().unwrap(),
            owner: "a-team".parse().unwrap(),
            scope: Scope::parse("aws", "us-east-1").unwrap(),
            key_type: KeyType::FineGrained,
            terms: Terms::named("example".parse().unwrap()),
            hint: "lk_Exam…0000".to_owned(),
            prefix: Some("lk".parse().unwrap()),
            rotation: Rotation::default(),
            created_at,
            created_by: Actor::latchkey(),
            updated_at: created_at,
            revocation: None,
            version: 1,
            is_root: false,
            is_brought: false,
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
            let expiry = if expires { Expiry::At(end) } else { Expiry::Never };
            let record = KeyRecord {
                terms: Terms { enabled, expiry, ..example().terms },
                revocation: revoked.then(revocation),
                ..example()
            };
            assert_eq!(record.state(now), expected);
        }
    }

    #[test]
    fn the_root_key_is_never_less_than_that() {
        let root = KeyRecord { is_root: true, ..example() };
        assert_eq!(root.revoked(revocation()), Err(Refused::Root));
        let lesser: [fn(&mut Terms); 5] = [
            |terms| terms.enabled = false,
            |terms| terms.expiry = Expiry::At("2030-01-01T00:00:00Z".parse().unwrap()),
            |terms| terms.allowed_cidrs = "10.0.0.0/8".parse().unwrap(),
            |terms| terms.permissions = "keys:list".parse().unwrap(),
            |terms| terms.apis = "orders".parse().unwrap(),
        ];
        for change in lesser {
            let mut terms = root.terms.clone();
            change(&mut terms);
            assert_eq!(root.with_terms(terms.clone()), Err(Refused::Root));
            assert_eq!(example().with_terms(terms.clone()).unwrap().terms, terms);
        }
        let renamed = Terms { name: "boss".parse().unwrap(), ..root.terms.clone() };
        assert!(root.with_terms(renamed).is_ok());
    }

    #[test]
    fn the_first_revocation_counts() {
        let revoked = example().revoked(revocation()).unwrap();
        let later = Revocation { at: "2026-12-01T00:00:00Z".parse().unwrap(), ..revocation() };
        assert_eq!(revoked.revoked(later).unwrap(), revoked);
        assert_eq!(revoked.with_terms(revoked.terms.clone()), Err(Refused::Revoked));
    }

    #[test]
    fn a_revocation_can_be_undone_for_thirty_days() {
        let revoked = example().revoked(revocation()).unwrap();
        assert_eq!(revoked.restored("2026-12-21T08:59:59Z".parse().unwrap()), Ok(example()));
        assert_eq!(revoked.restored("2026-12-21T09:00:00Z".parse().unwrap()), Err(Refused::TooLate));
        assert_eq!(example().restored("2030-01-01T00:00:00Z".parse().unwrap()), Ok(example()));
        assert_eq!(revoked.purge_at(), Some("2027-02-19T09:00:00Z".parse().unwrap()));
        assert_eq!(example().purge_at(), None);
    }

    #[test]
    fn differences_name_the_fields_of_the_api() {
        let revoked =
            example().revoked(Revocation { reason: Some("leaked".parse().unwrap()), ..revocation() }).unwrap();
        assert_eq!(example().differences(&revoked), ["revoked_at", "revoked_by", "revoke_reason"]);
        let changed = Terms { enabled: false, name: "other".parse().unwrap(), ..example().terms };
        assert_eq!(example().with_terms(changed).unwrap().differences(&example()), ["name", "enabled"]);
        assert!(example().differences(&example()).is_empty());
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
