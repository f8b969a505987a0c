//! Answers, put together: one shape of record, everywhere.

use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;

use super::error::{FieldMessage, Problem};
use crate::{
    key::KeyId,
    label::{ClientType, Description, Reason},
    record::{KeyRecord, KeyState, KeyType},
    timestamp::Timestamp,
};

/// A key record as the API shows it.
#[derive(Debug, Serialize)]
pub struct RecordBody<'r> {
    id: KeyId,
    name: &'r str,
    description: Option<&'r str>,
    owner: &'r str,
    client_type: Option<&'r str>,
    provider: &'r str,
    region: &'r str,
    #[serde(rename = "type")]
    key_type: KeyType,
    metadata: serde_json::Value,
    enabled: bool,
    state: KeyState,
    hint: &'r str,
    created_at: Timestamp,
    created_by: &'r str,
    updated_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    revoked_by: Option<&'r str>,
    revoke_reason: Option<&'r str>,
    version: u64,
}

impl<'r> RecordBody<'r> {
    /// The record as it is at `now`.
    #[must_use]
    pub fn new(record: &'r KeyRecord, now: Timestamp) -> Self {
        let revocation = record.revocation.as_ref();
        Self {
            id: record.id,
            name: record.name.as_str(),
            description: record.description.as_ref().map(Description::as_str),
            owner: record.owner.as_str(),
            client_type: record.client_type.as_ref().map(ClientType::as_str),
            provider: record.scope.provider().as_str(),
            region: record.scope.region(),
            key_type: record.key_type,
            metadata: record.metadata.to_value(),
            enabled: record.enabled,
            state: record.state(now),
            hint: &record.hint,
            created_at: record.created_at,
            created_by: record.created_by.as_str(),
            updated_at: record.updated_at,
            expires_at: record.expiry.at(),
            revoked_at: revocation.map(|revocation| revocation.at),
            revoked_by: revocation.map(|revocation| revocation.by.as_str()),
            revoke_reason: revocation.and_then(|revocation| revocation.reason.as_ref()).map(Reason::as_str),
            version: record.version,
        }
    }
}

/// A new key: its record and, this once, its text.
#[derive(Serialize)]
pub struct CreatedBody<'r> {
    /// The record.
    #[serde(flatten)]
    pub record: RecordBody<'r>,
    /// The text.
    pub key: &'r str,
    /// What the creator should know.
    pub warnings: Vec<FieldMessage>,
}

/// A JSON answer.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response<Body>, Problem> {
    let text = serde_json::to_string(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(json(status, "application/json", text))
}

/// The answer that shows one record, with its version as `ETag`.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn record(record: &KeyRecord, now: Timestamp) -> Result<Response<Body>, Problem> {
    let mut response = answer(StatusCode::OK, &RecordBody::new(record, now))?;
    set_header(&mut response, header::ETAG, &format!("\"{}\"", record.version))?;
    Ok(response)
}

/// Sets a header of an answer.
///
/// # Errors
/// When the value cannot stand in a header.
pub fn set_header(response: &mut Response<Body>, name: header::HeaderName, value: &str) -> Result<(), Problem> {
    let value = HeaderValue::from_str(value).map_err(|error| Problem::internal(error.to_string()))?;
    response.headers_mut().insert(name, value);
    Ok(())
}

/// A text answer. Nothing of the admin API belongs in a cache.
pub(super) fn json(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
