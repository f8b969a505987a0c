//! Requests that are to be done once: the `Idempotency-Key` header.
//!
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>

use std::{fmt, str::FromStr};

use crate::{key::KeyId, timestamp::Timestamp};

/// For so long a request is remembered.
pub const REMEMBERED_SECONDS: u64 = 24 * 3600;

/// What a caller calls one request: 1 to 255 visible ASCII characters without a comma, by which API Gateway joins a header
/// that is given more than once.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// The text is no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one text of 1 to 255 visible ASCII characters without a comma")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = IdempotencyKeyError;

    fn from_str(text: &str) -> Result<Self, IdempotencyKeyError> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdempotencyKeyError)
        }
    }
}

impl fmt::Debug for IdempotencyKey {
    /// Callers choose it, and may choose what is not to be logged.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey(hidden)")
    }
}

/// A request that is to be done once.
#[derive(Debug, Clone)]
pub struct Once {
    /// Who asks. The same name means nothing from anybody else.
    pub caller: KeyId,
    /// What the caller calls it.
    pub key: IdempotencyKey,
    /// SHA-256 of what is asked for.
    pub fingerprint: [u8; 32],
    /// When it is asked for.
    pub now: Timestamp,
    /// Until when it is remembered.
    pub until: Timestamp,
}

/// What is remembered of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The key that it made.
    pub id: KeyId,
    /// SHA-256 of what it asked for.
    pub fingerprint: [u8; 32],
    /// Until when that counts.
    pub until: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_has_one_to_two_hundred_and_fifty_five_visible_characters() {
        assert!("8e03978e-40d5-43dd-bc93-6894a57f9324".parse::<IdempotencyKey>().is_ok());
        assert!("~".repeat(255).parse::<IdempotencyKey>().is_ok());
        for text in ["", "a,b", "a b", "a\tb", "é", "a\u{7f}", &"a".repeat(256)] {
            assert_eq!(text.parse::<IdempotencyKey>(), Err(IdempotencyKeyError), "{text:?}");
        }
    }
}
