mod kept;
mod rotation;
mod versions;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak},
};

use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    edge::Error,
    entropy::SystemEntropy,
    key::{KeyId, PlainKey, PresentedKey},
    timestamp::Timestamp,
};

use super::{Guard, Kept, Pending, ROOT_SECRET, RotationFunction};
use crate::data::DataFolder;

const NAME: &str = "a-secret";
/// Tokens: made up, of the right length.
const FIRST: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

/// A guard with a secret of the value `one`, whose version is the first thing returned.
async fn guarded() -> (String, Arc<Guard>) {
    let guard = Guard::new(None, Kept::Nowhere, Arc::new(SystemClock), Arc::new(SystemEntropy)).await.unwrap();
    let guard = Arc::new(guard);
    let made = good(&guard, "CreateSecret", json!({"Name": NAME, "SecretString": "one"})).await;
    (made["VersionId"].as_str().unwrap().to_owned(), guard)
}

async fn ask(guard: &Guard, operation: &str, body: Value) -> (u16, Value) {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-target", HeaderValue::from_str(&format!("secretsmanager.{operation}")).unwrap());
    let answer = guard.answer(headers, body.to_string().into()).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// The fields of a request about the secret.
fn on_secret(mut fields: Value) -> Value {
    fields["SecretId"] = json!(NAME);
    fields
}

async fn good(guard: &Guard, operation: &str, body: Value) -> Value {
    let (status, answer) = ask(guard, operation, body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

async fn refused(guard: &Guard, operation: &str, fields: Value) -> String {
    let before = stages(guard).await;
    let (status, answer) = ask(guard, operation, on_secret(fields)).await;
    assert_eq!(status, 400, "{operation}: {answer}");
    assert_eq!(stages(guard).await, before, "{operation} was refused and changed something");
    answer["__type"].as_str().unwrap().to_owned()
}

async fn put(guard: &Guard, token: &str, value: &str, stages: &[&str]) -> Value {
    let fields = json!({"ClientRequestToken": token, "SecretString": value, "VersionStages": stages});
    good(guard, "PutSecretValue", on_secret(fields)).await
}

async fn value(guard: &Guard, fields: Value) -> String {
    let read = good(guard, "GetSecretValue", on_secret(fields)).await;
    read["SecretString"].as_str().unwrap().to_owned()
}

/// What `DescribeSecret` shows of the versions, with the labels of each sorted.
async fn stages(guard: &Guard) -> Value {
    let mut shown = good(guard, "DescribeSecret", on_secret(json!({}))).await["VersionIdsToStages"].take();
    for labels in shown.as_object_mut().unwrap().values_mut() {
        labels.as_array_mut().unwrap().sort_by_key(Value::to_string);
    }
    shown
}
