//! The order of the checks: of all that is wrong with a key, the first is told.

use serde_json::{Value, json};

use super::{code, verdict};
use crate::{
    apis::put,
    support::{Key, TestStack, with_unknown_id, with_wrong_secret},
};

/// What may be wrong with a key itself, in the order of the contract, with its code and the door's answer.
const WRONGS: [(&str, u16); 5] =
    [("REVOKED", 401), ("DISABLED", 401), ("EXPIRED", 401), ("SCOPE_MISMATCH", 403), ("IP_DENIED", 403)];

/// Whether the `place`-th thing is wrong in this combination.
const fn has(combination: u32, place: usize) -> bool {
    combination >> place & 1 == 1
}

/// A key with all that is wrong in this combination.
async fn key(stack: &TestStack, combination: u32) -> Key {
    let mut fields = json!({"apis": ["good"], "permissions": ["cache:read"], "owner": "team"});
    if has(combination, 1) {
        fields["enabled"] = json!(false);
    }
    if has(combination, 2) {
        fields["expires_in"] = json!("30s");
    }
    if has(combination, 3) {
        fields["provider"] = json!("gcp");
        fields["region"] = json!("*");
    }
    if has(combination, 4) {
        fields["allowed_cidrs"] = json!(["10.0.0.0/8"]);
    }
    let key = stack.create(fields).await;
    if has(combination, 0) {
        stack.delete(&format!("/keys/{}", key.id), stack.root()).await.expect(200);
    }
    key
}

async fn stack() -> TestStack {
    let stack = TestStack::start().await;
    put(&stack, "/apis/good", stack.root(), &json!({"routes": ["GET /demo/good"]})).await.expect(201);
    stack
}

#[tokio::test]
async fn of_all_that_is_wrong_the_first_is_told() {
    let stack = stack().await;
    let mut keys = Vec::new();
    for combination in 0..1 << WRONGS.len() {
        keys.push((combination, key(&stack, combination).await));
    }
    stack.clock.advance_seconds(30);
    for (combination, key) in keys {
        let own = (0..WRONGS.len()).find(|place| has(combination, *place)).map(|place| WRONGS[place]);
        for (path, permission, last) in [
            ("/demo/good", "cache:read", "VALID"),
            ("/demo/good", "cache:write", "INSUFFICIENT_PERMISSIONS"),
            ("/demo/bad", "cache:read", "ROUTE_DENIED"),
            ("/demo/bad", "cache:write", "ROUTE_DENIED"),
        ] {
            let question = json!({
                "key": key.text, "ip": "127.0.0.1", "method": "GET", "path": path, "permissions": [permission]
            });
            let verdict = verdict(&stack, &question).await;
            let expected = own.map_or(last, |(code, _)| code);
            assert_eq!(verdict["code"], expected, "{combination:05b} {path} {permission}");
            assert_eq!(verdict["valid"], expected == "VALID", "{verdict}");
            // The secret matched, so the details are given, whatever is wrong.
            assert_eq!((&verdict["key_id"], &verdict["owner"]), (&json!(key.id), &json!("team")), "{verdict}");
            assert_eq!(verdict["permissions"], json!(["cache:read"]), "{verdict}");
            assert_eq!(verdict["apis"], json!(["good"]), "{verdict}");
        }
        for (path, last) in [("/demo/good", 200), ("/demo/bad", 403)] {
            let expected = own.map_or(last, |(_, status)| status);
            let answer = stack.get(path, &key.text).await.expect(expected);
            match expected {
                401 => assert_eq!(answer.text, r#"{"message":"Unauthorized"}"#),
                403 => assert_eq!(answer.text, r#"{"message":"Forbidden"}"#),
                _ => assert_eq!(answer.json()["context"]["key_id"], key.id),
            }
        }
    }
}

#[tokio::test]
async fn a_text_that_proves_nothing_has_no_other_verdict_however_much_else_is_wrong() {
    let stack = stack().await;
    let everything = key(&stack, 0b11111).await;
    let other = if everything.text.ends_with('x') { 'y' } else { 'x' };
    stack.clock.advance_seconds(30);
    for (text, expected) in [
        (with_wrong_secret(&everything.text), "NOT_FOUND"),
        (with_unknown_id(&everything.text), "NOT_FOUND"),
        // Shaped like a text that somebody brought, which nobody did.
        ("no-text-that-anybody-brought-9X".to_owned(), "NOT_FOUND"),
        (everything.text.to_uppercase(), "NOT_FOUND"),
        (format!("{}{other}", everything.text.split_at(everything.text.len() - 1).0), "MALFORMED"),
        ("short".to_owned(), "MALFORMED"),
        (String::new(), "MALFORMED"),
        ("with a blank in the middle".to_owned(), "MALFORMED"),
        ("é".repeat(20), "MALFORMED"),
        ("x".repeat(257), "MALFORMED"),
    ] {
        for (path, permission) in [("/demo/good", "cache:read"), ("/demo/bad", "cache:write")] {
            let question = json!({
                "key": text, "ip": "127.0.0.1", "method": "GET", "path": path, "permissions": [permission],
                "provider": "azure", "region": "westeurope"
            });
            assert_eq!(code(&stack, &question).await, expected, "{text}");
        }
        if text.is_ascii() {
            stack.get("/demo/good", &text).await.expect(401);
        }
    }
}

#[tokio::test]
async fn what_is_not_asked_about_is_not_held_against_a_key() {
    let stack = stack().await;
    let key = key(&stack, 0).await;
    let just = |more: Value| {
        let mut question = json!({"key": key.text});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        question
    };
    for (more, expected) in [
        (json!({}), "VALID"),
        (json!({"permissions": []}), "VALID"),
        (json!({"permissions": ["cache:read"]}), "VALID"),
        (json!({"permissions": ["cache:read", "cache:write"]}), "INSUFFICIENT_PERMISSIONS"),
        (json!({"permissions": ["cache:*"]}), "INSUFFICIENT_PERMISSIONS"),
        (json!({"ip": "2001:db8::1"}), "VALID"),
        (json!({"method": "GET", "path": "/demo/good"}), "VALID"),
        (json!({"method": "POST", "path": "/demo/good"}), "ROUTE_DENIED"),
        (json!({"method": "GET", "path": "/demo/good/"}), "ROUTE_DENIED"),
        (json!({"method": "GET", "path": "/demo/%67ood"}), "ROUTE_DENIED"),
        (json!({"method": "GET", "path": "/keys"}), "ROUTE_DENIED"),
        (json!({"provider": "aws", "region": "us-east-1"}), "VALID"),
        (json!({"provider": "aws", "region": "eu-west-1"}), "SCOPE_MISMATCH"),
        (json!({"provider": "gcp", "region": "europe-west1"}), "SCOPE_MISMATCH"),
        (
            json!({"provider": null, "region": null, "ip": null, "method": null, "path": null, "permissions": null}),
            "VALID",
        ),
    ] {
        assert_eq!(code(&stack, &just(more.clone())).await, expected, "{more}");
    }
}

#[tokio::test]
async fn a_key_for_certain_addresses_is_not_for_an_unknown_one() {
    let stack = stack().await;
    let key = stack.create(json!({"allowed_cidrs": ["10.0.0.0/8", "2001:db8::/32"]})).await;
    for (ip, expected) in [
        (Value::Null, "IP_DENIED"),
        (json!("10.255.0.1"), "VALID"),
        (json!("::ffff:10.1.2.3"), "VALID"),
        (json!("2001:db8:1::1"), "VALID"),
        (json!("11.0.0.1"), "IP_DENIED"),
        (json!("::ffff:11.0.0.1"), "IP_DENIED"),
        (json!("2001:db9::1"), "IP_DENIED"),
    ] {
        assert_eq!(code(&stack, &json!({"key": key.text, "ip": ip})).await, expected, "{ip}");
    }
}

#[tokio::test]
async fn an_admin_route_takes_the_set_and_then_the_permission() {
    let stack = stack().await;
    for (apis, permissions, expected) in [
        (json!([]), json!(["keys:list"]), "ROUTE_DENIED"),
        (json!(["*"]), json!(["*:*"]), "ROUTE_DENIED"),
        (json!(["latchkey"]), json!([]), "INSUFFICIENT_PERMISSIONS"),
        (json!(["latchkey"]), json!(["keys:create"]), "INSUFFICIENT_PERMISSIONS"),
        (json!(["latchkey"]), json!(["keys:list"]), "VALID"),
        (json!(["latchkey", "*"]), json!(["*:*"]), "VALID"),
    ] {
        let key = stack.create(json!({"apis": apis, "permissions": permissions})).await;
        for path in ["/keys", "/keys/ExampleKey000001", "/%6beys"] {
            let question = json!({"key": key.text, "method": "GET", "path": path});
            // That spelling is no route of the admin API, and takes a grant of its own.
            let is_other = path == "/%6beys" && apis == json!(["latchkey"]) && expected == "VALID";
            let expected = if is_other { "ROUTE_DENIED" } else { expected };
            assert_eq!(code(&stack, &question).await, expected, "{apis} {permissions} {path}");
        }
        let status = if expected == "VALID" { 200 } else { 403 };
        stack.get("/keys", &key.text).await.expect(status);
    }
}
