//! How long a key is to live, in a body.

use super::fields::{Fields, text};
use crate::{
    expiry::{Expiry, Lifetime, Period},
    timestamp::Timestamp,
};

/// `expires_at` or `expires_in` or neither. Nothing when one of them is wrong, which is noted.
pub fn lifetime(fields: &mut Fields) -> Option<Option<Lifetime>> {
    let until = fields.optional("expires_at", text).map(Lifetime::Until);
    let period = fields.optional("expires_in", text).map(Lifetime::For);
    if !(fields.is_right("expires_at") && fields.is_right("expires_in")) {
        return None;
    }
    match (until, period) {
        (Some(_), Some(_)) => {
            fields.wrong("expires_in", "cannot be given together with expires_at");
            None
        }
        (lifetime, None) | (None, lifetime) => Some(lifetime),
    }
}

/// The end of a key that was made at `made_at`, as [`lifetime`] says; it has none where that says nothing.
pub fn expiry(fields: &mut Fields, max: Option<Period>, made_at: Timestamp, now: Timestamp) -> Option<Expiry> {
    let lifetime = lifetime(fields)?.unwrap_or(Lifetime::Unlimited);
    lifetime.end(made_at, now, max).map_err(|error| fields.wrong(lifetime.field(), error.to_string())).ok()
}
