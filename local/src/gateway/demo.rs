//! `/demo/*`: a backend that shows what a backend is told.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use crate::server::plain;

/// The route as API Gateway would name it.
pub(crate) const ROUTE_KEY: &str = "ANY /demo/{proxy+}";

/// Echoes the method, the path and the authorizer's context.
pub(crate) fn answer(method: &str, path: &str, context: Option<&Value>) -> Response {
    let body = json!({"method": method, "path": path, "context": context});
    plain(StatusCode::OK, "application/json", body.to_string())
}
