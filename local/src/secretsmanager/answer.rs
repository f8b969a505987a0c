//! What is asked of Secrets Manager, as far as the guard looks at it, and how it refuses.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;
use winterbaume_secretsmanager::views::RotationRulesView;

/// The fields of a request that the guard knows. It is never printed: it can hold a key.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Fields {
    pub(super) secret_id: String,
    pub(super) client_request_token: Option<String>,
    pub(super) secret_string: Option<String>,
    pub(super) secret_binary: Option<Value>,
    pub(super) version_id: Option<String>,
    pub(super) version_stage: Option<String>,
    pub(super) move_to_version_id: Option<String>,
    pub(super) remove_from_version_id: Option<String>,
    pub(super) rotate_immediately: Option<bool>,
    #[serde(rename = "RotationLambdaARN")]
    pub(super) rotation_lambda: Option<String>,
    pub(super) rotation_rules: Option<Rules>,
}

/// When a secret is to be rotated. It is kept for `DescribeSecret`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Rules {
    automatically_after_days: Option<i64>,
    duration: Option<String>,
    schedule_expression: Option<String>,
}

impl From<Rules> for RotationRulesView {
    fn from(rules: Rules) -> Self {
        let Rules { automatically_after_days, duration, schedule_expression } = rules;
        Self { automatically_after_days, duration, schedule_expression }
    }
}

/// Why a request is refused, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn of_caller(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    /// There is no such secret, version or value.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::of_caller("ResourceNotFoundException", message)
    }

    /// The secret is in no state for this.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::of_caller("InvalidRequestException", message)
    }

    /// A field is wrong.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::of_caller("InvalidParameterException", message)
    }

    /// The version has another value.
    pub(super) fn exists(message: impl Into<String>) -> Self {
        Self::of_caller("ResourceExistsException", message)
    }

    /// It is our own fault.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self { status: 500, code: "InternalServiceError", message: message.into() }
    }

    /// No secret has this name or ARN.
    pub(super) fn no_secret() -> Self {
        Self::not_found("Secrets Manager can't find the specified secret.")
    }
}

impl From<Refusal> for MockResponse {
    fn from(Refusal { status, code, message }: Refusal) -> Self {
        Self::json(status, json!({"__type": code, "message": message}).to_string())
    }
}

/// A good answer.
pub(super) fn good(body: &HashMap<&'static str, Value>) -> MockResponse {
    MockResponse::json(200, json!(body).to_string())
}
