//! `POST /keys/{id}/rotate`: gives a key a new text and shows it, once.

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    admin,
    config::Config,
    edge::{
        Answer, App,
        body::{RecordBody, RotatedBody},
        error::Problem,
        request::{Fields, boolean, caller, key_id, lifetime, precondition, text},
        response::versioned,
    },
    grant::{Right, Route},
    rotate::{NewText, Rules, rotate},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::ROTATE_KEY];

/// Answers one request with the record as it is afterwards, and the new text.
///
/// # Errors
/// 400 for a bad body, 401 and 403 for a caller without the right or with less than the key has, 404 for an unknown key, 409
/// for a key that is revoked, expired or the root key and for one that has another text besides, 412 for another version,
/// 413 for a large body, 5xx when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    // Whoever may not rotate learns nothing of what a body would need.
    caller.require(Right::RotateKeys)?;
    let (id, precondition) = (key_id(&request)?, precondition(&request)?);
    let change = app.change(&caller, id, &precondition);
    Fields::of_query(&request).finish(Some(()))?;
    let new = read(Fields::of_optional_body(&request)?, &app.config)?;
    let rules = Rules { prefix: &app.config.key_prefix, max_lifetime: app.config.max_key_lifetime };
    let (record, text) = rotate(change, &new, rules).await?;
    let body = RotatedBody { record: RecordBody::new(&record, app.clock.now().into()), key: text.reveal() };
    versioned(StatusCode::OK, &body, record.version)
}

/// What a body asks for.
fn read(mut fields: Fields, config: &Config) -> Result<NewText, Problem> {
    let overlap = fields.optional("overlap", text);
    let end_previous = fields.optional("end_previous", boolean);
    let prefix = fields.optional("prefix", text);
    let lifetime = lifetime(&mut fields);
    fields.finish(lifetime.map(|lifetime| NewText {
        overlap: overlap.unwrap_or(config.rotation_overlap),
        ends_others: end_previous.unwrap_or(false),
        lifetime,
        prefix,
    }))
}
