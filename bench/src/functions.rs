//! Release binaries of functions, run as Lambda runs them: the authorizer beside a function that does nothing, one that
//! only reads the key's item, and one in Node.js.

mod contender;
mod counter;
mod life;
mod node;
mod others;
mod results;
mod runtime_api;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
};

use self::{
    contender::{Contender, Presents},
    counter::Counter,
    life::{Life, Program},
    others::Others,
    results::{Results, Seen},
    runtime_api::RuntimeApi,
};
use crate::{
    Error,
    build::{Beside, build, zipped},
    options::Options,
    processors::Processors,
    progress,
    report::Report,
    table::Table,
};

/// What the authorizer is held against; each is a package, too.
const FLOORS: [&str; 2] = ["noop", "raw-get-item"];
/// So many calls come before those that count as warm.
const WARM_UP: u32 = 100;
/// Over so many calls requests to the table are counted.
const COUNTED: u32 = 20;

/// Measures them.
///
/// # Errors
/// When something that it takes cannot be had, or a function answers wrongly.
pub async fn run(options: &Options, report: &mut Report) -> Result<(), Error> {
    progress("functions: building");
    let mut binaries = build(&FLOORS, Beside::Nothing).await?;
    binaries.extend(build(&["authorizer"], Beside::TheLocalStack).await?);
    let (contenders, missing) = contenders(&binaries).await?;
    let sizes = binaries.into_iter().map(|(name, binary)| Ok((name, zipped(&fs::read(binary)?)?)));
    let sizes = sizes.collect::<Result<_, Error>>()?;
    // A thread of its own, because it holds itself and all that it starts to a processor.
    let measured = thread::spawn({
        let options = options.clone();
        move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(&contenders, &options))
        }
    });
    let (seen, peaks) = measured.join().map_err(|_| "the measurement broke down")??;
    report.add(Results { seen, peaks, sizes, missing }.section(options));
    Ok(())
}

/// What was seen of each contender, and the peak memory in MiB by the number of keys that one instance saw.
async fn measure(contenders: &[Contender], options: &Options) -> Result<(Vec<Seen>, Vec<(u32, f64)>), Error> {
    progress("functions: filling a table");
    let processors = Processors::available()?;
    let most = options.distinct.iter().copied().max().unwrap_or_default();
    processors.serve_here()?;
    let mut table = Table::filled(WARM_UP + options.calls).await?;
    processors.measure_here()?;
    let others = &Others::start(table.url(), table.texts(), processors)?;
    let api = RuntimeApi::start()?;
    let mut all: Vec<_> = contenders.iter().map(Seen::of).collect();
    let run = async |contender: &Contender, table: &Table, count| {
        let events = contender.events(table, count)?;
        let life = Life::of(&contender.program, &api, (table.url(), others), events).await?;
        life.calls.iter().try_for_each(|call| contender.check(call))?;
        Ok::<_, Error>(life)
    };
    count(contenders, &table, others, &api, &mut all).await?;
    for round in 0..options.rounds {
        progress(&format!("functions: cold start {} of {}", round + 1, options.rounds));
        for (contender, seen) in turns(contenders, &mut all, round)?.filter(|(contender, _)| contender.starts) {
            seen.cold.add(&run(contender, &table, 1).await?);
        }
    }
    let rounds = options.rounds.div_ceil(2);
    for round in 0..rounds {
        progress(&format!("functions: warm calls, round {} of {rounds}", round + 1));
        for (contender, seen) in turns(contenders, &mut all, round)? {
            let life = run(contender, &table, WARM_UP + options.calls).await?;
            seen.warm.add(&life, usize::try_from(WARM_UP)?);
        }
    }
    progress("functions: many keys through one instance");
    table.add(most).await?;
    let many = contenders.iter().find(|contender| contender.name == NEW_KEYS).ok_or("nobody takes new keys")?;
    let mut peaks = Vec::new();
    for distinct in &options.distinct {
        peaks.push((*distinct, run(many, &table, *distinct).await?.peak_mib()));
    }
    Ok((all, peaks))
}

/// Everybody with what was seen of them, in the order of a round: each round, another one is the first.
fn turns<'r>(
    contenders: &'r [Contender],
    all: &'r mut [Seen],
    round: u32,
) -> Result<impl Iterator<Item = (&'r Contender, &'r mut Seen)>, Error> {
    let mut turns: Vec<_> = contenders.iter().zip(all).collect();
    turns.rotate_left(usize::try_from(round)? % contenders.len());
    Ok(turns.into_iter())
}

/// What one instance may have, whatever it sees, in MiB: an eighth of what the template gives it.
const MOST_MIB: f64 = 64.0;
/// The contender whose every key is new.
const NEW_KEYS: &str = "authorizer, new key";

/// Everybody who takes part, and why those of Node.js do not, if they do not.
async fn contenders(binaries: &BTreeMap<String, PathBuf>) -> Result<(Vec<Contender>, Option<String>), Error> {
    let binary = |name: &str| binaries.get(name).map(AsRef::as_ref).ok_or_else(|| format!("{name} is missing"));
    let (noop, raw, authorizer): (&Path, &Path, &Path) =
        (binary("noop")?, binary("raw-get-item")?, binary("authorizer")?);
    let program = |name, file: &Path| Program { name, file: file.as_os_str().to_owned(), arguments: Vec::new() };
    let (noop, raw) = (program("noop", noop), program("raw-get-item", raw));
    let authorizer = program("authorizer", authorizer);
    let ours = |name, presents, lets_in| Contender {
        name,
        program: authorizer.clone(),
        starts: false,
        presents,
        lets_in: Some(lets_in),
    };
    let (node, missing) = match node::contenders().await? {
        Ok(node) => (node, None),
        Err(missing) => (Vec::new(), Some(missing)),
    };
    let contenders = [
        Contender { name: "noop", program: noop, starts: true, presents: Presents::OneKey, lets_in: None },
        Contender {
            name: "raw-get-item",
            program: raw,
            starts: true,
            presents: Presents::NewKeys,
            lets_in: Some(true),
        },
        Contender { starts: true, ..ours("authorizer, cached key", Presents::OneKey, true) },
        ours("authorizer, cached key's token", Presents::OneToken, true),
        ours(NEW_KEYS, Presents::NewKeys, true),
        ours("authorizer, malformed key", Presents::Malformed, false),
        ours("authorizer, unknown key", Presents::Strangers, false),
    ];
    Ok((contenders.into_iter().chain(node).collect(), missing))
}

/// Counts the requests to the table, until the first answer and for each call after it.
async fn count(
    contenders: &[Contender],
    table: &Table,
    others: &Others,
    api: &RuntimeApi,
    all: &mut [Seen],
) -> Result<(), Error> {
    let counter = Counter::start(table.url()).await?;
    for (contender, seen) in contenders.iter().zip(all) {
        let take = async |calls| {
            let events = contender.events(table, calls)?;
            let life = Life::of(&contender.program, api, (counter.url(), others), events).await?;
            life.calls.iter().try_for_each(|call| contender.check(call))?;
            Ok::<_, Error>(counter.take())
        };
        let (first, all) = (take(1).await?, take(1 + COUNTED).await?);
        seen.requests = Some((first, f64::from(all.saturating_sub(first)) / f64::from(COUNTED)));
    }
    Ok(())
}
