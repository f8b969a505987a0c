//! Bodies that are not what `POST /keys` takes: each gets the contract's error, and nothing is written.

mod fields;
mod hostile;

use serde_json::{Value, json};

use crate::support::{Answer, Items, TestStack, minimal, shape};

/// A stack with one key, and what its table holds.
struct Standing {
    stack: TestStack,
    before: Items,
}

impl Standing {
    async fn start() -> Self {
        let stack = TestStack::start().await;
        stack.create(json!({"name": "standing"})).await;
        let before = stack.items().await;
        Self { stack, before }
    }

    /// Posts bytes as the root key.
    async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        self.stack.post_bytes("/keys", self.stack.root(), body).await
    }

    /// Posts a body that is right but for these fields.
    async fn post_with(&self, fields: Value) -> Answer {
        let mut body = minimal();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        self.post(body.to_string()).await
    }

    /// Asserts that the table is as it was.
    async fn assert_unchanged(&self) {
        assert!(self.stack.items().await == self.before, "the table has changed");
    }
}

/// The fields that a 400 names, sorted.
#[track_caller]
fn wrong(answer: &Answer) -> Vec<String> {
    let mut fields = answer.wrong_fields();
    fields.sort();
    fields
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_as_a_whole() {
    let standing = Standing::start().await;
    for body in [
        "",
        " ",
        "{",
        "}",
        "[]",
        "[{}]",
        "null",
        "true",
        "7",
        "\"{}\"",
        "{} {}",
        "{\"name\":}",
        "{'name': 'x'}",
        "name=x",
        "{\"name\": \"\\ud800\"}",
        "{\"name\": 1e999}",
        "\u{feff}{}",
        "\u{0}",
        "<xml/>",
    ] {
        assert_eq!(wrong(&standing.post(body).await), [""], "{body}");
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn every_field_that_is_missing_is_named_at_once() {
    let standing = Standing::start().await;
    let empty = standing.post("{}").await;
    insta::assert_json_snapshot!(empty.problem(400), { ".request_id" => shape::request_id() });
    for missing in ["name", "provider", "region", "type"] {
        let mut body = minimal();
        body.as_object_mut().unwrap().remove(missing);
        assert_eq!(wrong(&standing.post(body.to_string()).await), [missing]);
        assert_eq!(wrong(&standing.post_with(json!({missing: null})).await), [missing]);
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() {
    let standing = Standing::start().await;
    let body = json!({
        "name": "a\u{7}b", "description": 7, "owner": "two words", "client_type": "", "provider": "asw",
        "region": "us-east-1", "type": "admin", "enabled": "yes", "metadata": [], "prefix": "LK_",
        "expires_at": "tomorrow", "expires_in": "soon", "colour": "red", "Name": "x"
    });
    let answer = standing.post(body.to_string()).await;
    insta::assert_json_snapshot!(answer.problem(400), { ".request_id" => shape::request_id() });
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn fields_that_nobody_knows_are_named_all_at_once() {
    let standing = Standing::start().await;
    let answer = standing.post_with(json!({"colour": 1, "is_root": true, "id": "0000000000000000", "": null})).await;
    assert_eq!(wrong(&answer), ["", "colour", "id", "is_root"]);
    // What only Latchkey sets is no field of a body either.
    for field in [
        "state",
        "hint",
        "created_at",
        "created_by",
        "updated_at",
        "revoked_at",
        "revoked_by",
        "revoke_reason",
        "version",
        "key",
        "hash",
        "warnings",
        "root",
    ] {
        assert_eq!(wrong(&standing.post_with(json!({field: "x"})).await), [field]);
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn a_field_that_is_given_twice_is_refused() {
    let standing = Standing::start().await;
    let text = minimal().to_string();
    let twice = text.replacen('{', r#"{"name":"first","type":"super-user","#, 1);
    assert_eq!(wrong(&standing.post(twice).await), ["name", "type"]);
    let again = text.replacen('{', r#"{"name":"test","#, 1);
    assert_eq!(wrong(&standing.post(again).await), ["name"]);
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn a_body_has_at_most_64_kibibytes() {
    let standing = Standing::start().await;
    let padded = |length: usize| {
        let body = minimal().to_string();
        let blanks = " ".repeat(length - body.len());
        body + &blanks
    };
    for length in [64 * 1024 + 1, 70 * 1024, 1024 * 1024] {
        let answer = standing.post(padded(length)).await;
        let problem = answer.problem(413);
        assert_eq!(problem["type"], "urn:latchkey:problem:too-large");
    }
    // However much of it is a key: nobody reads on.
    standing.post(format!("{{\"name\":\"{}\"}}", "x".repeat(70 * 1024))).await.problem(413);
    standing.assert_unchanged().await;
    standing.post(padded(64 * 1024)).await.expect(201);
}

#[tokio::test]
async fn a_body_is_read_whatever_it_says_that_it_is() {
    let stack = TestStack::start().await;
    for content_type in ["application/json; charset=utf-8", "text/plain", "application/octet-stream", "x"] {
        let request = stack.request_with(reqwest::Method::POST, "/keys", stack.root());
        let request = request.header("content-type", content_type).body(minimal().to_string());
        crate::support::send(request).await.expect(201);
    }
    let request = stack.request_with(reqwest::Method::POST, "/keys", stack.root());
    crate::support::send(request.body(minimal().to_string())).await.expect(201);
}
