//! How long a key lives.
//!
//! Expiry is decided here, in code and to the second; the table's own TTL only cleans up.

use std::{fmt, str::FromStr};

use crate::timestamp::Timestamp;

/// The lifetimes that the catalogue offers, with what a person calls them.
pub const PRESETS: [(&str, &str); 5] =
    [("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days"), ("365d", "1 year")];

const DAY: u64 = 86_400;
/// No period is longer: a hundred years.
const MAX_SECONDS: u64 = 36_525 * DAY;

/// A length of time such as `90d`, `12h`, `30m` or `45s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    seconds: u64,
}

/// The text is no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number and a unit (s, m, h or d) such as 90d or 12h, at most 36525d")]
pub struct PeriodError;

impl Period {
    /// So many hours, a hundred years at most.
    #[must_use]
    pub const fn hours(hours: u16) -> Self {
        Self { seconds: hours as u64 * 3600 }
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.seconds
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => DAY,
            _ => return Err(PeriodError),
        };
        let number = text.get(..text.len() - 1).unwrap_or_default();
        // `u64::from_str` would also take a leading `+`.
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PeriodError);
        }
        let seconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or(PeriodError)?;
        if seconds > MAX_SECONDS { Err(PeriodError) } else { Ok(Self { seconds }) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, letter) in [(DAY, 'd'), (3600, 'h'), (60, 'm')] {
            if self.seconds > 0 && self.seconds.is_multiple_of(unit) {
                return write!(formatter, "{}{letter}", self.seconds / unit);
            }
        }
        write!(formatter, "{}s", self.seconds)
    }
}

/// How long the old text of a key works beside a new one: at most 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap(Period);

/// The text is no overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number and a unit (s, m, h or d) such as 24h or 0s, at most 30d")]
pub struct OverlapError;

impl Overlap {
    /// Its end, if it begins at `now`; none if it has no length.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Option<Timestamp> {
        now.plus_seconds(self.0.seconds).filter(|end| *end > now)
    }
}

impl FromStr for Overlap {
    type Err = OverlapError;

    fn from_str(text: &str) -> Result<Self, OverlapError> {
        let period: Period = text.parse().map_err(|PeriodError| OverlapError)?;
        if period.seconds > 30 * DAY { Err(OverlapError) } else { Ok(Self(period)) }
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// When a key stops being valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It does not, by itself.
    Never,
    /// At this second and after.
    At(Timestamp),
}

/// What the creator of a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// No expiry.
    Unlimited,
    /// From now on for this long.
    For(Period),
    /// Until this second.
    Until(Timestamp),
}

/// Why a lifetime is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LifetimeError {
    /// The key would be born expired.
    #[error("must lie in the future")]
    Past,
    /// Past the year 9999.
    #[error("lies too far in the future")]
    TooFar,
    /// The deployment allows less.
    #[error("must be at most {0} after the key was made: this deployment's maximum")]
    TooLong(Period),
    /// The deployment wants every key to expire.
    #[error("is required: in this deployment a key lives at most {0}")]
    Required(Period),
}

impl Lifetime {
    /// The field of the API that asks for such a one.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::For(_) => "expires_in",
            Self::Unlimited | Self::Until(_) => "expires_at",
        }
    }

    /// The second at which a key that was made at `made_at` ends, when that is decided at `now` in a deployment that allows
    /// at most `max` in all.
    ///
    /// # Errors
    /// When it would not lie in the future, or lie further ahead than allowed.
    pub fn end(self, made_at: Timestamp, now: Timestamp, max: Option<Period>) -> Result<Expiry, LifetimeError> {
        let end = match (self, max) {
            (Self::Unlimited, None) => return Ok(Expiry::Never),
            (Self::Unlimited, Some(max)) => return Err(LifetimeError::Required(max)),
            (Self::For(period), _) => now.plus_seconds(period.seconds).ok_or(LifetimeError::TooFar)?,
            (Self::Until(end), _) => end,
        };
        if end <= now {
            return Err(LifetimeError::Past);
        }
        match max {
            Some(max) if made_at.plus_seconds(max.seconds).is_some_and(|latest| end > latest) => {
                Err(LifetimeError::TooLong(max))
            }
            _ => Ok(Expiry::At(end)),
        }
    }
}

impl Expiry {
    /// Whether the key has expired: from its last second on.
    #[must_use]
    pub fn is_past(self, now: Timestamp) -> bool {
        self.at().is_some_and(|end| now >= end)
    }

    /// The second itself, if there is one.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(end) => Some(end),
        }
    }
}

impl From<Option<Timestamp>> for Expiry {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Never, Self::At)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_a_number_and_a_unit() {
        for (text, seconds) in [("0s", 0), ("45s", 45), ("30m", 1800), ("12h", 43_200), ("365d", 31_536_000)] {
            assert_eq!(period(text).seconds(), seconds, "{text}");
        }
        for text in [
            "",
            "d",
            "30",
            "-1d",
            "+1d",
            "1.5d",
            "1 d",
            "1D",
            "1w",
            "d1",
            "1dd",
            "36526d",
            "99999999999999999999d",
            "٣d",
        ] {
            assert_eq!(text.parse::<Period>(), Err(PeriodError), "{text}");
        }
    }

    #[test]
    fn a_period_is_written_as_it_is_read() {
        for text in ["0s", "45s", "90m", "5h", "36525d"] {
            assert_eq!(period(text).to_string(), text);
        }
        assert_eq!(period("24h").to_string(), "1d");
    }

    #[test]
    fn an_overlap_is_at_most_thirty_days() {
        let now = at("2026-11-21T08:00:00Z");
        assert_eq!("30d".parse::<Overlap>().unwrap().end(now), Some(at("2026-12-21T08:00:00Z")));
        assert_eq!("0s".parse::<Overlap>().unwrap().end(now), None);
        for text in ["31d", "721h", "soon", ""] {
            assert_eq!(text.parse::<Overlap>(), Err(OverlapError), "{text}");
        }
    }

    #[test]
    fn every_preset_is_a_period() {
        for (text, _) in PRESETS {
            assert_eq!(period(text).to_string(), text);
        }
    }

    #[test]
    fn a_key_is_expired_from_its_last_second_on() {
        let expiry = Expiry::At(at("2026-11-21T08:00:00Z"));
        assert!(!expiry.is_past(at("2026-11-21T07:59:59Z")));
        assert!(expiry.is_past(at("2026-11-21T08:00:00Z")));
        assert!(expiry.is_past(at("2026-11-21T08:00:01Z")));
        assert!(!Expiry::Never.is_past(at("9999-01-01T00:00:00Z")));
    }

    #[test]
    fn a_key_is_never_born_expired() {
        let now = at("2026-11-21T08:00:00Z");
        for lifetime in [Lifetime::For(period("0s")), Lifetime::Until(now), Lifetime::Until(at("2020-01-01T00:00:00Z"))]
        {
            assert_eq!(lifetime.end(now, now, None), Err(LifetimeError::Past));
        }
    }

    #[test]
    fn a_maximum_holds_for_every_way_of_asking() {
        let now = at("2026-11-21T08:00:00Z");
        let max = Some(period("7d"));
        let last = at("2026-11-28T08:00:00Z");
        assert_eq!(Lifetime::For(period("7d")).end(now, now, max), Ok(Expiry::At(last)));
        assert_eq!(Lifetime::Until(last).end(now, now, max), Ok(Expiry::At(last)));
        let too_long = Err(LifetimeError::TooLong(period("7d")));
        assert_eq!(Lifetime::For(period("8d")).end(now, now, max), too_long);
        assert_eq!(Lifetime::Until(last.plus_seconds(1).unwrap()).end(now, now, max), too_long);
        assert_eq!(Lifetime::Unlimited.end(now, now, max), Err(LifetimeError::Required(period("7d"))));
        assert_eq!(Lifetime::Unlimited.end(now, now, None), Ok(Expiry::Never));
    }

    #[test]
    fn a_life_is_counted_from_its_beginning() {
        let (made_at, now) = (at("2026-11-21T08:00:00Z"), at("2026-11-27T08:00:00Z"));
        let max = Some(period("7d"));
        assert_eq!(Lifetime::For(period("1d")).end(made_at, now, max), Ok(Expiry::At(at("2026-11-28T08:00:00Z"))));
        let too_long = Err(LifetimeError::TooLong(period("7d")));
        assert_eq!(Lifetime::For(period("2d")).end(made_at, now, max), too_long);
    }

    #[test]
    fn an_end_past_the_last_year_is_refused() {
        let now = at("9990-01-01T00:00:00Z");
        assert_eq!(Lifetime::For(period("36525d")).end(now, now, None), Err(LifetimeError::TooFar));
    }
}
