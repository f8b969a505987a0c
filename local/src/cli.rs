//! The command line of `cargo run`.

mod dynamodb;
mod rotate_root;
mod stack;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{log, rotate::Rotated, services::Services, stack::Data};

/// Latchkey on this machine: the gateway, the functions, DynamoDB and Secrets Manager, on loopback alone.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    stack: stack::Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Rotate the root key, in the four steps of Secrets Manager
    RotateRoot(rotate_root::Flags),
    /// Run DynamoDB with the table, and Secrets Manager with the root key, for `sam local` and the like
    Dynamodb(dynamodb::Flags),
}

/// Where the keys are.
#[derive(Debug, Args)]
struct Place {
    /// Where the keys and the root key are kept
    #[arg(long, default_value = ".latchkey", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Keep nothing: everything is gone when this ends
    #[arg(long, conflicts_with = "data_dir")]
    ephemeral: bool,
}

impl Place {
    fn data(self) -> Data {
        if self.ephemeral { Data::Ephemeral } else { Data::Folder(self.data_dir) }
    }
}

/// Runs until it is told to end; whatever goes wrong is told in one line.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What a command that ends by itself has to say, it says in its own lines.
    if !matches!(arguments.command, Some(Command::RotateRoot(_))) {
        log::start();
    }
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
    match arguments.command {
        None => stack::run(arguments.stack).await,
        Some(Command::RotateRoot(flags)) => rotate_root::run(flags).await,
        Some(Command::Dynamodb(flags)) => dynamodb::run(flags).await,
    }
}

/// The signals that end what runs. From when they are made on, each ends it in good order, even while it starts.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, String> {
        let signal = |kind| signal(kind).map_err(|error| error.to_string());
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Tells where the services are. Programs read these lines, so each keeps its form.
fn greet(out: &mut impl Write, services: &Services) -> io::Result<()> {
    writeln!(out, "dynamodb {} table {}", services.dynamodb_url(), services.app.config.table_name)?;
    writeln!(out, "secretsmanager {}", services.secretsmanager_url())?;
    let root = &services.root;
    match (root.is_new, services.root_key_file()) {
        (true, file) => show_root_key(out, &root.text, file.as_deref())?,
        (false, Some(file)) => writeln!(out, "root key kept in {}", file.display())?,
        (false, None) => {}
    }
    out.flush()
}

/// Shows the text of the root key, once.
fn show_root_key(out: &mut impl Write, text: &str, file: Option<&Path>) -> io::Result<()> {
    match file {
        Some(file) => writeln!(out, "root key {text} (shown once; kept in {})", file.display()),
        None => writeln!(out, "root key {text} (shown once; gone when this ends)"),
    }
}

/// Tells of a rotation by whoever has a terminal before them.
fn tell_rotation(rotated: &Rotated, file: Option<&Path>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match file {
        Some(file) => writeln!(out, "root key {} (shown once; kept in {})", rotated.text, file.display())?,
        None => writeln!(out, "root key {} (shown once)", rotated.text)?,
    }
    match &rotated.previous_until {
        Some(until) => writeln!(out, "previous root key works until {until}")?,
        None => writeln!(out, "previous root key no longer works")?,
    }
    out.flush()
}

fn unwritable(error: &io::Error) -> String {
    format!("cannot write to stdout: {error}")
}

#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
fn say_error(error: &str) {
    eprintln!("latchkey: {}", error.replace('\n', " "));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_of_the_stack_are_not_taken_by_other_commands() {
        for line in [
            &["latchkey", "--port", "0", "rotate-root"][..],
            &["latchkey", "rotate-root", "--port", "0"],
            &["latchkey", "rotate-root", "--data-dir", "a", "--endpoint", "http://127.0.0.1:1"],
            &["latchkey", "dynamodb", "--rotate-every", "30s"],
            &["latchkey", "dynamodb", "--data-dir", "a", "--ephemeral"],
            &["latchkey", "--data-dir", "a", "--ephemeral"],
        ] {
            assert!(Arguments::try_parse_from(line).is_err(), "{line:?}");
        }
    }
}
