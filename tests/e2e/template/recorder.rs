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

/// What IAM holds a request against: a transaction takes the rights of the single actions in it.
fn actions(operation: String, body: Value) -> Vec<Call> {
    if operation != "TransactWriteItems" {
        return vec![Call { operation, body }];
    }
    let items = body["TransactItems"].as_array().unwrap().iter();
    let actions = items.flat_map(|item| item.as_object().unwrap());
    let named = |kind: &str| match kind {
        "Put" | "Update" | "Delete" => format!("{kind}Item"),
        "ConditionCheck" => "ConditionCheckItem".to_owned(),
        other => panic!("no action of a transaction: {other}"),
    };
    actions.map(|(kind, body)| Call { operation: named(kind), body: body.clone() }).collect()
}

async fn pass(State(shared): State<Arc<Shared>>, mut headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    shared.calls.lock().unwrap().extend(actions(operation, serde_json::from_slice(&body).unwrap()));
    headers.remove(header::HOST);
    let answer = shared.client.post(&shared.target).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
