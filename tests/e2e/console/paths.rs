//! Addresses that are not those of the page's files.

use reqwest::Method;

use super::{by_the_page, session};
use crate::{
    flow::places::raw,
    support::{TestStack, send},
};

/// The folder that the page's files are in.
async fn folder(stack: &TestStack) -> String {
    let page = stack.get("/console", "").await.expect(200).text;
    let named = page.split("\"console/").nth(1).unwrap();
    format!("/console/{}", named.split('/').next().unwrap())
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_problem_that_nobody_keeps() {
    let stack = TestStack::start().await;
    let folder = folder(&stack).await;
    for path in [
        format!("{folder}/nothing.js"),
        format!("{folder}/index.html"),
        format!("{folder}/APP.JS"),
        format!("{folder}/app.js.gz"),
        format!("{folder}/vendor"),
        "/console/0000000000000000/app.js".to_owned(),
        "/console/app.js".to_owned(),
        "/console/index.html".to_owned(),
        "/console/sessions".to_owned(),
        "/console/session/x".to_owned(),
    ] {
        let answer = stack.get(&path, "").await;
        answer.problem(404);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    stack.get(&format!("{folder}/app.js"), "").await.expect(200);
}

#[tokio::test]
async fn no_path_leads_out_of_the_console() {
    let stack = TestStack::start().await;
    let (folder, cookie) = (folder(&stack).await, session(&stack, stack.root()).await);
    for path in [
        "/console/../keys",
        "/console/%2e%2e/keys",
        "/console/%2E%2E/keys",
        "/console/..%2fkeys",
        "/console/%2e%2e%2fkeys",
        "/console/..%5ckeys",
        "/console/..;/keys",
        "/console/./session",
        "/console//session",
        "/console/session/",
        "/console/%2fkeys",
        "/console/",
        "/console//",
        "/console/%00",
        "//console",
        "//console/session",
        "/console/../../../etc/passwd",
        "/console/%252e%252e/keys",
        &format!("{folder}/../../keys"),
        &format!("{folder}/%2e%2e/%2e%2e/keys"),
        &format!("{folder}//app.js"),
        &format!("{folder}/./app.js"),
        &format!("{folder}/vendor/../app.js"),
        &format!("{folder}/app.js/"),
        &format!("{folder}/app.js%00.css"),
    ] {
        for credential in ["", &format!("\r\nCookie: {cookie}")] {
            let answer = raw(&stack, &format!("GET {path} HTTP/1.1{credential}")).await;
            assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
            assert!(!answer.contains("\"keys\":"), "{path}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_is_beside_the_path_does_not_matter_to_the_page() {
    let stack = TestStack::start().await;
    let plain = stack.get("/console", "").await.expect(200).text;
    assert_eq!(stack.get("/console?from=a-bookmark", "").await.expect(200).text, plain);
    // Somebody who is signed in, or who sends nonsense, sees the same page.
    let cookie = session(&stack, stack.root()).await;
    assert_eq!(send(by_the_page(&stack, Method::GET, "/console", &cookie)).await.expect(200).text, plain);
    assert_eq!(stack.get("/console", "nonsense").await.expect(200).text, plain);
}

#[tokio::test]
async fn the_page_is_only_to_be_got() {
    let stack = TestStack::start().await;
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        send(stack.request_with(method.clone(), "/console", stack.root())).await.expect(404);
        send(stack.request_with(method, "/console/x/app.js", stack.root())).await.expect(404);
    }
    for method in [Method::PUT, Method::PATCH] {
        send(stack.request_with(method, "/console/session", stack.root())).await.expect(404);
    }
}
