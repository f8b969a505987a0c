//! What functions and clients talk to, in processes of its own: as in a deployment, nobody shares a thread with it.
//!
//! A service is this program once more, with another task. It ends when its standard input does, so that it never
//! outlives whoever started it.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Stdio,
};

use clap::Subcommand;
use local::{
    dynamodb::DynamoDb,
    stack::{Options as StackOptions, Stack},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, Command},
};

use crate::Error;

/// A service that this program can be.
#[derive(Debug, Clone, Subcommand)]
pub enum Task {
    /// The embedded `DynamoDB`, without a table
    #[command(hide = true)]
    ServeDynamodb {
        /// Where its data is
        file: PathBuf,
    },
    /// The local stack, with nothing in it but the root key
    #[command(hide = true)]
    ServeStack,
}

impl Task {
    /// Serves until standard input ends.
    ///
    /// # Errors
    /// When the service cannot be started.
    pub async fn serve(self) -> Result<(), Error> {
        match self {
            Self::ServeDynamodb { file } => {
                let dynamodb = DynamoDb::start(Some(&file)).await?;
                told(&[&dynamodb.url()])?;
                ended().await?;
                dynamodb.stop().await;
            }
            Self::ServeStack => {
                let stack = Stack::start(StackOptions::default()).await?;
                told(&[&stack.url(), stack.root_key()])?;
                ended().await?;
                stack.stop().await;
            }
        }
        Ok(())
    }
}

/// Tells whoever started this process what it has to know.
fn told(lines: &[&str]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    out.flush()
}

/// Waits for the end of standard input.
async fn ended() -> io::Result<()> {
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// A service in a process of its own. Dropping it ends it.
#[derive(Debug)]
pub struct Service {
    process: Child,
    /// The lines that it told: addresses, and for a stack its root key.
    told: Vec<String>,
}

impl Service {
    /// The embedded `DynamoDB` with its data in `file`.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn dynamodb(file: &Path) -> Result<Self, Error> {
        Self::start(Command::new(env::current_exe()?).arg("serve-dynamodb").arg(file), 1).await
    }

    /// The local stack.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn stack() -> Result<Self, Error> {
        Self::start(Command::new(env::current_exe()?).arg("serve-stack"), 2).await
    }

    async fn start(command: &mut Command, lines: usize) -> Result<Self, Error> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let mut out = BufReader::new(process.stdout.take().ok_or("a service has no output")?).lines();
        let mut told = Vec::new();
        while told.len() < lines {
            told.push(out.next_line().await?.ok_or("a service did not start")?);
        }
        Ok(Self { process, told })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> &str {
        self.told.first().map_or("", String::as_str)
    }

    /// What else it told: a stack's root key.
    #[must_use]
    pub fn root_key(&self) -> &str {
        self.told.get(1).map_or("", String::as_str)
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.process.id()
    }
}
