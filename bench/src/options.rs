//! What is measured, and how often.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measure what Latchkey costs, beside what cannot cost less
#[derive(Debug, Clone, Parser)]
#[command(name = "bench")]
pub struct Options {
    /// Measure these parts alone; their results are printed, and written nowhere unless --out says where
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub only: Vec<Part>,
    /// How often the contenders take turns
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(2..))]
    pub rounds: u32,
    /// How many calls each of them answers in its turn
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(2..))]
    pub calls: u32,
    /// How many different keys one instance sees, for each measurement of its memory
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000])]
    pub distinct: Vec<u32>,
    /// How many keys are in the table, for each size that is compared
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    pub sizes: Vec<u32>,
    /// Where the results are written
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// A part of the measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Release binaries of functions, as Lambda runs them
    Functions,
    /// What it takes to check a key, within a process
    Verify,
    /// The cost of one operation, by the number of keys
    Scale,
    /// Requests through the local stack
    Load,
}

impl Options {
    /// Whether a part is to be measured.
    #[must_use]
    pub fn wants(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn every_part_is_wanted_unless_some_are_named() {
        let of = |line: &[&str]| Options::try_parse_from(line).unwrap();
        assert!(Part::value_variants().iter().all(|part| of(&["bench"]).wants(*part)));
        let some = of(&["bench", "--only", "scale,load"]);
        assert!(some.wants(Part::Scale) && some.wants(Part::Load) && !some.wants(Part::Functions));
    }
}
