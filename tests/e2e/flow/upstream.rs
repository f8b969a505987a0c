//! `--upstream`: a service of the user's, behind the authorizer.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use local::stack::Options;
use serde_json::json;
use tokio::net::TcpListener;

use super::places::raw;
use crate::support::{TestClock, TestStack, send};

/// A request as the upstream got it.
#[derive(Debug, Clone)]
struct Seen {
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A service that notes what it gets.
#[derive(Clone, Default)]
struct Upstream(Arc<Mutex<Vec<Seen>>>);

impl Upstream {
    /// Starts one; gives back where it answers, too.
    async fn start() -> (Self, String) {
        let upstream = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(note).with_state(upstream.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (upstream, url)
    }

    fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

async fn note(
    State(upstream): State<Upstream>,
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    upstream.0.lock().unwrap().push(Seen { method, target, headers, body });
    let headers = [("x-upstream", "yes"), ("location", "http://elsewhere.example.com/"), ("set-cookie", "a=b")];
    (StatusCode::FOUND, headers, "moved").into_response()
}

async fn stack_before(url: &str) -> TestStack {
    let options = Options { upstream: Some(url.to_owned()), ..Options::default() };
    TestStack::with(&[], TestClock::standing(), options).await
}

#[tokio::test]
async fn an_upstream_gets_what_was_sent_and_is_told_whose_key_it_was() {
    let (upstream, url) = Upstream::start().await;
    let stack = stack_before(&url).await;
    let fields = json!({"owner": "team-a", "client_type": "mobile", "metadata": {"plan": "gold"}, "expires_in": "1d"});
    let key = stack.create(fields).await;
    let request = stack.request_with(Method::PATCH, "/orders/a%20b%2Fc?x=1&x=%26&y", &key.text);
    let answer = send(request.header("accept", "text/x-special").body(vec![0, 159, 146, 150])).await;

    assert_eq!((answer.status, &*answer.text), (302, "moved"));
    assert_eq!(answer.header("x-upstream"), "yes");
    assert_eq!(answer.header("location"), "http://elsewhere.example.com/");
    assert_eq!(answer.header("set-cookie"), "a=b");

    let seen = upstream.seen();
    let [seen] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(seen.method, Method::PATCH);
    assert_eq!(seen.target, "/orders/a%20b%2Fc?x=1&x=%26&y");
    assert_eq!(seen.body, [0, 159, 146, 150].as_slice());
    assert_eq!(seen.header("accept"), "text/x-special");
    assert_eq!(seen.header("host"), url.strip_prefix("http://").unwrap());
    for (name, value) in [
        ("x-latchkey-key-id", &*key.id),
        ("x-latchkey-owner", "team-a"),
        ("x-latchkey-client-type", "mobile"),
        ("x-latchkey-type", "fine-grained"),
        ("x-latchkey-provider", "aws"),
        ("x-latchkey-region", "us-east-1"),
        ("x-latchkey-metadata", r#"{"plan":"gold"}"#),
        ("x-latchkey-expires-at", "2026-11-22T08:00:00Z"),
    ] {
        assert_eq!(seen.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn nobody_can_pass_for_another_towards_the_upstream() {
    let (upstream, url) = Upstream::start().await;
    let stack = stack_before(&url).await;
    let key = stack.create(json!({"owner": "team-a"})).await;
    let request = stack.request_with(Method::GET, "/orders", &key.text);
    let request = request.header("x-latchkey-owner", "team-b").header("X-Latchkey-Owner", "team-c");
    let request = request
        .header("x-latchkey-permissions", "*:*")
        .header("x-latchkey-token", "true")
        .header("x-latchkey-admin", "1");
    send(request).await.expect(302);
    let seen = upstream.seen().remove(0);
    let told = seen.headers.get_all("x-latchkey-owner").iter().collect::<Vec<_>>();
    assert_eq!(told, ["team-a"]);
    assert_eq!(seen.headers["x-latchkey-permissions"], "", "{seen:?}");
    assert_eq!(seen.headers.get_all("x-latchkey-token").iter().collect::<Vec<_>>(), ["false"], "{seen:?}");
    assert!(!seen.headers.contains_key("x-latchkey-admin"), "{seen:?}");
}

#[tokio::test]
async fn what_is_refused_never_reaches_the_upstream() {
    let (upstream, url) = Upstream::start().await;
    let stack = stack_before(&url).await;
    let elsewhere = stack.create(json!({"provider": "gcp", "region": "*"})).await;
    let disabled = stack.create(json!({"enabled": false})).await;
    for path in ["/orders", "/demo/hello", "/", "/keys/a/b"] {
        stack.get(path, "").await.expect(401);
        stack.get(path, "hello").await.expect(401);
        stack.post(path, &disabled.text, &json!({})).await.expect(401);
        stack.get(path, &elsewhere.text).await.expect(403);
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn latchkeys_own_routes_are_not_handed_on() {
    let (upstream, url) = Upstream::start().await;
    let stack = stack_before(&url).await;
    let key = stack.create(json!({})).await;
    stack.get("/health", "").await.expect(200);
    stack.get("/catalogue", &key.text).await.expect(200);
    stack.get("/keys", &key.text).await.expect(403);
    stack.get("/keys", stack.root()).await.expect(200);
    stack.delete(&format!("/keys/{}", key.id), stack.root()).await.expect(200);
    assert!(upstream.seen().is_empty());
    // What only looks similar is the upstream's, the demo included.
    for path in ["/demo/hello", "/keys/", "/health/x", "/"] {
        stack.get(path, stack.root()).await.expect(302);
    }
    assert_eq!(upstream.seen().len(), 4);
}

#[tokio::test]
async fn an_upstream_can_have_a_path_of_its_own() {
    let (upstream, url) = Upstream::start().await;
    for base in [format!("{url}/base"), format!("{url}/base/")] {
        let stack = stack_before(&base).await;
        stack.get("/orders?x=1", stack.root()).await.expect(302);
        assert_eq!(upstream.seen().remove(0).target, "/base/orders?x=1");
    }
}

#[tokio::test]
async fn no_path_reaches_the_upstream_as_another() {
    let (upstream, url) = Upstream::start().await;
    let stack = stack_before(&format!("{url}/base")).await;
    for path in ["/a/../b", "/../b", "/a/%2e%2e/b", "/%2E%2E/%2e./b", "/a/./b", "//b", "/a\\..\\b"] {
        let answer = raw(&stack, &format!("GET {path} HTTP/1.1\r\nx-api-key: {}", stack.root())).await;
        // Either it is handed on as it stands, which is also what was decided about, or not at all.
        match upstream.seen().first() {
            Some(seen) => assert_eq!(seen.target.to_string(), format!("/base{path}"), "{answer}"),
            None => assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}"),
        }
    }
}

#[tokio::test]
async fn an_upstream_that_is_down_is_a_503() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It listens, and hangs up on everybody.
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
        }
    });
    let stack = stack_before(&url).await;
    let answer = stack.get("/orders", stack.root()).await.expect(503);
    assert_eq!(answer.text, r#"{"message":"Service Unavailable"}"#);
    stack.get("/orders", "").await.expect(401);
}
