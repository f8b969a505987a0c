//! A proxy before a `DynamoDB` that keeps what is asked of it.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::Response,
};
use serde_json::Value;
use tokio::net::TcpListener;

/// One request to the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// Such as `GetItem`.
    pub(super) operation: String,
    pub(super) body: Value,
}

/// A running proxy.
pub(super) struct Recorder {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    target: String,
    client: reqwest::Client,
    calls: Mutex<Vec<Call>>,
}

impl Recorder {
    /// Starts one before the `DynamoDB` at `target`.
    pub(super) async fn start(target: String) -> Self {
        let shared = Arc::new(Shared { target, client: crate::support::client(), calls: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().unwrap().clone()
    }
}

async fn pass(State(shared): State<Arc<Shared>>, mut headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    shared.calls.lock().unwrap().push(Call { operation, body: serde_json::from_slice(&body).unwrap() });
    headers.remove(header::HOST);
    let answer = shared.client.post(&shared.target).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
