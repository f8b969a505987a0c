//! The decision whether a key opens a door: values in, verdict out.
//!
//! Pure: no table, no clock, no HTTP. The authorizer and every other place that checks a key call this one function.

use std::{fmt, net::IpAddr};

use serde::Serialize;

use crate::{
    admin,
    credential::Credential,
    grant::{ApiSets, Permission, Route, RoutePattern, spellings},
    key::PresentedKey,
    record::{KeyRecord, KeyState, KeyType},
    scope::Deployment,
    terms::Terms,
    timestamp::Timestamp,
};

/// What a key is held against.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Where the door stands.
    pub place: Deployment,
    /// Where the caller stands, if that is known.
    pub source: Option<IpAddr>,
    /// What is called, if anything.
    pub called: Option<Called<'r>>,
    /// What is to be done there.
    pub permissions: &'r [Permission],
}

/// A call of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Called<'r> {
    /// The HTTP method.
    pub method: &'r str,
    /// The caller's path within the API.
    pub path: &'r str,
    /// API Gateway's name of the route's path, such as `/orders/{id}`; empty where it has none.
    pub route: &'r str,
    /// Whether it is a call of Latchkey's own API.
    pub is_own: bool,
}

/// The code of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "&\'static str")]
pub enum Code {
    /// The request carried no key.
    NoKey,
    /// The request carried different keys, or a header with one twice.
    SeveralKeys,
    /// The text is no key text.
    Malformed,
    /// There is no such key, or its secret is another.
    NotFound,
    /// Somebody ended the key.
    Revoked,
    /// Somebody switched the key off.
    Disabled,
    /// The key's time is over.
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
            Self::ScopeMismatch | Self::IpDenied | Self::RouteDenied | Self::InsufficientPermissions => {
                Class::NotAllowed
            }
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

/// Why a key that is itself in order does not open the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied(pub Code);

/// By what a key reaches what is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach<'s> {
    /// It is a super-user's.
    Everything,
    /// It names the built-in API set, and has the right.
    Admin(&'static Route),
    /// Every valid key does.
    AnyKey(&'static Route),
    /// Its `apis` hold `*`: all but the admin routes.
    Rest,
    /// A route of an API set that it names, or that is open to all.
    Route(&'s RoutePattern),
}

/// Decides whether `presented` opens the door of `request` at `now`; `stored` is what its text leads to, if there is
/// anything.
///
/// The first check that fails gives the code. Until the secret has matched, the answer is the same as for a key that
/// does not exist.
#[must_use]
pub fn decide(
    presented: &PresentedKey<'_>,
    stored: Option<&Credential>,
    request: &Request<'_>,
    sets: &ApiSets,
    now: Timestamp,
) -> Code {
    let Some(credential) = stored.filter(|stored| stored.admits(&presented.hash(), now)) else {
        return Code::NotFound;
    };
    let record = &credential.record;
    match record.state(now) {
        KeyState::Revoked => Code::Revoked,
        KeyState::Disabled => Code::Disabled,
        KeyState::Expired => Code::Expired,
        KeyState::Active if !record.scope.covers(request.place) => Code::ScopeMismatch,
        KeyState::Active if !record.terms.allowed_cidrs.admit(request.source) => Code::IpDenied,
        KeyState::Active => match request.called.map(|called| reach(record, called, sets)) {
            Some(Err(Denied(code))) => code,
            _ if !may(record, request.permissions) => Code::InsufficientPermissions,
            _ => Code::Valid,
        },
    }
}

fn may(record: &KeyRecord, asked: &[Permission]) -> bool {
    record.key_type == KeyType::SuperUser || asked.iter().all(|asked| record.terms.permissions.covers(asked))
}

/// By what a key reaches what is called. A path is reached if each of its spellings is, because a backend may take it for
/// any of them; and it is an admin path if any of them is.
///
/// # Errors
/// When it does not, with the code of why.
pub fn reach<'s>(record: &'s KeyRecord, called: Called<'_>, sets: &'s ApiSets) -> Result<Reach<'s>, Denied> {
    if record.key_type == KeyType::SuperUser {
        return Ok(Reach::Everything);
    }
    let Terms { apis, permissions, client_type, .. } = &record.terms;
    let granted = || sets.granted(apis, client_type.as_ref()).chain(sets.open_routes());
    let mut admin = admin_routes(called).peekable();
    if let Some(first) = admin.peek().copied() {
        if !apis.has_latchkey() {
            return Err(Denied(Code::RouteDenied));
        }
        if !admin.all(|route| route.right().is_some_and(|right| permissions.has(right))) {
            return Err(Denied(Code::InsufficientPermissions));
        }
        // The other spellings are not the admin API's, so they take a grant of their own.
        let is_reached = |path: &str| {
            apis.has_any()
                || admin::protected().any(|route| route.matches(called.method, path))
                || granted().any(|route| route.matches(called.method, path))
        };
        let all_are = spellings(called.path).all(|path| is_reached(&path));
        return if all_are { Ok(Reach::Admin(first)) } else { Err(Denied(Code::RouteDenied)) };
    }
    // One that is spelled in another way may be another route to the backend.
    let for_any_key = admin::for_any_key(called.method, called.path).filter(|_| called.is_own);
    if let Some(route) = for_any_key {
        return Ok(Reach::AnyKey(route));
    }
    if apis.has_any() {
        return Ok(Reach::Rest);
    }
    through(granted, called).map(Reach::Route).ok_or(Denied(Code::RouteDenied))
}

/// Whether an admin route is called, in any spelling and by any name.
#[must_use]
pub fn is_admin(called: Called<'_>) -> bool {
    admin_routes(called).next().is_some()
}

/// The route that is called, if it is open to everybody, with a key or without.
#[must_use]
pub fn open_route<'s>(called: Called<'_>, sets: &'s ApiSets) -> Option<&'s RoutePattern> {
    if is_admin(called) { None } else { through(|| sets.open_routes(), called) }
}

/// The admin routes that are called, in any spelling and by any name.
fn admin_routes(called: Called<'_>) -> impl Iterator<Item = &'static Route> {
    admin::protected().filter(move |route| {
        route.matches(called.method, called.route)
            || spellings(called.path).any(|path| route.matches(called.method, &path))
    })
}

/// The route among `routes` that the path as it was sent goes through, if every other spelling goes through one too.
fn through<'s, I>(routes: impl Fn() -> I, called: Called<'_>) -> Option<&'s RoutePattern>
where
    I: Iterator<Item = &'s RoutePattern>,
{
    let find = |path: &str| routes().find(|route| route.matches(called.method, path));
    let mut found = None;
    for path in spellings(called.path) {
        let route = find(&path)?;
        found = found.or(Some(route));
    }
    found
}

#[cfg(test)]
mod tests;
