//! Who did what, when, from where, to which fields: told of every write once, and of nothing else.

mod filters;
mod pages;
mod secrecy;
mod sight;
mod together;
mod writes;

use serde_json::{Value, json};

use crate::support::{Api, Key, TestStack};

/// A page of `path` with this key.
async fn page(api: &Api, path: &str, key: &str) -> (Vec<Value>, Option<String>) {
    let body = api.get(path, key).await.expect(200).json();
    let cursor = body["next_cursor"].as_str().map(str::to_owned);
    assert!(cursor.is_some() || body["next_cursor"].is_null(), "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    (body["events"].as_array().unwrap().clone(), cursor)
}

/// Every event that `path` (such as `/audit?action=key.created`) tells of, newest first.
async fn all(api: &Api, path: &str, key: &str, limit: usize) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut events, mut cursor) = page(api, &format!("{path}{sign}limit={limit}"), key).await;
    while let Some(next) = cursor {
        let (more, after) = page(api, &format!("{path}{sign}limit={limit}&cursor={next}"), key).await;
        events.extend(more);
        cursor = after;
    }
    events
}

/// Every event there is.
async fn everything(stack: &TestStack) -> Vec<Value> {
    all(stack, "/audit", stack.root(), 100).await
}

/// The ids of events.
fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["id"].as_str().unwrap()).collect()
}

/// A fine-grained key of `owner` that may call all of the admin API.
async fn administrator(stack: &TestStack, owner: &str) -> Key {
    stack.create(json!({"owner": owner, "apis": ["latchkey"], "permissions": ["*:*"]})).await
}
