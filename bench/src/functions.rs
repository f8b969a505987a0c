//! Release binaries of functions, run as Lambda runs them: the authorizer beside a function that does nothing, one that
//! only reads the key's item, and one in Node.js.

mod contender;
mod counter;
mod life;
mod node;
mod results;
mod runtime_api;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use self::{
    contender::{Contender, Presents},
    counter::Counter,
    life::{Life, Program},
    results::{Results, Seen},
    runtime_api::RuntimeApi,
};
use crate::{
    Error,
    build::{Beside, build, zipped},
    options::Options,
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
    progress("functions: filling a table");
    let most = options.distinct.iter().copied().max().unwrap_or_default();
    let mut table = Table::filled(WARM_UP + options.calls).await?;
    let api = RuntimeApi::start()?;
    let mut results = Results::of(&contenders, missing);
    count(&contenders, &table, &api, &mut results).await?;
    for round in 0..options.rounds {
        progress(&format!("functions: cold start {} of {}", round + 1, options.rounds));
        for (contender, seen) in turns(&contenders, &mut results, round)?.filter(|(contender, _)| contender.starts) {
            let life = Life::of(&contender.program, &api, table.url(), contender.events(&table, 1)?).await?;
            life.calls.iter().try_for_each(|call| contender.check(call))?;
            seen.cold.add(&life);
        }
    }
    let rounds = options.rounds.div_ceil(2);
    for round in 0..rounds {
        progress(&format!("functions: warm calls, round {} of {rounds}", round + 1));
        for (contender, seen) in turns(&contenders, &mut results, round)? {
            let events = contender.events(&table, WARM_UP + options.calls)?;
            let life = Life::of(&contender.program, &api, table.url(), events).await?;
            life.calls.iter().try_for_each(|call| contender.check(call))?;
            seen.warm.add(&life, usize::try_from(WARM_UP)?);
        }
    }
    progress("functions: many keys through one instance");
    table.add(most).await?;
    for distinct in &options.distinct {
        let contender =
            contenders.iter().find(|contender| contender.name == NEW_KEYS).ok_or("nobody takes new keys")?;
        let life = Life::of(&contender.program, &api, table.url(), contender.events(&table, *distinct)?).await?;
        life.calls.iter().try_for_each(|call| contender.check(call))?;
        results.peaks.push((*distinct, life.peak_mib()));
    }
    let sizes = binaries.into_iter().map(|(name, binary)| Ok((name, zipped(&fs::read(binary)?)?)));
    results.sizes = sizes.collect::<Result<_, Error>>()?;
    report.add(results.section(options));
    Ok(())
}

/// Everybody with what was seen of them, in the order of a round: each round, another one is the first.
fn turns<'r>(
    contenders: &'r [Contender],
    results: &'r mut Results,
    round: u32,
) -> Result<impl Iterator<Item = (&'r Contender, &'r mut Seen)>, Error> {
    let mut turns: Vec<_> = contenders.iter().zip(&mut results.seen).collect();
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
async fn count(contenders: &[Contender], table: &Table, api: &RuntimeApi, results: &mut Results) -> Result<(), Error> {
    let counter = Counter::start(table.url()).await?;
    for (contender, seen) in contenders.iter().zip(&mut results.seen) {
        Life::of(&contender.program, api, counter.url(), contender.events(table, 1)?).await?;
        let first = counter.take();
        Life::of(&contender.program, api, counter.url(), contender.events(table, 1 + COUNTED)?).await?;
        seen.requests = Some((first, f64::from(counter.take().saturating_sub(first)) / f64::from(COUNTED)));
    }
    Ok(())
}
