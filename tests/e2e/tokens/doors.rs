//! Where a token opens: wherever its key does, and as its key.

use insta::assert_json_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use super::{code, forge, issue};
use crate::support::{TestStack, send, with_wrong_secret};

#[tokio::test]
async fn a_token_is_taken_wherever_a_key_is() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let token = issue(&stack, &key.text, &json!({})).await;
    let get = || stack.request(Method::GET, "/demo/hello");
    for request in [
        get().bearer_auth(&token),
        get().header("authorization", &token),
        get().header("x-api-key", &token),
        get().header("secret", &token),
        get().header("client-key", &token),
        get().header("cookie", format!("latchkey={token}")),
        get().bearer_auth(&token).header("x-api-key", &token),
    ] {
        let told = format!("{request:?}");
        assert_eq!(send(request).await.expect(200).json()["context"]["key_id"], key.id, "{told}");
    }
}

#[tokio::test]
async fn a_key_and_its_token_in_one_request_are_two_credentials() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let token = issue(&stack, &key.text, &json!({})).await;
    let request = stack.request_with(Method::GET, "/demo/hello", &key.text);
    send(request.header("x-api-key", &token)).await.expect(401);
    let request = stack.request_with(Method::GET, "/demo/hello", &key.text);
    send(request.header("cookie", format!("latchkey={token}"))).await.expect(401);
}

#[tokio::test]
async fn a_backend_is_told_that_it_is_a_token_and_what_it_may_do() {
    let stack = TestStack::start().await;
    let key = stack
        .create(json!({"owner": "a-team", "permissions": ["orders/*:read", "a:b"], "apis": ["*", "latchkey"]}))
        .await;
    let narrowing = json!({"permissions": ["*/items:*"], "allowed_cidrs": ["127.0.0.0/8"], "expires_in": "5m"});
    let token = issue(&stack, &key.text, &narrowing).await;
    let context = |answer: Value| answer["context"].clone();
    let by_token = context(stack.get("/demo/hello", &token).await.expect(200).json());
    assert_json_snapshot!(by_token, {".key_id" => "[id]"}, @r#"
    {
      "allowed_cidrs": "127.0.0.0/8",
      "apis": "* latchkey",
      "client_type": "",
      "expires_at": "",
      "key_id": "[id]",
      "metadata": "{}",
      "owner": "a-team",
      "permissions": "orders/items:read",
      "provider": "aws",
      "region": "us-east-1",
      "token": "true",
      "token_expires_at": "2026-11-21T08:05:00Z",
      "type": "fine-grained"
    }
    "#);
    let by_key = context(stack.get("/demo/hello", &key.text).await.expect(200).json());
    assert_eq!((&by_key["token"], &by_key["token_expires_at"]), (&json!("false"), &json!("")));
    assert_eq!(by_key["permissions"], "orders/*:read a:b");
}

#[tokio::test]
async fn verify_tells_what_a_token_may_do() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"permissions": ["orders/*:read"], "apis": ["*"]})).await;
    let token = issue(&stack, &key.text, &json!({"permissions": ["orders/items:read"], "expires_in": "5m"})).await;
    let verdict = stack.verdict(&json!({"key": token, "permissions": ["orders/items:read"]})).await;
    assert_json_snapshot!(verdict, {".key_id" => "[id]"}, @r#"
    {
      "apis": [
        "*"
      ],
      "client_type": null,
      "code": "VALID",
      "expires_at": null,
      "key_id": "[id]",
      "metadata": {},
      "owner": "root",
      "permissions": [
        "orders/items:read"
      ],
      "token_expires_at": "2026-11-21T08:05:00Z",
      "type": "fine-grained",
      "valid": true
    }
    "#);
    let asked = json!({"key": token, "permissions": ["orders/others:read"]});
    assert_eq!(stack.verdict(&asked).await["code"], "INSUFFICIENT_PERMISSIONS");
    let asked = json!({"key": key.text, "permissions": ["orders/others:read"]});
    let verdict = stack.verdict(&asked).await;
    assert_eq!((&verdict["code"], &verdict["token_expires_at"]), (&json!("VALID"), &json!(null)));
    // Of a token that its key did not sign, nothing is told.
    let forged = forge::token(&key.id, &with_wrong_secret(&key.text), json!({}));
    let verdict = stack.verdict(&json!({"key": forged})).await;
    let told: Vec<_> = verdict.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(verdict["code"], "NOT_FOUND");
}

#[tokio::test]
async fn another_owner_is_told_nothing_of_a_token() {
    let stack = TestStack::start().await;
    let (theirs, ours) = (
        stack.create(json!({"owner": "them"})).await,
        stack.create(json!({"owner": "us", "apis": ["latchkey"], "permissions": ["keys:verify"]})).await,
    );
    let token = issue(&stack, &theirs.text, &json!({})).await;
    let verdict = stack.post("/verify", &ours.text, &json!({"key": token})).await.expect(200).json();
    let told: Vec<_> = verdict.as_object().unwrap().iter().filter(|(_, value)| !value.is_null()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(verdict["code"], "NOT_FOUND");
}

#[tokio::test]
async fn the_admin_api_takes_a_token_as_its_key_and_names_the_key() {
    let stack = TestStack::start().await;
    let token = issue(&stack, stack.root(), &json!({})).await;
    let body = crate::support::minimal_with(json!({"expires_in": "365d"}));
    let made = stack.post("/keys", &token, &body).await.expect(201).json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["created_by"], stack.root_id());
    stack.patch(id, &token, &json!({"name": "renamed"})).await.expect(200);
    stack.post(&format!("/keys/{id}/rotate"), &token, &json!({})).await.expect(200);
    stack.revoke(id, &token).await.expect(200);
    stack.restore(id, &token).await.expect(200);
    stack.get("/keys?limit=1", &token).await.expect(200);
    stack.get("/catalogue", &token).await.expect(200);
    let actors: Vec<_> = stack.events(id).await.iter().map(|event| event["actor"].clone()).collect();
    assert_eq!(actors, vec![json!(stack.root_id()); 5]);
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_in_the_admin_api() {
    let stack = TestStack::start().await;
    let token = issue(&stack, stack.root(), &json!({})).await;
    for (name, credential) in [("latchkey", token.as_str()), ("latchkey-console", &token), ("latchkey", stack.root())] {
        let cookie = format!("{name}={credential}");
        let request = |method: Method, path: &str| stack.request(method, path).header("cookie", &cookie);
        send(request(Method::GET, "/keys")).await.expect(200);
        let body = crate::support::minimal();
        let before = stack.items().await;
        for value in [None, Some("0"), Some(""), Some("true"), Some("1, 1")] {
            for (method, path) in [(Method::POST, "/keys"), (Method::POST, "/verify"), (Method::POST, "/tokens")] {
                let request = request(method, path).json(&body);
                let request =
                    value.into_iter().fold(request, |request, value| request.header("x-latchkey-console", value));
                let answer = send(request).await.expect(403);
                assert_eq!(answer.text, r#"{"message":"Forbidden"}"#, "{name} {path} {value:?}");
            }
        }
        assert_eq!(stack.items().await, before);
        send(request(Method::POST, "/keys").header("x-latchkey-console", "1").json(&body)).await.expect(201);
    }
    // A cookie beside the same credential in a header: no other site can make a browser send that.
    let request = stack.request_with(Method::POST, "/keys", &token).header("cookie", format!("latchkey={token}"));
    send(request.json(&crate::support::minimal())).await.expect(201);
    // Elsewhere, the user's own backend knows what its cookies may do.
    send(stack.request(Method::POST, "/demo/hello").header("cookie", format!("latchkey={token}"))).await.expect(200);
}

#[tokio::test]
async fn the_consoles_cookie_opens_latchkeys_own_api_alone() {
    let stack = TestStack::start().await;
    let token = issue(&stack, stack.root(), &json!({})).await;
    let get = |path: &str| stack.request(Method::GET, path).header("cookie", format!("latchkey-console={token}"));
    send(get("/keys")).await.expect(200);
    send(get("/demo/hello")).await.expect(401);
    assert_eq!(code(&stack, &token).await, "VALID");
}
