//! The routes of the admin API: one constant each, from which the functions, the authorizer and the local gateway take
//! them.

use crate::grant::{Access, Right, Route};

/// Makes a key.
pub const CREATE_KEY: Route = Route { method: "POST", path: "/keys", access: Access::Right(Right::CreateKeys) };
/// Lists keys, a page at a time.
pub const LIST_KEYS: Route = Route { method: "GET", path: "/keys", access: Access::Right(Right::ListKeys) };
/// Shows one key.
pub const SHOW_KEY: Route = Route { method: "GET", path: "/keys/{id}", access: Access::Right(Right::ListKeys) };
/// Ends a key.
pub const REVOKE_KEY: Route = Route { method: "DELETE", path: "/keys/{id}", access: Access::Right(Right::RevokeKeys) };
/// Tells which providers, regions, lifetimes and rights there are.
pub const CATALOGUE: Route = Route { method: "GET", path: "/catalogue", access: Access::AnyKey };
/// Tells whether the table answers.
pub const HEALTH: Route = Route { method: "GET", path: "/health", access: Access::Open };

/// All of them.
pub const ROUTES: [Route; 6] = [CREATE_KEY, LIST_KEYS, SHOW_KEY, REVOKE_KEY, CATALOGUE, HEALTH];

/// The routes that only a right opens: what no key reaches by being allowed "everything else".
pub fn protected() -> impl Iterator<Item = &'static Route> {
    const ALL: &[Route] = &ROUTES;
    ALL.iter().filter(|route| route.is_admin())
}
