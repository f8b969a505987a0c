//! The services that a stack stands on: the embedded `DynamoDB` with its table, and the embedded Secrets Manager with the
//! root key in it.

use std::{path::PathBuf, sync::Arc};

use shared::{
    clock::Clock,
    config::Config,
    edge::App,
    entropy::Entropy,
    key::PresentedKey,
    root::{self, RootError},
    store::{KeyTable, Patience},
};
use tokio::net::TcpListener;

use crate::{
    data::{DataFolder, RootKey, new_root_key},
    dynamodb::{DynamoDb, ensure_table},
    rotate::Rotation,
    secretsmanager::{Guard, Kept, SecretsManager, View, texts},
    stack::{StartError, sdk},
};

/// What the services are made of.
pub(crate) struct Parts {
    pub(crate) config: Config,
    /// The data folder; in memory without one.
    pub(crate) folder: Option<DataFolder>,
    /// Where the functions find `DynamoDB`; the embedded one unless set.
    pub(crate) other_dynamodb: Option<String>,
    /// Where the embedded `DynamoDB` is to answer.
    pub(crate) dynamodb: TcpListener,
    /// Where the embedded Secrets Manager is.
    pub(crate) secretsmanager: TcpListener,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
}

/// The running services.
pub(crate) struct Services {
    pub(crate) app: Arc<App>,
    pub(crate) root: RootKey,
    dynamodb: DynamoDb,
    secretsmanager: SecretsManager,
    folder: Option<Arc<DataFolder>>,
}

impl Services {
    /// Starts them. They accept requests when this returns.
    pub(crate) async fn start(parts: Parts) -> Result<Self, StartError> {
        let Parts { mut config, folder, other_dynamodb, dynamodb, secretsmanager, clock, entropy } = parts;
        let (secrets, found) = match &folder {
            None => (None, new_root_key(&config.key_prefix, &*entropy)?),
            Some(folder) => (folder.secrets()?, folder.root_key(&config.key_prefix, &*entropy)?),
        };
        let file = folder.as_ref().map(DataFolder::private_database).transpose()?;
        let dynamodb = DynamoDb::serve(file.as_deref(), dynamodb).map_err(StartError::DynamoDb)?;
        let at_table = sdk(&other_dynamodb.unwrap_or_else(|| dynamodb.url()));
        ensure_table(&at_table, &config.table_name).await.map_err(StartError::DynamoDb)?;
        let table = KeyTable::new(&at_table, &config.table_name, Patience::Admin);
        let texts = candidates(&found.text, secrets.as_ref());
        let text = settle_root(texts, folder.is_some(), &config, &table, &*clock, &*entropy).await?;

        let folder = folder.map(Arc::new);
        let kept = folder.as_ref().map_or(Kept::Nowhere, |folder| Kept::Folder(Arc::clone(folder)));
        let guard = Arc::new(Guard::new(secrets, kept, Arc::clone(&clock), Arc::clone(&entropy)).await?);
        config.root_secret = Some(guard.hold_root(&parsed(&text)?, &text).await?);
        if let Some(folder) = &folder {
            folder.put_right(&found.text, &text)?;
        }
        // Patient even at the door: a debug build on a busy machine is no reason to refuse.
        let app = Arc::new(App::new(config, &at_table, Patience::Admin, clock, entropy));
        let secretsmanager = SecretsManager::start(secretsmanager, Arc::clone(&guard));
        let secretsmanager = secretsmanager.map_err(StartError::SecretsManager)?;
        guard.rotate_with(Arc::new(Rotation::new(Arc::clone(&app), &secretsmanager.url())));
        if let Some(folder) = &folder {
            folder.announce(&secretsmanager.url())?;
        }
        let root = RootKey { text, is_new: found.is_new };
        Ok(Self { app, root, dynamodb, secretsmanager, folder })
    }

    pub(crate) fn dynamodb_url(&self) -> String {
        self.dynamodb.url()
    }

    pub(crate) fn secretsmanager_url(&self) -> String {
        self.secretsmanager.url()
    }

    /// Where the root key is kept, if it is.
    pub(crate) fn root_key_file(&self) -> Option<PathBuf> {
        self.folder.as_deref().map(DataFolder::root_key_file)
    }

    /// Lets requests under way end, then stops everything. The data folder is free afterwards.
    pub(crate) async fn stop(self) {
        if let Some(Err(error)) = self.folder.as_deref().map(DataFolder::withdraw) {
            tracing::warn!(%error, "the address of Secrets Manager stays in the data folder");
        }
        self.secretsmanager.stop().await;
        self.dynamodb.stop().await;
    }
}

/// The texts that may be the root key's, the likeliest first. What Secrets Manager has as current is, if the file knows no
/// better than an earlier or a coming text of the same secret: a rotation was cut short. A text that the secret never had
/// was put into the file by somebody, and stands for itself.
fn candidates(found: &str, secrets: Option<&View>) -> Vec<String> {
    let (current, others) = secrets.map(texts).unwrap_or_default();
    match current {
        Some(current) if current != found && others.iter().any(|text| text == found) => vec![current, found.to_owned()],
        _ => vec![found.to_owned()],
    }
}

/// The first of the texts that the table takes as the root key's.
async fn settle_root(
    texts: Vec<String>,
    is_kept: bool,
    config: &Config,
    table: &KeyTable,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<String, StartError> {
    let mut refused = RootError::OtherText;
    for text in texts {
        let presented = parsed(&text)?;
        // A root key that is not kept cannot be the only one: the next stack on the same table makes another.
        if is_kept {
            root::claim(presented.id().ok_or(RootError::Brought)?, table).await?;
        }
        match root::ensure(&presented, config.deployment, table, clock, entropy).await {
            Ok(()) => return Ok(text),
            Err(RootError::OtherText) => refused = RootError::OtherText,
            Err(error) => return Err(error.into()),
        }
    }
    Err(refused.into())
}

/// The text was read with the same parser.
fn parsed(text: &str) -> Result<PresentedKey<'_>, RootError> {
    PresentedKey::parse(text).map_err(|_| RootError::OtherText)
}
