//! A token, in the answer that shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::timestamp::Timestamp;

/// A short-lived token of the caller's key. It is shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenBody<'t> {
    /// The token, a JWT signed with Ed25519. It goes wherever a key may go.
    pub token: &'t str,
    /// When it ends.
    pub expires_at: Timestamp,
}
