//! The key text: how it is made, and how a presented one is taken apart.
//!
//! `<prefix>_<id>_<secret><checksum>`: a prefix that secret scanners can find, a public id that names the record, 32
//! random characters, and a CRC-32 that stops typing errors and garbage before the table is read.
//!
//! Three types keep the three trusts apart: [`PresentedKey`] is what a stranger sent, [`PlainKey`] is what is shown
//! once, and [`SecretHash`] is what is kept. This module knows neither the table nor HTTP.

mod custom;
mod id;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    custom::{CustomText, CustomTextError},
    id::{KeyId, KeyIdError},
};
use crate::{
    entropy::{Entropy, EntropyError},
    imprint::Imprint,
    secret::SecretHash,
};

/// Digits in the order that the checksum counts in.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID: usize = KeyId::LENGTH;
const SECRET: usize = 32;
const CHECKSUM: usize = 6;
const MAX_PREFIX: usize = 16;

/// What a key text begins with: 1 to 16 of `[a-z0-9_]`, first a letter, last no `_`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyPrefix(String);

/// The text is no prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 16 of a-z 0-9 _, start with a letter and not end in _")]
pub struct KeyPrefixError;

impl KeyPrefix {
    fn is_valid(text: &str) -> bool {
        text.len() <= MAX_PREFIX
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && !text.ends_with('_')
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    }
}

impl FromStr for KeyPrefix {
    type Err = KeyPrefixError;

    fn from_str(text: &str) -> Result<Self, KeyPrefixError> {
        if Self::is_valid(text) { Ok(Self(text.to_owned())) } else { Err(KeyPrefixError) }
    }
}

impl TryFrom<String> for KeyPrefix {
    type Error = KeyPrefixError;

    fn try_from(text: String) -> Result<Self, KeyPrefixError> {
        text.parse()
    }
}

impl From<KeyPrefix> for String {
    fn from(prefix: KeyPrefix) -> Self {
        prefix.0
    }
}

/// A well-formed key text that somebody sent. Nothing is known yet about whether it opens anything.
#[derive(Clone, Copy)]
pub struct PresentedKey<'t> {
    text: &'t str,
    /// The id in a text that Latchkey made; a text that was brought has none.
    id: Option<KeyId>,
}

/// The first thing that is wrong with a presented text, read from the right.
///
/// Outside, all of them are one refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PresentedKeyError {
    /// Too short or too long to hold the four parts.
    #[error("the text has the wrong length")]
    Length,
    /// The checksum's place holds something else than base62 digits.
    #[error("the checksum has a character that is not base62")]
    ChecksumCharacter,
    /// The secret's place holds something else than base62 characters.
    #[error("the secret has a character that is not base62")]
    SecretCharacter,
    /// No `_` between id and secret.
    #[error("there is no separator before the secret")]
    SecretSeparator,
    /// The id's place holds something else than base62 characters.
    #[error("the id has a character that is not base62")]
    IdCharacter,
    /// No `_` between prefix and id.
    #[error("there is no separator before the id")]
    IdSeparator,
    /// What precedes the id is no prefix.
    #[error("the prefix is malformed")]
    Prefix,
    /// All parts are well-formed, but the checksum is another text's.
    #[error("the checksum does not match")]
    ChecksumMismatch,
}

impl<'t> PresentedKey<'t> {
    /// Takes a text as one that Latchkey made, or else as one that may have been brought. One that Latchkey could have made
    /// but for its checksum is neither: that is a typing error or garbage.
    ///
    /// # Errors
    /// The first step that fails.
    pub fn parse(text: &'t str) -> Result<Self, PresentedKeyError> {
        match Self::parse_generated(text) {
            Err(error) if error != PresentedKeyError::ChecksumMismatch && custom::is_shaped(text) => {
                Ok(Self { text, id: None })
            }
            parsed => parsed,
        }
    }

    /// Takes a text apart, from the right, because a prefix may hold `_` itself.
    fn parse_generated(text: &'t str) -> Result<Self, PresentedKeyError> {
        use PresentedKeyError as Refused;

        if text.len() > MAX_PREFIX + 1 + ID + 1 + SECRET + CHECKSUM {
            return Err(Refused::Length);
        }
        let (before_checksum, checksum) = text.as_bytes().split_last_chunk::<CHECKSUM>().ok_or(Refused::Length)?;
        let (before_secret, secret) = before_checksum.split_last_chunk::<SECRET>().ok_or(Refused::Length)?;
        let (secret_separator, before) = before_secret.split_last().ok_or(Refused::Length)?;
        let (before_id, id) = before.split_last_chunk::<ID>().ok_or(Refused::Length)?;
        let (id_separator, prefix) = before_id.split_last().ok_or(Refused::Length)?;

        if !is_base62(checksum) {
            return Err(Refused::ChecksumCharacter);
        }
        if !is_base62(secret) {
            return Err(Refused::SecretCharacter);
        }
        if *secret_separator != b'_' {
            return Err(Refused::SecretSeparator);
        }
        let id = KeyId::of_characters(*id).ok_or(Refused::IdCharacter)?;
        if *id_separator != b'_' {
            return Err(Refused::IdSeparator);
        }
        if !std::str::from_utf8(prefix).is_ok_and(KeyPrefix::is_valid) {
            return Err(Refused::Prefix);
        }
        if checksum != &checksum_of(before_checksum) {
            return Err(Refused::ChecksumMismatch);
        }
        Ok(Self { text, id: Some(id) })
    }

    /// The id that the text claims, if it was made by Latchkey.
    #[must_use]
    pub const fn id(&self) -> Option<KeyId> {
        self.id
    }

    /// What the text begins with, if it was made by Latchkey.
    #[must_use]
    pub fn prefix(&self) -> Option<KeyPrefix> {
        self.id.and_then(|_| self.text.get(..self.prefix_length())?.parse().ok())
    }

    /// How long the prefix of a text is that Latchkey made.
    const fn prefix_length(&self) -> usize {
        self.text.len().saturating_sub(1 + ID + 1 + SECRET + CHECKSUM)
    }

    /// What is kept of the text.
    #[must_use]
    pub fn imprint(&self) -> Imprint {
        Imprint::of(self.text)
    }

    /// The hash to compare with the stored one.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(self.text)
    }

    /// `<prefix>_<first 4 of the id>…<last 4 of the text>`: what lists show of the key.
    #[must_use]
    pub fn hint(&self) -> String {
        let start = self.text.get(..self.prefix_length() + 1 + 4).unwrap_or_default();
        let end = self.text.get(self.text.len().saturating_sub(4)..).unwrap_or_default();
        format!("{start}…{end}")
    }
}

impl fmt::Debug for PresentedKey<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PresentedKey({:?}, text hidden)", self.id)
    }
}

/// A key text that was just made, to be shown once.
pub struct PlainKey {
    text: String,
    id: KeyId,
}

impl PlainKey {
    /// A new text for `id`.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(prefix: &KeyPrefix, id: KeyId, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let secret: [u8; SECRET] = random_base62(entropy)?;
        let mut text = format!("{}_{id}_", prefix.0);
        text.extend(secret.map(char::from));
        text.extend(checksum_of(text.as_bytes()).map(char::from));
        Ok(Self { text, id })
    }

    /// The text itself. Whoever calls this hands it to its owner, and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The same key as whoever receives it will present it.
    #[must_use]
    pub fn as_presented(&self) -> PresentedKey<'_> {
        PresentedKey { text: &self.text, id: Some(self.id) }
    }
}

impl fmt::Debug for PlainKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PlainKey({}, text hidden)", self.id)
    }
}

fn is_base62(characters: &[u8]) -> bool {
    characters.iter().all(u8::is_ascii_alphanumeric)
}

/// CRC-32 (IEEE 802.3) of `bytes` as base62 digits, most significant first.
fn checksum_of(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut digits = [b'0'; CHECKSUM];
    let mut rest = crc32fast::hash(bytes);
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits
}

/// Random characters, each of the 62 equally likely: six random bits that name no character are thrown away.
fn random_base62<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyError> {
    let mut characters = [b'0'; N];
    let mut bytes = [0_u8; 64];
    let mut unused = [].iter();
    for place in &mut characters {
        *place = loop {
            let Some(byte) = unused.next() else {
                entropy.fill(&mut bytes)?;
                unused = bytes.iter();
                continue;
            };
            if let Some(character) = BASE62.get(usize::from(byte & 0b11_1111)) {
                break *character;
            }
        };
    }
    Ok(characters)
}

#[cfg(test)]
mod tests;
