//! What Latchkey costs, measured beside what cannot cost less.
//!
//! Every part runs its contenders in turns, so that whatever the machine does meanwhile happens to all of them, and tells
//! ratios of medians; times alone are the machine's as much as the code's.

pub mod options;
pub mod report;
pub mod scale;
pub mod stock;

/// Why a measurement could not be made.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
