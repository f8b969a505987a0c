//! The query string of `GET /keys`.

use shared::{
    edge::{
        error::Problem,
        request::{Fields, Paging, call, paging, text},
    },
    list::Filter,
    scope::{Provider, Scope, catalogue::PROVIDERS},
};

/// Reads a query string.
///
/// # Errors
/// 400 that names every parameter that is unknown or wrong.
pub(crate) fn read(mut fields: Fields) -> Result<(Filter, Paging), Problem> {
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
        call: call(&mut fields),
    };
    let paging = paging(&mut fields);
    fields.finish(Some((filter, paging)))
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
