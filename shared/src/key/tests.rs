#![expect(clippy::string_slice, reason = "the texts are ASCII, and a test may panic")]

use std::sync::atomic::{AtomicU8, Ordering};

use proptest::prelude::*;

use super::*;
use crate::entropy::SystemEntropy;

/// The example of `events/`; it opens nothing.
const SECRET_PART: &str = "ThisIsAnExampleAndOpensNothing00";

fn example() -> String {
    let text = format!("lk_ExampleKey000001_{SECRET_PART}");
    let checksum = checksum_of(text.as_bytes()).map(char::from);
    text + &String::from_iter(checksum)
}

fn new_key(prefix: &str) -> PlainKey {
    let id = KeyId::generate(&SystemEntropy).unwrap();
    PlainKey::generate(&prefix.parse().unwrap(), id, &SystemEntropy).unwrap()
}

/// Every byte in turn, so that each six-bit value comes up.
struct Counting(AtomicU8);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

struct Broken;

impl Entropy for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

#[test]
fn the_checksum_is_crc_32_in_six_base62_digits() {
    // The check value of CRC-32/ISO-HDLC for "123456789" is 0xCBF43926 = 3421780262.
    assert_eq!(&checksum_of(b"123456789"), b"3jZRME");
    // A value below 62^5 keeps its leading zeros: the CRC of nothing is 0.
    assert_eq!(&checksum_of(b""), b"000000");
}

#[test]
fn a_key_has_its_parts_in_their_places() {
    let key = new_key("acme_live");
    let text = key.reveal();
    let (prefix, rest) = text.split_at("acme_live".len());
    assert_eq!(prefix, "acme_live");
    assert_eq!(rest.len(), 1 + 16 + 1 + 32 + 6);
    assert_eq!(&rest[1..17], key.as_presented().id().unwrap().as_str());
}

#[test]
fn the_hint_shows_four_characters_of_each_end() {
    let text = example();
    assert_eq!(PresentedKey::parse(&text).unwrap().hint(), format!("lk_Exam…{}", &text[text.len() - 4..]));
}

#[test]
fn each_failed_step_has_its_own_error() {
    use PresentedKeyError as Refused;
    let text = example();
    let replaced = |at: usize, with: &str| format!("{}{with}{}", &text[..at], &text[at + 1..]);

    for (presented, expected) in [
        (String::new(), Refused::Length),
        ("lk".to_owned(), Refused::Length),
        (text[3..].to_owned(), Refused::Length),
        ("x".repeat(100_000), Refused::Length),
        (format!("abcdefghijklmnopq{}", &text[2..]), Refused::Length),
        (replaced(text.len() - 1, "-"), Refused::ChecksumCharacter),
        (format!("{text} "), Refused::ChecksumCharacter),
        (replaced(25, "+"), Refused::SecretCharacter),
        (replaced(19, "x"), Refused::SecretSeparator),
        (replaced(5, "."), Refused::IdCharacter),
        (replaced(2, "x"), Refused::IdSeparator),
        (replaced(0, "L"), Refused::Prefix),
        (replaced(0, "_"), Refused::Prefix),
        (format!("_{}", &text[2..]), Refused::Prefix),
        (replaced(25, "Q"), Refused::ChecksumMismatch),
        (replaced(0, "m"), Refused::ChecksumMismatch),
    ] {
        assert_eq!(PresentedKey::parse_generated(&presented).err(), Some(expected), "{} characters", presented.len());
    }
    // A character of several bytes shifts no boundary into a panic.
    assert!(PresentedKey::parse(&"é".repeat(30)).is_err());
}

#[test]
fn what_latchkey_could_not_have_made_may_have_been_brought() {
    let text = example();
    assert!(PresentedKey::parse(&text).unwrap().id().is_some());
    for brought in ["0123456789abcdef", &format!("x{text}x"), &"~".repeat(256)] {
        assert_eq!(PresentedKey::parse(brought).unwrap().id(), None, "{brought}");
    }
    for garbage in ["0123456789abcde", "0123456789 abcdef", "0123456789abcdeé", &"~".repeat(257), ""] {
        assert!(PresentedKey::parse(garbage).is_err(), "{garbage}");
    }
    // One changed character of a generated text is a typing error, and costs no read.
    let changed = format!("{}Q{}", &text[..25], &text[26..]);
    assert_eq!(PresentedKey::parse(&changed).err(), Some(PresentedKeyError::ChecksumMismatch));
}

#[test]
fn a_prefix_has_its_alphabet_and_its_ends() {
    for good in ["lk", "a", "acme_live", "a1_2", "abcdefghijklmnop"] {
        assert!(good.parse::<KeyPrefix>().is_ok(), "{good}");
    }
    for bad in ["", "_lk", "lk_", "1k", "LK", "a-b", "a b", "é", "abcdefghijklmnopq"] {
        assert!(bad.parse::<KeyPrefix>().is_err(), "{bad}");
    }
}

#[test]
fn no_key_prints_its_text() {
    let key = new_key("lk");
    let printed = format!("{key:?} {:?}", key.as_presented());
    assert!(!printed.contains(&key.reveal()[20..]), "a text was printed");
    assert!(printed.contains(key.as_presented().id().unwrap().as_str()));
}

#[test]
fn without_randomness_there_is_no_key() {
    assert_eq!(KeyId::generate(&Broken), Err(EntropyError));
    let id = KeyId::generate(&SystemEntropy).unwrap();
    assert!(PlainKey::generate(&"lk".parse().unwrap(), id, &Broken).is_err());
}

#[test]
fn equally_likely_bytes_give_equally_likely_characters() {
    let entropy = Counting(AtomicU8::new(0));
    let characters: [u8; 62 * 40] = random_base62(&entropy).unwrap();
    for character in BASE62 {
        let uses = characters.iter().fold(0, |uses, used| uses + u32::from(used == character));
        assert_eq!(uses, 40, "{}", char::from(*character));
    }
}

#[test]
fn real_keys_use_every_character_about_equally_often() {
    const KEYS: usize = 4_000;
    let mut counts = [0_usize; 128];
    for _ in 0..KEYS {
        for byte in random_base62::<SECRET>(&SystemEntropy).unwrap() {
            counts[usize::from(byte)] += 1;
        }
    }
    // Chi-squared with 61 degrees of freedom: a fair generator exceeds 161 about once in 10^10 runs, and one that
    // takes bytes modulo 62 lies near 800.
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let expected = (KEYS * SECRET) as f64 / 62.0;
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let chi_squared: f64 = BASE62.iter().map(|c| (counts[usize::from(*c)] as f64 - expected).powi(2) / expected).sum();
    assert!(chi_squared < 161.0, "chi-squared is {chi_squared}");
}

proptest! {
    #[test]
    fn every_new_key_is_read_back(prefix in "[a-z]([a-z0-9_]{0,14}[a-z0-9])?") {
        let key = new_key(&prefix);
        let presented = PresentedKey::parse(key.reveal()).unwrap();
        prop_assert_eq!(presented.id(), key.as_presented().id());
        prop_assert!(presented.hash().matches(&key.as_presented().hash()));
    }

    #[test]
    fn one_changed_character_never_passes(at in 0..58_usize, with in any::<char>()) {
        let text = example();
        let mut characters: Vec<char> = text.chars().collect();
        prop_assume!(characters[at] != with);
        characters[at] = with;
        prop_assert!(PresentedKey::parse_generated(&String::from_iter(characters)).is_err());
    }

    #[test]
    fn two_swapped_neighbours_never_pass(at in 0..57_usize) {
        let mut characters: Vec<char> = example().chars().collect();
        prop_assume!(characters[at] != characters[at + 1]);
        characters.swap(at, at + 1);
        prop_assert!(PresentedKey::parse_generated(&String::from_iter(characters)).is_err());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), tail in "[0-9A-Za-z_é]{0,80}") {
        let _ = PresentedKey::parse(&text);
        let _ = PresentedKey::parse(&tail);
    }

    #[test]
    fn an_id_is_read_back_or_refused(text in "[0-9A-Za-z_]{14,18}") {
        match text.parse::<KeyId>() {
            Ok(id) => prop_assert_eq!(id.as_str(), text),
            Err(KeyIdError) => prop_assert!(text.len() != 16 || text.contains('_')),
        }
    }
}
