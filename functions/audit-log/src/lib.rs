//! `GET /audit` and `GET /keys/{id}/audit`: what happened.

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    admin,
    edge::{
        Answer, App,
        body::{EventBody, EventsBody},
        error::Problem,
        request::{Fields, Paging, caller, key_id, paging, route, text},
        response::answer,
    },
    grant::{Right, Route},
    history::{EventFilter, history, history_of},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::AUDIT, admin::KEY_AUDIT];

/// Answers one request with a page of events.
///
/// # Errors
/// 400 for a bad query, 401 and 403 for a caller without the right, 404 for an unknown key or route, 5xx when the table
/// fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    // Whoever may not read learns nothing of cursors, and the table is not asked.
    caller.require(Right::ReadAudit)?;
    let (filter, Paging { limit, cursor }) = read(Fields::of_query(&request))?;
    let paging = (limit, cursor.as_deref());
    let page = match route(&request, ROUTES) {
        Some(&admin::AUDIT) => history(&caller, &filter, paging, &app.table, app.cursor_key().await?).await?,
        Some(&admin::KEY_AUDIT) => {
            let id = key_id(&request)?;
            history_of(&caller, id, &filter, paging, &app.table, app.cursor_key().await?).await?
        }
        _ => return Err(Problem::not_found()),
    };
    let events = page.entries.iter().map(EventBody::from).collect();
    answer(StatusCode::OK, &EventsBody { events, next_cursor: page.next_cursor })
}

/// The query string.
fn read(mut fields: Fields) -> Result<(EventFilter, Paging), Problem> {
    let filter = EventFilter {
        actor: fields.optional("actor", text),
        action: fields.optional("action", text),
        from: fields.optional("from", text),
        to: fields.optional("to", text),
    };
    let paging = paging(&mut fields);
    fields.finish(Some((filter, paging)))
}
