//! What is kept of a key's text: the hash that recognises it, and the public key that recognises its tokens.

use crate::{presented::Presented, secret::SecretHash, token::PublicKey};

/// What is kept of one text.
#[derive(Debug, Clone, Copy)]
pub struct Imprint {
    /// Its hash.
    pub hash: SecretHash,
    /// What its tokens are verified with. None for a text that nobody has shown, and for one that was stored before there
    /// were tokens: they have none.
    pub public_key: Option<PublicKey>,
}

impl Imprint {
    /// What is kept of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { hash: SecretHash::of(text), public_key: PublicKey::of(text) }
    }

    /// What is kept of a text of which nothing but the hash is known.
    #[must_use]
    pub const fn of_hash(hash: SecretHash) -> Self {
        Self { hash, public_key: None }
    }

    /// Whether both are of the same text.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.hash.matches(&other.hash)
    }

    /// Whether this is what is kept of the text that was presented, or that signed what was.
    #[must_use]
    pub fn recognises(&self, presented: &Presented<'_>) -> bool {
        match presented {
            Presented::Key { hash, .. } => self.hash.matches(hash),
            Presented::Token(token) => self.public_key.is_some_and(|public_key| token.is_signed_by(&public_key)),
        }
    }
}
