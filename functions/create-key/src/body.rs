//! The body of `POST /keys`.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use shared::{
    config::Config,
    create::{NewKey, NewText},
    edge::{
        error::{FieldMessage, Problem},
        request::{Fields, expiry, terms, text},
    },
    expiry::Expiry,
    grant::Right,
    key::CustomText,
    record::{KeyRecord, KeyType},
    scope::{Provider, Scope},
    secret::SecretHash,
    timestamp::Timestamp,
};

/// The new key that a body asks for.
pub(crate) fn read(mut fields: Fields, config: &Config, now: Timestamp) -> Result<NewKey, Problem> {
    let scope = scope(&mut fields);
    let key_type = fields.required("type", text);
    let expiry = expiry(&mut fields, config.max_key_lifetime, now, now);
    let terms = terms(&mut fields, expiry);
    let owner = fields.optional("owner", text);
    let text = new_text(&mut fields, config);
    let new = || Some(NewKey { owner, scope: scope?, key_type: key_type?, terms: terms?, text: text? });
    let new = new();
    fields.finish(new)
}

/// `provider` and `region`: the region is looked for among the provider's own.
fn scope(fields: &mut Fields) -> Option<Scope> {
    let provider: Option<Provider> = fields.required("provider", text);
    fields.required("region", |value| {
        let region: String = text(value)?;
        // Without a provider there is nothing to look among; that error is told already.
        provider.map(|provider| Scope::new(provider, &region).map_err(|error| error.to_string())).transpose()
    })?
}

/// `value`, `hash` or `prefix`, or none of them.
fn new_text(fields: &mut Fields, config: &Config) -> Option<NewText> {
    let value: Option<CustomText> = fields.optional("value", text);
    let hash = fields.optional("hash", hash);
    let prefix = fields.optional("prefix", text);
    if !["value", "hash", "prefix"].iter().all(|field| fields.is_right(field)) {
        return None;
    }
    match (value, hash, prefix) {
        (None, None, prefix) => Some(NewText::Generated(prefix.unwrap_or_else(|| config.key_prefix.clone()))),
        (Some(value), None, None) => Some(NewText::Brought(value)),
        (None, Some(hash), None) => Some(NewText::Hashed(hash)),
        (Some(_), Some(_), _) => {
            fields.wrong("hash", "cannot be given together with value");
            None
        }
        (_, _, Some(_)) => {
            fields.wrong("prefix", "is for texts that Latchkey makes");
            None
        }
    }
}

/// `{"sha256": hex}`.
fn hash(value: &Value) -> Result<SecretHash, String> {
    let rule = || "must be {\"sha256\": …} with 64 hexadecimal digits".to_owned();
    let members = value.as_object().filter(|members| members.len() == 1).ok_or_else(rule)?;
    let digits = members.get("sha256").and_then(Value::as_str).ok_or_else(rule)?;
    SecretHash::from_hexadecimal(digits).ok_or_else(rule)
}

/// What tells one request from another: SHA-256 of its fields, whatever their order. A text that is brought counts by the
/// hash that the table keeps of it, so that nothing else is derived from it.
pub(crate) fn fingerprint(fields: &Map<String, Value>) -> [u8; 32] {
    let mut fields = fields.clone();
    if let Some(Value::String(text)) = fields.get("value") {
        let hash = SecretHash::of(text).as_bytes().to_vec();
        fields.insert("value".to_owned(), hash.into());
    }
    Sha256::digest(Value::Object(fields).to_string()).into()
}

/// What the creator of a key should know about it.
pub(crate) fn warnings(record: &KeyRecord) -> Vec<FieldMessage> {
    let warning = |field: &str, message: &str| FieldMessage { field: field.to_owned(), message: message.to_owned() };
    let terms = &record.terms;
    let is_limited = record.key_type == KeyType::FineGrained;
    let mut warnings = Vec::new();
    if terms.expiry == Expiry::Never {
        warnings.push(warning("expires_at", "this key never expires"));
    }
    if is_limited && terms.apis.is_empty() {
        warnings.push(warning("apis", "this key names no API set, so it can call no route that is not open"));
    }
    if is_limited && !terms.apis.has_latchkey() && Right::ALL.iter().any(|right| terms.permissions.has(*right)) {
        let message = "permissions of the admin API open nothing without the API set latchkey";
        warnings.push(warning("apis", message));
    }
    warnings
}
