//! Points in time as Latchkey tells them: RFC 3339, UTC, to the second.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A point in time, to the second.
///
/// Written as `2026-11-21T08:00:00Z`. Any RFC 3339 offset is read and becomes UTC; fractions of a second are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// The text is no RFC 3339 date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an RFC 3339 date and time before 9999-12-30, such as 2030-01-31T12:00:00Z")]
pub struct TimestampError;

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0
    }

    /// The point of these seconds since 1970-01-01T00:00:00Z; `None` past the year 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self::from)
    }

    /// The point `seconds` later, or `None` past the year 9999.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Option<Self> {
        let later = self.0.checked_add(i64::try_from(seconds).ok()?)?;
        jiff::Timestamp::from_second(later).ok().map(Self::from)
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(moment: jiff::Timestamp) -> Self {
        // `as_second` rounds towards zero, which is later than the moment itself before 1970; `floor` is what a clock shows.
        Self(moment.as_millisecond().div_euclid(1000))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if !is_rfc_3339(text) {
            return Err(TimestampError);
        }
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| TimestampError)
    }
}

/// Whether a text is spelled as RFC 3339 has it. jiff also reads offsets without minutes, dates without dashes, RFC 9557
/// annotations and more.
fn is_rfc_3339(text: &str) -> bool {
    let is_date_and_time = text.bytes().take(19).enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        10 => byte.eq_ignore_ascii_case(&b'T'),
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let is_offset = |end: &str| end.starts_with(['+', '-']) && end.find(':') == Some(3);
    let has_offset =
        text.ends_with(['Z', 'z']) || text.len().checked_sub(6).and_then(|at| text.get(at..)).is_some_and(is_offset);
    let is_known = |byte: u8| byte.is_ascii_digit() || b"-:.+TZtz".contains(&byte);
    (20..=40).contains(&text.len()) && is_date_and_time && has_offset && text.bytes().all(is_known)
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;

    fn try_from(text: String) -> Result<Self, TimestampError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every value came from a `jiff::Timestamp`, so it is in its range.
        let moment = jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::MAX);
        write!(formatter, "{moment:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_to_the_second() {
        let time: Timestamp = "2026-11-21T09:00:00.987+01:00".parse().unwrap();
        assert_eq!(time.to_string(), "2026-11-21T08:00:00Z");
    }

    #[test]
    fn what_is_not_rfc_3339_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-11-21",
            "2026-11-21 08:00:00Z",
            "2026-11-21T08:00:00",
            "2026-11-21T08:00:00Z[UTC]",
            "2026-13-21T08:00:00Z",
            "+012026-11-21T08:00:00Z",
            "1700000000",
            "20301121T080000.000000Z",
            "2030-11-21T08:00:00+01",
            "2030-11-21T08:00:00.000+0100",
            "2030-11-21T08:00:00+01:00:00",
            "-009999-01-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError), "{text}");
        }
    }

    #[test]
    fn nothing_lies_past_the_last_representable_second() {
        let last: Timestamp = "9999-12-30T00:00:00Z".parse().unwrap();
        assert_eq!(last.plus_seconds(u64::MAX), None);
        assert_eq!(last.plus_seconds(86_400 * 30), None);
    }
}
