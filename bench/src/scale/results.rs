//! What was seen at each size of the table, and what is told of it.

use std::{collections::BTreeMap, time::Duration};

use super::{
    COUNTED, SETS, TIMED,
    costs::{Usage, growth},
    operations::Operation,
    prices::{READ, WRITE},
};
use shared::page::MAX_EXAMINED;

use crate::{
    Error,
    report::{Promise, Section, Table},
    statistics::median,
};

/// No amount that is promised may be so many times more with the most keys than with the fewest.
const GROWTH: f64 = 1.2;

/// An amount with its name.
type Amount = (&'static str, fn(&Usage) -> f64);
const REQUESTS: Amount = ("requests", |usage| usage.requests);
const BYTES: Amount = ("bytes", |usage| usage.bytes);
/// Which amounts must not grow. A filter looks at a bounded number of keys, of which few tables have so many.
const PROMISED: [(Operation, &[Amount]); 6] = [
    (Operation::VerifyNew, &[REQUESTS, BYTES]),
    (Operation::VerifyKnown, &[REQUESTS, BYTES]),
    (Operation::FirstPage, &[REQUESTS, BYTES]),
    (Operation::MiddlePage, &[REQUESTS, BYTES]),
    (Operation::FilteredPage, &[REQUESTS]),
    (Operation::RarePage, &[REQUESTS]),
];

/// What was seen of one operation at one size.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) usages: Vec<Usage>,
    pub(super) seconds: Vec<f64>,
}

/// What was seen at one size.
#[derive(Debug)]
pub(super) struct Size {
    /// How many keys there are.
    pub(super) keys: u32,
    /// How long it took to add those that were not there at the size before.
    pub(super) loading: Duration,
    /// How large the file is.
    pub(super) bytes: u64,
    pub(super) seen: BTreeMap<Operation, Seen>,
}

/// Everything that was seen, the fewest keys first.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) sizes: Vec<Size>,
}

impl Size {
    /// A size at which nothing was measured yet.
    pub(super) const fn new(keys: u32, loading: Duration, bytes: u64) -> Self {
        Self { keys, loading, bytes, seen: BTreeMap::new() }
    }

    /// What was seen of an operation.
    pub(super) fn seen(&mut self, operation: Operation) -> &mut Seen {
        self.seen.entry(operation).or_default()
    }

    fn usage(&self, operation: Operation) -> Usage {
        Usage::mean(self.seen.get(&operation).map_or(&[], |seen| &seen.usages))
    }

    fn milliseconds(&self, operation: Operation) -> f64 {
        1_000.0 * median(self.seen.get(&operation).map_or(&[], |seen| &seen.seconds))
    }
}

impl Results {
    /// The section of the report.
    ///
    /// # Errors
    /// When nothing was measured.
    pub(super) fn section(&self) -> Result<Section, Error> {
        let (fewest, most) = self.sizes.first().zip(self.sizes.last()).ok_or("no size was measured")?;
        let text = format!(
            "One table that grows, with {SETS} API sets. Every operation goes over HTTP through the local stack, whose table \
             is the embedded DynamoDB in a process of its own. Requests to it, bytes from it and the capacity that it says \
             each request consumed are means of {COUNTED}, through a proxy that counts; times are medians of {TIMED}, past \
             the proxy. In a transaction an item counts twice, and what it changes in the two indexes once. Callers' own \
             records and API sets are cached. A page looks at {MAX_EXAMINED} keys at the most, and the first one shows the same newest keys \
             at every size. Dollars are for a million operations at AWS's on-demand prices in us-east-1, ${READ} for a million \
             read units and ${WRITE} for a million write units (<https://aws.amazon.com/dynamodb/pricing/on-demand/>)."
        );
        let mut section = Section::new("Cost by the number of keys", &text);
        section.table(self.loading());
        section.table(prices(most));
        section.table(self.growth());
        let from_to = format!("from {} to {} keys", fewest.keys, most.keys);
        for (operation, amounts) in PROMISED {
            let (few, many) = (fewest.usage(operation), most.usage(operation));
            for (what, amount) in amounts {
                let grown = growth(amount(&few), amount(&many));
                section.promise(Promise::at_most(
                    &format!("{}: {what} {from_to}", operation.name()),
                    grown,
                    GROWTH,
                    "x",
                ));
            }
        }
        Ok(section)
    }

    /// How long it took to come to each size.
    fn loading(&self) -> Table {
        let mut table = Table::new(["keys", "loaded in s", "file MB"]);
        for size in &self.sizes {
            let megabytes = size.bytes / 1_000_000;
            table.row([size.keys.to_string(), format!("{:.0}", size.loading.as_secs_f64()), megabytes.to_string()]);
        }
        table
    }

    /// Each operation at each size.
    fn growth(&self) -> Table {
        let mut table = Table::new(["operation", "keys", "requests", "bytes", "ms"]);
        for operation in Operation::ALL {
            for size in &self.sizes {
                let Usage { requests, bytes, .. } = size.usage(operation);
                let time = size.milliseconds(operation);
                table.row([
                    operation.name().to_owned(),
                    size.keys.to_string(),
                    format!("{requests:.1}"),
                    format!("{bytes:.0}"),
                    format!("{time:.2}"),
                ]);
            }
        }
        table
    }
}

/// What each operation consumes, and what that costs.
fn prices(size: &Size) -> Table {
    let mut table = Table::new(["operation", "requests", "read units", "write units", "$ per million"]);
    for operation in Operation::ALL {
        let usage = size.usage(operation);
        table.row([
            operation.name().to_owned(),
            format!("{:.1}", usage.requests),
            format!("{:.1}", usage.read_units),
            format!("{:.1}", usage.write_units),
            format!("{:.3}", usage.dollars()),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(keys: u32, requests: f64) -> Size {
        let mut size = Size::new(keys, Duration::from_secs(2), 3_000_000);
        for operation in Operation::ALL {
            let usage = Usage { requests, bytes: 100.0 * requests, read_units: 8.0, write_units: 0.0 };
            size.seen(operation).usages.extend([usage, usage]);
            size.seen(operation).seconds.extend([0.001, 0.002, 0.009]);
        }
        size
    }

    #[test]
    fn a_cost_that_grows_with_the_keys_breaks_its_promise() {
        let told = |requests| {
            let results = Results { sizes: vec![size(10, 4.0), size(1_000, requests)] };
            results.section().unwrap().to_string()
        };
        assert!(!told(4.8).contains("**no**"), "{}", told(4.8));
        assert!(told(4.9).contains("1.23 x"), "{}", told(4.9));
        assert_eq!(told(4.9).matches("**no**").count(), 4 * 2 + 2);
        assert!(told(4.8).contains(" 1.000 |"), "8 read units are a dollar a million: {}", told(4.8));
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        assert!(Results::default().section().is_err());
    }
}
