//! The public part of a key.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{is_base62, random_base62};
use crate::entropy::{Entropy, EntropyError};

/// The public name of a key: 16 base62 characters. It can be logged, and stays when the key is rotated.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId([u8; KeyId::LENGTH]);

/// The text is not 16 base62 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id has 16 letters and digits")]
pub struct KeyIdError;

impl KeyId {
    /// How many characters an id has.
    pub(super) const LENGTH: usize = 16;
    /// One that no key is ever given, as far as chance goes.
    pub(crate) const NOBODYS: Self = Self([b'0'; Self::LENGTH]);

    /// A new random id.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        random_base62(entropy).map(Self)
    }

    /// The id of these characters, if all of them are base62.
    pub(super) fn of_characters(characters: [u8; Self::LENGTH]) -> Option<Self> {
        is_base62(&characters).then_some(Self(characters))
    }

    /// The 16 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for KeyId {
    type Err = KeyIdError;

    fn from_str(text: &str) -> Result<Self, KeyIdError> {
        let characters: [u8; Self::LENGTH] = text.as_bytes().try_into().map_err(|_| KeyIdError)?;
        Self::of_characters(characters).ok_or(KeyIdError)
    }
}

impl TryFrom<String> for KeyId {
    type Error = KeyIdError;

    fn try_from(text: String) -> Result<Self, KeyIdError> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyId({self})")
    }
}
