//! Key texts that an administrator brings along instead of having one made.
//!
//! A [`CustomText`] has no id and no checksum: it is found by its hash alone, and its form tells it from a generated
//! text. It is no better than whoever thought of it, so it must withstand a thief of the table; [`strength`] says how
//! that is judged.

mod strength;

use std::{fmt, str::FromStr};

use super::{CHECKSUM, PresentedKey, PresentedKeyError};
use crate::{imprint::Imprint, token};

const SHORTEST: usize = 16;
const LONGEST: usize = 256;
/// So many characters at the end are shown.
const SHOWN: usize = 4;

/// A text of 16 to 256 visible ASCII characters that is hard to guess and looks like no generated key.
#[derive(Clone)]
pub struct CustomText(String);

/// Why a text cannot be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CustomTextError {
    /// Too short or too long.
    #[error("must have 16 to 256 characters")]
    Length,
    /// A blank, a control character or one that is not ASCII: headers and cookies do not carry it.
    #[error("must have only visible ASCII characters, and no blanks")]
    Characters,
    /// The text is in the place of generated ones, which are looked for by the id in them.
    #[error("must not have the form of a generated key")]
    GeneratedForm,
    /// The text is in the place of tokens.
    #[error("must not have the form of a token")]
    TokenForm,
    /// An attacker could find it by trying.
    #[error("is too easy to guess; take one made by a random generator, such as `openssl rand -hex 32`")]
    Guessable,
}

impl CustomText {
    /// What is kept of the text. The key is found by the hash in it.
    #[must_use]
    pub fn imprint(&self) -> Imprint {
        Imprint::of(&self.0)
    }

    /// `…` and the last 4 characters: what lists show of the key. Nothing of a text that is hard to guess only with them, as
    /// the hint stands beside the hash.
    #[must_use]
    pub fn hint(&self) -> String {
        let shown = self.0.len().saturating_sub(SHOWN);
        let (hidden, end) = self.0.split_at_checked(shown).unwrap_or_default();
        if strength::is_guessable(hidden) { "…".to_owned() } else { format!("…{end}") }
    }

    /// The text itself. Whoever calls this hands it back to who brought it, and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomText {
    type Err = CustomTextError;

    fn from_str(text: &str) -> Result<Self, CustomTextError> {
        use CustomTextError as Refused;

        // Bytes are a bound for characters that costs nothing, whatever was sent.
        if text.len() > 4 * LONGEST || !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err(Refused::Length);
        }
        if !is_shaped(text) {
            return Err(Refused::Characters);
        }
        if has_generated_form(text) {
            return Err(Refused::GeneratedForm);
        }
        if token::has_form(text) {
            return Err(Refused::TokenForm);
        }
        if strength::is_guessable(text) {
            return Err(Refused::Guessable);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for CustomText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CustomText(hidden)")
    }
}

/// Whether `text` can be a custom text by its length and its characters. Nothing is said about its strength.
pub(super) fn is_shaped(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether `text` is a generated key but for its checksum, whatever stands there: a typing error must not make one
/// kind of text into the other.
fn has_generated_form(text: &str) -> bool {
    let before_checksum = text.len().checked_sub(CHECKSUM).and_then(|length| text.get(..length));
    before_checksum.is_some_and(|before| {
        let with_some_checksum = format!("{before}{}", "0".repeat(CHECKSUM));
        matches!(PresentedKey::parse_generated(&with_some_checksum), Ok(_) | Err(PresentedKeyError::ChecksumMismatch))
    })
}

#[cfg(test)]
mod tests;
