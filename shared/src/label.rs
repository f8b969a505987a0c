//! The short texts that people give to keys, each with its bounds.
//!
//! None of them can hold a control character, so none can forge a line of a log or a terminal's colours.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Nothing, or only blanks.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field holds.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// A control character, or one that breaks the line or changes the direction of the text around it.
    #[error("must not contain control characters")]
    Control,
    /// A character outside the field's alphabet.
    #[error("may only contain letters, digits and . _ @ -")]
    Alphabet,
}

/// Free text: at most `most` characters, none that a terminal or a page would act on.
fn check_free(text: &str, most: usize, allowed: &[char]) -> Result<(), LabelError> {
    if text.trim().is_empty() {
        return Err(LabelError::Empty);
    }
    if text.chars().count() > most {
        return Err(LabelError::TooLong(most));
    }
    let acts = |c: char| {
        (c.is_control() && !allowed.contains(&c))
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(acts) { Err(LabelError::Control) } else { Ok(()) }
}

/// An identifier: 1 to 64 of `[A-Za-z0-9._@-]`.
fn check_identifier(text: &str) -> Result<(), LabelError> {
    if text.is_empty() {
        return Err(LabelError::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte)) {
        return Err(LabelError::Alphabet);
    }
    if text.len() > 64 { Err(LabelError::TooLong(64)) } else { Ok(()) }
}

macro_rules! label {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = LabelError;

            fn try_from(text: String) -> Result<Self, LabelError> {
                let check: fn(&str) -> Result<(), LabelError> = $check;
                check(&text).map(|()| Self(text))
            }
        }

        impl FromStr for $name {
            type Err = LabelError;

            fn from_str(text: &str) -> Result<Self, LabelError> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(label: $name) -> Self {
                label.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

label!(
    /// What a key is called: 1 to 100 characters.
    Name,
    |text| check_free(text, 100, &[])
);
label!(
    /// What a key is for: at most 500 characters, several lines if need be.
    Description,
    |text| check_free(text, 500, &['\n'])
);
label!(
    /// Why a key was revoked: at most 500 characters.
    Reason,
    |text| check_free(text, 500, &['\n'])
);
label!(
    /// The principal that a key belongs to.
    Owner,
    check_identifier
);
label!(
    /// A label for the kind of client that uses a key, such as `mobile` or `partner`.
    ClientType,
    check_identifier
);
label!(
    /// Who did something: the id of the key that asked for it, or [`Actor::latchkey`].
    Actor,
    check_identifier
);

impl Actor {
    /// Latchkey itself: what it does without being asked, such as making the root key.
    #[must_use]
    pub fn latchkey() -> Self {
        Self("latchkey".to_owned())
    }
}

impl From<crate::key::KeyId> for Actor {
    fn from(id: crate::key::KeyId) -> Self {
        Self(id.to_string())
    }
}

impl Owner {
    /// The owner of the deployment's root key.
    #[must_use]
    pub fn root() -> Self {
        Self("root".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_a_hundred_characters_of_any_script() {
        assert!("é".repeat(100).parse::<Name>().is_ok());
        assert_eq!("é".repeat(101).parse::<Name>(), Err(LabelError::TooLong(100)));
        assert_eq!("".parse::<Name>(), Err(LabelError::Empty));
        assert_eq!(" \u{3000}".parse::<Name>(), Err(LabelError::Empty));
    }

    #[test]
    fn no_free_text_can_act_on_a_terminal_or_a_page() {
        for text in [
            "a\u{1b}[31m",
            "a\nb",
            "a\0",
            "a\u{7f}",
            "a\u{85}b",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\u{200f}b",
        ] {
            assert_eq!(text.parse::<Name>(), Err(LabelError::Control), "{text:?}");
        }
        assert!("two\nlines".parse::<Description>().is_ok());
        assert_eq!("a\rb".parse::<Description>(), Err(LabelError::Control));
    }

    #[test]
    fn an_owner_has_one_to_sixty_four_characters_of_its_alphabet() {
        assert!("a".repeat(64).parse::<Owner>().is_ok());
        assert!("team-a_1@example.com".parse::<Owner>().is_ok());
        assert_eq!("a".repeat(65).parse::<Owner>(), Err(LabelError::TooLong(64)));
        for text in ["a b", "a/b", "a#b", "é", "a\n"] {
            assert_eq!(text.parse::<Owner>(), Err(LabelError::Alphabet), "{text:?}");
        }
    }
}
