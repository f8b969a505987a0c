//! Secrets and the labels of their versions, in the crate's own view of its state.

use serde_json::Value;
use shared::key::KeyId;
use winterbaume_secretsmanager::views::{SecretVersionView, SecretView};

use super::{ROOT_SECRET, guard::View};

pub(super) const CURRENT: &str = "AWSCURRENT";
pub(super) const PENDING: &str = "AWSPENDING";
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// The secret of this name or ARN.
pub(super) fn find<'v>(view: &'v View, id: &str) -> Option<&'v SecretView> {
    view.secrets.get(id).or_else(|| view.secrets.values().find(|secret| secret.arn == id))
}

/// The same, to be changed.
pub(super) fn find_mut<'v>(view: &'v mut View, id: &str) -> Option<&'v mut SecretView> {
    let name = find(view, id)?.name.clone();
    view.secrets.get_mut(&name)
}

/// Whether a version has a label.
pub(super) fn has(version: &SecretVersionView, label: &str) -> bool {
    version.version_stages.iter().any(|stage| stage == label)
}

/// The version that has a label.
pub(super) fn holder<'s>(secret: &'s SecretView, label: &str) -> Option<&'s SecretVersionView> {
    secret.versions.values().find(|version| has(version, label))
}

/// Whether a version was given a value.
pub(super) const fn has_value(version: &SecretVersionView) -> bool {
    version.secret_string.is_some() || version.secret_binary.is_some()
}

/// Takes a label off every version.
pub(super) fn take_off(secret: &mut SecretView, label: &str) {
    for version in secret.versions.values_mut() {
        version.version_stages.retain(|stage| stage != label);
    }
}

/// The text of a key in a secret's value.
pub(crate) fn text_in(value: &str) -> Option<String> {
    let value: Value = serde_json::from_str(value).ok()?;
    value.get("key")?.as_str().map(str::to_owned)
}

/// The id of a key in a secret's value.
pub(crate) fn key_id_in(value: &str) -> Option<KeyId> {
    let value: Value = serde_json::from_str(value).ok()?;
    value.get("key_id")?.as_str()?.parse().ok()
}

/// The root key's current text, and those of its other versions.
pub(crate) fn texts(view: &View) -> (Option<String>, Vec<String>) {
    let Some(secret) = view.secrets.get(ROOT_SECRET) else { return (None, Vec::new()) };
    let text = |version: &SecretVersionView| text_in(version.secret_string.as_deref()?);
    let current = holder(secret, CURRENT).and_then(text);
    let others = secret.versions.values().filter(|version| !has(version, CURRENT));
    (current, others.filter_map(text).collect())
}
