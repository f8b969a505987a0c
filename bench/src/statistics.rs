//! Medians, percentiles, and how sure a ratio of medians is.

use std::fmt::{self, Display, Formatter};

use rand::{RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};

/// So often a ratio is drawn anew.
const DRAWS: usize = 2_000;

/// The middle of some values; not a number where there are none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
    match sorted.len() % 2 {
        0 => f64::midpoint(upper, sorted.get((sorted.len() / 2).saturating_sub(1)).copied().unwrap_or(f64::NAN)),
        _ => upper,
    }
}

/// The value that so many percent of them do not exceed; not a number where there are none.
#[must_use]
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

/// How many times one contender's median is another's, with the interval that holds it in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// The ratio of the medians.
    pub value: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Ratio {
    /// The ratio of what two contenders took, one value each for every round. The interval is a bootstrap over the rounds:
    /// they are drawn anew with replacement, each with what both took in it, because what disturbs a round disturbs both.
    #[must_use]
    pub fn of(contender: &[f64], other: &[f64]) -> Self {
        let rounds: Vec<_> = contender.iter().copied().zip(other.iter().copied()).collect();
        let of = |rounds: &[(f64, f64)]| {
            let (contender, other): (Vec<_>, Vec<_>) = rounds.iter().copied().unzip();
            median(&contender) / median(&other)
        };
        // The same rounds give the same interval.
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut draw = || rounds.get(generator.random_range(0..rounds.len())).copied();
        let drawn: Vec<_> = match rounds.len() {
            0 => Vec::new(),
            count => (0..DRAWS).map(|_| of(&(0..count).filter_map(|_| draw()).collect::<Vec<_>>())).collect(),
        };
        let (low, high) = (tail(&drawn, 25), tail(&drawn, 975));
        Self { value: of(&rounds), low, high }
    }
}

/// The value that so many of a thousand do not exceed.
fn tail(values: &[f64], in_a_thousand: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * in_a_thousand).div_ceil(1_000).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

impl Display for Ratio {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { value, low, high } = self;
        if *value >= 10.0 {
            write!(f, "{value:.0} ({low:.0}–{high:.0})")
        } else {
            write!(f, "{value:.2} ({low:.2}–{high:.2})")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_or_lies_between_the_two_that_are() {
        assert_eq!(median(&[3.0, 1.0, 2.0]).to_string(), "2");
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]).to_string(), "2.5");
        assert_eq!(median(&[7.0]).to_string(), "7");
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let values: Vec<_> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(&values, 99).to_string(), "198");
        assert_eq!(percentile(&values, 100).to_string(), "200");
        assert_eq!(percentile(&values, 0).to_string(), "1");
        assert_eq!(percentile(&[5.0], 99).to_string(), "5");
        assert!(percentile(&[], 50).is_nan());
    }

    #[test]
    fn a_ratio_of_steady_rounds_is_certain_and_one_of_restless_rounds_is_not() {
        let (twice, once) = ([2.0; 20], [1.0; 20]);
        assert_eq!(Ratio::of(&twice, &once), Ratio { value: 2.0, low: 2.0, high: 2.0 });
        let restless: Vec<_> = (0..20).map(|round| 1.0 + f64::from(round)).collect();
        let Ratio { value, low, high } = Ratio::of(&restless, &once);
        assert!(low < value && value < high, "{low} {value} {high}");
    }

    #[test]
    fn what_disturbs_a_whole_round_does_not_widen_the_interval() {
        let other: Vec<_> = (0..20).map(|round| 1.0 + f64::from(round)).collect();
        let contender: Vec<_> = other.iter().map(|time| time * 3.0).collect();
        let Ratio { value, low, high } = Ratio::of(&contender, &other);
        assert!((low - 3.0).abs() < 1e-9 && (value - 3.0).abs() < 1e-9 && (high - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_ratio_of_nothing_is_no_number() {
        assert!(Ratio::of(&[], &[]).value.is_nan());
    }

    #[test]
    fn a_large_ratio_is_told_without_decimals() {
        assert_eq!(Ratio { value: 1.234, low: 1.2, high: 1.3 }.to_string(), "1.23 (1.20–1.30)");
        assert_eq!(Ratio { value: 17.6, low: 16.2, high: 19.0 }.to_string(), "18 (16–19)");
    }
}
