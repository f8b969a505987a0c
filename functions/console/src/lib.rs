//! The web console: its page, the files that it is made of, and its sessions.

mod files;
mod headers;
mod session;

use std::sync::Arc;

use lambda_http::Request;
use shared::{
    admin,
    edge::{
        Answer, App,
        error::Problem,
        request::{path_parameter, request_id, route},
    },
    grant::Route,
};

pub use self::files::VERSION;

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::CONSOLE, admin::SIGN_IN, admin::SESSION, admin::SIGN_OUT, admin::CONSOLE_FILES];

/// Answers one request. A problem, too, is answered here, so that it has the headers of every answer.
///
/// # Errors
/// None.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let is_local = headers::is_local(&request);
    let answer = answer(&app, &request, is_local).await;
    let mut response = answer.unwrap_or_else(|problem| problem.into_response(request_id(&request)));
    headers::protect(&mut response, is_local);
    Ok(response)
}

async fn answer(app: &App, request: &Request, is_local: bool) -> Answer {
    match route(request, ROUTES) {
        Some(&admin::CONSOLE) => files::page(request.headers()),
        Some(&admin::CONSOLE_FILES) => files::file(&path_parameter::<String>(request, "path")?, request.headers()),
        Some(&admin::SIGN_IN) => session::sign_in(app, request, is_local).await,
        Some(&admin::SESSION) => session::show(request),
        Some(&admin::SIGN_OUT) => session::sign_out(request, is_local),
        _ => Err(Problem::not_found()),
    }
}
