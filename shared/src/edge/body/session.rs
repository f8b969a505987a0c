//! A session of the console, in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::Cidrs,
    caller::Caller,
    edge::openapi::values::ScopeRegion,
    grant::{Apis, Permissions},
    key::KeyId,
    label::{ClientType, Owner},
    record::KeyType,
    scope::Provider,
    timestamp::Timestamp,
};

/// Whose session of the console it is, and what can be done in it. The token itself is in a cookie that no page reads.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody<'c> {
    /// The key that it was signed in with.
    key_id: KeyId,
    /// Whose key that is.
    owner: &'c Owner,
    /// What kind of key it is, as far as the token leaves it.
    #[serde(rename = "type")]
    key_type: KeyType,
    /// The provider in which it is valid.
    #[schema(value_type = Provider)]
    provider: &'c str,
    /// The region in which it is valid, or `*`.
    #[schema(value_type = ScopeRegion)]
    region: &'c str,
    /// What kind of client uses it.
    client_type: Option<&'c ClientType>,
    /// What it may do, beyond calling routes.
    permissions: &'c Permissions,
    /// Whose routes it may call.
    apis: &'c Apis,
    /// From where it may be used; anywhere if there are none.
    allowed_cidrs: &'c Cidrs,
    /// When the key ends; `null` if it does not.
    expires_at: Option<Timestamp>,
    /// When the session ends; `null` for a key itself, which has none.
    token_expires_at: Option<Timestamp>,
}

impl<'c> SessionBody<'c> {
    /// The session of a caller, by a token that ends then.
    #[must_use]
    pub fn new(caller: &'c Caller, token_expires_at: Option<Timestamp>) -> Self {
        let grants = caller.grants();
        Self {
            key_id: caller.key_id(),
            owner: caller.owner(),
            key_type: grants.key_type,
            provider: grants.scope.provider().as_str(),
            region: grants.scope.region(),
            client_type: grants.client_type.as_ref(),
            permissions: &grants.permissions,
            apis: &grants.apis,
            allowed_cidrs: &grants.allowed_cidrs,
            expires_at: grants.expiry.at(),
            token_expires_at,
        }
    }
}
