//! API sets: written, listed and removed; what they open, to whom, and from when on.

mod addresses;
mod life;
mod limits;
mod outage;
mod reach;
mod who;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Api, TestStack, send};

pub(crate) async fn put(api: &Api, path: &str, key: &str, body: &Value) -> Answer {
    send(api.request_with(Method::PUT, path, key).json(body)).await
}

pub(crate) async fn patch(api: &Api, path: &str, key: &str, body: &Value) -> Answer {
    send(api.request_with(Method::PATCH, path, key).json(body)).await
}

/// Writes a set as the root key would.
async fn write(stack: &TestStack, name: &str, body: Value) -> Answer {
    put(stack, &format!("/apis/{name}"), stack.root(), &body).await
}

/// Writes a set of these routes as the root key would.
async fn set(stack: &TestStack, name: &str, routes: &[&str]) {
    let answer = write(stack, name, json!({"routes": routes})).await;
    assert!([200, 201].contains(&answer.status), "{answer:?}");
}

/// A call with a precondition.
async fn matching(stack: &TestStack, method: Method, name: &str, tag: &str, body: Option<Value>) -> Answer {
    let request = stack.request_with(method, &format!("/apis/{name}"), stack.root()).header("if-match", tag);
    send(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}
