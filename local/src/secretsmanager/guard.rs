//! What stands before the crate: one request at a time, AWS's rules, and every change kept.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use shared::{clock::Clock, entropy::Entropy, key::PresentedKey};
use tokio::sync::Mutex;
use winterbaume_core::{MockRequest, MockResponse, MockService, StatefulService, default_account_id};
use winterbaume_secretsmanager::{
    SecretsManagerService,
    views::{SecretView, SecretsmanagerStateView},
};

use super::{
    Kept, ROOT_SECRET, RotationFunction,
    answer::{Fields, Refusal},
    labels::{find, texts},
    rules,
};

/// All secrets, as the crate shows and takes its state.
pub(crate) type View = SecretsmanagerStateView;

/// The crate finds a secret's region in the address that is asked, and this one in any that is not AWS's.
const REGION: &str = "us-east-1";

/// The guard of one Secrets Manager.
pub(crate) struct Guard {
    service: SecretsManagerService,
    /// Held while a request is handled.
    turn: Mutex<Kept>,
    /// Held while a secret is rotated.
    pub(super) rotation: Mutex<()>,
    pub(super) function: OnceLock<Arc<dyn RotationFunction>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Guard {
    /// One with these secrets.
    pub(crate) async fn new(
        secrets: Option<View>,
        kept: Kept,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Refusal> {
        let (service, turn) = (SecretsManagerService::new(), Mutex::new(kept));
        let guard = Self { service, turn, rotation: Mutex::default(), function: OnceLock::new(), clock, entropy };
        if let Some(secrets) = secrets {
            guard.put_in_place(secrets).await?;
        }
        Ok(guard)
    }

    /// Has secrets rotated by this function from now on; only the first one counts.
    pub(crate) fn rotate_with(&self, function: Arc<dyn RotationFunction>) {
        // There is one per stack.
        let _ = self.function.set(function);
    }

    /// Has the root key's secret hold this text, and gives back the secret's ARN.
    pub(crate) async fn hold_root(&self, root: &PresentedKey<'_>, text: &str) -> Result<String, Refusal> {
        let turn = self.turn.lock().await;
        let before = self.view().await;
        if texts(&before).0.as_deref() != Some(text) {
            let value = json!({"key_id": root.id(), "key": text, "expires_at": null}).to_string();
            let (operation, body) = if before.secrets.contains_key(ROOT_SECRET) {
                ("PutSecretValue", json!({"SecretId": ROOT_SECRET, "SecretString": value}))
            } else {
                ("CreateSecret", json!({"Name": ROOT_SECRET, "SecretString": value}))
            };
            let mut headers = HeaderMap::new();
            let target = format!("secretsmanager.{operation}");
            headers.insert("x-amz-target", HeaderValue::from_str(&target).map_err(internal)?);
            let answer = self.service.handle(post(headers, body.to_string().into())).await;
            if answer.status != 200 {
                return Err(Refusal::internal(format!("the root key's secret was not taken: {}", answer.status)));
            }
        }
        let mut after = self.view().await;
        let secret = after.secrets.get_mut(ROOT_SECRET).ok_or_else(Refusal::no_secret)?;
        // As the template's schedule has it in a deployment.
        secret.rotation_enabled = Some(true);
        // It can be named before it is there: functions that run elsewhere are told of it in their environment.
        let arn = format!("arn:aws:secretsmanager:{REGION}:{}:secret:{ROOT_SECRET}-local0", default_account_id());
        secret.arn.clone_from(&arn);
        self.settle(&turn, &before, after).await?;
        Ok(arn)
    }

    /// Answers one request.
    pub(super) async fn answer(&self, headers: HeaderMap, body: Bytes) -> MockResponse {
        let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = operation.and_then(|target| target.rsplit('.').next()).unwrap_or_default().to_owned();
        // What does not read as a request is the crate's to refuse.
        let fields = serde_json::from_slice::<Fields>(&body);
        let answered = match (operation.as_str(), fields) {
            ("RotateSecret", Ok(fields)) => self.rotate(fields).await,
            ("RotateSecret", Err(_)) => Err(Refusal::parameter("The request does not read as RotateSecret's.")),
            (operation, fields) => self.pass(operation, fields.unwrap_or_default(), headers, body).await,
        };
        answered.unwrap_or_else(MockResponse::from)
    }

    /// Has the rules or the crate answer, and keeps what changed.
    async fn pass(
        &self,
        operation: &str,
        fields: Fields,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<MockResponse, Refusal> {
        let turn = self.turn.lock().await;
        let before = self.view().await;
        let mut after = before.clone();
        let answer = if let Some(answer) = rules::settle(&mut after, operation, &fields)? {
            answer
        } else {
            let answer = self.service.handle(post(headers, body)).await;
            after = self.view().await;
            answer
        };
        self.settle(&turn, &before, after).await?;
        Ok(answer)
    }

    /// Changes the secrets in one go: all of it is kept, or none.
    pub(super) async fn change<T>(&self, change: impl FnOnce(&mut View) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let turn = self.turn.lock().await;
        let before = self.view().await;
        let mut after = before.clone();
        let made = change(&mut after)?;
        self.settle(&turn, &before, after).await?;
        Ok(made)
    }

    /// Keeps the secrets as they are to be, and puts them in place; if they cannot be kept, all stays as before.
    async fn settle(&self, kept: &Kept, before: &View, mut after: View) -> Result<(), Refusal> {
        rules::tidy(before, &mut after);
        if json(before)? == json(&after)? {
            return Ok(());
        }
        if let Err(error) = kept.keep(before, &after).await {
            tracing::error!(%error, "the secrets cannot be written");
            self.put_in_place(before.clone()).await?;
            return Err(Refusal::internal("the secrets cannot be written"));
        }
        self.put_in_place(after).await
    }

    /// One secret as it is.
    pub(super) async fn secret(&self, id: &str) -> Result<SecretView, Refusal> {
        let _turn = self.turn.lock().await;
        find(&self.view().await, id).cloned().ok_or_else(Refusal::no_secret)
    }

    async fn view(&self) -> View {
        self.service.snapshot(default_account_id(), REGION).await
    }

    async fn put_in_place(&self, view: View) -> Result<(), Refusal> {
        self.service.restore(default_account_id(), REGION, view).await.map_err(internal)
    }

    /// Waits until no rotation is under way.
    pub(super) async fn rest(&self) {
        drop(self.rotation.lock().await);
    }

    /// Writes nothing from now on, and lets the data folder go.
    pub(super) async fn close(&self) {
        let mut kept = self.turn.lock().await;
        if matches!(*kept, Kept::Folder(_)) {
            *kept = Kept::Closed;
        }
    }
}

/// A request as the crate takes it. Its path is always the same: the crate would have another state for other regions.
fn post(headers: HeaderMap, body: Bytes) -> MockRequest {
    MockRequest { method: "POST".to_owned(), uri: "/".to_owned(), headers, body }
}

/// The state as a value that can be compared; the crate's cannot.
fn json(view: &View) -> Result<Value, Refusal> {
    serde_json::to_value(view).map_err(internal)
}

fn internal(error: impl std::error::Error) -> Refusal {
    Refusal::internal(error.to_string())
}
