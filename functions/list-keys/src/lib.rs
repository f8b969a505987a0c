//! `GET /keys`, `GET /keys/{id}`, `GET /catalogue`, `GET /openapi.json` and `GET /health`: everything that only reads
//! keys, or what there is to know without any.

mod query;

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    admin,
    edge::{
        Answer, App,
        body::{CatalogueBody, HealthBody, KeysBody, RecordBody},
        error::Problem,
        openapi,
        request::{Fields, Paging, caller, key_id, route},
        response::{self, answer},
    },
    grant::{Right, Route},
    list::{list, show},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::LIST_KEYS, admin::SHOW_KEY, admin::CATALOGUE, admin::OPENAPI, admin::HEALTH];

/// Answers one request.
///
/// # Errors
/// 400 for a bad query, 401 and 403 for a caller without the right, 404 for an unknown key or route, 5xx when the table
/// fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    match route(&request, ROUTES) {
        Some(&admin::LIST_KEYS) => page(&app, &request).await,
        Some(&admin::SHOW_KEY) => one(&app, &request).await,
        Some(&admin::CATALOGUE) => {
            caller(&request)?;
            answer(StatusCode::OK, &CatalogueBody::new())
        }
        Some(&admin::OPENAPI) => Ok(response::kept(openapi::json()?)),
        Some(&admin::HEALTH) => {
            app.table.ping().await?;
            answer(StatusCode::OK, &HealthBody { status: "ok" })
        }
        _ => Err(Problem::not_found()),
    }
}

async fn page(app: &App, request: &Request) -> Answer {
    let caller = caller(request)?;
    // Whoever may not list learns nothing of cursors, and the table is not asked.
    caller.require(Right::ListKeys)?;
    let (filter, Paging { limit, cursor }) = query::read(Fields::of_query(request))?;
    let now = app.clock.now().into();
    let key = app.cursor_key().await?;
    let page = list(&caller, &filter, (limit, cursor.as_deref()), &app.table, key, now).await?;
    let keys = page.entries.iter().map(|record| RecordBody::new(record, now)).collect();
    answer(StatusCode::OK, &KeysBody { keys, next_cursor: page.next_cursor })
}

async fn one(app: &App, request: &Request) -> Answer {
    let caller = caller(request)?;
    Fields::of_query(request).finish(Some(()))?;
    let record = show(&caller, key_id(request)?, &app.table).await?.ok_or_else(Problem::not_found)?;
    response::record(&record, app.clock.now().into())
}
