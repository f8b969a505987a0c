//! The codes of verdicts, and what the outside is told of them.

use std::fmt;

use serde::Serialize;

/// The code of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "&\'static str")]
pub enum Code {
    /// The request carried no key.
    NoKey,
    /// The request carried different keys, or a header with one twice.
    SeveralKeys,
    /// A cookie was to change something, and nothing shows that the console sent it.
    NoConsoleHeader,
    /// The text is neither a key's nor a token.
    Malformed,
    /// There is no such key, or its secret is another.
    NotFound,
    /// Somebody ended the key.
    Revoked,
    /// Somebody switched the key off.
    Disabled,
    /// The time of the key, or of its token, is over, or that of the token has not come.
    Expired,
    /// The key is for another provider or region.
    ScopeMismatch,
    /// The key is not for this address.
    IpDenied,
    /// The key does not reach this route.
    RouteDenied,
    /// The key may not do this there.
    InsufficientPermissions,
    /// The key opens this door.
    Valid,
}

/// All that the outside is told of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody that we know: 401.
    Unauthenticated,
    /// Somebody that we know, at the wrong door: 403.
    NotAllowed,
    /// Come in.
    Allowed,
}

impl Code {
    /// Its name in logs and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "NO_KEY",
            Self::SeveralKeys => "SEVERAL_KEYS",
            Self::NoConsoleHeader => "NO_CONSOLE_HEADER",
            Self::Malformed => "MALFORMED",
            Self::NotFound => "NOT_FOUND",
            Self::Revoked => "REVOKED",
            Self::Disabled => "DISABLED",
            Self::Expired => "EXPIRED",
            Self::ScopeMismatch => "SCOPE_MISMATCH",
            Self::IpDenied => "IP_DENIED",
            Self::RouteDenied => "ROUTE_DENIED",
            Self::InsufficientPermissions => "INSUFFICIENT_PERMISSIONS",
            Self::Valid => "VALID",
        }
    }

    /// What the outside may know of it.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::NoKey
            | Self::SeveralKeys
            | Self::Malformed
            | Self::NotFound
            | Self::Revoked
            | Self::Disabled
            | Self::Expired => Class::Unauthenticated,
            Self::NoConsoleHeader
            | Self::ScopeMismatch
            | Self::IpDenied
            | Self::RouteDenied
            | Self::InsufficientPermissions => Class::NotAllowed,
            Self::Valid => Class::Allowed,
        }
    }
}

impl From<Code> for &'static str {
    fn from(code: Code) -> Self {
        code.as_str()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
