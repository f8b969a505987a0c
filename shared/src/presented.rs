//! What a stranger presents to be let in: a key's text, or a token of one.

use crate::{
    key::{KeyId, PresentedKey},
    secret::SecretHash,
    token::{self, PresentedToken},
};

/// A well-formed text that somebody sent. Nothing is known yet about whether it opens anything.
#[derive(Debug)]
pub enum Presented<'t> {
    /// A key's text, with its hash.
    Key {
        /// The text, taken apart.
        key: PresentedKey<'t>,
        /// What it is recognised by.
        hash: SecretHash,
    },
    /// A token.
    Token(Box<PresentedToken<'t>>),
}

/// The text is neither. Outside, nobody is told why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is neither a key nor a token")]
pub struct Malformed;

impl<'t> Presented<'t> {
    /// Tells by its form what a text is, and takes it apart.
    ///
    /// # Errors
    /// When it is neither a key nor a token.
    pub fn parse(text: &'t str) -> Result<Self, Malformed> {
        if token::has_form(text) {
            return PresentedToken::parse(text).map(Box::new).map(Self::Token).map_err(|_| Malformed);
        }
        PresentedKey::parse(text).map(Self::from).map_err(|_| Malformed)
    }

    /// The id of the key that it claims to be, or to be of. A text that was brought has none.
    #[must_use]
    pub fn id(&self) -> Option<KeyId> {
        match self {
            Self::Key { key, .. } => key.id(),
            Self::Token(token) => Some(token.key_id()),
        }
    }

    /// The token, if it is one.
    #[must_use]
    pub fn token(&self) -> Option<&PresentedToken<'t>> {
        match self {
            Self::Key { .. } => None,
            Self::Token(token) => Some(token),
        }
    }
}

impl<'t> From<PresentedKey<'t>> for Presented<'t> {
    fn from(key: PresentedKey<'t>) -> Self {
        Self::Key { key, hash: key.hash() }
    }
}
