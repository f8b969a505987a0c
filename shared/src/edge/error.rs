//! Errors as the outside sees them: RFC 9457 problem details.
//!
//! A [`Problem`] has an outside message and an inside cause. The cause goes to the log, with the request's id, and
//! nowhere else. Each domain error is mapped here, by a match without a catch-all.

use lambda_http::{Body, Response, http::StatusCode};
use serde::Serialize;

use crate::{
    caller::Forbidden, create::CreateError, entropy::EntropyError, list::ListError, revoke::RevokeError,
    store::StoreError,
};

/// What there is to say of one field: what is wrong with it, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    cause: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    TooLarge,
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
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
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
            Self::TooLarge => ("too-large", "The body is too large"),
            Self::Internal => ("internal", "Something went wrong"),
            Self::Unavailable => ("unavailable", "Temporarily unavailable"),
        }
    }
}

/// The body, in the order of RFC 9457.
#[derive(Serialize)]
struct Details<'p> {
    #[serde(rename = "type")]
    kind: String,
    title: &'p str,
    status: u16,
    detail: &'p str,
    request_id: &'p str,
    #[serde(skip_serializing_if = "<[FieldMessage]>::is_empty")]
    errors: &'p [FieldMessage],
}

impl Problem {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), cause: None }
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
        Self::new(Kind::NotFound, "There is no such key or route.")
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

    fn unavailable(cause: String) -> Self {
        Self { cause: Some(cause), ..Self::new(Kind::Unavailable, "The table does not answer. Try again.") }
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
        });
        super::response::json(status, "application/problem+json", body.unwrap_or_default())
    }
}

impl From<Forbidden> for Problem {
    fn from(error: Forbidden) -> Self {
        Self::new(Kind::Forbidden, format!("The caller's key does not have the right {}.", error.0))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error.to_string()),
            StoreError::Refused(_) | StoreError::Corrupt(_) => Self::internal(error.to_string()),
        }
    }
}

impl From<EntropyError> for Problem {
    fn from(error: EntropyError) -> Self {
        Self::internal(error.to_string())
    }
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Forbidden(error) => error.into(),
            CreateError::Entropy(error) => error.into(),
            CreateError::Store(error) => error.into(),
            CreateError::IdTaken => Self::internal(error.to_string()),
        }
    }
}

impl From<RevokeError> for Problem {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Forbidden(error) => error.into(),
            RevokeError::NotFound => Self::not_found(),
            RevokeError::Root => Self::new(Kind::Conflict, "The root key cannot be revoked."),
            RevokeError::Store(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden(error) => error.into(),
            ListError::Cursor(error) => Self::invalid_field("cursor", error.to_string()),
            ListError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
