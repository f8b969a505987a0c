//! A set's life: made, shown, changed, removed.

use reqwest::Method;
use serde_json::{Value, json};

use super::{matching, patch, put, set, write};
use crate::support::TestStack;

async fn list(stack: &TestStack) -> Vec<Value> {
    stack.get("/apis", stack.root()).await.expect(200).json()["apis"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_set_is_made_shown_changed_and_removed() {
    let stack = TestStack::start().await;
    let body = json!({
        "name": "orders", "description": "What shops call", "routes": ["GET /orders", "ANY /orders/{id}/*"],
        "client_types": ["mobile", "partner"], "key_required": true
    });
    let made = write(&stack, "orders", body.clone()).await.expect(201);
    assert_eq!((made.json(), made.header("etag")), (body.clone(), "\"1\""));
    let shown = stack.get("/apis/orders", stack.root()).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (body.clone(), "\"1\""));

    // PUT replaces: what is left out is as in a new set.
    let changed = write(&stack, "orders", json!({"routes": ["GET /orders"]})).await.expect(200);
    let bare = json!({
        "name": "orders", "description": null, "routes": ["GET /orders"], "client_types": [], "key_required": true
    });
    assert_eq!((changed.json(), changed.header("etag")), (bare.clone(), "\"2\""));
    assert!(list(&stack).await.contains(&bare));

    let again = write(&stack, "orders", json!({"routes": ["GET /orders"], "client_types": null})).await.expect(200);
    assert_eq!((again.json(), again.header("etag")), (bare.clone(), "\"2\""), "nothing changed");

    let removed = stack.delete("/apis/orders", stack.root()).await.expect(200);
    assert_eq!(removed.json(), bare);
    stack.get("/apis/orders", stack.root()).await.problem(404);
    stack.delete("/apis/orders", stack.root()).await.problem(404);
    assert_eq!(list(&stack).await.len(), 1);
    let anew = write(&stack, "orders", body.clone()).await.expect(201);
    assert_eq!((anew.json(), anew.header("etag")), (body, "\"1\""));
}

#[tokio::test]
async fn a_set_is_only_changed_in_the_version_that_was_asked_for() {
    let stack = TestStack::start().await;
    let body = || Some(json!({"routes": ["GET /a"]}));
    for tag in ["*", "\"1\"", "\"0\""] {
        matching(&stack, Method::PUT, "orders", tag, body()).await.problem(412);
        let gone = matching(&stack, Method::DELETE, "orders", tag, None).await.status;
        assert!([404, 412].contains(&gone), "{tag}: {gone}");
    }
    stack.get("/apis/orders", stack.root()).await.problem(404);

    set(&stack, "orders", &["GET /orders"]).await;
    for tag in ["\"2\"", "W/\"1\"", "\"01\"", "\"x\"", "\"2\", \"3\""] {
        matching(&stack, Method::PUT, "orders", tag, body()).await.problem(412);
        matching(&stack, Method::DELETE, "orders", tag, None).await.problem(412);
    }
    for tag in ["1", "", "\"1", "* , \"1\""] {
        assert_eq!(matching(&stack, Method::PUT, "orders", tag, body()).await.wrong_fields().len(), 1, "{tag}");
    }
    assert_eq!(
        matching(&stack, Method::PUT, "orders", "\"7\", \"1\"", body()).await.expect(200).header("etag"),
        "\"2\""
    );
    // Even what changes nothing must be meant for this version.
    matching(&stack, Method::PUT, "orders", "\"1\"", body()).await.problem(412);
    matching(&stack, Method::PUT, "orders", "*", body()).await.expect(200);
    matching(&stack, Method::DELETE, "orders", "\"1\"", None).await.problem(412);
    matching(&stack, Method::DELETE, "orders", "\"2\"", None).await.expect(200);
}

#[tokio::test]
async fn the_built_in_set_is_listed_and_nobody_can_write_it() {
    let stack = TestStack::start().await;
    set(&stack, "aaa", &["GET /a"]).await;
    let sets = list(&stack).await;
    assert_eq!((&sets[0]["name"], &sets[1]["name"]), (&json!("latchkey"), &json!("aaa")));
    let shown = stack.get("/apis/latchkey", stack.root()).await.expect(200).json();
    assert_eq!(shown, sets[0]);
    insta::assert_json_snapshot!("apis_latchkey", shown);
    write(&stack, "latchkey", json!({"routes": ["GET /a"]})).await.problem(409);
    stack.delete("/apis/latchkey", stack.root()).await.problem(409);
    stack.delete("/apis/latchkey?force=true", stack.root()).await.problem(409);
    assert_eq!(list(&stack).await, sets);
}

#[tokio::test]
async fn a_set_that_keys_name_is_only_removed_by_force() {
    let stack = TestStack::start().await;
    set(&stack, "orders", &["GET /demo/orders"]).await;
    set(&stack, "order", &["GET /demo/orders"]).await;
    let mut keys = Vec::new();
    for apis in
        [json!(["orders"]), json!(["*", "orders"]), json!(["order", "orders"]), json!(["*"]), json!(["latchkey"])]
    {
        keys.push(stack.create(json!({"apis": apis, "metadata": {"orders": "orders"}})).await);
    }
    for query in ["", "?force=false"] {
        let refused = stack.delete(&format!("/apis/orders{query}"), stack.root()).await.problem(409);
        assert!(refused["detail"].as_str().unwrap().starts_with("3 keys "), "{refused}");
    }
    let refused = stack.delete("/apis/order", stack.root()).await.problem(409);
    assert!(refused["detail"].as_str().unwrap().starts_with("1 key"), "{refused}");
    for query in ["?force=1", "?force=", "?force=yes"] {
        assert_eq!(stack.delete(&format!("/apis/orders{query}"), stack.root()).await.wrong_fields(), ["force"]);
    }
    assert_eq!(stack.delete("/apis/orders?forced=true", stack.root()).await.wrong_fields(), ["forced"]);

    patch(&stack, &format!("/keys/{}", keys[2].id), stack.root(), &json!({"apis": []})).await.expect(200);
    stack.delete("/apis/order", stack.root()).await.expect(200);
    stack.get("/demo/orders", &keys[0].text).await.expect(200);
    stack.delete("/apis/orders?force=true", stack.root()).await.expect(200);
    stack.clock.advance_seconds(10);
    stack.get("/demo/orders", &keys[0].text).await.expect(403);
    stack.get("/demo/orders", &keys[1].text).await.expect(200);
    // The name of what is gone can stay on a key, and opens what comes under it later.
    let path = format!("/keys/{}", keys[0].id);
    patch(&stack, &path, stack.root(), &json!({"description": "x", "apis": ["orders"]})).await.expect(200);
}

#[tokio::test]
async fn a_key_that_would_name_no_set_is_refused_with_the_nearest_name() {
    let stack = TestStack::start().await;
    set(&stack, "orders", &["GET /demo/orders"]).await;
    let key = stack.create(json!({"apis": ["orders"]})).await;
    let mut body = crate::support::minimal();
    for (apis, nearest) in [
        (json!(["order"]), Some("\"orders\"")),
        (json!(["orders", "latchkye"]), Some("\"latchkey\"")),
        (json!(["something-else"]), None),
    ] {
        body["apis"] = apis.clone();
        let path = format!("/keys/{}", key.id);
        for answer in [
            stack.post("/keys", stack.root(), &body).await,
            patch(&stack, &path, stack.root(), &json!({"apis": apis})).await,
        ] {
            assert_eq!(answer.wrong_fields(), ["apis"]);
            let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
            assert_eq!(message.contains("did you mean"), nearest.is_some(), "{message}");
            assert!(message.contains(nearest.unwrap_or_default()), "{message}");
        }
    }
    for apis in [json!(["Orders"]), json!("orders"), json!([""]), json!(["orders", 1]), json!(["**"])] {
        body["apis"] = apis;
        assert_eq!(stack.post("/keys", stack.root(), &body).await.wrong_fields(), ["apis"]);
    }
}

#[tokio::test]
async fn a_set_without_routes_is_one_and_opens_nothing() {
    let stack = TestStack::start().await;
    set(&stack, "empty", &[]).await;
    let key = stack.create(json!({"apis": ["empty"]})).await;
    stack.get("/demo/a", &key.text).await.expect(403);
    put(&stack, "/apis/empty", stack.root(), &json!({})).await.wrong_fields();
    assert_eq!(put(&stack, "/apis/empty", stack.root(), &json!({})).await.wrong_fields(), ["routes"]);
}
