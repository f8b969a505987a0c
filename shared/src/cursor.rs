//! Where a page of a list ended, as a text that only this deployment can make.
//!
//! A cursor carries a position in a list, never the table's own paging key, and an HMAC over it and over the question
//! that was asked. So a cursor that was altered, made up, or given for another question or another caller is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a [`Position`].
const POSITION: usize = 13 + 1 + 16;
/// The last moment that 13 digits can tell.
const LAST_MILLISECOND: i64 = 9_999_999_999_999;
/// HMAC-SHA-256, cut to 128 bits (RFC 2104, section 5).
const TAG: usize = 16;

/// A place in a list: `<milliseconds since 1970>#<key id>`, which sorts by time of creation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(String);

impl Position {
    /// The position of a key that was made at `moment`.
    #[must_use]
    pub fn of(moment: jiff::Timestamp, id: crate::key::KeyId) -> Self {
        Self(format!("{:013}#{id}", moment.as_millisecond().max(0)))
    }

    /// The first position of a second: everything that was made in it or later stands at it or after.
    #[must_use]
    pub fn first_of(second: crate::timestamp::Timestamp) -> Self {
        let milliseconds = second.unix_seconds().saturating_mul(1000).clamp(0, LAST_MILLISECOND);
        Self(format!("{milliseconds:013}#0000000000000000"))
    }

    /// Takes a stored position back; `None` if it has not the shape of one.
    #[must_use]
    pub fn from_stored(text: String) -> Option<Self> {
        let shaped = text.len() == POSITION
            && text.bytes().enumerate().all(|(at, byte)| match at {
                0..13 => byte.is_ascii_digit(),
                13 => byte == b'#',
                _ => byte.is_ascii_alphanumeric(),
            });
        shaped.then_some(Self(text))
    }

    /// As the table's sort key has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The deployment's key for its cursors. It protects nothing but the shape of pages.
#[derive(Clone)]
pub struct CursorKey([u8; 64]);

/// The text is no cursor of this deployment for this question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no cursor of this list: use next_cursor with the same filters")]
pub struct CursorError;

impl CursorKey {
    /// Takes a stored key back; `None` unless it has 64 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The cursor for what follows `position` in the answer to `question`.
    #[must_use]
    pub fn seal(&self, position: &Position, question: &str) -> String {
        let mut bytes = position.0.as_bytes().to_vec();
        bytes.extend(self.tag(position.0.as_bytes(), question).iter().take(TAG));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The position that a cursor for `question` carries.
    ///
    /// # Errors
    /// When this deployment did not make it for this question.
    pub fn open(&self, cursor: &str, question: &str) -> Result<Position, CursorError> {
        if cursor.len() > 2 * (POSITION + TAG) {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError)?;
        let (position, tag) = bytes.split_at_checked(POSITION).ok_or(CursorError)?;
        let expected = self.tag(position, question);
        let genuine: bool = subtle::ConstantTimeEq::ct_eq(tag, expected.get(..TAG).unwrap_or_default()).into();
        if !genuine {
            return Err(CursorError);
        }
        String::from_utf8(position.to_vec()).ok().and_then(Position::from_stored).ok_or(CursorError)
    }

    fn tag(&self, position: &[u8], question: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        // The position has a fixed length, so the two parts cannot run into each other.
        mac.update(position);
        mac.update(question.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CursorKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> Position {
        Position::of(jiff::Timestamp::from_millisecond(1_763_712_000_123).unwrap(), "ExampleKey000001".parse().unwrap())
    }

    fn key() -> CursorKey {
        CursorKey([7; 64])
    }

    #[test]
    fn positions_sort_by_time_of_creation() {
        let at = |ms| Position::of(jiff::Timestamp::from_millisecond(ms).unwrap(), "ExampleKey000001".parse().unwrap());
        assert!(at(999) < at(1_000));
        assert!(at(1_763_712_000_123) < at(1_763_712_000_124));
        assert!(at(-5) == at(0), "a clock before 1970 does not break the order's shape");
    }

    #[test]
    fn a_cursor_is_read_back_for_its_own_question_alone() {
        let cursor = key().seal(&position(), "owner=a");
        assert_eq!(key().open(&cursor, "owner=a"), Ok(position()));
        assert_eq!(key().open(&cursor, "owner=b"), Err(CursorError));
        assert_eq!(CursorKey([8; 64]).open(&cursor, "owner=a"), Err(CursorError));
    }

    #[test]
    fn a_cursor_that_was_made_up_is_refused() {
        let unsigned = URL_SAFE_NO_PAD.encode(position().0);
        for cursor in ["", "a", "====", "null", &unsigned, &"A".repeat(62), &"A".repeat(100_000)] {
            assert_eq!(key().open(cursor, ""), Err(CursorError));
        }
    }

    proptest! {
        #[test]
        fn one_changed_character_of_a_cursor_never_passes(at in 0..62_usize, with in "[A-Za-z0-9_-]") {
            let cursor = key().seal(&position(), "");
            let mut changed = cursor.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != cursor);
            prop_assert_eq!(key().open(&changed, ""), Err(CursorError));
        }
    }
}
