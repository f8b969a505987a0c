//! Secrets Manager: the secret and its versions.

use std::{collections::HashMap, time::Duration};

use aws_sdk_secretsmanager::{
    Client,
    config::{BehaviorVersion, timeout::TimeoutConfig},
    error::SdkError,
    operation::{get_secret_value::GetSecretValueError, put_secret_value::PutSecretValueError},
};
use shared::store::messages;

use crate::{
    content::{Content, ContentError},
    event::Event,
};

/// The stage of the version that is in use.
pub(crate) const CURRENT: &str = "AWSCURRENT";
/// The stage of the version that a rotation makes.
pub(crate) const PENDING: &str = "AWSPENDING";

/// How long Secrets Manager may take: to be reached, for one attempt, and for all of them.
const PATIENCE: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(8)];

/// Why Secrets Manager did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// It refused, or did not answer.
    #[error("Secrets Manager, {operation}: {cause}")]
    Service {
        /// What was asked for.
        operation: &'static str,
        /// What went wrong.
        cause: String,
    },
    /// What it holds is none of ours.
    #[error(transparent)]
    Content(#[from] ContentError),
}

fn failed<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> VaultError
where
    SdkError<E>: std::error::Error,
{
    move |error| VaultError::Service { operation, cause: messages(&error) }
}

/// A secret, without its values.
#[derive(Debug)]
pub(crate) struct Secret {
    /// Its ARN, however it was asked for.
    pub(crate) arn: String,
    /// Whether it is to be rotated at all.
    pub(crate) is_rotated: bool,
    stages: HashMap<String, Vec<String>>,
}

impl Secret {
    /// The stages of a version; none if there is no such version.
    pub(crate) fn stages_of(&self, version: &str) -> Option<&[String]> {
        self.stages.get(version).map(Vec::as_slice)
    }

    /// The version that has a stage.
    pub(crate) fn version_at(&self, stage: &str) -> Option<&str> {
        let mut versions = self.stages.iter();
        versions.find_map(|(version, stages)| stages.iter().any(|one| one == stage).then_some(version.as_str()))
    }
}

/// Secrets Manager, as a rotation needs it.
#[derive(Debug)]
pub(crate) struct Vault(Client);

impl Vault {
    /// One that is reached as `sdk` says. Connects at the first request.
    pub(crate) fn new(sdk: &aws_config::SdkConfig) -> Self {
        let [connect, attempt, operation] = PATIENCE;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(connect)
            .operation_attempt_timeout(attempt)
            .operation_timeout(operation)
            .build();
        let config = aws_sdk_secretsmanager::config::Builder::from(sdk)
            .behavior_version(BehaviorVersion::v2026_01_12())
            .timeout_config(timeouts)
            .build();
        Self(Client::from_conf(config))
    }

    /// What there is to know of the secret.
    pub(crate) async fn describe(&self, event: &Event) -> Result<Secret, VaultError> {
        let described = self.0.describe_secret().secret_id(&event.secret_id).send().await;
        let described = described.map_err(failed("DescribeSecret"))?;
        Ok(Secret {
            arn: described.arn.unwrap_or_default(),
            is_rotated: described.rotation_enabled.unwrap_or(false),
            stages: described.version_ids_to_stages.unwrap_or_default(),
        })
    }

    /// The value in use.
    pub(crate) async fn current(&self, event: &Event) -> Result<Option<Content>, VaultError> {
        self.value(event, None, CURRENT).await
    }

    /// The value of the version that the rotation makes, at its present stage; none if it has none yet.
    pub(crate) async fn rotated(&self, event: &Event, stage: &str) -> Result<Option<Content>, VaultError> {
        self.value(event, Some(&event.client_request_token), stage).await
    }

    async fn value(&self, event: &Event, version: Option<&str>, stage: &str) -> Result<Option<Content>, VaultError> {
        let asked = self.0.get_secret_value().secret_id(&event.secret_id).version_stage(stage);
        let found = asked.set_version_id(version.map(str::to_owned)).send().await;
        let text = match found {
            Ok(found) => found.secret_string,
            Err(error)
                if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) =>
            {
                None
            }
            Err(error) => return Err(failed("GetSecretValue")(error)),
        };
        Ok(text.map(|text| Content::parse(&text)).transpose()?)
    }

    /// Keeps a value as that of the version that the rotation makes, unless that has one: `false` then.
    pub(crate) async fn put(&self, event: &Event, content: &Content) -> Result<bool, VaultError> {
        let put = self
            .0
            .put_secret_value()
            .secret_id(&event.secret_id)
            .client_request_token(&event.client_request_token)
            // Without it the version would be in use at once.
            .version_stages(PENDING)
            .set_rotation_token(event.rotation_token.clone())
            .secret_string(content.reveal());
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(PutSecretValueError::is_resource_exists_exception) => {
                Ok(false)
            }
            Err(error) => Err(failed("PutSecretValue")(error)),
        }
    }

    /// Puts the version that the rotation made in use, in place of `old`.
    pub(crate) async fn promote(&self, event: &Event, old: Option<&str>) -> Result<(), VaultError> {
        let moved = self
            .0
            .update_secret_version_stage()
            .secret_id(&event.secret_id)
            .version_stage(CURRENT)
            .move_to_version_id(&event.client_request_token)
            .set_remove_from_version_id(old.map(str::to_owned));
        moved.send().await.map_err(failed("UpdateSecretVersionStage"))?;
        Ok(())
    }
}
