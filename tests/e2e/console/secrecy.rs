//! Neither a key nor a token is anywhere but where it must be.

use reqwest::Method;
use serde_json::json;

use super::{HEADER, SESSION, by_the_page, cookie, sign_in, with_cookie};
use crate::support::{Answer, TestStack, command::Home, secret_of, send};

/// The parts of a token of which each would be too much: its claims and its signature.
fn parts(token: &str) -> Vec<String> {
    token.split('.').skip(1).map(str::to_owned).collect()
}

/// Everything of an answer but the cookie that it sets.
fn told(answer: &Answer) -> String {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "set-cookie");
    let headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.join("\n") + &answer.text
}

#[tokio::test]
async fn the_key_and_the_token_are_in_no_answer_but_the_cookie() {
    let stack = TestStack::start().await;
    let begun = sign_in(&stack, stack.root()).await.expect(201);
    let cookie = cookie(&begun);
    let token = cookie.split_once('=').unwrap().1;
    let answers = [
        begun,
        send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(200),
        send(with_cookie(&stack, Method::GET, "/console", &cookie)).await.expect(200),
        send(with_cookie(&stack, Method::GET, "/keys", &cookie)).await.expect(200),
        send(with_cookie(&stack, Method::POST, SESSION, &cookie)).await.expect(403),
        send(by_the_page(&stack, Method::POST, SESSION, &cookie)).await.expect(403),
        send(with_cookie(&stack, Method::DELETE, SESSION, &cookie)).await.expect(403),
        send(by_the_page(&stack, Method::DELETE, SESSION, &cookie)).await.expect(204),
        sign_in(&stack, token).await.expect(403),
        send(stack.request_with(Method::POST, SESSION, stack.root()).body(stack.root().to_owned())).await.expect(400),
        stack.get(&format!("/console/{token}/{}", stack.root()), "").await.expect(404),
    ];
    for answer in &answers {
        let told = told(answer);
        for forbidden in parts(token).iter().map(String::as_str).chain([secret_of(stack.root())]) {
            assert!(!told.contains(forbidden), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_session_leaves_nothing_in_the_table() {
    let stack = TestStack::start().await;
    let before = stack.items().await;
    let cookie = cookie(&sign_in(&stack, stack.root()).await.expect(201));
    send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(200);
    send(by_the_page(&stack, Method::DELETE, SESSION, &cookie)).await.expect(204);
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn neither_is_in_the_log_however_much_is_logged() {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[("RUST_LOG", "trace")]).await;
    let root = latchkey.root().to_owned();
    let key = latchkey.create(json!({})).await.text;
    let mut forbidden = vec![secret_of(&root).to_owned(), secret_of(&key).to_owned()];
    for key in [&root, &key] {
        let cookie = cookie(&sign_in(&latchkey, key).await.expect(201));
        let token = cookie.split_once('=').unwrap().1;
        forbidden.extend(parts(token));
        for path in [SESSION, "/console", "/keys", "/demo/x", &format!("/console/x?{token}={token}")] {
            send(with_cookie(&latchkey, Method::GET, path, &cookie)).await;
            latchkey.get(path, token).await;
        }
        send(with_cookie(&latchkey, Method::POST, SESSION, &cookie)).await.expect(403);
        send(by_the_page(&latchkey, Method::POST, SESSION, &cookie)).await.expect(403);
        send(latchkey.request_with(Method::POST, SESSION, key).body(token.to_owned())).await.expect(400);
        send(latchkey.request(Method::DELETE, SESSION).header(HEADER.0, token)).await.expect(403);
        send(by_the_page(&latchkey, Method::DELETE, SESSION, &cookie)).await.expect(204);
    }
    latchkey.end("TERM").await;
    let log = home.log();
    assert!(log.contains("POST /console/session 201"), "the requests are not in the log: {log}");
    for text in forbidden {
        let found = log.lines().find(|line| line.contains(&text));
        assert_eq!(found, None, "a key or a token stands in the log");
    }
}
