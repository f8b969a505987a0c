//! The only form of a key's text that is ever stored: its SHA-256.
//!
//! A plain hash is enough: the text has 190 random bits, so there is nothing to guess that a slow hash would protect.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a whole key text.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Takes a stored hash back; `None` unless it has 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 64 hexadecimal digits, in capitals or not; `None` for anything else.
    #[must_use]
    pub fn from_hexadecimal(digits: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let mut pairs = digits.as_bytes().chunks_exact(2);
        for byte in &mut bytes {
            let pair = pairs.next()?;
            // `from_str_radix` would also take a sign.
            let digits = std::str::from_utf8(pair).ok().filter(|_| pair.iter().all(u8::is_ascii_hexdigit))?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        (digits.len() == 64).then_some(Self(bytes))
    }

    /// The 32 bytes, for the table.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are hashes of the same text, in a time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_matches_its_own_text_alone() {
        let hash = SecretHash::of("abc");
        assert!(hash.matches(&SecretHash::of("abc")));
        assert!(!hash.matches(&SecretHash::of("abd")));
        assert!(!hash.matches(&SecretHash::of("")));
    }

    #[test]
    fn the_hash_is_sha_256() {
        // FIPS 180-4, the example "abc".
        let expected = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03,
            0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(SecretHash::of("abc").as_bytes(), &expected);
    }

    #[test]
    fn only_thirty_two_bytes_are_a_hash() {
        assert!(SecretHash::from_bytes(&[0; 32]).is_some());
        assert!(SecretHash::from_bytes(&[0; 31]).is_none());
        assert!(SecretHash::from_bytes(&[]).is_none());
    }

    #[test]
    fn a_hash_is_read_from_sixty_four_digits() {
        let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(SecretHash::from_hexadecimal(digits).unwrap().matches(&SecretHash::of("abc")));
        assert!(SecretHash::from_hexadecimal(&digits.to_uppercase()).unwrap().matches(&SecretHash::of("abc")));
        for text in [
            "",
            "ab",
            digits.split_at(1).1,
            &format!("{digits}0"),
            &digits.replace('b', "g"),
            &digits.replace("ba", "+a"),
            &"é".repeat(32),
        ] {
            assert!(SecretHash::from_hexadecimal(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_hash_does_not_print_itself() {
        assert_eq!(format!("{:?}", SecretHash::of("abc")), "SecretHash(hidden)");
    }
}
