//! The embedded Secrets Manager, which holds the root key as a deployment's would.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::key::PresentedKey;
use winterbaume_core::{MockRequest, MockService};
use winterbaume_secretsmanager::SecretsManagerService;

use crate::server::{Server, keep_browsers_out, listen};

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
        Server::start(listener, keep_browsers_out(router)).map(Self).map_err(|error| error.to_string())
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

async fn answer(State(service): State<Arc<SecretsManagerService>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request =
        MockRequest { method: parts.method.to_string(), uri: parts.uri.to_string(), headers: parts.headers, body };
    let answer = service.handle(request).await;
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = answer.headers;
    response
}
