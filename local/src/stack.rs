//! The whole stack: started, reached, stopped.

use std::{io, path::PathBuf, sync::Arc};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use shared::{
    clock::{Clock, SystemClock},
    config::{Config, ConfigError},
    edge::App,
    entropy::{Entropy, SystemEntropy},
    key::PresentedKey,
    root::{self, RootError},
    store::Patience,
};

use crate::{
    data::{DataError, DataFolder, RootKey, new_root_key},
    dynamodb::{DynamoDb, ensure_table},
    gateway::{self, Gateway},
    secretsmanager::SecretsManager,
    server::{Server, listen},
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
    #[error("cannot listen on 127.0.0.1:{port}: {cause}; choose another with --port")]
    Port {
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

/// A running stack.
pub struct Stack {
    gateway: Server,
    dynamodb: DynamoDb,
    secretsmanager: SecretsManager,
    root: RootKey,
    table: String,
    data: Option<DataFolder>,
}

impl Stack {
    /// Starts a stack. It accepts requests when this returns.
    ///
    /// # Errors
    /// When something that it needs cannot be had; nothing of it runs then.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { port, data, upstream, dynamodb: other, settings, clock, entropy } = options;
        let listener = listen(port).await.map_err(|cause| StartError::Port { port, cause })?;
        let config = Config::from_lookup(|variable| match variable {
            "TABLE_NAME" => settings(variable).or_else(|| Some(TABLE.to_owned())),
            // Where this machine's AWS profile points says nothing about the local deployment.
            "AWS_REGION" => Some(REGION.to_owned()),
            _ => settings(variable),
        })?;
        let upstream = upstream.map(|url| gateway::Upstream::new(&url)).transpose().map_err(StartError::Upstream)?;
        let folder = match data {
            Data::Ephemeral => None,
            Data::Folder(folder) => Some(DataFolder::open(&folder)?),
        };
        let root = match &folder {
            None => new_root_key(&config.key_prefix, &*entropy)?,
            Some(folder) => folder.root_key(&config.key_prefix, &*entropy)?,
        };
        let file = folder.as_ref().map(DataFolder::private_database).transpose()?;
        let dynamodb = DynamoDb::start(file.as_deref()).await.map_err(StartError::DynamoDb)?;
        let sdk = sdk(&other.unwrap_or_else(|| dynamodb.url()));
        ensure_table(&sdk, &config.table_name).await.map_err(StartError::DynamoDb)?;
        // Patient even at the door: a debug build on a busy machine is no reason to refuse.
        let app = Arc::new(App::new(config, &sdk, Patience::Admin, clock, entropy));

        // The text was read with the same parser.
        let presented = PresentedKey::parse(&root.text).map_err(|_| StartError::Root(RootError::OtherText))?;
        // A root key that is not kept cannot be the only one: the next stack on the same table makes another.
        if folder.is_some() {
            root::claim(presented.id().ok_or(RootError::Brought)?, &app.table).await?;
        }
        root::ensure(&presented, app.config.deployment, &app.table, &*app.clock, &*app.entropy).await?;
        let secretsmanager = SecretsManager::start(&presented, &root.text).await.map_err(StartError::SecretsManager)?;
        let table = app.config.table_name.clone();
        let gateway = Gateway::new(app, upstream).serve(listener).map_err(|cause| StartError::Port { port, cause })?;
        Ok(Self { gateway, dynamodb, secretsmanager, root, table, data: folder })
    }

    /// Where the gateway answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.gateway.url()
    }

    /// Where the embedded `DynamoDB` answers.
    #[must_use]
    pub fn dynamodb_url(&self) -> String {
        self.dynamodb.url()
    }

    /// Where the embedded Secrets Manager answers.
    #[must_use]
    pub fn secretsmanager_url(&self) -> String {
        self.secretsmanager.url()
    }

    /// The table's name.
    #[must_use]
    pub fn table_name(&self) -> &str {
        &self.table
    }

    /// The root key's text.
    #[must_use]
    pub fn root_key(&self) -> &str {
        &self.root.text
    }

    /// Whether this start made the root key.
    #[must_use]
    pub const fn root_key_is_new(&self) -> bool {
        self.root.is_new
    }

    /// Where the root key is kept, if it is.
    #[must_use]
    pub fn root_key_file(&self) -> Option<PathBuf> {
        self.data.as_ref().map(DataFolder::root_key_file)
    }

    /// Lets requests under way end, then stops everything. The data folder is free afterwards.
    pub async fn stop(self) {
        self.gateway.stop().await;
        self.secretsmanager.stop().await;
        self.dynamodb.stop().await;
    }
}

/// How to reach `DynamoDB` at `url`, in plain HTTP. The environment has no say, so neither a real account nor a proxy for
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
