//! Short-lived tokens of keys: how they are issued, where they open, and what ends them.

mod doors;
mod forge;
mod hostile;
mod issuing;
mod life;
mod limits;

use serde_json::{Value, json};

use crate::support::{Answer, Api, START, TestStack};

const WITHOUT_CACHE: (&str, &str) = ("CACHE_TTL_SECONDS", "0");

/// [`START`] and so many seconds.
fn after(seconds: u64) -> String {
    let start: jiff::Timestamp = START.parse().unwrap();
    (start + std::time::Duration::from_secs(seconds)).to_string()
}

/// Asks for a token.
async fn ask(api: &Api, key: &str, body: &Value) -> Answer {
    api.post("/tokens", key, body).await
}

/// A token that the caller has to get.
async fn issue(api: &Api, key: &str, body: &Value) -> String {
    let answer = ask(api, key, body).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()["token"].as_str().unwrap().to_owned()
}

/// The code that `/verify` has for a token, or for a key.
async fn code(stack: &TestStack, text: &str) -> Value {
    stack.verdict(&json!({"key": text, "ip": "127.0.0.1"})).await["code"].clone()
}
