//! The embedded Secrets Manager, which holds the root key as a deployment's would.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::key::PresentedKey;
use winterbaume_core::{MockRequest, MockService};
use winterbaume_secretsmanager::SecretsManagerService;

use crate::server::{Server, listen};

/// What the secret of the root key is called.
pub(crate) const ROOT_SECRET: &str = "latchkey/root-key";
/// Secrets Manager takes no secret that is larger.
const MAX_BODY: usize = 128 * 1024;

/// A running Secrets Manager, in memory.
#[derive(Debug)]
pub(crate) struct SecretsManager(Server);

impl SecretsManager {
    /// Starts one on any port that holds the root key.
    pub(crate) async fn start(root: &PresentedKey<'_>, root_text: &str) -> Result<Self, String> {
        let service = Arc::new(SecretsManagerService::new());
        store(&service, root, root_text).await?;
        let router = Router::new().fallback(answer).with_state(service);
        let listener = listen(0).await.map_err(|error| error.to_string())?;
        let serve = |listener, stop: crate::server::Stop| async move {
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop.requested()).await {
                tracing::error!(%error, "the embedded Secrets Manager ended");
            }
        };
        Server::start(listener, serve).map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}

/// Puts the root key into its secret: `{"key_id", "key", "expires_at"}`.
async fn store(service: &SecretsManagerService, root: &PresentedKey<'_>, text: &str) -> Result<(), String> {
    let secret = json!({"key_id": root.id(), "key": text, "expires_at": null}).to_string();
    let body = json!({"Name": ROOT_SECRET, "SecretString": secret, "ClientRequestToken": "00000000-0000-0000-0000-000000000001"});
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-target", HeaderValue::from_static("secretsmanager.CreateSecret"));
    let request =
        MockRequest { method: "POST".to_owned(), uri: "/".to_owned(), headers, body: body.to_string().into() };
    let answer = service.handle(request).await;
    if answer.status == 200 { Ok(()) } else { Err(format!("the root key's secret was not taken: {}", answer.status)) }
}

/// Answers an AWS client. Browsers are kept out: what is in here is the root key, and any page may try loopback.
async fn answer(State(service): State<Arc<SecretsManagerService>>, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_loopback = ["127.0.0.1", "localhost"].contains(&host.split(':').next().unwrap_or_default());
    if !is_loopback || request.headers().contains_key(header::ORIGIN) || request.method() != Method::POST {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let body: Bytes = body;
    let request =
        MockRequest { method: parts.method.to_string(), uri: parts.uri.to_string(), headers: parts.headers, body };
    let answer = service.handle(request).await;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = answer.headers;
    response
}
