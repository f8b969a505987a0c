//! What comes back from a function, as the HTTP response that API Gateway makes of it.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::server::plain;

/// API Gateway's own answer: `{"message": …}`.
pub(crate) fn message(status: StatusCode, text: &str) -> Response {
    plain(status, "application/json", json!({"message": text}).to_string())
}

/// A function's answer of payload format 2.0. One that has not its form is a 500.
pub(crate) fn from_function(answer: &Value) -> Response {
    read(answer).unwrap_or_else(|| message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

fn read(answer: &Value) -> Option<Response> {
    let status = u16::try_from(answer["statusCode"].as_u64()?).ok()?;
    let body = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == true {
        Body::from(STANDARD.decode(body).ok()?)
    } else {
        Body::from(body.to_owned())
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = answer["headers"].as_object().into_iter().flatten();
    for (name, value) in headers {
        let name: HeaderName = name.parse().ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        response.headers_mut().append("set-cookie", HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_functions_answer_becomes_a_response() {
        let response = from_function(&json!({
            "statusCode": 201, "headers": {"location": "/keys/a"}, "cookies": ["a=b", "c=d"], "body": "e30=", "isBase64Encoded": true
        }));
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["location"], "/keys/a");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn an_answer_without_its_form_is_a_500() {
        for answer in
            [json!(null), json!("text"), json!({}), json!({"statusCode": "200"}), json!({"statusCode": 99_999})]
        {
            assert_eq!(from_function(&answer).status(), 500, "{answer}");
        }
    }
}
