//! What a key may do, and the routes that ask for it.
//!
//! A [`Right`] is what the admin API asks for; a [`Permission`] is what a key holds, rights included. A [`Route`] is one
//! of Latchkey's own; a [`RoutePattern`] is one of a user's, and an [`ApiSet`] gives a list of them a name.

mod api_name;
mod api_set;
mod call;
mod permission;
mod route;
mod spelling;

use std::fmt;

pub use self::{
    api_name::{ApiName, ApiNameError},
    api_set::{ApiGrant, ApiGrantError, ApiSet, ApiSets, Apis},
    call::{Call, Method, MethodError, Path, PathError},
    permission::{Permission, PermissionError, Permissions},
    route::{RoutePattern, RoutePatternError, Segment},
    spelling::{Spellings, normalised},
};
pub use crate::bounded::{ListError, distinct};

/// What a caller of the admin API must be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Make keys.
    CreateKeys,
    /// See keys.
    ListKeys,
    /// Change what is known of keys, and what they may do.
    UpdateKeys,
    /// End keys, and undo that.
    RevokeKeys,
    /// Give keys a new text.
    RotateKeys,
    /// Ask what a key text is worth.
    VerifyKeys,
    /// See API sets.
    ReadApis,
    /// Make, change and delete API sets.
    WriteApis,
    /// See who did what.
    ReadAudit,
}

impl Right {
    /// Every right there is.
    pub const ALL: [Self; 9] = [
        Self::CreateKeys,
        Self::ListKeys,
        Self::UpdateKeys,
        Self::RevokeKeys,
        Self::RotateKeys,
        Self::VerifyKeys,
        Self::ReadApis,
        Self::WriteApis,
        Self::ReadAudit,
    ];

    /// Its name as a permission, `resource:action`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CreateKeys => "keys:create",
            Self::ListKeys => "keys:list",
            Self::UpdateKeys => "keys:update",
            Self::RevokeKeys => "keys:revoke",
            Self::RotateKeys => "keys:rotate",
            Self::VerifyKeys => "keys:verify",
            Self::ReadApis => "apis:read",
            Self::WriteApis => "apis:write",
            Self::ReadAudit => "audit:read",
        }
    }

    /// Whether it comes with these grants. It takes two of them: the built-in API set and the permission, so that a `*:*`
    /// that was meant for a backend opens nothing here.
    #[must_use]
    pub fn comes_with(self, apis: &Apis, permissions: &Permissions) -> bool {
        apis.has_latchkey() && permissions.has(self)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a key.
    Open,
    /// Every valid key.
    AnyKey,
    /// A key with this right: an admin route.
    Right(Right),
}

/// A method and a path pattern, in which `{x}` stands for one segment, and a last `{x+}` for all the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// An HTTP method.
    pub method: &'static str,
    /// An absolute path pattern.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

impl Route {
    /// Whether only a right opens it.
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        matches!(self.access, Access::Right(_))
    }

    /// The right that opens it, if it is an admin route.
    #[must_use]
    pub const fn right(&self) -> Option<Right> {
        match self.access {
            Access::Right(right) => Some(right),
            Access::Open | Access::AnyKey => None,
        }
    }

    /// Whether a request of `method` for `path` is one for this route.
    ///
    /// A segment of the path that is itself a `{x}` matches too, so that API Gateway's own name of a route does.
    #[must_use]
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.method == method && path.starts_with(self.literal()) && {
            let mut pattern = self.path.split('/');
            let mut given = path.split('/');
            loop {
                match (pattern.next(), given.next()) {
                    (None, None) => break true,
                    (Some(wanted), Some(segment)) if wanted == segment => {}
                    (Some(wanted), Some(segment)) if wanted.starts_with('{') && !segment.is_empty() => {
                        if wanted.ends_with("+}") {
                            break true;
                        }
                    }
                    _ => break false,
                }
            }
        }
    }

    /// The path up to the first placeholder, before which most requests differ.
    fn literal(&self) -> &'static str {
        self.path.split_once('{').map_or(self.path, |(literal, _)| literal)
    }
}

impl fmt::Display for Route {
    /// API Gateway's route key: `GET /keys/{id}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOW: Route = Route { method: "GET", path: "/keys/{id}", access: Access::Right(Right::ListKeys) };

    #[test]
    fn a_placeholder_stands_for_exactly_one_segment() {
        for path in ["/keys/a", "/keys/{id}", "/keys/a%2Fb", "/keys/.."] {
            assert!(SHOW.matches("GET", path), "{path}");
        }
        for path in ["/keys", "/keys/", "/keys/a/b", "/keys/a/", "keys/a", "//keys/a", "/KEYS/a", "", "/"] {
            assert!(!SHOW.matches("GET", path), "{path}");
        }
        assert!(!SHOW.matches("get", "/keys/a"));
        assert!(!SHOW.matches("DELETE", "/keys/a"));
    }

    #[test]
    fn a_greedy_placeholder_stands_for_all_the_rest() {
        let files = Route { method: "GET", path: "/console/{path+}", access: Access::Open };
        for path in ["/console/a", "/console/a/b/c", "/console/{path+}", "/console/a/"] {
            assert!(files.matches("GET", path), "{path}");
        }
        for path in ["/console", "/console/", "/console//a", "/other/a"] {
            assert!(!files.matches("GET", path), "{path}");
        }
    }

    #[test]
    fn a_route_is_written_as_api_gateway_names_it() {
        assert_eq!(SHOW.to_string(), "GET /keys/{id}");
    }
}
