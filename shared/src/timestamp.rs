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
        // jiff also reads RFC 9557 annotations and a few looser spellings; RFC 3339 has none of them.
        let strict = text.len() >= 20
            && text.len() <= 40
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZtz".contains(&byte));
        if !strict {
            return Err(TimestampError);
        }
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| TimestampError)
    }
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
