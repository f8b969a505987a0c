//! What AWS does and the crate does not: decided on the state as it is, before the crate is asked, and put right after.

use std::collections::HashMap;

use serde_json::{Value, json};
use winterbaume_core::MockResponse;
use winterbaume_secretsmanager::views::{SecretVersionView, SecretView};

use super::{
    answer::{Fields, Refusal, good},
    guard::View,
    labels::{CURRENT, PREVIOUS, find, find_mut, has, has_value, holder, take_off},
};

/// The guard's own answer, if it has one; `None` leaves it to the crate.
type Settled = Result<Option<MockResponse>, Refusal>;

/// Answers an operation, refuses it, or leaves it to the crate. What it changes in `view` is to be put in place.
pub(super) fn settle(view: &mut View, operation: &str, fields: &Fields) -> Settled {
    if fields.secret_binary.is_some() {
        return Err(Refusal::parameter("SecretBinary is not supported here; use SecretString."));
    }
    // The crate knows how to refuse what is not there or marked deleted.
    let Some(secret) = find(view, &fields.secret_id) else { return Ok(None) };
    if secret.deleted_date.is_some() {
        return Ok(None);
    }
    match operation {
        "GetSecretValue" => read(secret, fields),
        "PutSecretValue" => put(secret, fields),
        "UpdateSecretVersionStage" => relabel(secret, fields),
        "CancelRotateSecret" => cancel(view, fields),
        _ => Ok(None),
    }
}

fn read(secret: &SecretView, fields: &Fields) -> Settled {
    let stage = fields.version_stage.as_deref();
    let version = match &fields.version_id {
        Some(id) => secret.versions.get(id),
        None => holder(secret, stage.unwrap_or(CURRENT)),
    };
    let Some(version) = version else { return Ok(None) };
    if stage.is_some_and(|stage| !has(version, stage)) {
        return Err(Refusal::request("You provided a VersionStage that is not associated to the provided VersionId."));
    }
    if has_value(version) {
        return Ok(None);
    }
    let asked = match (stage, &fields.version_id) {
        (None, Some(id)) => format!("VersionId: {id}"),
        _ => format!("staging label: {}", stage.unwrap_or(CURRENT)),
    };
    Err(Refusal::not_found(format!("Secrets Manager can't find the specified secret value for {asked}")))
}

fn put(secret: &SecretView, fields: &Fields) -> Settled {
    let Some(value) = &fields.secret_string else {
        return Err(Refusal::request("You must provide SecretString."));
    };
    let Some(token) = &fields.client_request_token else { return Ok(None) };
    hold_token(token)?;
    match secret.versions.get(token) {
        Some(version) if version.secret_string.as_ref() == Some(value) => Ok(Some(good(&named(secret, Some(version))))),
        Some(version) if has_value(version) => {
            let message =
                "You can't use ClientRequestToken because that value is already in use for a version of secret";
            Err(Refusal::exists(format!("{message} {}.", secret.arn)))
        }
        _ => Ok(None),
    }
}

/// Holds a token to AWS's lengths.
pub(super) fn hold_token(token: &str) -> Result<(), Refusal> {
    if (32..=64).contains(&token.len()) {
        Ok(())
    } else {
        Err(Refusal::parameter("ClientRequestToken must be 32-64 characters long."))
    }
}

fn relabel(secret: &SecretView, fields: &Fields) -> Settled {
    let Some(label) = fields.version_stage.as_deref() else { return Ok(None) };
    let (to, from) = (fields.move_to_version_id.as_deref(), fields.remove_from_version_id.as_deref());
    let target = match to {
        Some(id) => {
            Some(secret.versions.get(id).ok_or_else(|| Refusal::parameter(format!("Not a valid version: {id}")))?)
        }
        None => None,
    };
    let standing = holder(secret, label).map(|version| version.version_id.as_str());
    if target.is_none() && from.is_none() {
        return Err(Refusal::parameter("You must provide MoveToVersionId or RemoveFromVersionId."));
    }
    if to.is_some() && standing == to {
        return Ok(Some(good(&named(secret, None))));
    }
    if from != standing {
        let place = standing.map_or_else(|| "to no version".to_owned(), |id| format!("to version {id}"));
        let message = format!("Staging label {label} is currently attached {place}");
        return Err(Refusal::parameter(format!("{message}, so RemoveFromVersionId must say so.")));
    }
    match target {
        None if label == CURRENT => Err(Refusal::parameter("You can't remove AWSCURRENT; move it to another version.")),
        Some(version) if label == CURRENT && !has_value(version) => {
            Err(Refusal::request("You can't move AWSCURRENT to a version that has no value."))
        }
        _ => Ok(None),
    }
}

fn cancel(view: &mut View, fields: &Fields) -> Settled {
    let secret = find_mut(view, &fields.secret_id).ok_or_else(Refusal::no_secret)?;
    secret.rotation_enabled = Some(false);
    Ok(Some(good(&named(secret, None))))
}

/// The answer that names a secret, and maybe one of its versions.
pub(super) fn named(secret: &SecretView, version: Option<&SecretVersionView>) -> HashMap<&'static str, Value> {
    let mut answer = HashMap::from([("ARN", json!(secret.arn)), ("Name", json!(secret.name))]);
    if let Some(version) = version {
        answer.insert("VersionId", json!(version.version_id));
        answer.insert("VersionStages", json!(version.version_stages));
    }
    answer
}

/// Puts the labels right after a change: the version that was current is the previous one, alone, and a version without a
/// label is gone.
pub(super) fn tidy(before: &View, after: &mut View) {
    for secret in after.secrets.values_mut() {
        let current = |secret: &SecretView| holder(secret, CURRENT).map(|version| version.version_id.clone());
        let (was, is) = (before.secrets.get(&secret.name).and_then(current), current(secret));
        if was.is_some() && is.is_some() && was != is {
            take_off(secret, PREVIOUS);
            if let Some(version) = was.and_then(|id| secret.versions.get_mut(&id)) {
                version.version_stages.push(PREVIOUS.to_owned());
            }
        }
        secret.current_version_id = is;
        secret.versions.retain(|_, version| !version.version_stages.is_empty());
    }
}
