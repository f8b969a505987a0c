//! Audit event to item and back. An event lies beside what it tells of, and outlives it.

use std::net::IpAddr;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::{
    StoreError,
    error::corrupt,
    item::{Attributes, keys, listed_of, to_attribute_value},
    schema, shard_of,
};
use crate::{
    audit::{Action, AuditEvent, Origin, RequestId, Target},
    grant::ApiName,
    key::KeyId,
    label::{Actor, Owner},
    timestamp::Timestamp,
};

/// The `event` attribute: the fields of the API's event, named alike, absent ones as `NULL`.
#[derive(Serialize, Deserialize)]
struct StoredEvent {
    id: KeyId,
    at: Timestamp,
    action: Action,
    actor: Actor,
    source_ip: Option<IpAddr>,
    request_id: Option<RequestId>,
    key_id: Option<KeyId>,
    owner: Option<Owner>,
    api: Option<ApiName>,
    changes: Vec<String>,
}

/// The item of an event.
pub(super) fn event_item(event: &AuditEvent) -> Result<Attributes, StoreError> {
    let (partition, key_id, owner, api) = match &event.target {
        Target::Key { id, owner } => (schema::key_partition(*id), Some(*id), Some(owner.clone()), None),
        Target::Api(name) => (schema::api_partition(name), None, None, Some(name.clone())),
    };
    let shard = shard_of(event.id);
    let position = event.position.as_str();
    let text = AttributeValue::S;
    let mut item = keys(partition, format!("{}{position}", schema::AUDIT));
    item.insert(schema::LISTED.to_owned(), text(position.to_owned()));
    item.insert(schema::ALL_SHARD.to_owned(), text(schema::events_shard(shard)));
    if let Some(owner) = &owner {
        item.insert(schema::OWNER_SHARD.to_owned(), text(schema::owner_events_shard(owner, shard)));
    }
    let stored = StoredEvent {
        id: event.id,
        at: event.at,
        action: event.action,
        actor: event.actor.clone(),
        source_ip: event.origin.source_ip,
        request_id: event.origin.request_id.clone(),
        key_id,
        owner,
        api,
        changes: event.changes.clone(),
    };
    item.insert(schema::EVENT.to_owned(), to_attribute_value(&stored)?);
    Ok(item)
}

/// The event in an item of the table, or in an index's copy of one.
pub(super) fn event_in(mut item: Attributes) -> Result<AuditEvent, StoreError> {
    let position = listed_of(&item)?;
    let stored = item.remove(schema::EVENT).ok_or_else(|| corrupt(&item, &"no event"))?;
    let stored: StoredEvent = serde_dynamo::from_attribute_value(stored).map_err(|error| corrupt(&item, &error))?;
    let target = match (stored.key_id, stored.owner, stored.api) {
        (Some(id), Some(owner), None) => Target::Key { id, owner },
        (None, None, Some(name)) => Target::Api(name),
        _ => return Err(corrupt(&item, &"an event of nothing")),
    };
    Ok(AuditEvent {
        id: stored.id,
        at: stored.at,
        position,
        action: stored.action,
        actor: stored.actor,
        origin: Origin { source_ip: stored.source_ip, request_id: stored.request_id },
        target,
        changes: stored.changes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn an_event_comes_back_as_it_was_written() {
        let moment = "2026-11-21T08:00:00.123Z".parse().unwrap();
        let origin =
            Origin { source_ip: Some("2001:db8::1".parse().unwrap()), request_id: Some("Zm9v+/=".parse().unwrap()) };
        let key = Target::Key { id: "ExampleKey000001".parse().unwrap(), owner: Owner::root() };
        for (target, origin) in [(key, origin), (Target::Api("orders".parse().unwrap()), Origin::default())] {
            let who = (Actor::latchkey(), origin);
            let event =
                AuditEvent::new(moment, Action::KeyUpdated, who, target, &["name", "apis"], &SystemEntropy).unwrap();
            assert_eq!(event_in(event_item(&event).unwrap()).unwrap(), event);
        }
    }
}
