//! A proxy before a `DynamoDB`, with a Secrets Manager beside it, that keeps what is asked of both.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use tokio::net::TcpListener;

use super::vault::Vault;

/// One request to AWS.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// `dynamodb` or `secretsmanager`.
    pub(super) service: &'static str,
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
    vault: Mutex<Vault>,
}

impl Recorder {
    /// Starts one before the `DynamoDB` at `target`.
    pub(super) async fn start(target: String) -> Self {
        let client = crate::support::client();
        let shared = Arc::new(Shared { target, client, calls: Mutex::default(), vault: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// Where both services are.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// What was asked so far.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.shared.calls.lock().unwrap().clone()
    }

    /// What is in the Secrets Manager.
    pub(super) fn vault(&self) -> MutexGuard<'_, Vault> {
        self.shared.vault.lock().unwrap()
    }
}

/// What IAM holds a request against: a transaction takes the rights of the single actions in it.
fn actions(service: &'static str, operation: &str, body: Value) -> Vec<Call> {
    if operation != "TransactWriteItems" {
        return vec![Call { service, operation: operation.to_owned(), body }];
    }
    let items = body["TransactItems"].as_array().unwrap().iter();
    let actions = items.flat_map(|item| item.as_object().unwrap());
    let named = |kind: &str| match kind {
        "Put" | "Update" | "Delete" => format!("{kind}Item"),
        "ConditionCheck" => "ConditionCheckItem".to_owned(),
        other => panic!("no action of a transaction: {other}"),
    };
    actions.map(|(kind, body)| Call { service, operation: named(kind), body: body.clone() }).collect()
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let (service, operation) = match target.split_once('.').unwrap() {
        ("DynamoDB_20120810", operation) => ("dynamodb", operation),
        ("secretsmanager", operation) => ("secretsmanager", operation),
        _ => panic!("a request to another service: {target}"),
    };
    let asked: Value = serde_json::from_slice(&body).unwrap();
    shared.calls.lock().unwrap().extend(actions(service, operation, asked.clone()));
    if service == "dynamodb" {
        return pass(&shared, headers, body).await;
    }
    let (status, answer) = shared.vault.lock().unwrap().answer(operation, &asked);
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

async fn pass(shared: &Shared, mut headers: HeaderMap, body: Bytes) -> Response {
    headers.remove(header::HOST);
    let answer = shared.client.post(&shared.target).headers(headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
