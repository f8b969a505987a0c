use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

/// A text whose characters are as good as random, and the same in every run.
fn random(number: u32, length: usize, alphabet: &[u8]) -> String {
    let blocks = (0_u32..).flat_map(|block| Sha256::digest([number.to_be_bytes(), block.to_be_bytes()].concat()));
    let fair = 256 / alphabet.len() * alphabet.len();
    blocks
        .map(usize::from)
        .filter(|byte| *byte < fair)
        .map(|byte| char::from(alphabet[byte % alphabet.len()]))
        .take(length)
        .collect()
}

fn parsed(text: &str) -> Result<(), CustomTextError> {
    text.parse::<CustomText>().map(drop)
}

fn refused_among(texts: u32, length: usize, alphabet: &[u8]) -> usize {
    (0..texts).filter(|number| parsed(&random(*number, length, alphabet)).is_err()).count()
}

#[test]
fn a_text_has_16_to_256_visible_ascii_characters() {
    let random = |length| random(1, length, super::super::BASE62);
    assert_eq!(parsed(&random(16)), Ok(()));
    assert_eq!(parsed(&random(256)), Ok(()));
    for length in [0, 1, 15, 257, 100_000] {
        assert_eq!(parsed(&random(length)), Err(CustomTextError::Length), "{length}");
    }
    for bad in [" ", "\t", "\n", "\0", "\u{7f}", "é", "\u{202e}", "😀"] {
        for text in [format!("{bad}{}", random(32)), format!("{}{bad}", random(32)), random(32).replace('a', bad) + bad]
        {
            assert_eq!(parsed(&text), Err(CustomTextError::Characters), "{text:?}");
            assert!(!is_shaped(&text));
        }
    }
    // Sixteen characters, not sixteen bytes.
    assert_eq!(parsed(&"é".repeat(15)), Err(CustomTextError::Length));
}

#[test]
fn what_has_the_form_of_a_generated_key_is_refused() {
    let generated = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
    let before = generated.strip_suffix("1VupU3").unwrap();
    let longest = "abcdefghijklmnop_ExampleKey000001_qX7Vb2Lk9TzR4mWc8HnY5pJd3FsG6aUe000000";
    for text in [generated, &format!("{before}000000"), &format!("{before}1VupU-"), &format!("{before}!?!?!?"), longest]
    {
        assert_eq!(parsed(text), Err(CustomTextError::GeneratedForm), "{text}");
    }
    // One character more or less, another separator or a prefix that is none: no generated key.
    for text in [
        "lk_Ke7Zp2Vx9Qm4Tb8w_qX7Vb2Lk9TzR4mWc8HnY5pJd3FsG6aUe00000",
        "lk-Ke7Zp2Vx9Qm4Tb8w-qX7Vb2Lk9TzR4mWc8HnY5pJd3FsG6aUe000000",
        "LK_Ke7Zp2Vx9Qm4Tb8w_qX7Vb2Lk9TzR4mWc8HnY5pJd3FsG6aUe000000",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    ] {
        assert_eq!(parsed(text), Ok(()), "{text}");
    }
}

#[test]
fn what_people_think_of_is_refused() {
    for text in [
        // Words, with and without the usual ornaments.
        "correcthorsebatterystaple",
        "correct-horse-battery-staple",
        "Password123456789",
        "P@ssw0rd!P@ssw0rd!",
        "MySuperSecretApiKey2024!",
        "latchkey-production-key",
        "staging.api.service.token",
        "administrator-2025",
        "dragonmonkeyshadowmaster",
        "iloveyou-forever-and-ever",
        "Tr0ub4dour&3Tr0ub4dour&3",
        "changeme-changeme-1",
        "JohnSmith1985JohnSmith1985",
        "drowssapdrowssapdrowssap1",
        // Dates.
        "1990-01-01/1991-02-02",
        "01/02/1990-03/04/1985",
        "19900101-19850203-2024",
        "31.12.1999-31.12.2024",
        // Keyboard walks.
        "qwertyuiopasdfghjklzxcvbnm",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "zaq12wsxcde34rfvbgt56yhn",
        "qazwsxedcrfvtgbyhnujm",
        "!@#$%^&*()_+qwertyuiop",
        "asdfghjkl;'asdfghjkl;'",
        // Repeats and sequences.
        "aaaaaaaaaaaaaaaa",
        "abababababababababab",
        "aaaabbbbccccddddeeeeffff",
        "112233445566778899",
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "abc123def456ghi789jkl012",
        "zyxwvutsrqponmlk9876543210",
        "00000000-0000-0000-0000-000000000000",
        "deadbeefdeadbeefdeadbeef",
        "!!!!!!!!!!!!!!!!!!!!",
        "xK9#xK9#xK9#xK9#xK9#xK9#xK9#xK9#",
        // Sixteen random digits are 10¹⁶ guesses at most.
        "8305716294058371",
    ] {
        assert_eq!(parsed(text), Err(CustomTextError::Guessable), "{text}");
    }
}

#[test]
fn no_length_makes_a_guessable_text_strong() {
    for part in ["a", "Password1!", "correcthorsebatterystaple", "correct-horse-battery.", "1990-01-01,", "qwertz7"] {
        for length in [100, 101, 200, 256] {
            let text: String = part.chars().cycle().take(length).collect();
            assert_eq!(parsed(&text), Err(CustomTextError::Guessable), "{text}");
        }
    }
}

#[test]
fn something_strong_counts_wherever_it_stands() {
    let strong = random(7, 32, super::super::BASE62);
    for weak in ["a".repeat(224), "password".repeat(28), "0123456789".repeat(22)] {
        let (start, end) = weak.split_at(weak.len() / 2);
        for text in [format!("{strong}{weak}"), format!("{weak}{strong}"), format!("{start}{strong}{end}")] {
            assert_eq!(parsed(&text), Ok(()), "{text}");
        }
    }
}

#[test]
fn what_a_generator_makes_is_taken() {
    assert!(refused_among(300, 16, super::super::BASE62) <= 1);
    assert_eq!(refused_among(100, 22, super::super::BASE62), 0);
    assert_eq!(refused_among(100, 32, b"0123456789abcdef"), 0);
    assert_eq!(refused_among(100, 26, b"abcdefghijklmnopqrstuvwxyz234567"), 0);
    for text in
        ["550e8400-e29b-41d4-a716-446655440000", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "T3BlbiBzZXNhbWUh+/cQ=="]
    {
        assert_eq!(parsed(text), Ok(()), "{text}");
    }
}

#[test]
fn a_text_shows_its_last_four_characters_and_nothing_else() {
    let text: CustomText = "kT9xQ2mZ7vLp4WdYqX7Vb2Lk".parse().unwrap();
    assert_eq!(text.hint(), "…b2Lk");
    // What is hard to guess only as a whole shows nothing.
    let barely: CustomText = "london-paris-tokyo-Xq7V".parse().unwrap();
    assert_eq!(barely.hint(), "…");
    assert_eq!(format!("{text:?}"), "CustomText(hidden)");
    assert_eq!(text.reveal(), "kT9xQ2mZ7vLp4WdYqX7Vb2Lk");
    assert!(text.imprint().matches(&Imprint::of("kT9xQ2mZ7vLp4WdYqX7Vb2Lk")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), visible in "[!-~]{16,256}", few in "[a4@0o1il]{16,60}") {
        let _ = parsed(&text);
        let _ = parsed(&visible);
        let _ = parsed(&few);
    }

    #[test]
    fn a_text_that_is_taken_has_its_shape_and_keeps_it(text in "[ -~é]{10,40}") {
        if let Ok(taken) = text.parse::<CustomText>() {
            prop_assert!(is_shaped(&text));
            prop_assert_eq!(taken.reveal(), text);
        }
    }

    #[test]
    fn more_of_the_same_adds_nothing(start in 0..40_u8, count in 16..256_usize) {
        let text: String = (b'!'..=b'~').cycle().skip(usize::from(start)).take(count).map(char::from).collect();
        prop_assert_eq!(parsed(&text), Err(CustomTextError::Guessable));
    }
}
