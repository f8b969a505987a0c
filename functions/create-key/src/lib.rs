//! `POST /keys`: makes a key and shows its text, once.

use std::sync::Arc;

use lambda_http::{
    Request,
    http::{StatusCode, header},
};
use shared::{
    admin,
    config::Config,
    create::{NewKey, create},
    edge::{
        Answer, App,
        error::{FieldMessage, Problem},
        request::{Fields, boolean, caller, text},
        response::{CreatedBody, RecordBody, answer, set_header},
    },
    expiry::{Expiry, Lifetime, Period},
    grant::Route,
    metadata::Metadata,
    scope::{Provider, Scope},
    timestamp::Timestamp,
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::CREATE_KEY];

/// Answers one request.
///
/// # Errors
/// 400 for a bad body, 401 and 403 for a caller without the right, 413 for a large body, 5xx when the key could not be
/// stored.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    let made_at = app.clock.now();
    let now = made_at.into();
    let new = read(Fields::of_body(&request)?, &app.config, now)?;
    let (record, key) = create(&caller, new, &app.table, made_at, &*app.entropy).await?;

    let body =
        CreatedBody { record: RecordBody::new(&record, now), key: key.reveal(), warnings: warnings(record.expiry) };
    let mut response = answer(StatusCode::CREATED, &body)?;
    set_header(&mut response, header::LOCATION, &format!("/keys/{}", record.id))?;
    Ok(response)
}

/// The new key that a body asks for.
fn read(mut fields: Fields, config: &Config, now: Timestamp) -> Result<NewKey, Problem> {
    let name = fields.required("name", text);
    let scope = scope(&mut fields);
    let key_type = fields.required("type", text);
    let description = fields.optional("description", text);
    let owner = fields.optional("owner", text);
    let client_type = fields.optional("client_type", text);
    let metadata = fields.optional("metadata", |value| Metadata::try_from(value).map_err(|error| error.to_string()));
    let enabled = fields.optional("enabled", boolean);
    let prefix = fields.optional("prefix", text);
    let expiry = expiry(&mut fields, config.max_key_lifetime, now);
    let new = || {
        Some(NewKey {
            name: name?,
            description,
            owner,
            client_type,
            scope: scope?,
            key_type: key_type?,
            metadata: metadata.unwrap_or_default(),
            enabled: enabled.unwrap_or(true),
            expiry: expiry?,
            prefix: prefix.unwrap_or_else(|| config.key_prefix.clone()),
        })
    };
    let new = new();
    fields.finish(new)
}

/// `provider` and `region`: the region is looked for among the provider's own.
fn scope(fields: &mut Fields) -> Option<Scope> {
    let provider: Option<Provider> = fields.required("provider", text);
    fields.required("region", |value| {
        let region: String = text(value)?;
        // Without a provider there is nothing to look among; that error is told already.
        provider.map(|provider| Scope::new(provider, &region).map_err(|error| error.to_string())).transpose()
    })?
}

/// `expires_at` or `expires_in` or neither.
fn expiry(fields: &mut Fields, max: Option<Period>, now: Timestamp) -> Option<Expiry> {
    let until = fields.optional("expires_at", text).map(Lifetime::Until);
    let period = fields.optional("expires_in", text).map(Lifetime::For);
    if !(fields.is_right("expires_at") && fields.is_right("expires_in")) {
        return None;
    }
    let (field, lifetime) = match (until, period) {
        (Some(_), Some(_)) => {
            fields.wrong("expires_in", "cannot be given together with expires_at");
            return None;
        }
        (Some(until), None) => ("expires_at", until),
        (None, Some(period)) => ("expires_in", period),
        (None, None) => ("expires_in", Lifetime::Unlimited),
    };
    lifetime.begin(now, max).map_err(|error| fields.wrong(field, error.to_string())).ok()
}

/// What the creator of a key should know about it.
fn warnings(expiry: Expiry) -> Vec<FieldMessage> {
    let warning = |field: &str, message: &str| FieldMessage { field: field.to_owned(), message: message.to_owned() };
    match expiry {
        Expiry::Never => {
            vec![warning("expires_at", "this key never expires")]
        }
        Expiry::At(_) => Vec::new(),
    }
}
