//! `latchkey rotate-root`: one rotation of the root key, in a running stack or in the folder of one that does not run.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use shared::{clock::SystemClock, entropy::SystemEntropy};

use super::{tell_rotation, unwritable};
use crate::{
    data::{DataError, DataFolder, announced, root_key_file},
    rotate::{Rotated, rotate_root},
    services::{Parts, Services},
    stack::{StartError, config, listen_on},
};

#[derive(Debug, Args)]
pub(super) struct Flags {
    /// Where the keys and the root key are kept; a stack that runs there is asked to do it
    #[arg(long, default_value = ".latchkey", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Ask the Secrets Manager at this address, such as that of a stack that keeps nothing
    #[arg(long, value_name = "URL", conflicts_with = "data_dir")]
    endpoint: Option<String>,
}

pub(super) async fn run(Flags { data_dir, endpoint }: Flags) -> Result<(), String> {
    if let Some(url) = endpoint {
        let rotated = rotate_root(&url).await.map_err(|error| format!("Secrets Manager at {url}: {error}"))?;
        return tell_rotation(&rotated, None).map_err(|error| unwritable(&error));
    }
    let rotated = match DataFolder::open_used(&data_dir) {
        Ok(folder) => rotate_here(folder).await?,
        Err(DataError::InUse(_)) => rotate_there(&data_dir).await?,
        Err(error) => return Err(error.to_string()),
    };
    tell_rotation(&rotated, Some(&root_key_file(&data_dir))).map_err(|error| unwritable(&error))
}

/// Asks the stack that runs on a folder.
async fn rotate_there(folder: &Path) -> Result<Rotated, String> {
    let place = folder.display();
    let Some(url) = announced(folder) else {
        return Err(format!("the latchkey that runs on {place} is only starting or ending; try again"));
    };
    rotate_root(&url).await.map_err(|error| format!("the latchkey that runs on {place}, at {url}: {error}"))
}

/// Runs the services for the time of a rotation.
async fn rotate_here(folder: DataFolder) -> Result<Rotated, String> {
    let services = start(folder).await.map_err(|error| error.to_string())?;
    let rotated = rotate_root(&services.secretsmanager_url()).await;
    services.stop().await;
    rotated
}

async fn start(folder: DataFolder) -> Result<Services, StartError> {
    Services::start(Parts {
        config: config(&shared::config::from_env)?,
        folder: Some(folder),
        other_dynamodb: None,
        dynamodb: listen_on("--port", 0).await?,
        secretsmanager: listen_on("--port", 0).await?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    })
    .await
}
