//! A call that somebody asks about, without making it: who could?

use std::{fmt, str::FromStr};

use super::RoutePattern;

/// At most this many characters in a path.
const MAX_PATH: usize = 2048;

/// A method and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: Path,
}

/// A method that API Gateway has routes for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method(&'static str);

/// The text is no such method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of: {}", RoutePattern::METHODS.join(", "))]
pub struct MethodError;

impl Method {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for Method {
    type Err = MethodError;

    fn from_str(text: &str) -> Result<Self, MethodError> {
        RoutePattern::METHODS.into_iter().find(|known| *known == text).map(Self).ok_or(MethodError)
    }
}

/// A path as a request has it, without a query.
#[derive(Clone, PartialEq, Eq)]
pub struct Path(String);

/// The text is no path, or a very long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a path that starts with / and has at most {MAX_PATH} characters, without ? and #")]
pub struct PathError;

impl Path {
    /// At most this many characters.
    pub const MAX: usize = MAX_PATH;

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let fits = text.chars().take(MAX_PATH + 1).count() <= MAX_PATH;
        if fits && text.starts_with('/') && !text.contains(['?', '#']) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PathError)
        }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_one_that_routes_can_have() {
        for known in RoutePattern::METHODS {
            assert_eq!(known.parse::<Method>().unwrap().as_str(), known);
        }
        for text in ["", "get", "ANY", "TRACE", "CONNECT", "GET ", "*"] {
            assert_eq!(text.parse::<Method>(), Err(MethodError), "{text:?}");
        }
        assert_eq!(MethodError.to_string(), "must be one of: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }

    #[test]
    fn a_path_is_absolute_and_has_no_query() {
        for text in ["/", "/orders/7", "//", "/a%3Fb", "/é", "/{id}", &format!("/{}", "é".repeat(MAX_PATH - 1))] {
            assert_eq!(text.parse::<Path>().unwrap().as_str(), text);
        }
        for text in ["", "orders", "?", "/a?b=c", "/a#b", " /a", &format!("/{}", "é".repeat(MAX_PATH))] {
            assert_eq!(text.parse::<Path>(), Err(PathError), "{text}");
        }
    }
}
