//! A proxy before both services that knows every call, and can spoil one: hold it before the service acts on it or after,
//! or lose the answer.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch};

use super::bench::{Bench, text_in};

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is held before the service learns of it, until it is cut.
    HeldBefore,
    /// It is held after the service has done its work, until it is cut.
    HeldAfter,
    /// The service has done its work, and says that it failed.
    Lost,
}

/// A call as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// During which step.
    pub(super) step: &'static str,
    /// Of which service.
    pub(super) service: &'static str,
    /// What for.
    pub(super) operation: String,
}

/// A running proxy.
pub(super) struct Gate {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    dynamodb: String,
    vault: String,
    client: reqwest::Client,
    seen: Mutex<Seen>,
    /// The call to be spoilt, counted from 0.
    spoilt: Option<(usize, Fate)>,
    held: watch::Sender<bool>,
    cut: watch::Sender<bool>,
}

#[derive(Default)]
struct Seen {
    step: &'static str,
    calls: Vec<Call>,
    texts: BTreeSet<String>,
    rotation_tokens: Vec<Option<String>>,
}

impl Gate {
    /// One before the services of a bench, which spoils the call of a number.
    pub(super) async fn start(bench: &Bench, spoilt: Option<(usize, Fate)>) -> Self {
        let (dynamodb, vault) = (bench.dynamodb_url(), bench.vault_url());
        let (held, cut) = (watch::Sender::new(false), watch::Sender::new(false));
        let (client, seen) = (crate::support::client(), Mutex::default());
        let shared = Arc::new(Shared { dynamodb, vault, client, seen, spoilt, held, cut });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Which step the calls from now on belong to.
    pub(super) fn enter(&self, step: &'static str) {
        self.shared.seen.lock().unwrap().step = step;
    }

    /// Waits until the call is held.
    pub(super) async fn held(&self) {
        self.shared.held.subscribe().wait_for(|held| *held).await.unwrap();
    }

    /// Lets the held call go unanswered. Whoever made it is gone by now.
    pub(super) fn cut(&self) {
        self.shared.held.send_replace(false);
        self.shared.cut.send_replace(true);
    }

    /// All calls so far.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.shared.seen.lock().unwrap().calls.clone()
    }

    /// Every text that was to be put into a secret, whether or not it came there.
    pub(super) fn texts(&self) -> BTreeSet<String> {
        self.shared.seen.lock().unwrap().texts.clone()
    }

    /// The `RotationToken` of each `PutSecretValue`.
    pub(super) fn rotation_tokens(&self) -> Vec<Option<String>> {
        self.shared.seen.lock().unwrap().rotation_tokens.clone()
    }
}

impl Shared {
    /// Takes a call down, and says how many came before it.
    fn take_down(&self, service: &'static str, operation: &str, body: &[u8]) -> usize {
        let mut seen = self.seen.lock().unwrap();
        if operation == "PutSecretValue" {
            let body: Value = serde_json::from_slice(body).unwrap();
            let value: Value = serde_json::from_str(body["SecretString"].as_str().unwrap()).unwrap();
            seen.texts.insert(text_in(&value).unwrap());
            seen.rotation_tokens.push(body["RotationToken"].as_str().map(str::to_owned));
        }
        let call = Call { step: seen.step, service, operation: operation.to_owned() };
        seen.calls.push(call);
        seen.calls.len() - 1
    }

    async fn pass(&self, target: &str, mut headers: HeaderMap, body: Bytes) -> Response {
        headers.remove(header::HOST);
        let answer = self.client.post(target).headers(headers).body(body).send().await.unwrap();
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }

    async fn hold(&self) -> Response {
        self.held.send_replace(true);
        self.cut.subscribe().wait_for(|cut| *cut).await.unwrap();
        failed(StatusCode::BAD_GATEWAY)
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let named = headers["x-amz-target"].to_str().unwrap().to_owned();
    let (service, operation) = named.split_once('.').unwrap();
    let (service, target) = match service {
        "secretsmanager" => ("Secrets Manager", &shared.vault),
        _ => ("DynamoDB", &shared.dynamodb),
    };
    let number = shared.take_down(service, operation, &body);
    let fate = shared.spoilt.filter(|(at, _)| *at == number).map(|(_, fate)| fate);
    if fate == Some(Fate::HeldBefore) {
        return shared.hold().await;
    }
    let answer = shared.pass(target, headers, body).await;
    match fate {
        Some(Fate::HeldAfter) => shared.hold().await,
        Some(Fate::Lost) => failed(StatusCode::INTERNAL_SERVER_ERROR),
        _ => answer,
    }
}

fn failed(status: StatusCode) -> Response {
    let mut nothing = Response::new(Body::empty());
    *nothing.status_mut() = status;
    nothing
}
