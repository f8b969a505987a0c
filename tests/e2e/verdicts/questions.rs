//! What can be asked of `/verify`, and what is no question.

use serde_json::{Value, json};

use super::ask;
use crate::support::{TestStack, send};

#[tokio::test]
async fn what_is_no_question_is_told_field_by_field() {
    let stack = TestStack::start().await;
    let many: Vec<_> = (0..101).map(|number| format!("a:b{number}")).collect();
    for (question, expected) in [
        (json!({}), &["key"][..]),
        (json!({"key": null}), &["key"]),
        (json!({"key": 7}), &["key"]),
        (json!({"key": "x", "provider": "aws"}), &["region"]),
        (json!({"key": "x", "region": "us-east-1"}), &["provider"]),
        (json!({"key": "x", "provider": "amazon", "region": "us-east-1"}), &["provider"]),
        (json!({"key": "x", "provider": "aws", "region": "us-east-11"}), &["region"]),
        (json!({"key": "x", "provider": "aws", "region": "europe-west1"}), &["region"]),
        (json!({"key": "x", "provider": "aws", "region": "*"}), &["region"]),
        (json!({"key": "x", "provider": "aws", "region": 1}), &["region"]),
        (json!({"key": "x", "method": "GET"}), &["path"]),
        (json!({"key": "x", "path": "/orders"}), &["method"]),
        (json!({"key": "x", "method": "get", "path": "/orders"}), &["method"]),
        (json!({"key": "x", "method": "*", "path": "/orders"}), &["method"]),
        (json!({"key": "x", "method": "", "path": "/orders"}), &["method"]),
        (json!({"key": "x", "method": "GET", "path": "orders"}), &["path"]),
        (json!({"key": "x", "method": "GET", "path": ""}), &["path"]),
        (json!({"key": "x", "method": "GET", "path": format!("/{}", "x".repeat(8192))}), &["path"]),
        (json!({"key": "x", "ip": "10.0.0.0/8"}), &["ip"]),
        (json!({"key": "x", "ip": "300.1.1.1"}), &["ip"]),
        (json!({"key": "x", "ip": ""}), &["ip"]),
        (json!({"key": "x", "ip": 1}), &["ip"]),
        (json!({"key": "x", "permissions": "a:b"}), &["permissions"]),
        (json!({"key": "x", "permissions": ["a:b", "no permission"]}), &["permissions"]),
        (json!({"key": "x", "permissions": [null]}), &["permissions"]),
        (json!({"key": "x", "permissions": many}), &["permissions"]),
        (json!({"key": "x", "scope": "aws"}), &["scope"]),
        (json!({"key": "x", "Key": "x", "colour": 1}), &["Key", "colour"]),
    ] {
        let mut wrong = ask(&stack, stack.root(), &question).await.wrong_fields();
        wrong.sort();
        assert_eq!(wrong, expected, "{question}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_question_is_told_at_once() {
    let stack = TestStack::start().await;
    let question = json!({
        "key": false, "provider": "awz", "region": 1, "ip": "here", "method": "get", "path": "orders",
        "permissions": ["a"], "colour": "red", "valid": true
    });
    let answer = ask(&stack, stack.root(), &question).await;
    let mut wrong = answer.wrong_fields();
    wrong.sort();
    let expected = ["colour", "ip", "key", "method", "path", "permissions", "provider", "region", "valid"];
    assert_eq!(wrong, expected, "{answer:?}");
}

#[tokio::test]
async fn an_unknown_region_is_told_with_the_nearest() {
    let stack = TestStack::start().await;
    for (provider, region, nearest) in [("aws", "us-east-11", "us-east-1"), ("azur", "westeurope", "azure")] {
        let answer = ask(&stack, stack.root(), &json!({"key": "x", "provider": provider, "region": region})).await;
        let errors = answer.problem(400)["errors"].to_string();
        assert!(errors.contains(nearest), "{errors}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_question_at_all_is_refused() {
    let stack = TestStack::start().await;
    for body in ["", "null", "[]", "\"key\"", "{", "{\"key\":\"a\",\"key\":\"b\"}"] {
        stack.post_bytes("/verify", stack.root(), body).await.problem(400);
    }
    let large = json!({"key": "x".repeat(64 * 1024)}).to_string();
    stack.post_bytes("/verify", stack.root(), large).await.problem(413);
    let request = stack.request_with(reqwest::Method::POST, "/verify?key=x", stack.root()).json(&json!({"key": "x"}));
    assert_eq!(send(request).await.wrong_fields(), ["key"]);
}

#[tokio::test]
async fn who_may_not_ask_is_told_nothing_of_the_question() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"apis": ["latchkey"], "permissions": ["keys:list"]})).await;
    let question = json!({"key": stack.root()});
    let answers = [ask(&stack, &key.text, &question).await, ask(&stack, &key.text, &json!({"colour": 1})).await];
    for answer in &answers {
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    assert_eq!(answers[0].text, answers[1].text);
    assert_eq!(ask(&stack, "", &question).await.status, 401);
    let shown: Value = answers[0].json();
    assert_eq!(shown, json!({"message": "Forbidden"}));
}
