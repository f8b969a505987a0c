//! What Latchkey costs, measured beside what cannot cost less.
//!
//! Every part runs its contenders in turns, so that whatever the machine does meanwhile happens to all of them, and tells
//! ratios of medians; times alone are the machine's as much as the code's.

pub mod build;
pub mod files;
pub mod functions;
pub mod load;
pub mod machine;
pub mod node;
pub mod options;
mod processors;
pub mod report;
pub mod scale;
pub mod service;
pub mod statistics;
pub mod stock;
pub mod table;
pub mod verify;

/// Why a measurement could not be made.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Tells whoever waits what is under way.
#[expect(clippy::print_stderr, reason = "what the command prints is its interface")]
pub fn progress(line: &str) {
    eprintln!("{line}");
}
