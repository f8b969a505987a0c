//! `PATCH /keys/{id}`: edits a key, by JSON Merge Patch.

use std::sync::Arc;

use lambda_http::Request;
use shared::{
    admin,
    edge::{
        Answer, App,
        request::{Fields, caller, edited, key_id, precondition},
        response,
    },
    grant::{Right, Route},
    update::update,
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::UPDATE_KEY];

/// Answers one request with the record as it is afterwards.
///
/// # Errors
/// 400 for a bad patch, 401 and 403 for a caller without the right or with less than the key would have, 404 for an unknown
/// key, 409 for a revoked key and for less than the root key must have, 412 for another version, 413 for a large body, 5xx
/// when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    // Whoever may not edit learns nothing of what a patch would need.
    caller.require(Right::UpdateKeys)?;
    let id = key_id(&request)?;
    let precondition = precondition(&request)?;
    Fields::of_query(&request).finish(Some(()))?;
    let patch = Fields::of_body(&request)?.into_values()?;
    let max = app.config.max_key_lifetime;

    let record = update(app.change(&caller, id, &precondition), |before, now| edited(&patch, before, max, now)).await?;
    response::record(&record, app.clock.now().into())
}
