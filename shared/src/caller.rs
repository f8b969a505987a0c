//! Who is asking: the key that the authorizer let through.
//!
//! A use case takes a [`Caller`], and there is no way to make one but from what the authorizer said; so what was not
//! authorized cannot be called.

use crate::{
    grant::Right,
    key::KeyId,
    label::{Actor, Owner},
    record::KeyType,
};

/// The key behind a request to the admin API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    key_id: KeyId,
    owner: Owner,
    key_type: KeyType,
}

/// The caller's key does not have the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the right {0}")]
pub struct Forbidden(pub Right);

impl Caller {
    /// The caller that the authorizer's context names.
    pub(crate) const fn new(key_id: KeyId, owner: Owner, key_type: KeyType) -> Self {
        Self { key_id, owner, key_type }
    }

    /// Checks that this caller has `right`. Only a super-user key has admin rights.
    ///
    /// # Errors
    /// When it has not.
    pub const fn require(&self, right: Right) -> Result<(), Forbidden> {
        match self.key_type {
            KeyType::SuperUser => Ok(()),
            KeyType::FineGrained => Err(Forbidden(right)),
        }
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

    /// How records name this caller.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.key_id.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_super_user_has_admin_rights() {
        let caller = |kind| Caller::new("ExampleKey000001".parse().unwrap(), Owner::root(), kind);
        for right in Right::ALL {
            assert_eq!(caller(KeyType::SuperUser).require(right), Ok(()));
            assert_eq!(caller(KeyType::FineGrained).require(right), Err(Forbidden(right)));
        }
    }
}
