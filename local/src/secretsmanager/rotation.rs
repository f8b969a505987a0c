//! `RotateSecret`: the rotation function is called with its four steps, one after the other, as Secrets Manager does.
//!
//! - The new version stands there before the first step: under the caller's `ClientRequestToken`, labelled `AWSPENDING`,
//!   without a value.
//! - A rotation that was begun and not finished is taken up with its own token.
//! - One that moved `AWSCURRENT` and did not come to its end is repeated first: its version still has `AWSPENDING`.
//! - The label goes away at the end.
//! - With `RotateImmediately: false` there is `testSecret` alone.
//!
//! Rotations follow one another; none runs beside another.

use std::{fmt::Write, pin::Pin, sync::Arc};

use serde_json::{Value, json};
use shared::{edge::Error, timestamp::Timestamp};
use winterbaume_core::MockResponse;
use winterbaume_secretsmanager::views::{SecretVersionView, SecretView};

use super::{
    PREVIOUS_UNTIL,
    answer::{Fields, Refusal, good},
    guard::{Guard, View},
    labels::{CURRENT, PENDING, find_mut, has, has_value, holder, take_off},
    rules::{hold_token, named},
};
use crate::log::TARGET;

/// What a rotation function is still to give.
pub(crate) type Pending<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// A function that rotates secrets.
pub(crate) trait RotationFunction: Send + Sync {
    /// Does the step that an event of Secrets Manager asks for.
    fn step(&self, event: Value) -> Pending<'_, Result<(), Error>>;

    /// Until when the previous text of the key in a secret works, told from the secret's value.
    fn previous_until(&self, secret: String) -> Pending<'_, Option<Timestamp>>;
}

/// The steps of a rotation, in their order.
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// What a rotation begins with.
enum Begun {
    /// The version of the caller's token has been rotated to before.
    Done(String),
    /// A version that became current in a rotation that did not come to its end.
    Unfinished(String),
    /// A version without a value, or with one that an earlier rotation gave it.
    Pending(String),
}

impl Guard {
    /// Rotates a secret.
    pub(super) async fn rotate(&self, fields: Fields) -> Result<MockResponse, Refusal> {
        let _alone = self.rotation.lock().await;
        let Some(function) = self.function.get().map(Arc::clone) else {
            return Err(Refusal::request("No rotation function is there yet."));
        };
        if let Some(token) = &fields.client_request_token {
            hold_token(token)?;
        }
        let (id, token) = (fields.secret_id.clone(), fields.client_request_token.clone());
        let at_once = fields.rotate_immediately.unwrap_or(true);
        self.change(|view| enable(view, fields)).await?;
        if !at_once {
            return self.try_out(&*function, &id).await;
        }
        loop {
            let (fresh, now) = (self.uuid()?, self.now());
            let token = token.as_deref();
            match self.change(|view| begin(view, &id, token, &fresh, &now)).await? {
                Begun::Done(version) => return self.rotated(&id, &version).await,
                Begun::Unfinished(version) => self.run(&*function, &id, &version).await?,
                Begun::Pending(version) => {
                    self.run(&*function, &id, &version).await?;
                    return self.rotated(&id, &version).await;
                }
            }
        }
    }

    /// Runs the four steps for a version, and ends the rotation.
    async fn run(&self, function: &dyn RotationFunction, id: &str, version: &str) -> Result<(), Refusal> {
        let Ok(secret) = self.secret(id).await else { return Err(Refusal::no_secret()) };
        for step in STEPS {
            self.step(function, &secret, version, step).await?;
        }
        let value = holder(&self.secret(id).await?, CURRENT).filter(|current| current.version_id == version).cloned();
        let Some(value) = value.and_then(|current| current.secret_string) else {
            return Err(Refusal::request("The rotation function ended without moving AWSCURRENT to the new version."));
        };
        let (until, now) = (function.previous_until(value).await, self.now());
        self.change(|view| end(view, id, now, until)).await?;
        tracing::info!(target: TARGET, secret = %secret.name, "secret rotated");
        Ok(())
    }

    /// Calls the rotation function once.
    async fn step(
        &self,
        function: &dyn RotationFunction,
        secret: &SecretView,
        version: &str,
        step: &str,
    ) -> Result<(), Refusal> {
        let event = json!({
            "Step": step,
            "SecretId": secret.arn,
            "ClientRequestToken": version,
            "RotationToken": self.uuid()?,
        });
        function.step(event).await.map_err(|error| {
            tracing::warn!(target: TARGET, secret = %secret.name, step, %error, "a rotation failed");
            Refusal::request(format!("The rotation failed in {step}: {error}"))
        })
    }

    /// Runs `testSecret` alone, with a version that has no value unless a rotation is under way.
    async fn try_out(&self, function: &dyn RotationFunction, id: &str) -> Result<MockResponse, Refusal> {
        let (fresh, now) = (self.uuid()?, self.now());
        let version = self.change(|view| {
            let secret = find_mut(view, id).ok_or_else(Refusal::no_secret)?;
            let standing = holder(secret, PENDING).map(|version| version.version_id.clone());
            Ok(standing.unwrap_or_else(|| add_pending(secret, fresh.clone(), now)))
        });
        let version = version.await?;
        let tested = self.step(function, &self.secret(id).await?, &version, "testSecret").await;
        if version == fresh {
            self.change(|view| {
                find_mut(view, id).map(|secret| take_off(secret, PENDING)).ok_or_else(Refusal::no_secret)
            })
            .await?;
        }
        tested?;
        Ok(good(&named(&self.secret(id).await?, None)))
    }

    async fn rotated(&self, id: &str, version: &str) -> Result<MockResponse, Refusal> {
        let mut answer = named(&self.secret(id).await?, None);
        answer.insert("VersionId", json!(version));
        Ok(good(&answer))
    }

    fn now(&self) -> String {
        Timestamp::from(self.clock.now()).to_string()
    }

    /// A random UUID, of version 4.
    fn uuid(&self) -> Result<String, Refusal> {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes).map_err(|error| Refusal::internal(error.to_string()))?;
        let number = u128::from_be_bytes(bytes) & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
        let mut hex = String::new();
        // Writing to a String does not fail.
        let _ = write!(hex, "{number:032x}");
        for place in [20, 16, 12, 8] {
            hex.insert(place, '-');
        }
        Ok(hex)
    }
}

/// Turns rotation on, as the request says.
fn enable(view: &mut View, fields: Fields) -> Result<(), Refusal> {
    let secret = find_mut(view, &fields.secret_id).ok_or_else(Refusal::no_secret)?;
    if secret.deleted_date.is_some() {
        return Err(Refusal::request("You can't rotate a secret that is marked for deletion."));
    }
    secret.rotation_enabled = Some(true);
    if let Some(function) = fields.rotation_lambda {
        secret.rotation_lambda_arn = Some(function);
    }
    if let Some(rules) = fields.rotation_rules {
        secret.rotation_rules = Some(rules.into());
    }
    Ok(())
}

/// Finds the version to rotate to, or makes it.
fn begin(view: &mut View, id: &str, token: Option<&str>, fresh: &str, now: &str) -> Result<Begun, Refusal> {
    let secret = find_mut(view, id).ok_or_else(Refusal::no_secret)?;
    if let Some(pending) = holder(secret, PENDING) {
        let version = pending.version_id.clone();
        return Ok(if has(pending, CURRENT) { Begun::Unfinished(version) } else { Begun::Pending(version) });
    }
    match token {
        Some(token) if secret.versions.get(token).is_some_and(has_value) => Ok(Begun::Done(token.to_owned())),
        _ => Ok(Begun::Pending(add_pending(secret, token.unwrap_or(fresh).to_owned(), now.to_owned()))),
    }
}

fn add_pending(secret: &mut SecretView, version_id: String, created_date: String) -> String {
    let version_stages = vec![PENDING.to_owned()];
    let version = SecretVersionView {
        version_id: version_id.clone(),
        secret_string: None,
        secret_binary: None,
        created_date,
        version_stages,
    };
    secret.versions.insert(version_id.clone(), version);
    version_id
}

/// Ends a rotation.
fn end(view: &mut View, id: &str, now: String, previous_until: Option<Timestamp>) -> Result<(), Refusal> {
    let secret = find_mut(view, id).ok_or_else(Refusal::no_secret)?;
    take_off(secret, PENDING);
    secret.last_rotated_date = Some(now);
    match previous_until {
        Some(until) => secret.tags.insert(PREVIOUS_UNTIL.to_owned(), until.to_string()),
        None => secret.tags.remove(PREVIOUS_UNTIL),
    };
    Ok(())
}
