//! The decision whether a key opens a door: values in, verdict out.
//!
//! Pure: no table, no clock, no HTTP. The authorizer and every other place that checks a key call this one function.

mod code;

use std::{borrow::Cow, net::IpAddr};

pub use self::code::{Class, Code};
use crate::{
    admin,
    credential::{Credential, Recognised},
    grant::{ApiSet, ApiSets, Call, Permission, Route, RoutePattern, Spellings},
    presented::Presented,
    record::{KeyRecord, KeyState, KeyType},
    scope::Deployment,
    terms::Terms,
    timestamp::Timestamp,
    token::{Claims, PresentedToken},
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

/// Why a key that is itself in order does not open the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied(pub Code);

impl<'c> From<&'c Call> for Called<'c> {
    /// The call of a route of the user's own: somebody only asks about it, so no stage of an API is known.
    fn from(call: &'c Call) -> Self {
        Self { method: call.method.as_str(), path: call.path.as_str(), route: "", is_own: false }
    }
}

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

/// What was presented, held against the key that it leads to.
#[derive(Debug)]
pub struct Bearer<'b> {
    credential: &'b Credential,
    recognised: Recognised,
    claims: Option<&'b Claims>,
    /// What the key may do, narrowed by the token if it is one.
    record: Cow<'b, KeyRecord>,
}

impl<'b> Bearer<'b> {
    /// What was presented, which the key recognises in this way.
    #[must_use]
    pub fn new(presented: &'b Presented<'_>, credential: &'b Credential, recognised: Recognised) -> Self {
        let claims = presented.token().map(PresentedToken::claims);
        let record = &credential.record;
        // What a stranger claims is not worth the work.
        let proven = claims.filter(|_| recognised.is_known());
        let record = proven.map_or(Cow::Borrowed(record), |claims| Cow::Owned(claims.narrowing().applied_to(record)));
        Self { credential, recognised, claims, record }
    }

    /// What is left of the key for its token, for whoever keeps it; nothing where it is the key itself.
    #[must_use]
    pub fn into_narrowed(self) -> Option<KeyRecord> {
        match self.record {
            Cow::Borrowed(_) => None,
            Cow::Owned(record) => Some(record),
        }
    }
}

/// Decides whether whoever bears a key or a token of it opens the door of `request` at `now`; there is no bearer where the
/// text leads to no key.
///
/// The first check that fails gives the code. Until the secret has matched, the answer is the same as for a key that
/// does not exist.
#[must_use]
pub fn decide(bearer: Option<&Bearer<'_>>, request: &Request<'_>, sets: &ApiSets, now: Timestamp) -> Code {
    let Some(bearer) = bearer.filter(|bearer| bearer.credential.admits(bearer.recognised, now)) else {
        return Code::NotFound;
    };
    let (record, claims) = (&*bearer.record, bearer.claims);
    match record.state(now) {
        KeyState::Revoked => Code::Revoked,
        KeyState::Disabled => Code::Disabled,
        KeyState::Expired => Code::Expired,
        KeyState::Active if claims.is_some_and(|claims| !claims.is_in_time(now)) => Code::Expired,
        KeyState::Active if !record.scope.covers(request.place) => Code::ScopeMismatch,
        KeyState::Active if !record.terms.allowed_cidrs.admit(request.source) => Code::IpDenied,
        KeyState::Active if claims.is_some_and(|claims| !claims.narrowing().admits(request.source)) => Code::IpDenied,
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
    let spellings = Spellings::of(called.path);
    let mut admin = admin_routes(called, &spellings).peekable();
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
        let all_are = spellings.iter().all(is_reached);
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
    through(granted, called.method, &spellings).map(Reach::Route).ok_or(Denied(Code::RouteDenied))
}

/// Whether an admin route is called, in any spelling and by any name.
#[must_use]
pub fn is_admin(called: Called<'_>) -> bool {
    is_admin_in(called, &Spellings::of(called.path))
}

/// The route that is called, if it is open to everybody, with a key or without.
#[must_use]
pub fn open_route<'s>(called: Called<'_>, sets: &'s ApiSets) -> Option<&'s RoutePattern> {
    let spellings = Spellings::of(called.path);
    if is_admin_in(called, &spellings) {
        return None;
    }
    through(|| sets.open_routes(), called.method, &spellings)
}

/// Whether a key that names the set may make the call, as far as the set is concerned: the built-in set is for the admin
/// API, in every spelling of it, and no other set is.
#[must_use]
pub fn opens(set: &ApiSet, called: Called<'_>) -> bool {
    let spellings = Spellings::of(called.path);
    match (set.name.is_reserved(), is_admin_in(called, &spellings)) {
        (true, is_admin) => is_admin,
        (false, true) => false,
        (false, false) => through(|| set.routes.iter(), called.method, &spellings).is_some(),
    }
}

fn is_admin_in(called: Called<'_>, spellings: &Spellings<'_>) -> bool {
    admin_routes(called, spellings).next().is_some()
}

/// The admin routes that are called, in any spelling and by any name.
fn admin_routes<'c>(called: Called<'c>, spellings: &'c Spellings<'c>) -> impl Iterator<Item = &'static Route> {
    admin::protected().filter(move |route| {
        route.matches(called.method, called.route) || spellings.iter().any(|path| route.matches(called.method, path))
    })
}

/// The route among `routes` that the path as it was sent goes through, if every other spelling goes through one too.
fn through<'s, I>(routes: impl Fn() -> I, method: &str, spellings: &Spellings<'_>) -> Option<&'s RoutePattern>
where
    I: Iterator<Item = &'s RoutePattern>,
{
    let find = |path: &str| routes().find(|route| route.matches(method, path));
    let mut found = None;
    for path in spellings.iter() {
        let route = find(path)?;
        found = found.or(Some(route));
    }
    found
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod token_tests;
