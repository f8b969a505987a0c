//! The outcome of checking a key, in an answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    decision::Code,
    grant::{Apis, Permissions},
    key::KeyId,
    label::{ClientType, Owner},
    metadata::Metadata,
    record::{KeyRecord, KeyType},
    timestamp::Timestamp,
};

/// A verdict. Until the secret has matched, everything but the code is `null`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub struct VerdictBody<'r> {
    /// Whether the code is `VALID`.
    valid: bool,
    /// The outcome.
    code: Code,
    /// The key's id.
    key_id: Option<KeyId>,
    /// Whose it is.
    owner: Option<&'r Owner>,
    /// What kind of client uses it.
    client_type: Option<&'r ClientType>,
    /// What kind of key it is.
    #[serde(rename = "type")]
    key_type: Option<KeyType>,
    /// What it may do, beyond calling routes.
    permissions: Option<&'r Permissions>,
    /// Whose routes it may call.
    apis: Option<&'r Apis>,
    /// What its owner hung on it.
    #[schema(value_type = Option<Metadata>)]
    metadata: Option<serde_json::Value>,
    /// When the key ends.
    expires_at: Option<Timestamp>,
    /// When the token ends, if it is one. The other fields say what it may do, which may be less than its key may.
    token_expires_at: Option<Timestamp>,
}

impl<'r> VerdictBody<'r> {
    /// The verdict on a key whose secret matched, or on none.
    #[must_use]
    pub fn new(code: Code, record: Option<&'r KeyRecord>, token_expires_at: Option<Timestamp>) -> Self {
        let terms = record.map(|record| &record.terms);
        Self {
            valid: code == Code::Valid,
            code,
            key_id: record.map(|record| record.id),
            owner: record.map(|record| &record.owner),
            client_type: terms.and_then(|terms| terms.client_type.as_ref()),
            key_type: record.map(|record| record.key_type),
            permissions: terms.map(|terms| &terms.permissions),
            apis: terms.map(|terms| &terms.apis),
            metadata: terms.map(|terms| terms.metadata.to_value()),
            expires_at: terms.and_then(|terms| terms.expiry.at()),
            token_expires_at: token_expires_at.filter(|_| record.is_some()),
        }
    }
}
