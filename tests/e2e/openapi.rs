//! The `OpenAPI` document: what is served is what stands in the repository, and what it says of requests is what the
//! handlers take.

mod fields;

use std::fs;

use serde_json::Value;
use shared::edge::openapi;

use crate::{support::TestStack, template::model::repository};

/// The document in the repository.
pub(crate) fn snapshot() -> Value {
    let text = fs::read_to_string(repository().join("openapi.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("openapi.json: {error}"))
}

#[test]
fn the_document_in_the_repository_is_that_of_the_code() {
    let file = repository().join("openapi.json");
    let expected = openapi::document().to_pretty_json().unwrap() + "\n";
    // As insta does it with the other snapshots.
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        fs::write(&file, &expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let line = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "openapi.json differs from line {} on. If the API was meant to change: \
         INSTA_UPDATE=always cargo test -p tests the_document_in_the_repository",
        line.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1
    );
}

#[tokio::test]
async fn everybody_is_served_the_document_and_may_keep_it_for_five_minutes() {
    let stack = TestStack::start().await;
    for key in ["", stack.root(), "wrong"] {
        let answer = stack.get("/openapi.json", key).await.expect(200);
        assert_eq!(answer.json(), snapshot());
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
    }
}
