//! `cargo run --release -p bench`: what Latchkey costs, printed and written into `bench/results.md`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use bench::{
    Error, functions,
    options::{Options, Part},
    report::Report,
    scale,
    service::Task,
};
use clap::Parser;

/// What to do: measure, unless this process is to be a service for one that does.
#[derive(Debug, Parser)]
#[command(name = "bench", version, about, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ran = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            match arguments.task {
                Some(task) => task.serve().await,
                None => run(&arguments.options).await,
            }
        })
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say_error(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Error> {
    let mut report = Report::default();
    if options.wants(Part::Functions) {
        functions::run(options, &mut report).await?;
    }
    if options.wants(Part::Scale) {
        scale::run(options, &mut report).await?;
    }
    writeln!(io::stdout(), "{report}")?;
    Ok(())
}

#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
fn say_error(error: &Error) {
    eprintln!("bench: {error}");
}
