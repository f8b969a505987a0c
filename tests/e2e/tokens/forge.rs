//! Tokens that say anything, made by hand.

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::support::START;

/// The key pair of a key's text, as its holder derives it.
pub(super) fn key_pair(text: &str) -> Ed25519KeyPair {
    let mut seed = [0; 32];
    let derived = Salt::new(HKDF_SHA256, &[]).extract(text.as_bytes());
    derived.expand(&[b"latchkey token v1"], HKDF_SHA256).unwrap().fill(&mut seed).unwrap();
    Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}

/// The public key of a key's text.
pub(super) fn public_key(text: &str) -> Vec<u8> {
    key_pair(text).public_key().as_ref().to_vec()
}

/// The header of a token of a key.
pub(super) fn header(id: &str) -> Value {
    json!({"alg": "EdDSA", "typ": "JWT", "kid": id})
}

/// The claims of an hour from [`START`] on, with `more`.
pub(super) fn claims(more: Value) -> Value {
    let start: jiff::Timestamp = START.parse().unwrap();
    let mut claims = json!({"iat": start.as_second(), "exp": start.as_second() + 3600});
    let Value::Object(more) = more else { panic!("no claims") };
    claims.as_object_mut().unwrap().extend(more);
    claims
}

/// What is signed: header and claims.
pub(super) fn input(header: &str, claims: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// The compact form of an input and its signature.
pub(super) fn compact(input: &str, signature: &[u8]) -> String {
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A token that the text signs, whatever it says.
pub(super) fn sign(text: &str, header: &str, claims: &str) -> String {
    let input = input(header, claims);
    compact(&input, key_pair(text).sign(input.as_bytes()).as_ref())
}

/// A token of a key, with these claims beside its times.
pub(super) fn token(id: &str, text: &str, more: Value) -> String {
    sign(text, &header(id).to_string(), &claims(more).to_string())
}
