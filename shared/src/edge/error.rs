//! Errors as the outside sees them: RFC 9457 problem details.
//!
//! A [`Problem`] has an outside message and an inside cause. The cause goes to the log, with the request's id, and
//! nowhere else.

use lambda_http::{
    Body, Response,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::key::KeyId;

/// What there is to say of one field: what is wrong with it, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldMessage {
    /// The field's name; empty when it is about the body as a whole.
    pub field: String,
    /// What there is to say.
    pub message: String,
}

/// An answer that is not a success.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldMessage>,
    key_id: Option<KeyId>,
    cause: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    PreconditionFailed,
    TooLarge,
    OtherRequest,
    Internal,
    Unavailable,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OtherRequest => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The problem type's last part, and its title.
    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Invalid => ("invalid-request", "The request is invalid"),
            Self::Unauthenticated => ("unauthenticated", "No valid key"),
            Self::Forbidden => ("forbidden", "Not allowed"),
            Self::NotFound => ("not-found", "Not found"),
            Self::Conflict => ("conflict", "In conflict with the present state"),
            Self::Gone => ("gone", "No longer possible"),
            Self::PreconditionFailed => ("precondition-failed", "Changed in between"),
            Self::TooLarge => ("too-large", "The body is too large"),
            Self::OtherRequest => ("other-request", "Another request came before"),
            Self::Internal => ("internal", "Something went wrong"),
            Self::Unavailable => ("unavailable", "Temporarily unavailable"),
        }
    }
}

/// Problem details, RFC 9457.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Details<'p> {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(pattern = "^urn:latchkey:problem:[a-z-]+$")]
    kind: String,
    /// What the kind is called.
    title: &'p str,
    /// The status of the answer, again.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong.
    detail: &'p str,
    /// API Gateway's id of the request, which finds it in the log.
    request_id: &'p str,
    /// With 400: each field that is wrong. With 403: each that asks for too much, where that is what the caller may not.
    #[serde(skip_serializing_if = "<[FieldMessage]>::is_empty")]
    errors: &'p [FieldMessage],
    /// With 409: the key that the first of two same requests made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = KeyId, required = false)]
    key_id: Option<KeyId>,
}

impl Problem {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), key_id: None, cause: None }
    }

    /// 400: each field that is wrong.
    #[must_use]
    pub fn invalid(errors: Vec<FieldMessage>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid, "See errors for each field that is wrong.") }
    }

    /// 400: one field that is wrong.
    #[must_use]
    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldMessage { field: field.to_owned(), message: message.into() }])
    }

    /// 401: the authorizer's context is missing or unusable.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Kind::Unauthenticated, "The request was not authorized.")
    }

    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, "There is nothing here, as far as the caller may know.")
    }

    /// 413.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(Kind::TooLarge, "A body has at most 64 KiB.")
    }

    /// 500, with the cause for the log.
    #[must_use]
    pub fn internal(cause: impl Into<String>) -> Self {
        let detail = "The request failed. Its id finds the cause in the log.";
        Self { cause: Some(cause.into()), ..Self::new(Kind::Internal, detail) }
    }

    pub(super) fn unavailable(cause: String) -> Self {
        Self { cause: Some(cause), ..Self::new(Kind::Unavailable, "The table does not answer. Try again.") }
    }

    /// 403.
    #[must_use]
    pub fn forbidden(detail: String) -> Self {
        Self::new(Kind::Forbidden, detail)
    }

    /// 403, for what these fields ask for.
    pub(super) fn forbidden_in(errors: Vec<FieldMessage>, detail: String) -> Self {
        Self { errors, ..Self::forbidden(detail) }
    }

    /// 409.
    pub(super) fn conflict(detail: String) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    /// 409, because of this key.
    pub(super) fn conflict_with(id: KeyId, detail: String) -> Self {
        Self { key_id: Some(id), ..Self::conflict(detail) }
    }

    /// 410.
    pub(super) fn gone(detail: String) -> Self {
        Self::new(Kind::Gone, detail)
    }

    /// 412.
    pub(super) fn precondition_failed(detail: String) -> Self {
        Self::new(Kind::PreconditionFailed, detail)
    }

    /// 422: the `Idempotency-Key` belongs to another request.
    pub(super) fn other_request(detail: String) -> Self {
        Self::new(Kind::OtherRequest, detail)
    }

    /// The answer; logs the cause.
    #[must_use]
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        let status = self.kind.status();
        let (slug, title) = self.kind.name();
        if let Some(cause) = &self.cause {
            tracing::error!(request_id, cause, "request failed");
        }
        let body = serde_json::to_string(&Details {
            kind: format!("urn:latchkey:problem:{slug}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            request_id,
            errors: &self.errors,
            key_id: self.key_id,
        });
        let mut response = super::response::json(status, "application/problem+json", body.unwrap_or_default());
        let location = self.key_id.and_then(|id| HeaderValue::from_str(&format!("/keys/{id}")).ok());
        if let Some(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    fn body(problem: Problem) -> serde_json::Value {
        let response = problem.into_response("request-1");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let Body::Text(text) = response.body() else { panic!("no text") };
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn an_inside_cause_stays_inside() {
        let body = body(StoreError::Unavailable("connection to 10.0.0.7 refused".to_owned()).into());
        assert_eq!(body["status"], 503);
        assert_eq!(body["request_id"], "request-1");
        assert!(!body.to_string().contains("10.0.0.7"));
    }

    #[test]
    fn errors_are_listed_only_where_there_are_any() {
        assert!(body(Problem::not_found()).get("errors").is_none());
        let invalid = body(Problem::invalid_field("name", "must not be empty"));
        assert_eq!(invalid["errors"], serde_json::json!([{"field": "name", "message": "must not be empty"}]));
    }
}
