//! Which version of something a caller wants to change: the `If-Match` header, RFC 9110, section 13.1.1.

use std::str::FromStr;

/// What the version must be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever it is, and even if there is nothing yet.
    #[default]
    None,
    /// Any, of something that is there.
    Any,
    /// One of these.
    OneOf(Vec<u64>),
}

/// The text is no list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an entity tag such as \"3\", several of them separated by commas, or *")]
pub struct PreconditionError;

impl Precondition {
    /// Whether what has this version may be changed; versions count from 1, and what is not there yet has 0.
    #[must_use]
    pub fn holds(&self, version: u64) -> bool {
        match self {
            Self::None => true,
            Self::Any => version > 0,
            Self::OneOf(versions) => version > 0 && versions.contains(&version),
        }
    }
}

impl FromStr for Precondition {
    type Err = PreconditionError;

    /// A tag that Latchkey never gave, weak ones included, matches no version.
    fn from_str(text: &str) -> Result<Self, PreconditionError> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut versions = Vec::new();
        for tag in text.split(',').map(str::trim) {
            let opaque = tag.strip_prefix("W/").unwrap_or(tag);
            let version = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(PreconditionError)?;
            let is_tag = |byte: u8| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
            if !version.bytes().all(is_tag) {
                return Err(PreconditionError);
            }
            let number = version.parse::<u64>().ok().filter(|number| number.to_string() == version);
            versions.extend(number.filter(|_| opaque == tag));
        }
        Ok(Self::OneOf(versions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_strong_tag_of_the_version_matches_it() {
        for text in ["\"3\"", "*", " * ", "\"2\", \"3\"", "\"abc\",\"3\""] {
            assert!(text.parse::<Precondition>().unwrap().holds(3), "{text}");
        }
        for text in ["\"2\"", "W/\"3\"", "\"03\"", "\"+3\"", "\"\"", "\"3 \"".trim_end()] {
            let parsed = text.parse::<Precondition>();
            assert!(!parsed.is_ok_and(|precondition| precondition.holds(3)), "{text}");
        }
        assert!(Precondition::default().holds(0));
        assert!(!Precondition::Any.holds(0), "RFC 9110: * asks for something that is there");
        assert!(!"\"0\"".parse::<Precondition>().unwrap().holds(0));
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        for text in ["", "3", "\"3", "3\"", "\"3\" \"4\"", "\"3\",", "\"", "*, \"3\"", "w/\"3\""] {
            assert_eq!(text.parse::<Precondition>(), Err(PreconditionError), "{text}");
        }
    }
}
