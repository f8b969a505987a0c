//! Whether a custom text can be guessed.
//!
//! The table keeps the SHA-256 of a text, which is a fast hash: whoever steals the table tries some 2·10¹⁰ texts a
//! second on one graphics card. A generated text has 190 random bits and needs no slower hash; a brought one is
//! therefore refused unless it takes at least 10¹⁷ guesses ([`BOUND`]), which are two months of such a card for that one key.
//!
//! The guesses are those of an attacker who knows how people think. The estimator `zxcvbn` recognises words, names,
//! common passwords, dates, keyboard walks and years, each with how soon it would be tried. Its own sum over a whole
//! text does not serve here: it saturates at 1.8·10¹⁹, counts 10 for a random character, puts so much on top of each
//! further part that six common words come out as random, and reads no more than 100 characters. So it is asked
//! about short pieces only, and the text takes the guesses of its cheapest division into pieces that it recognises and
//! single characters that it does not. Before that, whatever only repeats or continues what came before is left out.
//!
//! - Nothing guessable hides something strong, nor the other way round: costs of pieces add up and none is negative,
//!   so the strongest stretch counts wherever it stands.
//! - The work is bounded: as no division can get cheaper further on, the search ends where all have reached the bound.
//!   That is so after 120 characters at most, since a piece of up to [`LONGEST_PIECE`] characters costs 10². A usual text
//!   takes 3 ms, and the worst that 3,600 hostile ones reached was 42 ms.
//!
//! Of 24,000 random texts of 16 base62 characters, the shortest there are, three were refused; of as many with 20
//! characters none. Sixteen digits, which are 10¹⁶ guesses, are always refused.

use zxcvbn::{matching::patterns::MatchPattern, zxcvbn};

/// How many guesses a text has to take, as a power of ten.
const BOUND: f64 = 17.0;

/// How many characters of a text are looked at as one piece. Longer words and walks cost little more in two.
const LONGEST_PIECE: usize = 12;

/// The fewest guesses for a piece, as a power of ten: even of the most common one an attacker does not know that it is
/// here, nor where it ends.
const LEAST: f64 = 2.0;

/// The same for a sign between two pieces: people take one of about ten.
const SIGN: f64 = 1.0;

/// So many steps from one character to the next that came before in the same order are a repeat. Random texts have
/// fewer in common.
const REPEAT: usize = 4;

/// Words that keys are made of more often than passwords are.
const KEY_WORDS: [&str; 16] = [
    "access", "admin", "api", "apikey", "auth", "client", "dev", "key", "latchkey", "live", "prod", "secret",
    "service", "staging", "test", "token",
];

/// Whether fewer than the bound's guesses find `text`, which is ASCII.
pub(super) fn is_guessable(text: &str) -> bool {
    let character = alphabet(text).log10();
    let text = without_repeats(text);
    // The cheapest division of the text up to each character, as powers of ten.
    let mut costs = vec![0.0_f64];
    for (place, last) in text.bytes().enumerate() {
        let end = place + 1;
        let single = if last.is_ascii_punctuation() { SIGN } else { character };
        let mut cheapest = costs.last().copied().unwrap_or_default() + single;
        let first = end.saturating_sub(LONGEST_PIECE);
        for (start, before) in costs.iter().enumerate().take(place).skip(first) {
            if before + LEAST < cheapest {
                let cost = text.get(start..end).and_then(guesses).map(|guesses| before + guesses.max(LEAST));
                cheapest = cost.map_or(cheapest, |cost| cheapest.min(cost));
            }
        }
        costs.push(cheapest);
        // Every division has a cut at one of these places, as no piece is longer.
        if costs.iter().rev().take(LONGEST_PIECE).all(|cost| *cost >= BOUND) {
            return false;
        }
    }
    costs.last().is_none_or(|cost| *cost < BOUND)
}

/// How many guesses find `piece` if it is one thing that people choose, as a power of ten.
fn guesses(piece: &str) -> Option<f64> {
    let estimate = zxcvbn(piece, &KEY_WORDS);
    let [whole] = estimate.sequence() else { return None };
    let guesses = match &whole.pattern {
        MatchPattern::BruteForce => return None,
        // The estimator counts no way at all to capitalise a word whose letters are all capitals, some of them
        // replaced by digits; there are two, as for one without digits.
        MatchPattern::Dictionary(word) if word.uppercase_variations == 0 => {
            word.base_guesses.saturating_mul(2).saturating_mul(word.l33t_variations)
        }
        _ => whole.guesses?,
    };
    #[expect(clippy::cast_precision_loss, reason = "only the order of magnitude counts")]
    let guesses = guesses as f64;
    Some(guesses.log10())
}

/// How many letters and digits an attacker has to try for each one of `text`.
fn alphabet(text: &str) -> f64 {
    let size_if_any =
        |size: f64, is_kind: fn(&u8) -> bool| if text.as_bytes().iter().any(is_kind) { size } else { 0.0 };
    let digits = size_if_any(10.0, u8::is_ascii_digit);
    let letters = size_if_any(26.0, u8::is_ascii_lowercase) + size_if_any(26.0, u8::is_ascii_uppercase);
    (digits + letters).max(1.0)
}

/// `text` without what repeats an earlier part of it, or continues in the same steps: `abababab`, `abcdefgh` and
/// `aabbccdd` hold no more than their first few characters.
fn without_repeats(text: &str) -> String {
    let steps: Vec<i16> = text.bytes().zip(text.bytes().skip(1)).map(|(a, b)| i16::from(b) - i16::from(a)).collect();
    let alike = |a: usize, b: usize| {
        let (a, b) = (steps.iter().skip(a), steps.iter().skip(b));
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    let mut kept: String = text.chars().take(1).collect();
    let mut characters = text.chars().enumerate().skip(1);
    while let Some((place, character)) = characters.next() {
        let step = place - 1;
        match (0..step).map(|earlier| alike(earlier, step)).max() {
            Some(repeated) if repeated >= REPEAT => {
                // This character and those after it that the repeat covers.
                characters.by_ref().take(repeated - 1).for_each(drop);
            }
            _ => kept.push(character),
        }
    }
    kept
}
