//! The embedded Secrets Manager, which holds the root key as a deployment's would, and who may not look into it or into
//! the table.

use local::stack::sdk;
use serde_json::{Value, json};

use crate::support::{TestStack, client, send};

#[tokio::test]
async fn the_secrets_manager_holds_the_root_key() {
    let stack = TestStack::start().await;
    let secrets = aws_sdk_secretsmanager::Client::new(&sdk(&stack.stack.secretsmanager_url()));
    let read = secrets.get_secret_value().secret_id("latchkey/root-key").send().await.unwrap();
    let secret: Value = serde_json::from_str(read.secret_string().unwrap()).unwrap();
    assert_eq!(secret, json!({"key_id": stack.root_id(), "key": stack.root(), "expires_at": null}));
    assert!(read.version_stages().contains(&"AWSCURRENT".to_owned()));
    stack.get("/keys", secret["key"].as_str().unwrap()).await.expect(200);
}

#[tokio::test]
async fn no_web_page_can_read_the_root_key() {
    let stack = TestStack::start().await;
    let url = stack.stack.secretsmanager_url();
    let ask = || {
        let request = client().post(&url).header("x-amz-target", "secretsmanager.GetSecretValue");
        request.body(r#"{"SecretId":"latchkey/root-key"}"#)
    };
    let refused = [
        send(ask().header("origin", "https://example.com")).await,
        send(ask().header("origin", "null")).await,
        // A name that a page points to loopback.
        send(ask().header("host", "rebound.example.com")).await,
        send(client().get(&url)).await,
    ];
    for answer in refused {
        assert!(!answer.clone().expect(403).text.contains(stack.root()));
    }
    assert!(send(ask()).await.expect(200).text.contains(stack.root()));
}

#[tokio::test]
async fn no_web_page_can_read_or_write_the_table() {
    let stack = TestStack::start().await;
    let url = stack.stack.dynamodb_url();
    let ask = |operation: &str, body: &'static str| {
        let request = client().post(&url).header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
        let request = request.header("content-type", "application/x-amz-json-1.0").body(body);
        request.header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=a",
        )
    };
    let scan = r#"{"TableName":"latchkey"}"#;
    let put = r#"{"TableName":"latchkey","Item":{"pk":{"S":"forged"},"sk":{"S":"forged"}}}"#;
    let before = stack.items().await;
    for (operation, body) in [("Scan", scan), ("PutItem", put)] {
        for (name, value) in [("origin", "https://example.com"), ("origin", "null"), ("host", "rebound.example.com")] {
            let answer = send(ask(operation, body).header(name, value)).await;
            assert_eq!(answer.status, 403, "{operation} {name}: {value}");
            assert!(!answer.text.contains("key#"), "{operation} {name}: {value}");
        }
    }
    // What a browser asks before it lets a page send such a request.
    let preflight = client().request(reqwest::Method::OPTIONS, &url).header("origin", "https://example.com");
    let preflight = preflight.header("access-control-request-method", "POST");
    let answer = send(preflight.header("access-control-request-headers", "x-amz-target,authorization")).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert!(stack.items().await == before);
}
