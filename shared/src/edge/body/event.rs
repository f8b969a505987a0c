//! Audit events in answers.

use std::net::IpAddr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    audit::{Action, AuditEvent, RequestId, Target},
    edge::openapi::values::{Address, Cursor},
    grant::ApiName,
    key::KeyId,
    label::{Actor, Owner},
    timestamp::Timestamp,
};

/// One write.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub struct EventBody<'e> {
    /// The event's own.
    id: KeyId,
    /// When it happened.
    at: Timestamp,
    /// What was done.
    action: Action,
    /// The id of the key that asked for it, or `latchkey`.
    actor: &'e Actor,
    /// The address that the request came from.
    #[schema(value_type = Option<Address>)]
    source_ip: Option<IpAddr>,
    /// The id of the request.
    request_id: Option<&'e RequestId>,
    /// The key that was written.
    key_id: Option<KeyId>,
    /// Whose it is.
    owner: Option<&'e Owner>,
    /// The API set that was written.
    api: Option<&'e ApiName>,
    /// The names of the fields that changed.
    changes: &'e [String],
}

impl<'e> From<&'e AuditEvent> for EventBody<'e> {
    fn from(event: &'e AuditEvent) -> Self {
        let (key_id, owner, api) = match &event.target {
            Target::Key { id, owner } => (Some(*id), Some(owner), None),
            Target::Api(name) => (None, None, Some(name)),
        };
        Self {
            id: event.id,
            at: event.at,
            action: event.action,
            actor: &event.actor,
            source_ip: event.origin.source_ip,
            request_id: event.origin.request_id.as_ref(),
            key_id,
            owner,
            api,
            changes: &event.changes,
        }
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct EventsBody<'e> {
    /// Newest first.
    pub events: Vec<EventBody<'e>>,
    /// The cursor of the next page, if there may be one.
    #[schema(value_type = Option<Cursor>)]
    pub next_cursor: Option<String>,
}
