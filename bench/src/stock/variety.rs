//! Choices that follow from a seed: which of several, how often, how much.

use std::sync::{Mutex, PoisonError};

use rand::{Rng, RngExt, SeedableRng, rngs::Xoshiro256PlusPlus};
use shared::entropy::{Entropy, EntropyError};

/// A row of choices. The same seed and number give the same ones, on every machine.
pub(crate) struct Variety(Mutex<Xoshiro256PlusPlus>);

impl Variety {
    pub(crate) fn new(seed: u64, number: u32) -> Self {
        // Neighbours among seeds and numbers have nothing in common: the generator mixes what it is given.
        let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(u64::from(number));
        Self(Mutex::new(Xoshiro256PlusPlus::seed_from_u64(mixed)))
    }

    /// A number below `end`, each equally likely; 0 if there is none.
    pub(crate) fn below(&self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.generator(|generator| generator.random_range(0..end)) }
    }

    /// Whether something happens that does in so many of a thousand cases.
    pub(crate) fn happens(&self, in_a_thousand: u64) -> bool {
        self.below(1_000) < in_a_thousand
    }

    /// One of several, each equally likely.
    pub(crate) fn one_of<'a, T>(&self, several: &'a [T]) -> Option<&'a T> {
        several.get(usize::try_from(self.below(several.len() as u64)).unwrap_or_default())
    }

    /// One of several, the first ones more often.
    pub(crate) fn early_one_of<'a, T>(&self, several: &'a [T]) -> Option<&'a T> {
        let end = several.len() as u64;
        several.get(usize::try_from(self.below(end).min(self.below(end))).unwrap_or_default())
    }

    /// One of several, by their weights.
    pub(crate) fn weighted<'a, T>(&self, several: &'a [(u64, T)]) -> Option<&'a T> {
        let mut left = self.below(several.iter().map(|(weight, _)| weight).sum());
        let chosen = several.iter().find(|(weight, _)| {
            let is_here = left < *weight;
            left = left.saturating_sub(*weight);
            is_here
        });
        chosen.map(|(_, choice)| choice)
    }

    fn generator<T>(&self, choose: impl FnOnce(&mut Xoshiro256PlusPlus) -> T) -> T {
        choose(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// For ids, which are public. Nothing secret is made of it.
impl Entropy for Variety {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.generator(|generator| generator.fill_bytes(bytes));
        Ok(())
    }
}
