//! `DELETE /keys/{id}`: ends a key, and `POST /keys/{id}/restore`: undoes that.

use std::sync::Arc;

use lambda_http::Request;
use shared::{
    admin,
    edge::{
        Answer, App,
        error::Problem,
        request::{Fields, caller, key_id, no_body, precondition, route, text},
        response,
    },
    grant::{Right, Route},
    revoke::{restore, revoke},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::REVOKE_KEY, admin::RESTORE_KEY];

/// Answers one request with the record of the key as it is afterwards. Repeating it changes nothing.
///
/// # Errors
/// 400 for a bad reason, 401 and 403 for a caller without the right or with less than a restored key would have, 404 for an
/// unknown key, 409 for the root key, 410 for a key that was revoked too long ago, 412 for another version, 5xx when the
/// table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    caller.require(Right::RevokeKeys)?;
    let (id, precondition) = (key_id(&request)?, precondition(&request)?);
    let change = app.change(&caller, id, &precondition);
    let mut query = Fields::of_query(&request);
    let record = match route(&request, ROUTES) {
        Some(&admin::REVOKE_KEY) => {
            let reason = query.optional("reason", text);
            query.finish(Some(()))?;
            revoke(change, reason).await?
        }
        Some(&admin::RESTORE_KEY) => {
            query.finish(Some(()))?;
            no_body(&request)?;
            restore(change).await?
        }
        _ => return Err(Problem::not_found()),
    };
    response::record(&record, app.clock.now().into())
}
