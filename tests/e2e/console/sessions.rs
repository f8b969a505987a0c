//! Sessions: how they begin, what they tell, and how they end.

use reqwest::Method;
use serde_json::{Value, json};

use super::{HEADER, SESSION, by_the_page, cookie, session, sign_in, with_cookie};
use crate::{
    brought::{OTHER, OTHER_SHA256},
    support::{TestStack, minimal_with, send},
};

/// No cache, so that what happens to a key is seen at once.
async fn stack() -> TestStack {
    TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await
}

/// What follows the value in the cookie that an answer sets.
fn attributes(set: &str) -> &str {
    set.split_once("; ").unwrap().1
}

#[tokio::test]
async fn a_key_is_exchanged_for_a_cookie_that_no_script_reads_and_no_other_site_uses() {
    let stack = stack().await;
    let answer = sign_in(&stack, stack.root()).await.expect(201);
    assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 1);
    let set = answer.header("set-cookie");
    assert!(set.starts_with("latchkey-console=eyJ"), "{set}");
    assert_eq!(attributes(set), "Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.json(),
        json!({
            "key_id": stack.root_id(), "owner": "root", "type": "super-user", "provider": "aws", "region": "*",
            "client_type": null, "permissions": [], "apis": [], "allowed_cidrs": [], "expires_at": null,
            "token_expires_at": "2026-11-21T09:00:00Z",
        })
    );
}

#[tokio::test]
async fn a_session_tells_whose_it_is_and_what_it_may_do() {
    let stack = stack().await;
    let key = stack
        .create(json!({
            "owner": "team-a", "client_type": "partner", "permissions": ["keys:list", "orders:read"],
            "apis": ["latchkey"], "allowed_cidrs": ["127.0.0.0/8"], "expires_in": "30d",
        }))
        .await;
    let begun = sign_in(&stack, &key.text).await.expect(201);
    assert_eq!(
        begun.json(),
        json!({
            "key_id": key.id, "owner": "team-a", "type": "fine-grained", "provider": "aws", "region": "us-east-1",
            "client_type": "partner", "permissions": ["keys:list", "orders:read"], "apis": ["latchkey"],
            "allowed_cidrs": ["127.0.0.0/8"], "expires_at": "2026-12-21T08:00:00Z",
            "token_expires_at": "2026-11-21T09:00:00Z",
        })
    );
    stack.clock.advance_seconds(60);
    let told = send(with_cookie(&stack, Method::GET, SESSION, &cookie(&begun))).await.expect(200);
    assert_eq!(told.json(), begun.json());
    assert_eq!((told.header("cache-control"), told.header("set-cookie")), ("no-store", ""));
}

#[tokio::test]
async fn a_session_acts_as_its_key() {
    let stack = stack().await;
    let key = stack.create(json!({"permissions": ["keys:list"], "apis": ["latchkey"], "owner": "team-a"})).await;
    let cookie = session(&stack, &key.text).await;
    let listed = send(with_cookie(&stack, Method::GET, "/keys", &cookie)).await.expect(200).json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 1, "it sees its own owner's keys");
    send(by_the_page(&stack, Method::POST, "/keys", &cookie).json(&json!({}))).await.expect(403);
}

#[tokio::test]
async fn a_session_never_outlives_its_key() {
    let stack = stack().await;
    let key = stack.create(json!({"expires_in": "10m"})).await;
    let answer = sign_in(&stack, &key.text).await.expect(201);
    assert!(answer.header("set-cookie").ends_with("; Max-Age=600"), "{answer:?}");
    assert_eq!(answer.json()["token_expires_at"], answer.json()["expires_at"]);
    let cookie = cookie(&answer);
    stack.clock.advance_seconds(599);
    send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(200);
    stack.clock.advance_seconds(1);
    send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(401);
}

#[tokio::test]
async fn a_session_ends_after_an_hour() {
    let stack = stack().await;
    let cookie = session(&stack, stack.root()).await;
    stack.clock.advance_seconds(3599);
    send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(200);
    // Clocks may differ by 30 seconds.
    stack.clock.advance_seconds(32);
    send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(401);
}

#[tokio::test]
async fn a_session_ends_with_its_key() {
    let stack = stack().await;
    for end in [
        (Method::DELETE, "", Value::Null),
        (Method::PATCH, "", json!({"enabled": false})),
        (Method::POST, "/rotate", json!({"overlap": "0s"})),
    ] {
        let key = stack.create(json!({})).await;
        let cookie = session(&stack, &key.text).await;
        let (method, rest, body) = end;
        let request = stack.request_with(method.clone(), &format!("/keys/{}{rest}", key.id), stack.root());
        send(if body.is_null() { request } else { request.json(&body) }).await.expect(200);
        send(with_cookie(&stack, Method::GET, SESSION, &cookie)).await.expect(401);
    }
}

#[tokio::test]
async fn a_key_may_come_in_any_place_but_a_console_cookie() {
    let stack = stack().await;
    let key = stack.create(json!({})).await.text;
    for (name, value) in [("x-api-key", key.clone()), ("secret", key.clone()), ("authorization", key.clone())] {
        send(stack.request(Method::POST, SESSION).header(name, value)).await.expect(201);
    }
    let in_a_cookie = format!("latchkey={key}");
    send(with_cookie(&stack, Method::POST, SESSION, &in_a_cookie)).await.expect(403);
    send(by_the_page(&stack, Method::POST, SESSION, &in_a_cookie)).await.expect(201);
}

#[tokio::test]
async fn a_token_begins_no_session() {
    let stack = stack().await;
    let cookie = session(&stack, stack.root()).await;
    let token = cookie.split_once('=').unwrap().1;
    for request in
        [stack.request_with(Method::POST, SESSION, token), by_the_page(&stack, Method::POST, SESSION, &cookie)]
    {
        let answer = send(request).await;
        let problem = answer.problem(403);
        assert!(problem["detail"].as_str().unwrap().contains("takes the key itself"), "{problem}");
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn a_key_without_tokens_begins_no_session_and_says_why() {
    let stack = stack().await;
    let hashed = minimal_with(json!({"hash": {"sha256": OTHER_SHA256}}));
    stack.post("/keys", stack.root(), &hashed).await.expect(201);
    let answer = sign_in(&stack, OTHER).await;
    let problem = answer.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("rotate it"), "{problem}");
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn signing_in_takes_a_key_and_nothing_else() {
    let stack = stack().await;
    let root = stack.root();
    send(stack.request(Method::POST, SESSION)).await.expect(401);
    sign_in(&stack, "nonsense").await.expect(401);
    for body in ["{}", "null", "key", " "] {
        let answer = send(stack.request_with(Method::POST, SESSION, root).body(body)).await;
        assert_eq!(answer.wrong_fields(), [""], "{body}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    let answer = send(stack.request_with(Method::POST, "/console/session?a=b&key=c", root)).await;
    assert_eq!(answer.wrong_fields(), ["a", "key"]);
    assert_eq!(stack.get("/console/session?a=b", root).await.wrong_fields(), ["a"]);
}

#[tokio::test]
async fn a_key_itself_has_no_session_that_ends() {
    let stack = stack().await;
    let told = stack.get(SESSION, stack.root()).await.expect(200).json();
    assert_eq!((&told["key_id"], &told["token_expires_at"]), (&json!(stack.root_id()), &Value::Null));
    stack.get(SESSION, "").await.expect(401);
}

#[tokio::test]
async fn signing_out_clears_the_cookie_whatever_it_holds() {
    let stack = stack().await;
    let cookie = session(&stack, stack.root()).await;
    for held in [&*cookie, "latchkey-console=nonsense", "latchkey-console=", "other=1"] {
        let answer = send(by_the_page(&stack, Method::DELETE, SESSION, held)).await.expect(204);
        assert_eq!(
            answer.header("set-cookie"),
            "latchkey-console=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0",
            "{held}"
        );
        assert_eq!((&*answer.text, answer.header("cache-control")), ("", "no-store"));
    }
    send(stack.request(Method::DELETE, SESSION).header(HEADER.0, HEADER.1)).await.expect(204);
}

#[tokio::test]
async fn nobody_is_signed_out_by_another_site() {
    let stack = stack().await;
    let cookie = session(&stack, stack.root()).await;
    for value in ["", "0", "true", "1, 1"] {
        let answer = send(with_cookie(&stack, Method::DELETE, SESSION, &cookie).header(HEADER.0, value)).await;
        answer.problem(403);
        assert_eq!(answer.header("set-cookie"), "", "{value}");
    }
    send(with_cookie(&stack, Method::DELETE, SESSION, &cookie)).await.problem(403);
}

#[tokio::test]
async fn the_cookie_is_for_https_alone_unless_the_browser_is_on_this_machine() {
    let stack = stack().await;
    let local = stack.url().strip_prefix("http://").unwrap().to_owned();
    for (host, is_secure) in [
        (&*local, false),
        ("127.0.0.1", false),
        ("localhost", false),
        ("localhost:3000", false),
        ("[::1]:3000", false),
        ("keys.example.com", true),
        ("localhost.example.com", true),
        ("127.0.0.1.example.com", true),
        ("localhost.", true),
        ("192.168.0.10:3000", true),
        ("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", true),
    ] {
        let begun =
            send(stack.request_with(Method::POST, SESSION, stack.root()).header("host", host)).await.expect(201);
        let ended = stack.request(Method::DELETE, SESSION).header(HEADER.0, HEADER.1).header("host", host);
        for answer in [begun, send(ended).await.expect(204)] {
            let set = attributes(answer.header("set-cookie"));
            assert_eq!(set.contains("; Secure;"), is_secure, "{host}: {set}");
            assert!(set.starts_with("Path=/; HttpOnly; ") && set.contains("SameSite=Strict"), "{host}: {set}");
        }
    }
}
