//! Verdicts: which of several reasons is told, to whom, and how little anybody learns who may not know.

mod order;
mod questions;
mod secrecy;
mod traces;

use serde_json::{Value, json};

use crate::support::{Answer, Key, TestStack};

/// What `/verify` says of a question, to the root key.
async fn verdict(stack: &TestStack, question: &Value) -> Value {
    stack.post("/verify", stack.root(), question).await.expect(200).json()
}

/// The code of that.
async fn code(stack: &TestStack, question: &Value) -> String {
    let verdict = verdict(stack, question).await;
    assert_eq!(verdict["valid"], verdict["code"] == "VALID", "{verdict}");
    verdict["code"].as_str().unwrap().to_owned()
}

/// A fine-grained key that may ask, as `owner`'s.
async fn asker(stack: &TestStack, owner: &str) -> Key {
    stack.create(json!({"owner": owner, "apis": ["latchkey"], "permissions": ["keys:verify"]})).await
}

async fn ask(stack: &TestStack, key: &str, question: &Value) -> Answer {
    stack.post("/verify", key, question).await
}
