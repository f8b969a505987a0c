//! `cargo run --release -p bench`: what Latchkey costs, printed and written into `bench/results.md`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use bench::{
    Error, files, functions, load, machine,
    options::{Options, Part},
    report::{Report, Section},
    scale,
    service::Task,
    verify,
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
    let mut section = Section::new("Machine", "Times are this machine's; ratios travel better.");
    section.table(machine::describe().await?);
    report.add(section);
    if options.wants(Part::Functions) {
        functions::run(options, &mut report).await?;
    }
    if options.wants(Part::Verify) {
        verify::run(options, &mut report).await?;
    }
    if options.wants(Part::Load) {
        load::run(options, &mut report).await?;
    }
    if options.wants(Part::Scale) {
        scale::run(options, &mut report).await?;
    }
    writeln!(io::stdout(), "{report}")?;
    match &options.out {
        Some(file) => files::write(&report, file),
        None if options.only.is_empty() => files::write_all(&report),
        None => Ok(()),
    }?;
    match report.broken() {
        0 => Ok(()),
        broken => Err(format!("{broken} of the promises above are not kept").into()),
    }
}

#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
fn say_error(error: &Error) {
    eprintln!("bench: {error}");
}
