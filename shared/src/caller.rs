//! Who is asking: the key that the authorizer let through.
//!
//! A use case takes a [`Caller`], and there is no way to make one but from what the authorizer said; so what was not
//! authorized cannot be called.

use crate::{
    audit::Origin,
    ceiling::{Excess, Grants},
    grant::Right,
    key::KeyId,
    label::{Actor, Owner},
    record::{KeyRecord, KeyType},
    timestamp::Timestamp,
};

/// The key behind a request to the admin API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    key_id: KeyId,
    owner: Owner,
    grants: Grants,
    token_expires_at: Option<Timestamp>,
    origin: Origin,
}

/// What the caller's key may not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// It does not have the right.
    #[error("the caller's key does not have the right {0}")]
    Right(Right),
    /// The key is, or would be, another owner's.
    #[error("only a super-user can make keys of another owner")]
    Owner,
    /// The key would have more than the caller.
    #[error("a key cannot be given more than the caller's own has: {}", listed(.0))]
    Excess(Vec<Excess>),
    /// The set would open more than it does, to keys that may have what the caller's has not.
    #[error("only a super-user can make an API set open more than it does: {0}")]
    Opening(String),
    /// It takes the key itself, and a token of it came.
    #[error("a token cannot {0}: that takes the key itself")]
    Token(&'static str),
    /// Keys, perhaps of others, would lose what they name.
    #[error("only a super-user can remove an API set that keys name")]
    Force,
    /// The set would have routes that the caller cannot call.
    #[error("an API set cannot be given a route that the caller's own key may not call: {0}")]
    Route(String),
}

fn listed(excess: &[Excess]) -> String {
    excess.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Caller {
    /// The caller that the authorizer's context names.
    pub(crate) const fn new(key_id: KeyId, owner: Owner, grants: Grants, origin: Origin) -> Self {
        Self { key_id, owner, grants, token_expires_at: None, origin }
    }

    /// The same caller by a token of its key, which ends then. The grants are the token's.
    #[must_use]
    pub(crate) fn by_token(self, token_expires_at: Option<Timestamp>) -> Self {
        Self { token_expires_at, ..self }
    }

    /// Checks that this caller came with the key itself, as what it wants to do takes more than a token.
    ///
    /// # Errors
    /// When it came with a token.
    pub const fn require_key(&self, to: &'static str) -> Result<(), Forbidden> {
        if self.token_expires_at.is_some() { Err(Forbidden::Token(to)) } else { Ok(()) }
    }

    /// When its token ends, if it came with one.
    #[must_use]
    pub const fn token_expires_at(&self) -> Option<Timestamp> {
        self.token_expires_at
    }

    /// Checks that this caller has `right`: as a super-user, or by its permissions on the built-in API set.
    ///
    /// # Errors
    /// When it has not.
    pub fn require(&self, right: Right) -> Result<(), Forbidden> {
        let Grants { permissions, apis, .. } = &self.grants;
        if self.is_super_user() || right.comes_with(apis, permissions) { Ok(()) } else { Err(Forbidden::Right(right)) }
    }

    /// Checks that a key with `wanted` would have no more than this caller.
    ///
    /// # Errors
    /// When it would.
    pub fn require_ceiling(&self, wanted: &Grants) -> Result<(), Forbidden> {
        if self.is_super_user() {
            return Ok(());
        }
        let excess = wanted.excess_over(&self.grants);
        if excess.is_empty() { Ok(()) } else { Err(Forbidden::Excess(excess)) }
    }

    /// Whether nothing is closed to it.
    #[must_use]
    pub fn is_super_user(&self) -> bool {
        self.grants.key_type == KeyType::SuperUser
    }

    /// Whether it may know of keys of `owner`. Others do not exist for it.
    #[must_use]
    pub fn sees(&self, owner: &Owner) -> bool {
        self.is_super_user() || *owner == self.owner
    }

    /// The record, if this caller may know of it.
    #[must_use]
    pub fn visible(&self, record: Option<KeyRecord>) -> Option<KeyRecord> {
        record.filter(|record| self.sees(&record.owner))
    }

    /// Whose key it is.
    #[must_use]
    pub const fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The id of its key.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What its key may do.
    #[must_use]
    pub const fn grants(&self) -> &Grants {
        &self.grants
    }

    /// Where its request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How records name this caller.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.key_id.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::example;

    fn caller(grants: Grants) -> Caller {
        Caller::new("ExampleKey000001".parse().unwrap(), Owner::root(), grants, Origin::default())
    }

    #[test]
    fn a_super_user_has_every_right() {
        let boss = caller(Grants { key_type: KeyType::SuperUser, ..example().grants() });
        for right in Right::ALL {
            assert_eq!(boss.require(right), Ok(()));
        }
        assert!(boss.sees(&"a-team".parse().unwrap()));
    }

    #[test]
    fn anybody_else_needs_the_permission_and_the_built_in_set() {
        let list = Right::ListKeys;
        for (permissions, apis, expected) in [
            ("keys:list", "latchkey", Ok(())),
            ("keys:*", "orders latchkey", Ok(())),
            ("*:*", "latchkey", Ok(())),
            ("keys:list", "", Err(Forbidden::Right(list))),
            ("keys:list", "*", Err(Forbidden::Right(list))),
            ("*:*", "*", Err(Forbidden::Right(list))),
            ("", "latchkey", Err(Forbidden::Right(list))),
            ("keys:create", "latchkey", Err(Forbidden::Right(list))),
            ("keys/a:list", "latchkey", Err(Forbidden::Right(list))),
        ] {
            let grants =
                Grants { permissions: permissions.parse().unwrap(), apis: apis.parse().unwrap(), ..example().grants() };
            assert_eq!(caller(grants).require(list), expected, "{permissions} {apis}");
        }
    }

    #[test]
    fn anybody_else_sees_only_keys_of_the_same_owner() {
        let someone = caller(example().grants());
        assert!(someone.visible(Some(KeyRecord { owner: Owner::root(), ..example() })).is_some());
        assert!(someone.visible(Some(example())).is_none());
    }
}
