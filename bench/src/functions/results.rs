//! What came of the functions, as a section of the report.

use super::{contender::Contender, life::Life};
use crate::{
    options::Options,
    report::{Promise, Section, Table},
    statistics::{Ratio, median, percentile},
};

/// Everything that was seen.
pub(crate) struct Results {
    /// One for each contender, in their order.
    pub(crate) seen: Vec<Seen>,
    /// The peak memory in MiB, by the number of keys that one instance saw.
    pub(crate) peaks: Vec<(u32, f64)>,
    /// The size of each binary in a ZIP archive, in bytes.
    pub(crate) sizes: Vec<(String, usize)>,
    /// Why there is no Node.js among them.
    pub(crate) missing: Option<String>,
}

/// What was seen of one contender.
#[derive(Default)]
pub(crate) struct Seen {
    contender: &'static str,
    program: &'static str,
    pub(crate) cold: Cold,
    pub(crate) warm: Warm,
    /// Requests to the table until the first answer, and for each call after it.
    pub(crate) requests: Option<(u32, f64)>,
}

impl Seen {
    /// Nothing yet.
    pub(crate) fn of(contender: &Contender) -> Self {
        Self { contender: contender.name, program: contender.program.name, ..Self::default() }
    }
}

/// Its starts: one value for each round, in milliseconds.
#[derive(Default)]
pub(crate) struct Cold {
    ready: Vec<f64>,
    answered: Vec<f64>,
    first: Vec<f64>,
}

/// Its warm calls, in microseconds.
#[derive(Default)]
pub(crate) struct Warm {
    calls: Vec<f64>,
    /// The same until another one could be taken.
    in_all: Vec<f64>,
    /// The median of each round.
    medians: Vec<f64>,
    /// The peak memory of each round, in MiB.
    peaks: Vec<f64>,
}

impl Cold {
    pub(crate) fn add(&mut self, life: &Life) {
        self.ready.push(life.ready_after.as_secs_f64() * 1e3);
        self.answered.push(life.answered_after().as_secs_f64() * 1e3);
        self.first.extend(life.calls.first().map(|call| call.took().as_secs_f64() * 1e3));
    }
}

impl Warm {
    /// Adds the calls of a life but for the first ones.
    pub(crate) fn add(&mut self, life: &Life, but: usize) {
        let calls: Vec<_> = life.calls.iter().skip(but).map(|call| call.took().as_secs_f64() * 1e6).collect();
        self.medians.push(median(&calls));
        self.calls.extend(calls);
        self.in_all.extend(life.calls.iter().skip(but).map(|call| call.took_in_all().as_secs_f64() * 1e6));
        self.peaks.push(life.peak_mib());
    }
}

impl Results {
    fn of_contender(&self, name: &str) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.contender == name)
    }

    /// Whoever of a program was started cold.
    fn of_program(&self, name: &str) -> Option<&Seen> {
        self.seen.iter().find(|seen| seen.program == name && !seen.cold.answered.is_empty())
    }

    /// What a program had at most, whatever was presented to it, in MiB.
    fn peak_of(&self, program: &str) -> f64 {
        let seen = self.seen.iter().filter(|seen| seen.program == program);
        seen.map(|seen| median(&seen.warm.peaks)).max_by(f64::total_cmp).unwrap_or(f64::NAN)
    }

    fn size(&self, name: &str) -> Option<f64> {
        let found = self.sizes.iter().find(|(program, _)| program == name);
        found.and_then(|(_, bytes)| u32::try_from(*bytes).ok()).map(|bytes| f64::from(bytes) / 1e6)
    }

    /// The section of the report.
    pub(crate) fn section(&self, options: &Options) -> Section {
        let (rounds, warm_rounds, calls) = (options.rounds, options.rounds.div_ceil(2), options.calls);
        let text = format!(
            "Release binaries under a Lambda Runtime API on loopback, in turns: {rounds} rounds of one start each, then \
             {warm_rounds} of {calls} warm calls each. The table is the embedded DynamoDB in a process of its own, over \
             plain HTTP: on Lambda, a TLS handshake comes to the start of whoever reads the table. A function and its Runtime API, \
             which take turns, share one processor, and the table has another, as in a deployment it has another machine; \
             others use it while a function starts, as they do there (where there is one processor, it is shared by all). The \
             first event is handed out when they have left, and the time until then counts for nobody. raw-get-item is as AWS's \
             documentation shows it: it asks the SDK's chain for credentials and loads the system's root certificates, which \
             the authorizer does not, and that is most of its lead at the start. noop and raw-get-item have the runtime's own \
             spans, read the event into a tree, and have the system's allocator; they log nothing, while the authorizer \
             writes a line after its answer, which the time to the next poll includes. The authorizer rehearses with an event of \
             this shape while it starts. Every answer is checked. \
             A ratio is one of medians over the rounds, with its 95 % interval (a bootstrap over the rounds).{}",
            self.missing.as_ref().map_or(String::new(), |why| format!(" Node.js was not measured: {why}."))
        );
        let mut section = Section::new("Functions", &text);
        section.headline(self.cold_table());
        section.headline(self.warm_table());
        section.table(self.memory_table());
        self.promises().into_iter().for_each(|promise| section.promise(promise));
        section
    }

    fn cold_table(&self) -> Table {
        let header = [
            "cold start",
            "start to first poll, ms",
            "start to first answer, ms",
            "p99, ms",
            "x raw-get-item",
            "first call, ms",
            "requests to the table",
        ];
        let mut table = Table::new(header);
        for seen in self.seen.iter().filter(|seen| !seen.cold.answered.is_empty()) {
            let cold = &seen.cold;
            table.row([
                seen.program.to_owned(),
                format!("{:.2}", median(&cold.ready)),
                format!("{:.2}", median(&cold.answered)),
                format!("{:.2}", percentile(&cold.answered, 99)),
                self.cold_ratio(seen.program, "raw-get-item").map_or("1".to_owned(), |ratio| ratio.to_string()),
                format!("{:.2}", median(&cold.first)),
                seen.requests.map_or(String::new(), |(first, _)| first.to_string()),
            ]);
        }
        table
    }

    fn warm_table(&self) -> Table {
        let header = [
            "warm call",
            "median, µs",
            "p99, µs",
            "to the next poll, µs",
            "x noop",
            "x raw-get-item",
            "requests to the table per call",
        ];
        let mut table = Table::new(header);
        for seen in &self.seen {
            let ratio =
                |other| self.warm_ratio(seen.contender, other).map_or("1".to_owned(), |ratio| ratio.to_string());
            table.row([
                seen.contender.to_owned(),
                format!("{:.0}", median(&seen.warm.calls)),
                format!("{:.0}", percentile(&seen.warm.calls, 99)),
                format!("{:.0}", median(&seen.warm.in_all)),
                ratio("noop"),
                ratio("raw-get-item"),
                seen.requests.map_or(String::new(), |(_, each)| format!("{each:.2}")),
            ]);
        }
        table
    }

    fn memory_table(&self) -> Table {
        let mut table = Table::new(["size", "peak memory, MiB", "zipped, MB"]);
        for seen in self.seen.iter().filter(|seen| !seen.cold.answered.is_empty()) {
            let size = self.size(seen.program).map_or(String::new(), |size| format!("{size:.2}"));
            table.row([seen.program.to_owned(), format!("{:.1}", self.peak_of(seen.program)), size]);
        }
        for (distinct, peak) in &self.peaks {
            table.row([format!("authorizer after {distinct} different keys"), format!("{peak:.1}")]);
        }
        table
    }

    /// No ratio with itself.
    fn cold_ratio(&self, program: &str, other: &str) -> Option<Ratio> {
        if program == other {
            return None;
        }
        Some(Ratio::of(&self.of_program(program)?.cold.answered, &self.of_program(other)?.cold.answered))
    }

    /// No ratio with itself.
    fn warm_ratio(&self, contender: &str, other: &str) -> Option<Ratio> {
        if contender == other {
            return None;
        }
        Some(Ratio::of(&self.of_contender(contender)?.warm.medians, &self.of_contender(other)?.warm.medians))
    }

    fn promises(&self) -> Vec<Promise> {
        let at_most = |what: &str, ratio: Option<f64>, limit| Some(Promise::at_most(what, ratio?, limit, "x"));
        let cold = |program, other| self.cold_ratio(program, other).map(|ratio| ratio.value);
        let warm = |contender, other| self.warm_ratio(contender, other).map(|ratio| ratio.value);
        let first = || {
            let (ours, raw) = (self.of_program("authorizer")?, self.of_contender("raw-get-item")?);
            Some(median(&ours.cold.first) * 1e3 / median(&raw.warm.medians))
        };
        let memory = self.peak_of("authorizer") / self.peak_of("raw-get-item");
        let reads = self.of_contender("authorizer, malformed key").and_then(|seen| seen.requests);
        let most = self.peaks.iter().map(|(_, peak)| *peak).max_by(f64::total_cmp);
        let node =
            self.seen.iter().filter(|seen| seen.program.starts_with("Node.js") && !seen.cold.answered.is_empty());
        let mut promises =
            vec![at_most("start to first answer, against raw-get-item", cold("authorizer", "raw-get-item"), 1.25)];
        promises.extend(node.map(|node| {
            let what = format!("start to first answer: {} against the authorizer", node.program);
            Some(Promise::at_least(&what, cold(node.program, "authorizer")?, 15.0, "x"))
        }));
        promises.extend([
            at_most("first call after initialising, against a warm one of raw-get-item", first(), 1.5),
            at_most("warm call with a cached key, against noop", warm("authorizer, cached key", "noop"), 1.25),
            at_most(
                "warm call with a new key, against raw-get-item",
                warm("authorizer, new key", "raw-get-item"),
                1.15,
            ),
            at_most("warm call with a malformed key, against noop", warm("authorizer, malformed key", "noop"), 1.15),
            reads.map(|(_, each)| Promise::at_most("requests to the table for a malformed key", each, 0.0, "")),
            at_most("peak memory, against raw-get-item", Some(memory), 1.3),
            self.size("authorizer").map(|size| Promise::at_most("zipped authorizer", size, 4.0, "MB")),
            most.map(|peak| Promise::at_most("peak memory after the most keys", peak, super::MOST_MIB, "MiB")),
        ]);
        promises.into_iter().flatten().collect()
    }
}
