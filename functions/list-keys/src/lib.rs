//! `GET /keys`, `GET /keys/{id}`, `GET /catalogue` and `GET /health`: everything that only reads.

mod catalogue;
mod query;

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use serde::Serialize;
use shared::{
    admin,
    edge::{
        Answer, App,
        error::Problem,
        request::{Fields, caller, key_id, route_key},
        response::{self, RecordBody, answer},
    },
    grant::Route,
    list::{list, show},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::LIST_KEYS, admin::SHOW_KEY, admin::CATALOGUE, admin::HEALTH];

/// Answers one request.
///
/// # Errors
/// 400 for a bad query, 401 and 403 for a caller without the right, 404 for an unknown key or route, 5xx when the table
/// fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let called = ROUTES.iter().find(|route| route.to_string() == route_key(&request));
    match called {
        Some(&admin::LIST_KEYS) => page(&app, &request).await,
        Some(&admin::SHOW_KEY) => one(&app, &request).await,
        Some(&admin::CATALOGUE) => {
            caller(&request)?;
            answer(StatusCode::OK, &catalogue::body())
        }
        Some(&admin::HEALTH) => health(&app).await,
        _ => Err(Problem::not_found()),
    }
}

#[derive(Serialize)]
struct PageBody<'r> {
    keys: Vec<RecordBody<'r>>,
    next_cursor: Option<String>,
}

async fn page(app: &App, request: &Request) -> Answer {
    let caller = caller(request)?;
    let query = query::read(Fields::of_query(request))?;
    let now = app.clock.now().into();
    // Whoever may not list learns nothing of cursors, and the table is not asked.
    caller.require(shared::grant::Right::ListKeys)?;
    let key = app.cursor_key().await?;
    let page = list(&caller, &query.filter, query.limit, query.cursor.as_deref(), &app.table, key, now).await?;
    let keys = page.keys.iter().map(|record| RecordBody::new(record, now)).collect();
    answer(StatusCode::OK, &PageBody { keys, next_cursor: page.next_cursor })
}

async fn one(app: &App, request: &Request) -> Answer {
    let caller = caller(request)?;
    Fields::of_query(request).finish(Some(()))?;
    let record = show(&caller, key_id(request)?, &app.table).await?.ok_or_else(Problem::not_found)?;
    response::record(&record, app.clock.now().into())
}

#[derive(Serialize)]
struct HealthBody {
    status: &'static str,
}

async fn health(app: &App) -> Answer {
    app.table.ping().await?;
    answer(StatusCode::OK, &HealthBody { status: "ok" })
}
