//! What a token cannot do: more than its key, and what takes the key itself.

use serde_json::{Value, json};

use super::{WITHOUT_CACHE, ask, code, forge, issue};
use crate::support::{TestStack, minimal_with};

#[tokio::test]
async fn a_token_makes_and_rotates_no_super_users_key() {
    let stack = TestStack::start().await;
    let boss = stack.create(json!({"type": "super-user"})).await;
    for key in [stack.root(), &boss.text] {
        let token = issue(&stack, key, &json!({})).await;
        let before = stack.items().await;
        let body = minimal_with(json!({"type": "super-user"}));
        let problem = stack.post("/keys", &token, &body).await.problem(403);
        assert_eq!(problem["detail"], "A token cannot make a super-user key: that takes the key itself.");
        for body in [json!({}), json!({"end_previous": true, "overlap": "0s"})] {
            let problem = stack.post(&format!("/keys/{}/rotate", boss.id), &token, &body).await.problem(403);
            assert_eq!(problem["detail"], "A token cannot rotate a super-user key: that takes the key itself.");
        }
        assert_eq!(stack.items().await, before, "nothing is half done");
        // The keys themselves can.
        stack.post("/keys", key, &minimal_with(json!({"type": "super-user"}))).await.expect(201);
    }
    stack.post(&format!("/keys/{}/rotate", boss.id), stack.root(), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_token_does_not_get_its_own_key() {
    let stack = TestStack::start().await;
    let rights = json!({"apis": ["latchkey"], "permissions": ["keys:rotate"]});
    let (key, other) = (stack.create(rights).await, stack.create(json!({"apis": []})).await);
    let token = issue(&stack, &key.text, &json!({})).await;
    let before = stack.items().await;
    let problem = stack.post(&format!("/keys/{}/rotate", key.id), &token, &json!({})).await.problem(403);
    assert_eq!(problem["detail"], "A token cannot rotate its own key: that takes the key itself.");
    assert_eq!(stack.items().await, before, "nothing is half done");
    stack.post(&format!("/keys/{}/rotate", other.id), &token, &json!({})).await.expect(200);
    stack.post(&format!("/keys/{}/rotate", key.id), &key.text, &json!({})).await.expect(200);
}

#[tokio::test]
async fn nobody_is_given_more_than_the_token_has() {
    let stack = TestStack::start().await;
    let key = stack
        .create(json!({"permissions": ["*:*"], "apis": ["*", "latchkey"], "allowed_cidrs": ["127.0.0.0/8"]}))
        .await;
    let narrowing = json!({"permissions": ["keys:*", "a:b"], "apis": ["latchkey"], "allowed_cidrs": ["127.0.0.0/16"]});
    let token = issue(&stack, &key.text, &narrowing).await;
    let within = json!({"permissions": ["a:b"], "apis": [], "allowed_cidrs": ["127.0.0.1"]});
    let with = |more: Value| {
        let Value::Object(mut body) = minimal_with(within.clone()) else { panic!("no body") };
        body.extend(more.as_object().unwrap().clone());
        Value::Object(body)
    };
    stack.post("/keys", &token, &with(json!({}))).await.expect(201);
    for (more, named) in [
        (json!({"permissions": ["a:c"]}), "permissions: a:c"),
        (json!({"permissions": ["*:*"]}), "permissions: *:*"),
        (json!({"apis": ["*"]}), "apis: *"),
        (json!({"allowed_cidrs": ["127.0.0.0/8"]}), "allowed_cidrs: 127.0.0.0/8"),
        (json!({"allowed_cidrs": []}), "allowed_cidrs: any address"),
    ] {
        let body = with(more);
        stack.post("/keys", &token, &body).await.names_excess(named);
        stack.post("/keys", &key.text, &with(json!({"permissions": ["a:c"]}))).await.expect(201);
    }
}

#[tokio::test]
async fn a_narrowed_token_of_a_super_user_is_one_of_its_owner_alone() {
    let stack = TestStack::start().await;
    let theirs = stack.create(json!({"owner": "a-team"})).await;
    let token = issue(&stack, stack.root(), &json!({"permissions": ["keys:*"]})).await;
    stack.get(&format!("/keys/{}", theirs.id), &token).await.expect(404);
    stack.post("/keys", &token, &minimal_with(json!({"owner": "a-team"}))).await.expect(403);
    stack.post("/keys", &token, &minimal_with(json!({"permissions": ["keys:list"]}))).await.expect(201);
    stack.get("/audit", &token).await.expect(403);
    let told = stack.get("/demo/hello", &token).await.expect(200).json();
    assert_eq!(told["context"]["type"], "fine-grained");
    // Narrowed in where it is used alone, it is a super-user's still.
    let token = issue(&stack, stack.root(), &json!({"allowed_cidrs": ["127.0.0.0/8"]})).await;
    stack.get(&format!("/keys/{}", theirs.id), &token).await.expect(200);
}

#[tokio::test]
async fn a_token_reaches_the_routes_that_it_and_its_key_reach() {
    let stack = TestStack::with_settings(&[WITHOUT_CACHE]).await;
    for (name, route) in [("one", "GET /demo/one"), ("two", "GET /demo/two"), ("three", "GET /demo/three")] {
        stack.put_set(name, stack.root(), &json!({"routes": [route]})).await.expect(201);
    }
    let key = stack.create(json!({"apis": ["one", "two"]})).await;
    let token = issue(&stack, &key.text, &json!({"apis": ["two", "three", "*"]})).await;
    for (path, of_key, of_token) in
        [("/demo/one", 200, 200), ("/demo/two", 200, 200), ("/demo/three", 403, 403), ("/demo/four", 403, 403)]
    {
        stack.get(path, &key.text).await.expect(of_key);
        stack.get(path, &token).await.expect(of_token);
    }
    let token = issue(&stack, &key.text, &json!({"apis": ["two", "three"]})).await;
    for (path, status) in [("/demo/one", 403), ("/demo/two", 200), ("/demo/three", 403)] {
        stack.get(path, &token).await.expect(status);
    }
    let everything = stack.create(json!({"apis": ["*"]})).await;
    let token = issue(&stack, &everything.text, &json!({"apis": ["three"]})).await;
    for (path, status) in [("/demo/one", 403), ("/demo/three", 200), ("/demo/four", 403), ("/keys", 403)] {
        stack.get(path, &token).await.expect(status);
    }
}

#[tokio::test]
async fn a_token_is_used_only_from_where_it_says() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let here = issue(&stack, &key.text, &json!({"allowed_cidrs": ["127.0.0.0/8"]})).await;
    let elsewhere = issue(&stack, &key.text, &json!({"allowed_cidrs": ["10.0.0.0/8"]})).await;
    stack.get("/demo/hello", &here).await.expect(200);
    stack.get("/demo/hello", &elsewhere).await.expect(403);
    assert_eq!(code(&stack, &elsewhere).await, "IP_DENIED");
    let verdict = stack.verdict(&json!({"key": elsewhere, "ip": "10.1.2.3"})).await;
    assert_eq!(verdict["code"], "VALID");
}

#[tokio::test]
async fn what_is_made_offline_is_as_good_as_what_is_issued() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"permissions": ["a:b"]})).await;
    let token = forge::token(&key.id, &key.text, json!({"jti": "7", "nbf": 0, "permissions": ["a:*"]}));
    let told = stack.get("/demo/hello", &token).await.expect(200).json();
    assert_eq!(told["context"]["permissions"], "a:b");
    ask(&stack, &token, &json!({})).await.expect(403);
    let issued = issue(&stack, &key.text, &json!({})).await;
    assert_eq!(issued.split('.').next_back(), forge_of(&issued, &key.text).split('.').next_back());
}

/// The same token, signed by hand.
fn forge_of(token: &str, text: &str) -> String {
    let (input, _) = token.rsplit_once('.').unwrap();
    forge::compact(input, forge::key_pair(text).sign(input.as_bytes()).as_ref())
}
