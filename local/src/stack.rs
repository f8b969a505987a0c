//! The whole stack: started, reached, stopped.

use std::{io, path::PathBuf, sync::Arc};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use shared::{
    clock::{Clock, SystemClock},
    config::{Config, ConfigError},
    entropy::{Entropy, SystemEntropy},
    root::RootError,
};
use tokio::net::TcpListener;

use crate::{
    data::{DataError, DataFolder},
    gateway::{self, Gateway},
    secretsmanager::Refusal,
    server::{Server, listen},
    services::{Parts, Services},
};

/// The table's name unless `TABLE_NAME` is set.
const TABLE: &str = "latchkey";
/// The deployment's region unless `DEPLOYMENT_REGION` is set.
const REGION: &str = "us-east-1";

/// Where the keys live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In memory, gone with the stack.
    Ephemeral,
    /// In this folder.
    Folder(PathBuf),
}

impl Data {
    /// The folder, if there is to be one, for this process alone.
    pub(crate) fn open(&self) -> Result<Option<DataFolder>, DataError> {
        match self {
            Self::Ephemeral => Ok(None),
            Self::Folder(folder) => DataFolder::open(folder).map(Some),
        }
    }
}

/// Values of settings by their names.
pub type Settings = Box<dyn Fn(&str) -> Option<String> + Send>;

/// What a stack is made of.
pub struct Options {
    /// The gateway's port on loopback; 0 takes any.
    pub port: u16,
    /// Where the keys live.
    pub data: Data,
    /// A service to put behind the authorizer, as `http://host:port`.
    pub upstream: Option<String>,
    /// Where the functions find `DynamoDB`; the embedded one unless set.
    pub dynamodb: Option<String>,
    /// The settings of section "Settings" in the README, by name.
    pub settings: Settings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Default for Options {
    /// In memory, on any port, with default settings: what a test wants.
    fn default() -> Self {
        Self {
            port: 0,
            data: Data::Ephemeral,
            upstream: None,
            dynamodb: None,
            settings: Box::new(|_| None),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }
}

/// Why a stack did not start. Each fits on one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken.
    #[error("cannot listen on 127.0.0.1:{port}: {cause}; choose another with {option}")]
    Port {
        /// The option that chooses it.
        option: &'static str,
        /// The port.
        port: u16,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A setting is bad.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder is.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The upstream is no URL.
    #[error("--upstream {0}")]
    Upstream(String),
    /// The embedded `DynamoDB` is not what it should be.
    #[error("the embedded DynamoDB: {0}")]
    DynamoDb(String),
    /// The embedded Secrets Manager is not.
    #[error("the embedded Secrets Manager: {0}")]
    SecretsManager(String),
    /// The root key does not fit to the table.
    #[error("the root key: {0}; put the table's own root-key file back, or choose another --data-dir")]
    Root(#[from] RootError),
}

impl From<Refusal> for StartError {
    fn from(refusal: Refusal) -> Self {
        Self::SecretsManager(refusal.to_string())
    }
}

/// A running stack.
pub struct Stack {
    gateway: Server,
    services: Services,
}

impl Stack {
    /// Starts a stack. It accepts requests when this returns.
    ///
    /// # Errors
    /// When something that it needs cannot be had; nothing of it runs then.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { port, data, upstream, dynamodb: other_dynamodb, settings, clock, entropy } = options;
        let listener = listen_on("--port", port).await?;
        let (dynamodb, secretsmanager) = (listen_on("--port", 0).await?, listen_on("--port", 0).await?);
        let config = config(&*settings)?;
        let upstream = upstream.map(|url| gateway::Upstream::new(&url)).transpose().map_err(StartError::Upstream)?;
        let folder = data.open()?;
        let parts = Parts { config, folder, other_dynamodb, dynamodb, secretsmanager, clock, entropy };
        let services = Services::start(parts).await?;
        let gateway = Gateway::serve(Arc::clone(&services.app), upstream, listener);
        let gateway = gateway.map_err(|cause| StartError::Port { option: "--port", port, cause })?;
        Ok(Self { gateway, services })
    }

    /// Where the gateway answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.gateway.url()
    }

    /// Where the embedded `DynamoDB` answers.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.services.dynamodb_url()
    }

    /// Where the embedded Secrets Manager answers.
    #[must_use]
    pub fn secretsmanager_url(&self) -> String {
        self.services.secretsmanager_url()
    }

    /// The table's name.
    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.services.app.config.table_name
    }

    /// The root key's text, as it was when the stack started.
    #[must_use]
    pub fn root_key(&self) -> &str {
        &self.services.root.text
    }

    /// The services that it stands on.
    pub(crate) const fn services(&self) -> &Services {
        &self.services
    }

    /// Lets requests under way end, then stops everything. The data folder is free afterwards.
    pub async fn stop(self) {
        self.gateway.stop().await;
        self.services.stop().await;
    }
}

/// The settings of a deployment on this machine.
pub(crate) fn config(settings: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    Config::from_lookup(|variable| match variable {
        "TABLE_NAME" => settings(variable).or_else(|| Some(TABLE.to_owned())),
        // Where this machine's AWS profile points says nothing about the local deployment.
        "AWS_REGION" => Some(REGION.to_owned()),
        // It is the embedded secret's, known once that is there.
        "ROOT_SECRET_ARN" => None,
        _ => settings(variable),
    })
}

/// Listens on the port that an option asks for; 0 takes any.
pub(crate) async fn listen_on(option: &'static str, port: u16) -> Result<TcpListener, StartError> {
    listen(port).await.map_err(|cause| StartError::Port { option, port, cause })
}

/// How to reach an embedded service at `url`, in plain HTTP. The environment has no say, so neither a real account nor a proxy for
/// the world outside can be asked by accident.
#[must_use]
pub fn sdk(url: &str) -> SdkConfig {
    let nobody = Credentials::new("local", "local", None, None, "local");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(nobody))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(url)
        .build()
}
