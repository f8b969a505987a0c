//! Where a request may carry its key, over real HTTP.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{TestStack, send, with_wrong_secret};

/// Calls with these header lines, in this order, and tells the status.
async fn status(stack: &TestStack, headers: &[(&str, &str)]) -> u16 {
    let request = stack.request(Method::GET, "/demo/hello");
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await.status
}

#[tokio::test]
async fn a_key_is_found_in_every_place_that_may_hold_one() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await.text;
    let (bearer, cookie) = (format!("Bearer {key}"), format!("a=b; latchkey={key}; c=d"));
    for headers in [
        &[("authorization", &*bearer)][..],
        &[("authorization", &bearer.replace("Bearer", "bEARER"))],
        &[("authorization", &key)],
        &[("x-api-key", &key)],
        &[("secret", &key)],
        &[("client-key", &key)],
        &[("cookie", &cookie)],
        &[("cookie", "a=b"), ("cookie", &cookie)],
        // Other schemes are ignored, and so are empty values.
        &[("authorization", "Basic YTpi"), ("x-api-key", &key)],
        &[("x-api-key", ""), ("secret", &key)],
        // The same key in several places is one key.
        &[("authorization", &bearer), ("x-api-key", &key), ("secret", &key), ("cookie", &cookie)],
    ] {
        assert_eq!(status(&stack, headers).await, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn the_case_of_a_headers_name_does_not_matter() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await.text;
    for name in ["X-Api-Key", "X-API-KEY", "SECRET", "Client-Key", "AUTHORIZATION"] {
        let answer = raw(&stack, &format!("GET /demo/hello HTTP/1.1\r\n{name}: {key}")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{name}: {answer}");
    }
}

#[tokio::test]
async fn two_different_keys_are_no_key() {
    let stack = TestStack::start().await;
    let (one, other) = (stack.create(json!({})).await.text, stack.create(json!({})).await.text);
    let (bearer, cookie, cookies) =
        (format!("Bearer {one}"), format!("latchkey={other}"), format!("latchkey={one}; latchkey={other}"));
    for headers in [
        &[("authorization", &*bearer), ("x-api-key", &*other)][..],
        &[("x-api-key", &one), ("secret", &other)],
        &[("secret", &one), ("client-key", &other)],
        &[("x-api-key", &one), ("cookie", &cookie)],
        &[("cookie", &cookies)],
        &[("x-api-key", &one), ("secret", &with_wrong_secret(&one))],
        // Not even when one of them is no key at all: nobody can tell which one was meant.
        &[("x-api-key", &one), ("secret", "hello")],
    ] {
        assert_eq!(status(&stack, headers).await, 401, "{headers:?}");
    }
}

#[tokio::test]
async fn a_repeated_header_is_no_key() {
    let stack = TestStack::start().await;
    let (one, other) = (stack.create(json!({})).await.text, stack.create(json!({})).await.text);
    let bearer = format!("Bearer {one}");
    for headers in [
        [("x-api-key", &*one), ("x-api-key", &*other)],
        [("x-api-key", &one), ("x-api-key", &one)],
        [("x-api-key", ""), ("x-api-key", &one)],
        [("secret", &one), ("secret", &one)],
        [("authorization", &bearer), ("authorization", &bearer)],
        [("authorization", "Basic YTpi"), ("authorization", &bearer)],
        [("authorization", &bearer), ("authorization", "Basic YTpi")],
    ] {
        assert_eq!(status(&stack, &headers).await, 401, "{headers:?}");
    }
}

#[tokio::test]
async fn a_key_in_any_other_place_is_no_key() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await.text;
    for path in ["api_key", "x-api-key", "key", "secret", "authorization"] {
        stack.get(&format!("/demo/hello?{path}={key}"), "").await.expect(401);
    }
    stack.get(&format!("/demo/{key}"), "").await.expect(401);
    let basic = format!("Basic {key}");
    for headers in [
        [("x-key", &*key)],
        [("authorization", &basic)],
        [("proxy-authorization", &key)],
        [("cookie", &format!("other={key}"))],
        [("cookie", &format!("LATCHKEY={key}"))],
    ] {
        assert_eq!(status(&stack, &headers).await, 401, "{headers:?}");
    }
    stack.post("/demo/hello", "", &json!({"api_key": key})).await.expect(401);
}

/// Sends a request line and headers exactly as they stand here, and gives back the whole answer.
pub(crate) async fn raw(stack: &TestStack, head: &str) -> String {
    let url = stack.stack.url();
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("{head}\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
