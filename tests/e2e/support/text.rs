//! Key texts as the contract writes them, taken apart and forged. What is known here is written down once more, so that
//! the tests do not trust the code.

/// The id in a key's text.
pub(crate) fn id_of(text: &str) -> &str {
    text.rsplit('_').nth(1).unwrap()
}

/// The secret in a key's text, without the checksum.
pub(crate) fn secret_of(text: &str) -> &str {
    text.rsplit('_').next().unwrap().split_at(32).0
}

/// The text with another secret and the checksum that belongs to it: well-formed, and wrong.
pub(crate) fn with_wrong_secret(text: &str) -> String {
    let start = text.split_at(text.len() - 38).0;
    let secret: String = secret_of(text).chars().rev().collect();
    with_checksum(&format!("{start}{secret}"))
}

/// The text with another id and the checksum that belongs to it.
pub(crate) fn with_unknown_id(text: &str) -> String {
    let id: String = id_of(text).chars().rev().collect();
    with_checksum(&text.split_at(text.len() - 6).0.replace(id_of(text), &id))
}

/// Bytes in lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// Appends the checksum of contract section 2.
fn with_checksum(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let crc = crc32fast::hash(text.as_bytes());
    let digit = |place: u32| char::from(DIGITS[(crc / 62_u32.pow(place) % 62) as usize]);
    let digits: String = (0..6).rev().map(digit).collect();
    format!("{text}{digits}")
}
