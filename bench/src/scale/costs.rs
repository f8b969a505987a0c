//! What operations use of a table.

use super::prices::dollars;

/// What was used of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Usage {
    /// Requests to it.
    pub(super) requests: f64,
    /// Bytes of its answers.
    pub(super) bytes: f64,
    /// Read units.
    pub(super) read_units: f64,
    /// Write units.
    pub(super) write_units: f64,
}

impl Usage {
    /// Adds a request.
    pub(super) fn add(&mut self, is_read: bool, units: f64, bytes: usize) {
        self.requests += 1.0;
        self.bytes += f64::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        if is_read {
            self.read_units += units;
        } else {
            self.write_units += units;
        }
    }

    /// The mean of several; nothing where there are none.
    pub(super) fn mean(several: &[Self]) -> Self {
        let count = f64::from(u32::try_from(several.len()).unwrap_or(u32::MAX)).max(1.0);
        let mean = |field: fn(&Self) -> f64| several.iter().map(field).sum::<f64>() / count;
        Self {
            requests: mean(|usage| usage.requests),
            bytes: mean(|usage| usage.bytes),
            read_units: mean(|usage| usage.read_units),
            write_units: mean(|usage| usage.write_units),
        }
    }

    /// What a million of it costs, in dollars.
    pub(super) fn dollars(&self) -> f64 {
        dollars(self.read_units, self.write_units)
    }
}

/// How many times one amount is another. Nothing has not grown from nothing.
pub(super) fn growth(from: f64, to: f64) -> f64 {
    if from == 0.0 && to == 0.0 { 1.0 } else { to / from }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_of_each_amount() {
        let mut one = Usage::default();
        one.add(true, 1.0, 100);
        let mut other = one;
        other.add(false, 4.0, 300);
        let mean = Usage::mean(&[one, other]);
        assert_eq!(mean, Usage { requests: 1.5, bytes: 250.0, read_units: 1.0, write_units: 2.0 });
        assert_eq!(Usage::mean(&[]), Usage::default());
    }

    #[test]
    fn what_grows_from_nothing_grows_without_bound() {
        assert!((growth(2.0, 3.0) - 1.5).abs() < 1e-9);
        assert!((growth(0.0, 0.0) - 1.0).abs() < 1e-9);
        assert!(growth(0.0, 1.0).is_infinite());
    }
}
