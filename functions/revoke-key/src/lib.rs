//! `DELETE /keys/{id}`: ends a key.

use std::sync::Arc;

use lambda_http::Request;
use shared::{
    admin,
    edge::{
        Answer, App,
        request::{Fields, caller, key_id, text},
        response,
    },
    grant::Route,
    revoke::revoke,
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::REVOKE_KEY];

/// Answers one request with the record of the revoked key. Repeating it changes nothing.
///
/// # Errors
/// 400 for a bad reason, 401 and 403 for a caller without the right, 404 for an unknown key, 409 for the root key, 5xx
/// when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    let id = key_id(&request)?;
    let mut query = Fields::of_query(&request);
    let reason = query.optional("reason", text);
    query.finish(Some(()))?;

    let record = revoke(&caller, id, reason, &app.table, &*app.clock).await?;
    response::record(&record, app.clock.now().into())
}
