//! The query string of `GET /keys`.

use shared::{
    edge::{
        error::Problem,
        request::{Fields, text},
    },
    list::Filter,
    scope::{Provider, Scope, catalogue::PROVIDERS},
};

/// How many keys a page shows unless told otherwise, and at most.
const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 100;

/// A question about keys.
pub(crate) struct Query {
    pub(crate) filter: Filter,
    pub(crate) limit: usize,
    pub(crate) cursor: Option<String>,
}

/// Reads a query string.
///
/// # Errors
/// 400 that names every parameter that is unknown or wrong.
pub(crate) fn read(mut fields: Fields) -> Result<Query, Problem> {
    let provider: Option<Provider> = fields.optional("provider", text);
    let filter = Filter {
        owner: fields.optional("owner", text),
        provider,
        region: fields.optional("region", |value| text::<String>(value).and_then(|region| known(provider, region))),
        key_type: fields.optional("type", text),
        state: fields.optional("state", text),
        client_type: fields.optional("client_type", text),
        name: fields.optional("name", |value| match text::<String>(value)? {
            part if part.chars().count() > 100 => Err("must have at most 100 characters".to_owned()),
            part => Ok(part),
        }),
    };
    let limit = fields.optional("limit", |value| match text::<usize>(value) {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(format!("must be a whole number from 1 to {MAX_LIMIT}")),
    });
    let cursor = fields.optional("cursor", text);
    fields.finish(Some(Query { filter, limit: limit.unwrap_or(DEFAULT_LIMIT), cursor }))
}

/// The region, if the provider has it, or any provider when none is asked for.
fn known(provider: Option<Provider>, region: String) -> Result<String, String> {
    let known = match provider {
        Some(provider) => Scope::new(provider, &region).map(drop).map_err(|error| error.to_string()),
        None if PROVIDERS.iter().any(|provider| Scope::new(*provider, &region).is_ok()) => Ok(()),
        None => Err("is a region of no provider".to_owned()),
    };
    known.map(|()| region)
}
