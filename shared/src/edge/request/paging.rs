//! Which page of a list is asked for.

use super::fields::{Fields, text};

/// How many entries a page shows unless told otherwise, and at most.
pub(in crate::edge) const DEFAULT_LIMIT: usize = 25;
pub(in crate::edge) const MAX_LIMIT: usize = 100;

/// A page of a list.
#[derive(Debug)]
pub struct Paging {
    /// At most so many entries.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// `limit` and `cursor`.
pub fn paging(fields: &mut Fields) -> Paging {
    let limit = fields.optional("limit", |value| match text::<usize>(value) {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(format!("must be a whole number from 1 to {MAX_LIMIT}")),
    });
    Paging { limit: limit.unwrap_or(DEFAULT_LIMIT), cursor: fields.optional("cursor", text) }
}
