//! The terms of a key in a body: read whole when a key is made, merged into what stands when it is edited.

use serde_json::{Map, Value, json};

use super::{
    fields::{Fields, boolean, list, text},
    lifetime::expiry,
};
use crate::{
    edge::error::FieldMessage,
    expiry::{Expiry, Period},
    grant::{ApiGrant, Permission},
    label::Name,
    metadata::Metadata,
    record::KeyRecord,
    terms::Terms,
    timestamp::Timestamp,
};

/// The fields that can be changed later.
const EDITABLE: [&str; 12] = [
    "name",
    "description",
    "client_type",
    "permissions",
    "apis",
    "allowed_cidrs",
    "off_the_record",
    "postback_url",
    "metadata",
    "enabled",
    "expires_at",
    "expires_in",
];
/// The fields of a record that nothing changes, or that change by themselves.
const FIXED: [&str; 18] = [
    "id",
    "owner",
    "provider",
    "region",
    "type",
    "state",
    "hint",
    "created_at",
    "created_by",
    "updated_at",
    "last_used_at",
    "revoked_at",
    "revoked_by",
    "revoke_reason",
    "rotation",
    "version",
    "key",
    "prefix",
];

/// The terms in a body, with the end that was read of it. What is missing is as in [`Terms::named`].
pub fn terms(fields: &mut Fields, expiry: Option<Expiry>) -> Option<Terms> {
    let name: Option<Name> = fields.required("name", text);
    let description = fields.optional("description", text);
    let client_type = fields.optional("client_type", text);
    let permissions = fields.optional("permissions", list::<Permission, _>);
    let apis = fields.optional("apis", list::<ApiGrant, _>);
    let allowed_cidrs = fields.optional("allowed_cidrs", list::<crate::address::Cidr, _>);
    let off_the_record = fields.optional("off_the_record", boolean);
    let postback_url = fields.optional("postback_url", text);
    let metadata = fields.optional("metadata", |value| Metadata::try_from(value).map_err(|error| error.to_string()));
    let enabled = fields.optional("enabled", boolean);
    Some(Terms {
        name: name?,
        description,
        client_type,
        permissions: permissions.unwrap_or_default(),
        apis: apis.unwrap_or_default(),
        allowed_cidrs: allowed_cidrs.unwrap_or_default(),
        off_the_record: off_the_record.unwrap_or(false),
        postback_url,
        metadata: metadata.unwrap_or_default(),
        enabled: enabled.unwrap_or(true),
        expiry: expiry?,
    })
}

/// The terms that a merge patch (RFC 7396) makes of those of `before`.
///
/// # Errors
/// Each field that is wrong.
pub fn edited(
    patch: &Map<String, Value>,
    before: &KeyRecord,
    max: Option<Period>,
    now: Timestamp,
) -> Result<Terms, Vec<FieldMessage>> {
    let mut errors = Fields::default();
    for name in patch.keys() {
        if FIXED.contains(&name.as_str()) {
            errors.wrong(name, "cannot be changed");
        } else if !EDITABLE.contains(&name.as_str()) {
            errors.wrong(name, "is not a known field");
        }
    }
    // To take a switch away would set it as it is in a new key, which nobody means.
    for name in ["enabled", "off_the_record"] {
        if patch.get(name) == Some(&Value::Null) {
            errors.wrong(name, "must be true or false");
        }
    }
    let mut merged = document(&before.terms);
    let editable = patch.iter().filter(|(name, _)| EDITABLE.contains(&name.as_str()));
    let editable: Map<_, _> = editable.map(|(name, value)| (name.clone(), value.clone())).collect();
    // A record has no `expires_in`, so that to take it away changes nothing.
    let has_period = editable.get("expires_in").is_some_and(|period| !period.is_null());
    let changes_expiry =
        has_period || (editable.contains_key("expires_at") && !sends_back(&editable, before.terms.expiry));
    json_patch::merge(&mut merged, &Value::Object(editable));

    let mut fields = Fields::of_values(merged, errors.into_errors());
    let expiry =
        if changes_expiry { expiry(&mut fields, max, before.created_at, now) } else { Some(before.terms.expiry) };
    let terms = terms(&mut fields, expiry);
    let errors = fields.into_errors();
    match terms {
        Some(terms) if errors.is_empty() => Ok(terms),
        _ => Err(errors),
    }
}

/// Whether a patch gives the end that stands: no change, even if nobody could ask for that end now.
fn sends_back(patch: &Map<String, Value>, standing: Expiry) -> bool {
    let end = match patch.get("expires_at") {
        Some(Value::Null) => Some(Expiry::Never),
        Some(Value::String(end)) => end.parse().ok().map(Expiry::At),
        _ => None,
    };
    end == Some(standing) && patch.get("expires_in").is_none_or(Value::is_null)
}

/// The terms as the API shows them, but for the end, which a patch gives anew or leaves alone.
fn document(terms: &Terms) -> Value {
    json!({
        "name": terms.name,
        "description": terms.description,
        "client_type": terms.client_type,
        "permissions": terms.permissions,
        "apis": terms.apis,
        "allowed_cidrs": terms.allowed_cidrs,
        "off_the_record": terms.off_the_record,
        "postback_url": terms.postback_url,
        "metadata": terms.metadata.to_value(),
        "enabled": terms.enabled,
    })
}
