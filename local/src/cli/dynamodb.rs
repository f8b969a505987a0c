//! `latchkey dynamodb`: the services without the gateway, on ports that stay, for functions that run elsewhere.

use std::{io, sync::Arc};

use clap::Args;
use shared::{clock::SystemClock, entropy::SystemEntropy};

use super::{Place, Signals, greet, unwritable};
use crate::{
    services::{Parts, Services},
    stack::{StartError, config, listen_on},
};

#[derive(Debug, Args)]
pub(super) struct Flags {
    /// DynamoDB's port; 0 takes any that is free
    #[arg(long, default_value_t = 8000)]
    port: u16,
    /// Secrets Manager's port; 0 takes any that is free
    #[arg(long, default_value_t = 8001, value_name = "PORT")]
    secretsmanager_port: u16,
    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(flags: Flags) -> Result<(), String> {
    let mut signals = Signals::new()?;
    let services = start(flags).await.map_err(|error| error.to_string())?;
    greet(&mut io::stdout().lock(), &services).map_err(|error| unwritable(&error))?;
    signals.received().await;
    services.stop().await;
    Ok(())
}

async fn start(Flags { port, secretsmanager_port, place }: Flags) -> Result<Services, StartError> {
    let dynamodb = listen_on("--port", port).await?;
    let secretsmanager = listen_on("--secretsmanager-port", secretsmanager_port).await?;
    Services::start(Parts {
        config: config(&shared::config::from_env)?,
        folder: place.data().open()?,
        other_dynamodb: None,
        dynamodb,
        secretsmanager,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
    })
    .await
}
