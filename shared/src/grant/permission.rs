//! Permissions: what a key may do, in words that the admin API and the users' backends share.
//!
//! A permission is `resource:action`, such as `orders/items:read`. A `*` stands for one segment of the resource, or, as
//! the last one, for all the rest; as the action, for every action. All segments are compared whole: nothing is a
//! wildcard within one, and letters differ by case.
//!
//! This module refuses to know what a permission opens: the rights of the admin API are nine of them, and every other
//! belongs to the user.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Right;
use crate::bounded::bounded_list;

/// At most this many characters.
const MAX_CHARACTERS: usize = 128;
const WILDCARD: &str = "*";

/// One permission, concrete (`orders:read`) or with wildcards (`orders/*:*`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

/// Why a text is no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PermissionError {
    /// More characters than a permission has.
    #[error("must have at most {MAX_CHARACTERS} characters")]
    TooLong,
    /// Not two parts with a colon between them.
    #[error("must be a resource and an action with a colon between them, such as \"orders:read\"")]
    Form,
    /// Nothing before the colon, after it, or between two slashes.
    #[error("must not have an empty part")]
    Empty,
    /// A `*` that is only a part of a segment.
    #[error("a * must stand for a whole segment or for the action")]
    Wildcard,
    /// A character outside the alphabet.
    #[error("may only contain letters, digits and . _ - between its slashes, and * for a whole segment")]
    Alphabet,
}

impl Permission {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every concrete permission that `asked` matches is matched by this one too. `asked` may have wildcards.
    #[must_use]
    pub fn covers(&self, asked: &Self) -> bool {
        let ((resource, action), (asked_resource, asked_action)) = (self.parts(), asked.parts());
        (action == WILDCARD || action == asked_action) && covers_resource(resource, asked_resource)
    }

    fn parts(&self) -> (&str, &str) {
        // The parser has seen the colon.
        self.0.split_once(':').unwrap_or((&self.0, ""))
    }
}

/// Segment by segment. A `*` in the way of `asked` is only covered by another, and its last `*`, which may be several
/// segments, only by a last one: under any other, a segment of ours is left over.
fn covers_resource(held: &str, asked: &str) -> bool {
    let mut held = held.split('/').peekable();
    let mut asked = asked.split('/');
    loop {
        match (held.next(), asked.next()) {
            (Some(WILDCARD), Some(_)) if held.peek().is_none() => break true,
            (Some(ours), Some(theirs)) if ours == WILDCARD || ours == theirs => {}
            (None, None) => break true,
            _ => break false,
        }
    }
}

fn check_part(part: &str) -> Result<(), PermissionError> {
    match part {
        "" => Err(PermissionError::Empty),
        WILDCARD => Ok(()),
        part if part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) => Ok(()),
        part if part.contains(WILDCARD) => Err(PermissionError::Wildcard),
        _ => Err(PermissionError::Alphabet),
    }
}

impl TryFrom<String> for Permission {
    type Error = PermissionError;

    fn try_from(text: String) -> Result<Self, PermissionError> {
        // What is longer in bytes only has characters that are refused anyway.
        if text.len() > MAX_CHARACTERS {
            return Err(PermissionError::TooLong);
        }
        let (resource, action) = text.split_once(':').ok_or(PermissionError::Form)?;
        if action.contains(':') {
            return Err(PermissionError::Form);
        }
        resource.split('/').chain([action]).try_for_each(check_part)?;
        Ok(Self(text))
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Right> for Permission {
    fn from(right: Right) -> Self {
        Self(right.as_str().to_owned())
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a key may do: at most 100 permissions. None of them means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(Vec<Permission>);

bounded_list!(Permissions, Permission, 100);

impl Permissions {
    /// Whether one of them covers `asked`.
    ///
    /// To ask them one by one is to ask them together: names are without number, so what several patterns cover
    /// between them, one of them covers alone.
    #[must_use]
    pub fn covers(&self, asked: &Permission) -> bool {
        self.iter().any(|held| held.covers(asked))
    }

    /// Whether they give this right.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.covers(&right.into())
    }

    /// Those that reach beyond `ceiling`.
    pub fn excess_over<'p>(&'p self, ceiling: &'p Self) -> impl Iterator<Item = &'p Permission> {
        self.iter().filter(|held| !ceiling.covers(held))
    }
}

#[cfg(test)]
mod tests;
