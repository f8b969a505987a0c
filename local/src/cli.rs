//! The command line of `cargo run`.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    log,
    stack::{Data, Options, Stack},
};

/// Latchkey on this machine: the gateway, the functions, DynamoDB and Secrets Manager, on loopback alone.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version)]
struct Arguments {
    /// The gateway's port; 0 takes any that is free
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Where the keys and the root key are kept
    #[arg(long, default_value = ".latchkey", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Keep nothing: everything is gone when this ends
    #[arg(long, conflicts_with = "data_dir")]
    ephemeral: bool,
    /// Put this service behind the authorizer, on every route that is not Latchkey's own
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
}

/// Runs until it is told to end; whatever goes wrong is told in one line.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log::start();
    let ran = tokio::runtime::Runtime::new()
        .map_err(|error| error.to_string())
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    // From here on a signal ends the stack in good order, even while it starts.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let options = Options {
        port: arguments.port,
        data: if arguments.ephemeral { Data::Ephemeral } else { Data::Folder(arguments.data_dir) },
        upstream: arguments.upstream,
        settings: Box::new(shared::config::from_env),
        ..Options::default()
    };
    let stack = Stack::start(options).await.map_err(|error| error.to_string())?;
    greet(&stack).map_err(|error| format!("cannot write to stdout: {error}"))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stack.stop().await;
    Ok(())
}

/// Tells where everything is. Programs read these lines, so each keeps its form.
fn greet(stack: &Stack) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "latchkey listening on {}", stack.url())?;
    writeln!(out, "dynamodb {} table {}", stack.dynamodb_url(), stack.table_name())?;
    writeln!(out, "secretsmanager {}", stack.secretsmanager_url())?;
    match (stack.root_key_is_new(), stack.root_key_file()) {
        (true, Some(file)) => {
            writeln!(out, "root key {} (shown once; kept in {})", stack.root_key(), file.display())?;
        }
        (true, None) => writeln!(out, "root key {} (shown once; gone when this ends)", stack.root_key())?,
        (false, Some(file)) => writeln!(out, "root key kept in {}", file.display())?,
        (false, None) => {}
    }
    out.flush()
}

#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
fn say_error(error: &str) {
    eprintln!("latchkey: {}", error.replace('\n', " "));
}
