//! What an API set is called.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// At most this many characters in a name.
pub(super) const MAX_NAME: usize = 64;

/// What an API set is called: 1 to 64 of `[a-z0-9-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiName(String);

/// The text is no name of an API set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {MAX_NAME} of a-z 0-9 -")]
pub struct ApiNameError;

impl ApiName {
    /// The built-in set of the admin routes.
    pub const LATCHKEY: &str = "latchkey";

    /// The name of the built-in set.
    #[must_use]
    pub fn latchkey() -> Self {
        Self(Self::LATCHKEY.to_owned())
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the name of the built-in set, which nobody can write.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0 == Self::LATCHKEY
    }
}

impl TryFrom<String> for ApiName {
    type Error = ApiNameError;

    fn try_from(text: String) -> Result<Self, ApiNameError> {
        let fits = (1..=MAX_NAME).contains(&text.len());
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if fits && text.bytes().all(is_name) { Ok(Self(text)) } else { Err(ApiNameError) }
    }
}

impl FromStr for ApiName {
    type Err = ApiNameError;

    fn from_str(text: &str) -> Result<Self, ApiNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<ApiName> for String {
    fn from(name: ApiName) -> Self {
        name.0
    }
}

impl fmt::Display for ApiName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
