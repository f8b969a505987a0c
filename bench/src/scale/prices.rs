//! What AWS takes for the capacity that a table consumes.
//!
//! On-demand, standard table class, US East (N. Virginia), from <https://aws.amazon.com/dynamodb/pricing/on-demand/>. A read
//! unit is one strongly consistent read of up to 4 KB, or two that are eventually consistent; a write unit is one write of
//! up to 1 KB; a transaction takes twice as many.

/// Dollars for a million read units.
pub(super) const READ: f64 = 0.125;
/// Dollars for a million write units.
pub(super) const WRITE: f64 = 0.625;

/// Dollars for a million operations, each of which consumes so many units.
pub(super) fn dollars(read_units: f64, write_units: f64) -> f64 {
    read_units * READ + write_units * WRITE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_are_paid_together() {
        assert!((dollars(2.0, 4.0) - 2.75).abs() < 1e-9);
        assert!(dollars(0.0, 0.0).abs() < 1e-9);
    }
}
