//! Short-lived tokens: what a key's holder gives to a browser, or to whoever else should not have the key.
//!
//! A token is a JWT (RFC 7519) signed with Ed25519 (RFC 8037). The signing key is derived from the key's text alone, so its
//! holder can make tokens without asking anybody, and Latchkey has no signing key that could be stolen: the table keeps the
//! public half of each text. A token can do at most what its key can do, and dies with the text that signed it.
//!
//! A token says nothing but what stands here: any other member, in its header or its claims, is refused, because one that is
//! passed over may have been meant to narrow it. This module knows neither the table nor HTTP.

mod claims;
mod narrowing;

use std::fmt;

use aws_lc_rs::{
    hkdf::{HKDF_SHA256, Salt},
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub use self::{
    claims::{Claims, Lifetime, LifetimeError},
    narrowing::Narrowing,
};
use crate::{key::KeyId, timestamp::Timestamp};

/// No token is longer, in bytes.
pub const MAX_LENGTH: usize = 4096;
/// What the signing key is derived for: the `info` of HKDF (RFC 5869).
const PURPOSE: &[u8] = b"latchkey token v1";
/// What every token begins with: the Base64url of `{"`.
const BEGINNING: &str = "eyJ";

/// The public half of the key pair that a key's text derives: what its tokens are verified with. No secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The public key of a text. There always is one; `None` is for the library's sake.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::from_bytes(key_pair(text)?.public_key().as_ref())
    }

    /// Takes a stored one back; `None` unless it has 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 32 bytes, for the table.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The key pair of a text: its seed is HKDF-SHA256 of the text, without a salt.
fn key_pair(text: &str) -> Option<Ed25519KeyPair> {
    let mut seed = [0; 32];
    let derived = Salt::new(HKDF_SHA256, &[]).extract(text.as_bytes());
    derived.expand(&[PURPOSE], HKDF_SHA256).ok()?.fill(&mut seed).ok()?;
    Ed25519KeyPair::from_seed_unchecked(&seed).ok()
}

/// A JWS in its compact form (RFC 7515, section 3.1), taken apart.
struct Signed<'t> {
    header: Vec<u8>,
    payload: Vec<u8>,
    /// Header and payload as they were signed.
    input: &'t str,
    signature: [u8; 64],
}

impl<'t> Signed<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (input, signature) = text.rsplit_once('.')?;
        // Base64url has no dot, so a part too many does not decode.
        let (header, payload) = input.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let signature = decode(signature)?.try_into().ok()?;
        Some(Self { header: decode(header)?, payload: decode(payload)?, input, signature })
    }

    fn is_by(&self, signer: &PublicKey) -> bool {
        is_signature(signer, self.input, &self.signature)
    }
}

/// Whether a signature is that of a text's key pair over `input`.
fn is_signature(signer: &PublicKey, input: &str, signature: &[u8; 64]) -> bool {
    UnparsedPublicKey::new(&ED25519, signer.as_bytes()).verify(input.as_bytes(), signature).is_ok()
}

/// A well-formed token that somebody sent. Whether its key signed it is not known yet, so nothing that it says is.
pub struct PresentedToken<'t> {
    signed: Signed<'t>,
    key_id: KeyId,
    claims: Claims,
}

/// The text is no token: too long, not of the form, or it says something that no token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is no token")]
pub struct PresentedTokenError;

impl<'t> PresentedToken<'t> {
    /// Takes a text apart, as far as that goes without its key.
    ///
    /// # Errors
    /// When it is no token of Latchkey's.
    pub fn parse(text: &'t str) -> Result<Self, PresentedTokenError> {
        let signed = Some(text).filter(|text| text.len() <= MAX_LENGTH).and_then(Signed::parse);
        let signed = signed.ok_or(PresentedTokenError)?;
        let key_id = claims::key_id(&signed.header).ok_or(PresentedTokenError)?;
        let claims = Claims::read(&signed.payload).ok_or(PresentedTokenError)?;
        Ok(Self { signed, key_id, claims })
    }

    /// The id of the key that it claims to be of.
    #[must_use]
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Whether the text with this public key signed it.
    #[must_use]
    pub fn is_signed_by(&self, signer: &PublicKey) -> bool {
        self.signed.is_by(signer)
    }
}

impl fmt::Debug for PresentedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PresentedToken({}, text hidden)", self.key_id)
    }
}

/// Whether a text is in the place of tokens, where no key text is.
#[must_use]
pub fn has_form(text: &str) -> bool {
    text.starts_with(BEGINNING) && text.bytes().filter(|byte| *byte == b'.').count() >= 2
}

/// A token that was just made, for whoever asked and nobody else.
pub struct PlainToken {
    text: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl PlainToken {
    /// Makes a token of the key with this id and text. `None` is for the library's sake.
    #[must_use]
    pub fn mint(key_id: KeyId, text: &str, claims: &Claims) -> Option<Self> {
        let encode = |json: String| URL_SAFE_NO_PAD.encode(json);
        let input = format!("{}.{}", encode(claims::header(key_id)?), encode(claims.to_json()?));
        let signature = key_pair(text)?.sign(input.as_bytes());
        let text = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
        Some(Self { text, expires_at: claims.expires_at() })
    }

    /// The text itself. Whoever calls this hands it to whoever asked, and to nobody else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PlainToken(text hidden)")
    }
}

#[cfg(test)]
mod tests;
