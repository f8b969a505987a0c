//! Answers, put together.

use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;

use super::{body::RecordBody, error::Problem};
use crate::{record::KeyRecord, timestamp::Timestamp};

/// A JSON answer.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response<Body>, Problem> {
    let text = serde_json::to_string(body).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(json(status, "application/json", text))
}

/// The answer that shows one record, with its version as `ETag`.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn record(record: &KeyRecord, now: Timestamp) -> Result<Response<Body>, Problem> {
    versioned(StatusCode::OK, &RecordBody::new(record, now), record.version)
}

/// An answer that shows something of this version, as `ETag`.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn versioned(status: StatusCode, body: &impl Serialize, version: u64) -> Result<Response<Body>, Problem> {
    let mut response = answer(status, body)?;
    set_header(&mut response, header::ETAG, &format!("\"{version}\""))?;
    Ok(response)
}

/// Sets a header of an answer.
///
/// # Errors
/// When the value cannot stand in a header.
pub fn set_header(response: &mut Response<Body>, name: header::HeaderName, value: &str) -> Result<(), Problem> {
    let value = HeaderValue::from_str(value).map_err(|error| Problem::internal(error.to_string()))?;
    response.headers_mut().insert(name, value);
    Ok(())
}

/// A JSON document that says the same to everybody until the next deployment. Copies of it spare the function, which anybody
/// can call; after five minutes none of them is older than what is deployed.
#[must_use]
pub fn kept(document: &str) -> Response<Body> {
    let mut response = json(StatusCode::OK, "application/json", document.to_owned());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// A text answer. Nothing of the admin API belongs in a cache.
pub(super) fn json(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
