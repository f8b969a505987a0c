//! The check of a key within a process: Latchkey's beside that of Better Auth's API-key plugin.

mod better_auth;
pub mod pieces;

use std::time::Instant;

use local::stack::sdk;
use shared::{
    clock::SystemClock,
    config::Config,
    decision::{Called, Code, Request},
    store::{KeyTable, Patience},
    verify::{Verifier, verify_now},
};

use self::{
    better_auth::BetterAuth,
    pieces::{Scene, timed},
};
use crate::{
    Error,
    options::Options,
    progress,
    report::{Promise, Report, Section, Table as Rows},
    statistics::{Ratio, median, percentile},
    table::{self, Table},
};

/// How many keys are checked in turn.
const KEYS: u32 = 100;
/// How many rounds come before those that count: Node.js compiles what it runs often.
const WARM_UP: u32 = 2;

/// One way to check a key, and how long each check took, in microseconds.
struct Contender {
    name: String,
    calls: Vec<f64>,
    /// The median of each round.
    medians: Vec<f64>,
}

/// Measures it.
///
/// # Errors
/// When something that it takes cannot be had, or a good key is refused.
pub async fn run(options: &Options, report: &mut Report) -> Result<(), Error> {
    progress("verify: filling a table");
    let table = Table::filled(KEYS).await?;
    let ours = Ours::new(&table)?;
    let mut theirs = BetterAuth::start(KEYS).await?;
    let rounds = options.rounds.div_ceil(2) + WARM_UP;
    let mut contenders: Vec<Contender> = Vec::new();
    for round in 0..rounds {
        progress(&format!("verify: round {} of {rounds}", round + 1));
        let mut times = vec![
            ("Latchkey, key cached".to_owned(), ours.cached(options.calls).await?),
            ("Latchkey, key and API sets read".to_owned(), ours.read(options.calls).await?),
        ];
        if let Ok(theirs) = &mut theirs {
            times.extend(theirs.check(options.calls).await?);
        }
        if round < WARM_UP {
            continue;
        }
        for (name, calls) in times {
            match contenders.iter_mut().find(|contender| contender.name == name) {
                Some(contender) => contender.add(calls),
                None => contenders.push(Contender::new(name, calls)),
            }
        }
    }
    report.add(section(&contenders, theirs.err().as_deref(), options));
    report.add(pieces_section(options)?);
    Ok(())
}

/// What the parts of a check take.
fn pieces_section(options: &Options) -> Result<Section, Error> {
    progress("verify: its pieces");
    let mut section = Section::new(
        "The pieces of a check",
        "On one thread, with the record at hand; medians of batches. `cargo bench -p bench` has more of them, and counts their \
         allocations, which `bench/tests/allocations.rs` holds to one for each field of the answer.",
    );
    let mut rows = Rows::new(["piece", "median, µs"]);
    let scene = Scene::with_sets(10)?;
    let recognised = median(&timed(options.calls, || scene.recognise()));
    rows.row(["text taken apart, checksum, SHA-256, compared".to_owned(), format!("{recognised:.2}")]);
    let mut with_ten = f64::NAN;
    for count in [0, 10, 100] {
        let scene = Scene::with_sets(count)?;
        let decided = median(&timed(options.calls, || scene.decide()));
        rows.row([format!("the same and the decision, {count} API sets"), format!("{decided:.2}")]);
        if count == 10 {
            with_ten = decided;
        }
    }
    section.table(rows);
    section.promise(Promise::at_most("text taken apart, checksum, SHA-256, compared", recognised, 1.0, "µs"));
    section.promise(Promise::at_most("decision on a cached key, 10 API sets", with_ten, 2.0, "µs"));
    Ok(section)
}

impl Contender {
    fn new(name: String, calls: Vec<f64>) -> Self {
        let mut contender = Self { name, calls: Vec::new(), medians: Vec::new() };
        contender.add(calls);
        contender
    }

    fn add(&mut self, calls: Vec<f64>) {
        self.medians.push(median(&calls));
        self.calls.extend(calls);
    }
}

fn section(contenders: &[Contender], missing: Option<&str>, options: &Options) -> Section {
    let text = format!(
        "{KEYS} keys, checked one after the other in {} rounds of {} calls, in turns. Latchkey's check takes the text apart, \
         holds its checksum and hash, its state, expiry and addresses, the route by the API sets, and a permission; it writes \
         nothing, and reads over HTTP from the embedded DynamoDB in a process of its own. Better Auth's \
         (`auth.api.verifyApiKey`, with metadata, rate limit off) holds the hash, the state, the expiry and a permission, knows \
         no routes or addresses, and notes the use of the key in its store, which is in the same process here: its memory \
         adapter, and a map as its secondary storage.{}",
        options.rounds.div_ceil(2),
        options.calls,
        missing.map_or(String::new(), |why| format!(" Better Auth was not measured: {why}.")),
    );
    let mut section = Section::new("Checking a key, in process", &text);
    let mut rows = Rows::new(["check", "median, µs", "p99, µs", "x Latchkey, key cached"]);
    for (number, contender) in contenders.iter().enumerate() {
        let cached = contenders.first().filter(|_| number > 0);
        let ratio = cached.map(|cached| Ratio::of(&contender.medians, &cached.medians).to_string());
        rows.row([
            contender.name.clone(),
            format!("{:.2}", median(&contender.calls)),
            format!("{:.2}", percentile(&contender.calls, 99)),
            ratio.unwrap_or_else(|| "1".to_owned()),
        ]);
    }
    section.table(rows);
    section
}

/// Latchkey's own check.
struct Ours<'t> {
    texts: &'t [String],
    table: KeyTable,
    config: Config,
    verifier: Verifier,
}

impl<'t> Ours<'t> {
    fn new(table: &'t Table) -> Result<Self, Error> {
        let config = Config::from_lookup(|name| match name {
            "TABLE_NAME" => Some(table::NAME.to_owned()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            // No read falls into what is measured as cached.
            "CACHE_TTL_SECONDS" => Some("3600".to_owned()),
            _ => None,
        })?;
        let keys = KeyTable::new(&sdk(table.url()), table::NAME, Patience::Admin);
        let verifier = Verifier::new(keys.clone(), &config);
        Ok(Self { texts: table.texts(), table: keys, config, verifier })
    }

    async fn cached(&self, calls: u32) -> Result<Vec<f64>, Error> {
        self.timed(calls, async |text, request| Ok(self.verifier.verify(text, request, &SystemClock).await?.code)).await
    }

    async fn read(&self, calls: u32) -> Result<Vec<f64>, Error> {
        self.timed(calls, async |text, request| Ok(verify_now(text, request, &self.table, &SystemClock).await?.code))
            .await
    }

    async fn timed(
        &self,
        calls: u32,
        check: impl AsyncFn(&str, &Request<'_>) -> Result<Code, Error>,
    ) -> Result<Vec<f64>, Error> {
        let permissions = ["orders:read".parse()?];
        let request = Request {
            place: self.config.deployment,
            source: Some("203.0.113.10".parse()?),
            called: Some(Called { method: "GET", path: "/orders/42", route: "/orders/{id}", is_own: false }),
            permissions: &permissions,
        };
        let mut times = Vec::new();
        for text in self.texts.iter().cycle().take(usize::try_from(calls)?) {
            let start = Instant::now();
            let code = check(text, &request).await?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            if code != Code::Valid {
                return Err(format!("a good key is {}", code.as_str()).into());
            }
        }
        Ok(times)
    }
}
