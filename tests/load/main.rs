//! Fills a table with keys of a realistic variety, to measure on it: `load-keys --dynamodb URL --table NAME --count 100000`.
//!
//! It writes past Latchkey, in batches, what Latchkey itself would have written. No text belongs to these keys: their
//! hashes are random, so that nobody can use one. It speaks plain HTTP with made-up credentials, which an embedded
//! `DynamoDB` takes and a real one refuses.

use std::{error::Error, process::ExitCode};

use aws_sdk_dynamodb::Client;
use bench::stock::{Keys, SERVICES, Writer, write_sets};
use clap::Parser;
use jiff::Timestamp;
use shared::{
    clock::{Clock, SystemClock},
    store::{KeyTable, Patience},
};

/// Fill a table with keys of a realistic variety, to measure on it
#[derive(Debug, Parser)]
#[command(name = "load-keys")]
struct Arguments {
    /// Where `DynamoDB` answers, as the local stack prints it
    #[arg(long, value_name = "URL")]
    dynamodb: String,
    /// The table, as the local stack prints it
    #[arg(long, value_name = "NAME")]
    table: String,
    /// How many keys
    #[arg(long, value_name = "N")]
    count: u32,
    /// Which keys: the same number gives the same ones, but for their times
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// When the newest is made, in RFC 3339; all others in the two years before. Now unless given
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ran = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(run(&arguments)));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("load-keys: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn Error + Send + Sync>> {
    let sdk = local::stack::sdk(&arguments.dynamodb);
    let until = arguments.until.unwrap_or_else(|| SystemClock.now());
    write_sets(&KeyTable::new(&sdk, &arguments.table, Patience::Admin), &SERVICES, until).await?;
    let mut writer = Writer::new(Client::new(&sdk), &arguments.table);
    let keys = Keys { seed: arguments.seed, count: arguments.count, until };
    let step = arguments.count.div_ceil(10).max(1);
    for number in 0..arguments.count {
        writer.write(keys.items(number)?).await?;
        if (number + 1) % step == 0 {
            say(&format!("{} of {} keys", number + 1, arguments.count));
        }
    }
    writer.finish().await?;
    say(&format!("loaded {} keys into {}", arguments.count, arguments.table));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
fn say(line: &str) {
    eprintln!("{line}");
}
