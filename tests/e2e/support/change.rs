//! Calls that change what stands there, and looks at what became of it.

use reqwest::Method;
use serde_json::Value;

use super::{Answer, Api, send};

impl Api {
    /// Patches a key.
    pub(crate) async fn patch(&self, id: &str, key: &str, patch: &Value) -> Answer {
        send(self.request_with(Method::PATCH, &format!("/keys/{id}"), key).json(patch)).await
    }

    /// Patches a key, if its version is one of `tags`.
    pub(crate) async fn patch_if(&self, tags: &str, id: &str, key: &str, patch: &Value) -> Answer {
        let request = self.request_with(Method::PATCH, &format!("/keys/{id}"), key);
        send(request.header("if-match", tags).json(patch)).await
    }

    /// Undoes the revocation of a key.
    pub(crate) async fn restore(&self, id: &str, key: &str) -> Answer {
        send(self.request_with(Method::POST, &format!("/keys/{id}/restore"), key)).await
    }

    /// Revokes a key.
    pub(crate) async fn revoke(&self, id: &str, key: &str) -> Answer {
        self.delete(&format!("/keys/{id}"), key).await
    }

    /// Writes an API set.
    pub(crate) async fn put_set(&self, name: &str, key: &str, set: &Value) -> Answer {
        send(self.request_with(Method::PUT, &format!("/apis/{name}"), key).json(set)).await
    }

    /// The record of a key, as the root key sees it.
    pub(crate) async fn record(&self, id: &str) -> Value {
        self.get(&format!("/keys/{id}"), self.root()).await.expect(200).json()
    }

    /// Every event of a key, newest first, as the root key sees them.
    pub(crate) async fn events(&self, id: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/keys/{id}/audit?limit=100{cursor}");
            let page = self.get(&path, self.root()).await.expect(200).json();
            events.extend(page["events"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return events,
            }
        }
    }

    /// What `POST /verify` says to the root key.
    pub(crate) async fn verdict(&self, question: &Value) -> Value {
        self.post("/verify", self.root(), question).await.expect(200).json()
    }
}
