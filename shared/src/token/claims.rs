//! What a token says: its header, and its claims with the times between which it works.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use super::Narrowing;
use crate::{
    address::Cidrs,
    expiry::Period,
    grant::{Apis, Permissions},
    key::KeyId,
    timestamp::Timestamp,
};

/// No token works for longer, in seconds.
const LONGEST: u64 = 12 * 3600;
/// So much the clocks of two machines may differ, in seconds.
const SKEW: i64 = 30;
/// No token's own id is longer, in bytes.
const LONGEST_ID: usize = 128;

/// The header (RFC 7515, section 4), with nothing more and nothing less.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: KeyId,
}

const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "JWT";

/// The key that a header names.
pub(super) fn key_id(header: &[u8]) -> Option<KeyId> {
    let Header { alg, typ, kid } = object(header)?;
    (alg == ALGORITHM && typ == TYPE).then_some(kid)
}

/// The header of a token of a key.
pub(super) fn header(kid: KeyId) -> Option<String> {
    serde_json::to_string(&Header { alg: ALGORITHM.to_owned(), typ: TYPE.to_owned(), kid }).ok()
}

/// A JSON object. Serde would also take an array of the members' values.
fn object<'j, T: Deserialize<'j>>(json: &'j [u8]) -> Option<T> {
    json.starts_with(b"{").then(|| serde_json::from_slice(json).ok())?
}

/// How long a token is to work: 1 second to 12 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime(Period);

/// The text is no lifetime of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number and a unit (s, m or h) such as 15m or 1h, at least 1s and at most 12h")]
pub struct LifetimeError;

impl Default for Lifetime {
    /// One hour.
    fn default() -> Self {
        Self(Period::hours(1))
    }
}

impl FromStr for Lifetime {
    type Err = LifetimeError;

    fn from_str(text: &str) -> Result<Self, LifetimeError> {
        let period: Period = text.parse().map_err(|_| LifetimeError)?;
        if (1..=LONGEST).contains(&period.seconds()) { Ok(Self(period)) } else { Err(LifetimeError) }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a token claims (RFC 7519, section 4.1), with what is Latchkey's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    issued_at: i64,
    expires_at: Timestamp,
    not_before: Option<i64>,
    id: Option<String>,
    narrowing: Narrowing,
}

/// The claims as JSON has them. Whole seconds; what is not claimed is left out, and `null` is no claim.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    iat: i64,
    exp: i64,
    #[serde(default, deserialize_with = "claimed", skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, deserialize_with = "claimed", skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(default, deserialize_with = "claimed", skip_serializing_if = "Option::is_none")]
    permissions: Option<Permissions>,
    #[serde(default, deserialize_with = "claimed", skip_serializing_if = "Option::is_none")]
    apis: Option<Apis>,
    #[serde(default, deserialize_with = "claimed", skip_serializing_if = "Option::is_none")]
    allowed_cidrs: Option<Cidrs>,
}

/// A claim that stands there. `null` for it is refused: it may have been meant as "none at all".
fn claimed<'j, T: Deserialize<'j>, D: Deserializer<'j>>(json: D) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

impl Claims {
    /// The claims of a token that works from `now` on, for `lifetime` but not past any of `ends`. `None` past the year 9999.
    #[must_use]
    pub fn new(
        narrowing: Narrowing,
        lifetime: Lifetime,
        now: Timestamp,
        ends: impl IntoIterator<Item = Timestamp>,
    ) -> Option<Self> {
        let end = now.plus_seconds(lifetime.0.seconds())?;
        let expires_at = ends.into_iter().fold(end, Timestamp::min);
        Some(Self { issued_at: now.unix_seconds(), expires_at, not_before: None, id: None, narrowing })
    }

    /// Reads the claims of a token: `None` when one is missing, unknown, there twice or not what it must be, or when the
    /// token would work for more than 12 hours.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let Members { iat, exp, nbf, jti, permissions, apis, allowed_cidrs } = object(payload)?;
        let length = u64::try_from(exp.checked_sub(iat)?).ok()?;
        let is_id = |id: &String| (1..=LONGEST_ID).contains(&id.len());
        // No addresses at all would let nobody in, and read like "any".
        let is_narrow = |cidrs: &Cidrs| !cidrs.is_empty();
        let is_sound = (1..=LONGEST).contains(&length)
            && iat >= 0
            && jti.as_ref().is_none_or(is_id)
            && allowed_cidrs.as_ref().is_none_or(is_narrow);
        let narrowing = Narrowing { permissions, apis, allowed_cidrs };
        let expires_at = Timestamp::from_unix_seconds(exp)?;
        is_sound.then_some(Self { issued_at: iat, expires_at, not_before: nbf, id: jti, narrowing })
    }

    pub(super) fn to_json(&self) -> Option<String> {
        let Narrowing { permissions, apis, allowed_cidrs } = self.narrowing.clone();
        let exp = self.expires_at.unix_seconds();
        let (iat, nbf, jti) = (self.issued_at, self.not_before, self.id.clone());
        serde_json::to_string(&Members { iat, exp, nbf, jti, permissions, apis, allowed_cidrs }).ok()
    }

    /// When the token ends.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// How far it narrows its key.
    #[must_use]
    pub const fn narrowing(&self) -> &Narrowing {
        &self.narrowing
    }

    /// Whether the token works at `now`. Half a minute more is allowed for, on either side.
    #[must_use]
    pub fn is_in_time(&self, now: Timestamp) -> bool {
        let now = now.unix_seconds();
        let has_begun = |at: i64| at <= now.saturating_add(SKEW);
        has_begun(self.issued_at)
            && self.not_before.is_none_or(has_begun)
            && now < self.expires_at.unix_seconds().saturating_add(SKEW)
    }
}
