//! The four steps.

use std::sync::Arc;

use serde_json::Value;
use shared::{
    edge::{App, Error},
    key::{KeyId, PresentedKey},
    secret_rotation::{Holder, SecretRotation},
};

use crate::{
    content::Content,
    event::{Event, Step},
    vault::{CURRENT, PENDING, Secret, Vault, VaultError},
};

/// Why a step is not done at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Refused {
    #[error("the secret is not to be rotated")]
    NotRotated,
    #[error("the secret has no such version")]
    NoVersion,
    #[error("the version is not the one that the rotation makes")]
    NotPending,
    #[error("the secret has no value in use")]
    NoCurrentValue,
    #[error("the version has no value; createSecret comes first")]
    NoPendingValue,
    #[error("the version holds no key")]
    NoKey,
}

/// Rotates secrets that hold keys, a step at a time.
pub struct Rotator {
    app: Arc<App>,
    vault: Vault,
}

impl Rotator {
    /// A rotator of secrets that are reached as `secrets_manager` says.
    #[must_use]
    pub fn new(app: Arc<App>, secrets_manager: &aws_config::SdkConfig) -> Self {
        Self { app, vault: Vault::new(secrets_manager) }
    }

    /// Does the step that Secrets Manager's event asks for. Doing one again changes nothing.
    ///
    /// # Errors
    /// When the event is no step of a rotation that is under way, the key is not in force or is rotated by somebody else, or
    /// a service does not answer. Secrets Manager then repeats the rotation.
    pub async fn handle(&self, event: &Value) -> Result<(), Error> {
        // The error would repeat what the event holds.
        let event: Event =
            serde_json::from_value(event.clone()).map_err(|_| "the event is no step of a rotation of a secret")?;
        self.step(&event).await.map_err(|error| format!("{event:?}: {error}"))?;
        tracing::info!("{event:?}: done");
        Ok(())
    }

    async fn step(&self, event: &Event) -> Result<(), Error> {
        let secret = self.vault.describe(event).await?;
        if !secret.is_rotated {
            return Err(Refused::NotRotated.into());
        }
        let stages = secret.stages_of(&event.client_request_token).ok_or(Refused::NoVersion)?;
        let has = |wanted: &str| stages.iter().any(|stage| stage == wanted);
        if has(CURRENT) {
            // The secret has moved already; whether the key was told is not known.
            return if event.step == Step::Finish { self.settle(event, CURRENT).await } else { Ok(()) };
        }
        if !has(PENDING) {
            return Err(Refused::NotPending.into());
        }
        match event.step {
            Step::Create => self.create(event, &secret).await,
            Step::Set => self.set(event, &secret).await,
            Step::Test => self.test(event).await,
            Step::Finish => self.finish(event, &secret).await,
        }
    }

    /// Makes the new text, and keeps it in the secret. Once made, it stays the same.
    async fn create(&self, event: &Event, secret: &Secret) -> Result<(), Error> {
        let current = self.current(event, secret).await?;
        if self.vault.rotated(event, PENDING).await?.is_some() {
            return Ok(());
        }
        let (text, expiry) = self.rotation().propose(self.holder(&current, secret)).await?;
        let id = text.as_presented().id().ok_or(Refused::NoKey)?;
        let is_kept = self.vault.put(event, &current.with(id, &text, expiry)).await?;
        if !is_kept {
            // The same step is being done twice, and the other was faster.
            self.pending(event, PENDING).await?;
        }
        Ok(())
    }

    /// Puts the new text beside the one in use.
    async fn set(&self, event: &Event, secret: &Secret) -> Result<(), Error> {
        let current = self.current(event, secret).await?;
        let pending = self.pending(event, PENDING).await?;
        let (_, new) = pending.key().ok_or(Refused::NoKey)?;
        Ok(self.rotation().add(self.holder(&current, secret), &new).await?)
    }

    /// Proves that the new text works. When a rotation is set up to happen later, Secrets Manager tries this step alone, and
    /// there is no new text.
    async fn test(&self, event: &Event) -> Result<(), Error> {
        let Some(pending) = self.vault.rotated(event, PENDING).await? else {
            tracing::info!("there is no new text to test");
            return Ok(());
        };
        let (id, new) = pending.key().ok_or(Refused::NoKey)?;
        Ok(self.rotation().prove(id, &new).await?)
    }

    /// Moves the secret to the new text, and then the key.
    async fn finish(&self, event: &Event, secret: &Secret) -> Result<(), Error> {
        let pending = self.pending(event, PENDING).await?;
        let (id, new) = pending.key().ok_or(Refused::NoKey)?;
        // Whoever reads the secret from now on must get a text that works.
        self.rotation().check(id, &new).await?;
        self.vault.promote(event, secret.version_at(CURRENT)).await?;
        self.settled(id, &new).await
    }

    /// Tells the key of what the secret has moved to.
    async fn settle(&self, event: &Event, stage: &str) -> Result<(), Error> {
        let pending = self.pending(event, stage).await?;
        let (id, new) = pending.key().ok_or(Refused::NoKey)?;
        self.settled(id, &new).await
    }

    async fn settled(&self, id: KeyId, new: &PresentedKey<'_>) -> Result<(), Error> {
        Ok(self.rotation().settle(id, new).await?)
    }

    /// The value in use. The root key's secret may hold anything: a new key then takes its place.
    async fn current(&self, event: &Event, secret: &Secret) -> Result<Content, Error> {
        match self.vault.current(event).await {
            Ok(Some(content)) => Ok(content),
            Ok(None) | Err(VaultError::Content(_)) if self.is_root(secret) => Ok(Content::empty()),
            Ok(None) => Err(Refused::NoCurrentValue.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// The value that the rotation made.
    async fn pending(&self, event: &Event, stage: &str) -> Result<Content, Error> {
        Ok(self.vault.rotated(event, stage).await?.ok_or(Refused::NoPendingValue)?)
    }

    fn is_root(&self, secret: &Secret) -> bool {
        self.app.config.root_secret.as_ref().is_some_and(|root| *root == secret.arn)
    }

    fn holder<'c>(&self, current: &'c Content, secret: &Secret) -> Holder<'c> {
        Holder { present: current.key(), is_root: self.is_root(secret) }
    }

    fn rotation(&self) -> SecretRotation<'_> {
        let App { config, table, clock, entropy, .. } = &*self.app;
        SecretRotation {
            deployment: config.deployment,
            prefix: &config.key_prefix,
            overlap: config.rotation_overlap,
            table,
            clock: &**clock,
            entropy: &**entropy,
        }
    }
}
