//! `POST /verify`: checks a key, and tells what is known of it.

mod question;

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    admin,
    decision::Code,
    edge::{
        Answer, App,
        body::VerdictBody,
        request::{Fields, caller},
        response::answer,
    },
    grant::{Right, Route},
    verify::verify_now,
};

use self::question::Question;

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::VERIFY_KEY];

/// Answers one request with a verdict.
///
/// # Errors
/// 400 for a bad body, 401 and 403 for a caller without the right, 413 for a large body, 5xx when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    caller.require(Right::VerifyKeys)?;
    Fields::of_query(&request).finish(Some(()))?;
    let question = Question::read(Fields::of_body(&request)?, app.config.deployment)?;

    let verdict = verify_now(&question.key, &question.request(), &app.table, &*app.clock).await?;
    // Of another owner's key, the caller may not even know that it exists.
    let (code, record) = match verdict.record() {
        Some(record) if !caller.sees(&record.owner) => (Code::NotFound, None),
        record => (verdict.code, record),
    };
    answer(StatusCode::OK, &VerdictBody::new(code, record, verdict.token_expires_at()))
}
