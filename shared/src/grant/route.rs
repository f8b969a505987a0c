//! Route patterns: which requests an API set is about.
//!
//! A pattern is `GET /orders/{id}`: a method or `ANY`, and a path in which `{x}` stands for one segment and a `*` or
//! `{x+}` at the end for one or more. Segments are compared whole and as they are spelled, so whoever asks about a
//! request asks about all its [`spellings`]. An empty segment is matched by nothing.
//!
//! This module refuses to know who may call a route.

use std::{fmt, iter, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::Route;

/// At most this many characters.
const MAX_CHARACTERS: usize = 256;
const ANY_METHOD: &str = "ANY";

/// One segment of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Segment {
    /// This text, in this spelling.
    Literal(String),
    /// Any text: `{x}`.
    Any,
}

impl Segment {
    fn matches(&self, given: &str) -> bool {
        match self {
            Self::Literal(text) => text == given,
            Self::Any => !given.is_empty(),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        *self == Self::Any || self == other
    }
}

/// A method and a path pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct RoutePattern {
    /// As it was given.
    text: String,
    /// `None` is any method.
    method: Option<&'static str>,
    segments: Vec<Segment>,
    is_greedy: bool,
}

/// Why a text is no route pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoutePatternError {
    /// More characters than a pattern has.
    #[error("must have at most {MAX_CHARACTERS} characters")]
    TooLong,
    /// Not two parts with a space between them.
    #[error("must be a method and a path with one space between them, such as \"GET /orders/{{id}}\"")]
    Form,
    /// A method that API Gateway has no routes for.
    #[error("must begin with GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS or ANY, in capitals")]
    Method,
    /// A relative path.
    #[error("the path must begin with a slash")]
    Relative,
    /// Two slashes in a row, or one at the end.
    #[error("the path must not have an empty segment, nor a slash at its end")]
    EmptySegment,
    /// A segment that means another path.
    #[error("the path must not have a segment . or ..")]
    Dots,
    /// A wildcard for the rest, with something after it.
    #[error("* and {{x+}} stand for the rest of the path: nothing may follow them")]
    NotLast,
    /// Braces that are no placeholder.
    #[error("a placeholder is a whole segment, {{name}} or {{name+}}, named with letters, digits and . _ : -")]
    Placeholder,
    /// A character that a path must spell in another way, or a wildcard that is only a part of a segment.
    #[error(
        "a segment may only contain letters, digits and - . _ ~ ! $ & ' ( ) + , ; = : @, or be {{x}}, or * at the end"
    )]
    Alphabet,
}

impl RoutePattern {
    /// The methods that API Gateway has routes for.
    pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    /// The same path for one method alone; the pattern itself if it has no such method.
    #[must_use]
    pub fn for_method(&self, method: &str) -> Self {
        match (self.method, Self::METHODS.into_iter().find(|known| *known == method)) {
            (None, Some(method)) => {
                let path = self.text.trim_start_matches(ANY_METHOD);
                Self { text: format!("{method}{path}"), method: Some(method), ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// Whether a request of `method` for `path`, in this one spelling, is one of this pattern.
    ///
    /// API Gateway's own name of a route (`/orders/{id}`) is such a path too.
    #[must_use]
    pub fn matches(&self, method: &str, path: &str) -> bool {
        let Some(rest) = path.strip_prefix('/') else { return false };
        // "/" has no segments, whereas splitting nothing gives one that is empty.
        let mut given = Some(rest).filter(|rest| !rest.is_empty()).into_iter().flat_map(|rest| rest.split('/'));
        self.method.map_or(!method.is_empty(), |own| own == method)
            && self.segments.iter().all(|segment| given.next().is_some_and(|given| segment.matches(given)))
            && if self.is_greedy {
                let mut tail = given.peekable();
                tail.peek().is_some() && tail.all(|segment| !segment.is_empty())
            } else {
                given.next().is_none()
            }
    }

    /// Whether every request of `other` is one of this pattern.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.segments.len(), other.segments.len());
        let reaches = match (self.is_greedy, other.is_greedy) {
            (false, false) => ours == theirs,
            (false, true) => false,
            (true, false) => ours < theirs,
            (true, true) => ours <= theirs,
        };
        reaches
            && (self.method.is_none() || self.method == other.method)
            && iter::zip(&self.segments, &other.segments).all(|(ours, theirs)| ours.covers(theirs))
    }

    /// Whether some request is one of both patterns.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.segments.len(), other.segments.len());
        let meets = match (self.is_greedy, other.is_greedy) {
            (false, false) => ours == theirs,
            (false, true) => theirs < ours,
            (true, false) => ours < theirs,
            (true, true) => true,
        };
        meets
            && (self.method.is_none() || other.method.is_none() || self.method == other.method)
            && iter::zip(&self.segments, &other.segments)
                .all(|(ours, theirs)| ours.covers(theirs) || theirs.covers(ours))
    }

    /// The text as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The one method, or `None` for any.
    #[must_use]
    pub const fn method(&self) -> Option<&'static str> {
        self.method
    }

    /// The segments of the path, without a wildcard for the rest.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether one or more segments of any text follow the [segments](Self::segments).
    #[must_use]
    pub const fn is_greedy(&self) -> bool {
        self.is_greedy
    }
}

/// What a segment of a pattern's text stands for.
enum Parsed {
    One(Segment),
    Rest,
}

fn parse_segment(text: &str) -> Result<Parsed, RoutePatternError> {
    let is_literal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()+,;=:@".contains(&byte);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte);
    match text {
        "" => Err(RoutePatternError::EmptySegment),
        "." | ".." => Err(RoutePatternError::Dots),
        "*" => Ok(Parsed::Rest),
        text if text.contains(['{', '}']) => {
            let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            let name = name.ok_or(RoutePatternError::Placeholder)?;
            let (name, parsed) = match name.strip_suffix('+') {
                Some(name) => (name, Parsed::Rest),
                None => (name, Parsed::One(Segment::Any)),
            };
            let is_valid = !name.is_empty() && name.bytes().all(is_name);
            if is_valid { Ok(parsed) } else { Err(RoutePatternError::Placeholder) }
        }
        // `:id` is a placeholder elsewhere; here it would be a literal that no request ever has.
        text if text.starts_with(':') => Err(RoutePatternError::Placeholder),
        text if text.bytes().all(is_literal) => Ok(Parsed::One(Segment::Literal(text.to_owned()))),
        _ => Err(RoutePatternError::Alphabet),
    }
}

impl TryFrom<String> for RoutePattern {
    type Error = RoutePatternError;

    fn try_from(text: String) -> Result<Self, RoutePatternError> {
        // What is longer in bytes only has characters that are refused anyway.
        if text.len() > MAX_CHARACTERS {
            return Err(RoutePatternError::TooLong);
        }
        let (method, path) = text.split_once(' ').ok_or(RoutePatternError::Form)?;
        let method = match Self::METHODS.into_iter().find(|known| *known == method) {
            None if method != ANY_METHOD => return Err(RoutePatternError::Method),
            method => method,
        };
        let rest = path.strip_prefix('/').ok_or(RoutePatternError::Relative)?;
        let (mut segments, mut is_greedy) = (Vec::new(), false);
        if !rest.is_empty() {
            for segment in rest.split('/') {
                let parsed = parse_segment(segment)?;
                if is_greedy {
                    return Err(RoutePatternError::NotLast);
                }
                match parsed {
                    Parsed::One(segment) => segments.push(segment),
                    Parsed::Rest => is_greedy = true,
                }
            }
        }
        Ok(Self { text, method, segments, is_greedy })
    }
}

/// Not derived, because the derive would take the method for a text that is borrowed from the input.
impl<'de> Deserialize<'de> for RoutePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl FromStr for RoutePattern {
    type Err = RoutePatternError;

    fn from_str(text: &str) -> Result<Self, RoutePatternError> {
        Self::try_from(text.to_owned())
    }
}

impl From<&Route> for RoutePattern {
    fn from(route: &Route) -> Self {
        let segments = route.path.split('/').filter(|segment| !segment.is_empty() && !segment.ends_with("+}"));
        let segments =
            segments.map(|text| if text.starts_with('{') { Segment::Any } else { Segment::Literal(text.to_owned()) });
        let (text, is_greedy) = (route.to_string(), route.path.ends_with("+}"));
        Self { text, method: Some(route.method), segments: segments.collect(), is_greedy }
    }
}

impl From<RoutePattern> for String {
    fn from(pattern: RoutePattern) -> Self {
        pattern.text
    }
}

impl fmt::Display for RoutePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
