//! Keys in answers: one shape, everywhere.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::Cidrs,
    edge::{
        error::FieldMessage,
        openapi::values::{Cursor, ScopeRegion},
    },
    grant::{Apis, Permissions},
    key::KeyId,
    label::{Actor, ClientType, Description, Name, Owner, Reason},
    metadata::Metadata,
    postback::PostbackUrl,
    record::{KeyRecord, KeyState, KeyType},
    scope::Provider,
    timestamp::Timestamp,
};

/// A key, without its text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Key)]
pub struct RecordBody<'r> {
    /// Stable for the key's life.
    id: KeyId,
    /// What it is called.
    name: &'r Name,
    /// What it is for.
    description: Option<&'r Description>,
    /// Whose it is.
    owner: &'r Owner,
    /// What kind of client uses it.
    client_type: Option<&'r ClientType>,
    /// The provider in which it is valid.
    #[schema(value_type = Provider)]
    provider: &'r str,
    /// The region in which it is valid, or `*`.
    #[schema(value_type = ScopeRegion)]
    region: &'r str,
    /// What kind of key it is.
    #[serde(rename = "type")]
    key_type: KeyType,
    /// What it may do, beyond calling routes.
    permissions: &'r Permissions,
    /// Whose routes it may call.
    apis: &'r Apis,
    /// From where it may be used; anywhere if there are none.
    allowed_cidrs: &'r Cidrs,
    /// Whether its use leaves no trace.
    off_the_record: bool,
    /// Who wants to be told of what becomes of it.
    postback_url: Option<&'r PostbackUrl>,
    /// What its owner hung on it.
    #[schema(value_type = Metadata)]
    metadata: serde_json::Value,
    /// `false` while somebody has switched it off.
    enabled: bool,
    /// The state at the time of the answer.
    state: KeyState,
    /// Enough of its text to recognise it by.
    hint: &'r str,
    /// When it was made.
    created_at: Timestamp,
    /// By whom.
    created_by: &'r Actor,
    /// When it was last changed.
    updated_at: Timestamp,
    /// When it ends; `null` if it does not.
    expires_at: Option<Timestamp>,
    /// When it was last used. Nothing notes that yet.
    last_used_at: Option<Timestamp>,
    /// When it was revoked.
    revoked_at: Option<Timestamp>,
    /// By whom.
    revoked_by: Option<&'r Actor>,
    /// Why, if they said so.
    revoke_reason: Option<&'r Reason>,
    /// Until when the text before the present one works, too; `null` when it does not.
    rotation: Option<RotationBody>,
    /// Counts writes, from 1; also the `ETag`.
    #[schema(minimum = 1)]
    version: u64,
}

/// That a key's previous text still works.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rotation)]
struct RotationBody {
    /// Until then.
    previous_valid_until: Timestamp,
}

impl<'r> RecordBody<'r> {
    /// The record as it is at `now`.
    #[must_use]
    pub fn new(record: &'r KeyRecord, now: Timestamp) -> Self {
        let KeyRecord { terms, .. } = record;
        let revocation = record.revocation.as_ref();
        Self {
            id: record.id,
            name: &terms.name,
            description: terms.description.as_ref(),
            owner: &record.owner,
            client_type: terms.client_type.as_ref(),
            provider: record.scope.provider().as_str(),
            region: record.scope.region(),
            key_type: record.key_type,
            permissions: &terms.permissions,
            apis: &terms.apis,
            allowed_cidrs: &terms.allowed_cidrs,
            off_the_record: terms.off_the_record,
            postback_url: terms.postback_url.as_ref(),
            metadata: terms.metadata.to_value(),
            enabled: terms.enabled,
            state: record.state(now),
            hint: &record.hint,
            created_at: record.created_at,
            created_by: &record.created_by,
            updated_at: record.updated_at,
            expires_at: terms.expiry.at(),
            last_used_at: None,
            revoked_at: revocation.map(|revocation| revocation.at),
            revoked_by: revocation.map(|revocation| &revocation.by),
            revoke_reason: revocation.and_then(|revocation| revocation.reason.as_ref()),
            rotation: record.previous_until(now).map(|previous_valid_until| RotationBody { previous_valid_until }),
            version: record.version,
        }
    }
}

/// A new key: its record and, this once, its text.
#[derive(Serialize, ToSchema)]
#[schema(as = CreatedKey)]
pub struct CreatedBody<'r> {
    /// The record.
    #[serde(flatten)]
    pub record: RecordBody<'r>,
    /// The text; none for a key whose hash alone was brought.
    pub key: Option<&'r str>,
    /// What the creator should know.
    pub warnings: Vec<FieldMessage>,
}

/// A key that was rotated: its record and, this once, its new text.
#[derive(Serialize, ToSchema)]
#[schema(as = RotatedKey)]
pub struct RotatedBody<'r> {
    /// The record.
    #[serde(flatten)]
    pub record: RecordBody<'r>,
    /// The new text.
    pub key: &'r str,
}

/// A page of keys.
#[derive(Serialize, ToSchema)]
#[schema(as = KeyPage)]
pub struct KeysBody<'r> {
    /// Newest first.
    pub keys: Vec<RecordBody<'r>>,
    /// The cursor of the next page, if there may be one.
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
