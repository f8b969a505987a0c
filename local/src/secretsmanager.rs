//! The embedded Secrets Manager, which holds the root key as a deployment's would, and rotates it.
//!
//! The crate `winterbaume-secretsmanager` keeps the secrets. A [`guard`] stands before it and makes it do as AWS does where
//! it does not by itself:
//!
//! - Requests are handled one at a time, so that what one of them finds still holds when it writes.
//! - `PutSecretValue` with the token of a version that has a value changes nothing if the value is the same, and is a
//!   `ResourceExistsException` if it is not. The crate would replace the value.
//! - `GetSecretValue` of a version without a value is a `ResourceNotFoundException`. A `VersionId` with a `VersionStage`
//!   that the version does not have is an `InvalidRequestException`. The crate answers both.
//! - `UpdateSecretVersionStage` moves a label only from the version that has it, and to one that has it already it does
//!   nothing. `AWSCURRENT` goes to a version with a value only, and cannot be taken off.
//! - `AWSPREVIOUS` stands at one version at a time, whichever way `AWSCURRENT` moved.
//! - `CancelRotateSecret` turns the rotation off.
//! - `RotateSecret` calls the rotation function: see [`rotation`].
//!
//! It differs from AWS where a stack on one machine is better served: `RotateSecret` answers when the rotation is over, and
//! with its error if it failed; there is one rotation function, so its ARN may be left out; a version without a label is
//! gone at once, where AWS deletes it in time; `SecretBinary` is refused, and schedules are kept but not followed.
//!
//! Every change is [`kept`] before its answer goes out.

mod alone;
mod answer;
mod guard;
mod kept;
mod labels;
mod rotation;
mod rules;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::net::TcpListener;
use winterbaume_core::MockResponse;

pub(crate) use self::{
    answer::Refusal,
    guard::{Guard, View},
    kept::Kept,
    labels::{key_id_in, text_in, texts},
    rotation::{Pending, RotationFunction},
};
use crate::server::{Server, keep_browsers_out};

/// What the secret of the root key is called.
pub(crate) const ROOT_SECRET: &str = "latchkey/root-key";
/// The tag of a secret that tells until when the key's previous text works.
pub(crate) const PREVIOUS_UNTIL: &str = "latchkey:previous-valid-until";
/// Secrets Manager takes no secret that is larger.
const MAX_BODY: usize = 128 * 1024;
/// How long a rotation under way may take to end when the stack does.
const GRACE: Duration = Duration::from_secs(5);

/// A running Secrets Manager.
pub struct SecretsManager {
    server: Server,
    guard: Arc<Guard>,
}

impl SecretsManager {
    /// Serves what `guard` stands before.
    pub(crate) fn start(listener: TcpListener, guard: Arc<Guard>) -> Result<Self, String> {
        let router = Router::new().fallback(accept).with_state(Arc::clone(&guard));
        let server = Server::start(listener, keep_browsers_out(router)).map_err(|error| error.to_string())?;
        Ok(Self { server, guard })
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Lets a rotation under way end, within reason, and stops. Nothing is written to the data folder afterwards.
    pub(crate) async fn stop(self) {
        // One that hangs is cut, as a kill would; the next rotation takes it up.
        if tokio::time::timeout(GRACE, self.guard.rest()).await.is_err() {
            tracing::warn!("a rotation did not end; the next one takes it up");
        }
        self.server.stop().await;
        self.guard.close().await;
    }
}

async fn accept(State(guard): State<Arc<Guard>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    // Its own task, so that a caller who goes away does not leave it half done.
    let answered = tokio::spawn(async move { guard.answer(parts.headers, body).await }).await;
    let answer = answered.unwrap_or_else(|_| {
        MockResponse::json(500, json!({"__type": "InternalServiceError", "message": "a panic"}).to_string())
    });
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = answer.headers;
    response
}
