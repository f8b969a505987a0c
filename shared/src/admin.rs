//! The routes of the admin API: one constant each, from which the functions, the authorizer and the local gateway take
//! them.

use crate::grant::{Access, Right, Route};

/// Makes a key.
pub const CREATE_KEY: Route = Route { method: "POST", path: "/keys", access: Access::Right(Right::CreateKeys) };
/// Lists keys, a page at a time.
pub const LIST_KEYS: Route = Route { method: "GET", path: "/keys", access: Access::Right(Right::ListKeys) };
/// Shows one key.
pub const SHOW_KEY: Route = Route { method: "GET", path: "/keys/{id}", access: Access::Right(Right::ListKeys) };
/// Edits a key.
pub const UPDATE_KEY: Route = Route { method: "PATCH", path: "/keys/{id}", access: Access::Right(Right::UpdateKeys) };
/// Ends a key.
pub const REVOKE_KEY: Route = Route { method: "DELETE", path: "/keys/{id}", access: Access::Right(Right::RevokeKeys) };
/// Undoes that.
pub const RESTORE_KEY: Route =
    Route { method: "POST", path: "/keys/{id}/restore", access: Access::Right(Right::RevokeKeys) };
/// Gives a key a new text.
pub const ROTATE_KEY: Route =
    Route { method: "POST", path: "/keys/{id}/rotate", access: Access::Right(Right::RotateKeys) };
/// Checks a key.
pub const VERIFY_KEY: Route = Route { method: "POST", path: "/verify", access: Access::Right(Right::VerifyKeys) };
/// Lists the API sets.
pub const LIST_APIS: Route = Route { method: "GET", path: "/apis", access: Access::Right(Right::ReadApis) };
/// Shows one API set.
pub const SHOW_API: Route = Route { method: "GET", path: "/apis/{name}", access: Access::Right(Right::ReadApis) };
/// Writes an API set.
pub const PUT_API: Route = Route { method: "PUT", path: "/apis/{name}", access: Access::Right(Right::WriteApis) };
/// Removes an API set.
pub const DELETE_API: Route = Route { method: "DELETE", path: "/apis/{name}", access: Access::Right(Right::WriteApis) };
/// Tells what happened to one key.
pub const KEY_AUDIT: Route = Route { method: "GET", path: "/keys/{id}/audit", access: Access::Right(Right::ReadAudit) };
/// Tells what happened.
pub const AUDIT: Route = Route { method: "GET", path: "/audit", access: Access::Right(Right::ReadAudit) };
/// Makes a short-lived token of the caller's key.
pub const ISSUE_TOKEN: Route = Route { method: "POST", path: "/tokens", access: Access::AnyKey };
/// The console's page.
pub const CONSOLE: Route = Route { method: "GET", path: "/console", access: Access::Open };
/// Exchanges a key for a session of the console.
pub const SIGN_IN: Route = Route { method: "POST", path: "/console/session", access: Access::AnyKey };
/// Tells whose session it is.
pub const SESSION: Route = Route { method: "GET", path: "/console/session", access: Access::AnyKey };
/// Ends the session in this browser.
pub const SIGN_OUT: Route = Route { method: "DELETE", path: "/console/session", access: Access::Open };
/// The files that the page is made of. The session's route, which is more exact, goes before it.
pub const CONSOLE_FILES: Route = Route { method: "GET", path: "/console/{path+}", access: Access::Open };
/// Tells which providers, regions, lifetimes and rights there are.
pub const CATALOGUE: Route = Route { method: "GET", path: "/catalogue", access: Access::AnyKey };
/// Describes all of these routes.
pub const OPENAPI: Route = Route { method: "GET", path: "/openapi.json", access: Access::Open };
/// Tells whether the table answers.
pub const HEALTH: Route = Route { method: "GET", path: "/health", access: Access::Open };

/// All of them.
pub const ROUTES: [Route; 23] = [
    CREATE_KEY,
    LIST_KEYS,
    SHOW_KEY,
    UPDATE_KEY,
    REVOKE_KEY,
    RESTORE_KEY,
    ROTATE_KEY,
    VERIFY_KEY,
    LIST_APIS,
    SHOW_API,
    PUT_API,
    DELETE_API,
    KEY_AUDIT,
    AUDIT,
    ISSUE_TOKEN,
    CONSOLE,
    SIGN_IN,
    SESSION,
    SIGN_OUT,
    CONSOLE_FILES,
    CATALOGUE,
    OPENAPI,
    HEALTH,
];

/// The cookie that holds the token of a session of the console.
pub const CONSOLE_COOKIE: &str = "latchkey-console";
/// The header, of value `1`, without which a cookie changes nothing in Latchkey's own API: no other site can make a browser
/// send it.
pub const CONSOLE_HEADER: &str = "x-latchkey-console";

/// The stage variable, and its value, that mark Latchkey's own API: a route of the same name in another API is not one of
/// these.
pub const OWN_STAGE: (&str, &str) = ("latchkey", "admin-api");

/// The routes that only a right opens: what no key reaches by being allowed "everything else".
pub fn protected() -> impl Iterator<Item = &'static Route> {
    const ALL: &[Route] = &ROUTES;
    ALL.iter().filter(|route| route.is_admin())
}

/// The route that a request is for, if every valid key may call it.
#[must_use]
pub fn for_any_key(method: &str, path: &str) -> Option<&'static Route> {
    const ALL: &[Route] = &ROUTES;
    ALL.iter().find(|route| route.access == Access::AnyKey && route.matches(method, path))
}
