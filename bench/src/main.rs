//! `cargo run --release -p bench`: what Latchkey costs, printed and written into `bench/results.md`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use bench::{
    Error,
    options::{Options, Part},
    report::Report,
    scale,
};
use clap::Parser;

fn main() -> ExitCode {
    let options = Options::parse();
    let ran = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(run(&options)));
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
