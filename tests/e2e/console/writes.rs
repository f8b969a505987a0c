//! What a cookie opens, and what takes more: another site can make a browser send its cookies, but no header of ours.

use reqwest::Method;
use serde_json::{Value, json};

use super::{HEADER, SESSION, by_the_page, session, with_cookie};
use crate::support::{TestStack, minimal, minimal_with, send};

/// A write of each kind: method, path, body.
fn writes(id: &str) -> [(Method, String, Value); 8] {
    [
        (Method::POST, "/keys".to_owned(), minimal()),
        (Method::PATCH, format!("/keys/{id}"), json!({"description": "edited"})),
        (Method::POST, format!("/keys/{id}/rotate"), json!({"end_previous": true})),
        (Method::DELETE, format!("/keys/{id}"), Value::Null),
        (Method::POST, format!("/keys/{id}/restore"), Value::Null),
        (Method::PUT, "/apis/orders".to_owned(), json!({"routes": ["GET /orders"]})),
        (Method::DELETE, "/apis/orders".to_owned(), Value::Null),
        // It changes nothing, but the method alone does not tell.
        (Method::POST, "/verify".to_owned(), json!({"key": "some-text"})),
    ]
}

#[tokio::test]
async fn a_write_by_the_cookie_takes_the_header_that_only_the_page_sends() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let cookie = session(&stack, stack.root()).await;
    let before = stack.items().await;
    for (method, path, body) in writes(&key.id) {
        for value in [None, Some(""), Some("0"), Some("true"), Some("1, 1")] {
            let mut request = with_cookie(&stack, method.clone(), &path, &cookie).json(&body);
            if let Some(value) = value {
                request = request.header(HEADER.0, value);
            }
            let answer = send(request).await;
            assert_eq!(
                (answer.status, &*answer.text),
                (403, r#"{"message":"Forbidden"}"#),
                "{method} {path} {value:?}"
            );
        }
    }
    assert_eq!(stack.items().await, before, "something was written");
    for (method, path, body) in writes(&key.id) {
        let request = by_the_page(&stack, method.clone(), &path, &cookie);
        let answer = send(if body.is_null() { request } else { request.json(&body) }).await;
        assert!([200, 201].contains(&answer.status), "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let stack = TestStack::start().await;
    let cookie = session(&stack, stack.root()).await;
    // What a form can send without being asked whether it may.
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let request = with_cookie(&stack, Method::POST, "/keys", &cookie)
            .header("content-type", kind)
            .header("origin", "https://elsewhere.example")
            .body(minimal().to_string());
        send(request).await.expect(403);
    }
}

#[tokio::test]
async fn reading_by_the_cookie_takes_the_cookie_alone() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let cookie = session(&stack, stack.root()).await;
    for path in ["/keys", &format!("/keys/{}", key.id), "/apis", "/audit", "/catalogue", SESSION] {
        send(with_cookie(&stack, Method::GET, path, &cookie)).await.expect(200);
        send(by_the_page(&stack, Method::GET, path, &cookie)).await.expect(200);
    }
}

#[tokio::test]
async fn no_other_site_may_read_an_answer() {
    let stack = TestStack::start().await;
    let cookie = session(&stack, stack.root()).await;
    for path in ["/keys", SESSION, "/console"] {
        let request = with_cookie(&stack, Method::GET, path, &cookie).header("origin", "https://elsewhere.example");
        let answer = send(request).await.expect(200);
        let grants = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(grants, None, "{path}");
    }
    // A browser asks first whether it may send the header.
    let asked = stack
        .request(Method::OPTIONS, "/keys")
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", HEADER.0);
    assert_eq!(send(asked).await.status, 404);
}

#[tokio::test]
async fn a_key_in_a_header_needs_no_header_more() {
    let stack = TestStack::start().await;
    for (method, path, body) in writes(&stack.create(json!({})).await.id) {
        let request = stack.request_with(method.clone(), &path, stack.root());
        let answer = send(if body.is_null() { request } else { request.json(&body) }).await;
        assert!([200, 201].contains(&answer.status), "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_key_in_a_cookie_of_the_deployments_takes_the_header_too() {
    let stack = TestStack::start().await;
    let cookie = format!("latchkey={}", stack.root());
    send(with_cookie(&stack, Method::POST, "/keys", &cookie).json(&minimal())).await.expect(403);
    send(by_the_page(&stack, Method::POST, "/keys", &cookie).json(&minimal())).await.expect(201);
    // A backend of the user's makes its own rules.
    send(with_cookie(&stack, Method::POST, "/demo/x", &cookie)).await.expect(200);
}

#[tokio::test]
async fn the_consoles_cookie_opens_nothing_but_latchkey() {
    let stack = TestStack::start().await;
    let cookie = session(&stack, stack.root()).await;
    for path in ["/demo/x", "/demo/keys", "/demo/console/session"] {
        for request in [
            with_cookie(&stack, Method::GET, path, &cookie),
            by_the_page(&stack, Method::GET, path, &cookie),
            by_the_page(&stack, Method::POST, path, &cookie),
        ] {
            send(request).await.expect(401);
        }
    }
    // Beside a key that opens it, it does not count either.
    let key = stack.create(json!({})).await.text;
    let both = stack.request_with(Method::GET, "/demo/x", &key).header("cookie", &cookie);
    send(both).await.expect(200);
}

#[tokio::test]
async fn two_different_credentials_are_none() {
    let stack = TestStack::start().await;
    let (cookie, other) = (session(&stack, stack.root()).await, stack.create(json!({})).await.text);
    for key in [stack.root(), &other, "nonsense"] {
        let both = stack.request_with(Method::GET, "/keys", key).header("cookie", &cookie);
        send(both).await.expect(401);
    }
    let again = stack.request_with(Method::POST, SESSION, stack.root()).header("cookie", &cookie);
    send(again).await.expect(401);
    // The same one twice is one.
    let token = cookie.split_once('=').unwrap().1;
    let same = stack.request_with(Method::GET, "/keys", token).header("cookie", &cookie);
    send(same).await.expect(200);
    let cookies = format!("{cookie}; latchkey-console=nonsense");
    send(with_cookie(&stack, Method::GET, "/keys", &cookies)).await.expect(401);
    // What an application on the same host keeps in its cookies does not disturb a session.
    let cookies = format!("latchkey={other}; {cookie}");
    send(with_cookie(&stack, Method::GET, "/keys", &cookies)).await.expect(200);
}

#[tokio::test]
async fn a_super_user_key_takes_the_key_again() {
    let stack = TestStack::start().await;
    let cookie = session(&stack, stack.root()).await;
    let body = minimal_with(json!({"type": "super-user", "apis": []}));
    let by_cookie = send(by_the_page(&stack, Method::POST, "/keys", &cookie).json(&body)).await;
    let problem = by_cookie.problem(403);
    assert!(problem["detail"].as_str().unwrap().contains("takes the key itself"), "{problem}");
    // As the page does it: without the cookie.
    let key = stack.post("/keys", stack.root(), &body).await.expect(201).json();
    let rotate = format!("/keys/{}/rotate", key["id"].as_str().unwrap());
    send(by_the_page(&stack, Method::POST, &rotate, &cookie).json(&json!({}))).await.problem(403);
    stack.post(&rotate, stack.root(), &json!({})).await.expect(200);
}
