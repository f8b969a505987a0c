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

    /// The permission that matches exactly what both match, if there is anything.
    #[must_use]
    pub fn in_common_with(&self, other: &Self) -> Option<Self> {
        let ((resource, action), (other_resource, other_action)) = (self.parts(), other.parts());
        let action = match (action, other_action) {
            (WILDCARD, theirs) => theirs,
            (ours, theirs) if theirs == WILDCARD || ours == theirs => ours,
            _ => return None,
        };
        let resource = resource_in_common(resource, other_resource)?;
        // One that is too long is given up, which grants less.
        Self::try_from(format!("{resource}:{action}")).ok()
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

/// What both resources match. A last `*` stands for whatever is left of the other one.
fn resource_in_common(one: &str, other: &str) -> Option<String> {
    let (mut one, mut other) = (one.split('/').peekable(), other.split('/').peekable());
    let mut common = Vec::new();
    loop {
        match (one.next(), other.next()) {
            (None, None) => break Some(common.join("/")),
            (Some(WILDCARD), Some(theirs)) if one.peek().is_none() => {
                common.push(theirs);
                common.extend(other);
                break Some(common.join("/"));
            }
            (Some(ours), Some(WILDCARD)) if other.peek().is_none() => {
                common.push(ours);
                common.extend(one);
                break Some(common.join("/"));
            }
            (Some(ours), Some(theirs)) if ours == theirs || theirs == WILDCARD => common.push(ours),
            (Some(WILDCARD), Some(theirs)) => common.push(theirs),
            _ => break None,
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

    /// `*:*`.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![Permission(format!("{WILDCARD}:{WILDCARD}"))])
    }

    /// What both allow. What is more than a list holds is given up, which grants less, and bounds the work.
    #[must_use]
    pub fn in_common_with(&self, other: &Self) -> Self {
        let (own, theirs) = (self.widest(), other.widest());
        let pairs = own.iter().flat_map(|own| theirs.iter().map(move |theirs| (own, theirs)));
        let mut kept: Vec<Permission> = Vec::new();
        for common in pairs.filter_map(|(own, theirs)| own.in_common_with(theirs)) {
            if kept.len() == Self::MAX {
                break;
            }
            if !kept.iter().any(|standing| standing.covers(&common)) {
                kept.push(common);
            }
        }
        Self(kept)
    }

    /// Those that no other one covers.
    fn widest(&self) -> Vec<&Permission> {
        let is_covered = |held: &Permission| self.iter().any(|other| other != held && other.covers(held));
        self.iter().filter(|held| !is_covered(held)).collect()
    }

    /// Those that reach beyond `ceiling`.
    pub fn excess_over<'p>(&'p self, ceiling: &'p Self) -> impl Iterator<Item = &'p Permission> {
        self.iter().filter(|held| !ceiling.covers(held))
    }
}

#[cfg(test)]
mod tests;
