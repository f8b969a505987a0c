//! Calls of the API over real HTTP, whoever answers.

use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::{Value, json};

use super::{Answer, id_of};

/// A key that a test made.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) text: String,
    /// The whole body of the 201.
    pub(crate) body: Value,
}

/// Where a stack answers, with its root key at hand.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    url: String,
    root: String,
    client: Client,
}

impl Api {
    pub(crate) fn new(url: impl Into<String>, root: impl Into<String>) -> Self {
        Self { url: url.into(), root: root.into(), client: client() }
    }

    /// Where it answers.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The root key's text.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The root key's id.
    pub(crate) fn root_id(&self) -> String {
        id_of(self.root()).to_owned()
    }

    /// A request without a key, to be completed and given to [`send`].
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A request with a key as bearer; an empty one is left out.
    pub(crate) fn request_with(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        let request = self.request(method, path);
        if key.is_empty() { request } else { request.bearer_auth(key) }
    }

    pub(crate) async fn get(&self, path: &str, key: &str) -> Answer {
        send(self.request_with(Method::GET, path, key)).await
    }

    pub(crate) async fn delete(&self, path: &str, key: &str) -> Answer {
        send(self.request_with(Method::DELETE, path, key)).await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        send(self.request_with(Method::POST, path, key).json(body)).await
    }

    /// Posts bytes that may be anything, as `application/json`.
    pub(crate) async fn post_bytes(&self, path: &str, key: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request_with(Method::POST, path, key).header("content-type", "application/json");
        send(request.body(body)).await
    }

    /// Makes a key as the root key would; `fields` are added to those of [`minimal`], or replace them.
    pub(crate) async fn create(&self, fields: Value) -> Key {
        let mut body = minimal();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let answer = self.post("/keys", self.root(), &body).await.expect(201);
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        Key { id: text("id"), text: text("key"), body }
    }

    /// Every key that matches `query` (such as `state=active`), by paging to the end with pages of `limit`.
    pub(crate) async fn list_all(&self, query: &str, limit: usize) -> Vec<Value> {
        let mut keys = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("/keys?limit={limit}&{query}{cursor}"), self.root()).await.expect(200).json();
            keys.extend(page["keys"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return keys,
            }
        }
    }
}

/// The least that a key needs to open a door: fine-grained, without expiry, where a stack stands by default.
pub(crate) fn minimal() -> Value {
    json!({"name": "test", "provider": "aws", "region": "us-east-1", "type": "fine-grained", "apis": ["*"]})
}

/// The body of [`minimal`] with `fields` added or replaced.
pub(crate) fn minimal_with(fields: Value) -> Value {
    let (mut body, Value::Object(fields)) = (minimal(), fields) else { panic!("no fields") };
    body.as_object_mut().unwrap().extend(fields);
    body
}

/// A client that follows no redirect and asks no proxy.
pub(crate) fn client() -> Client {
    Client::builder().redirect(Policy::none()).no_proxy().build().unwrap()
}

/// Sends a request and takes the answer in.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}
