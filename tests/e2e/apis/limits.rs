//! What is no set, and how many there may be.

use serde_json::{Value, json};

use super::{set, write};
use crate::support::TestStack;

#[tokio::test]
async fn what_no_set_can_be_called_is_nothing_to_read_and_a_mistake_to_write() {
    let stack = TestStack::start().await;
    let long = "a".repeat(65);
    for name in ["Orders", "or_ders", "%20", "a%00b", "*", "a.b", "%C3%A9", "a%2Fb", &long] {
        let path = format!("/apis/{name}");
        stack.get(&path, stack.root()).await.expect(404);
        stack.delete(&path, stack.root()).await.expect(404);
        let answer = write(&stack, name, json!({"routes": []})).await;
        // A slash is one wherever it is decoded, so that there is no such route.
        if name == "a%2Fb" {
            assert_eq!(answer.status, 404);
        } else {
            assert_eq!(answer.wrong_fields(), ["name"], "{name}");
        }
    }
    for name in ["a", "-", "0", &"a".repeat(64)] {
        write(&stack, name, json!({"routes": []})).await.expect(201);
    }
}

#[tokio::test]
async fn a_body_that_is_no_set_is_told_field_by_field() {
    let stack = TestStack::start().await;
    for (body, expected) in [
        (json!({}), &["routes"][..]),
        (json!({"routes": null}), &["routes"]),
        (json!({"routes": "GET /a"}), &["routes"]),
        (json!({"routes": [1]}), &["routes"]),
        (json!({"routes": [], "name": "other"}), &["name"]),
        (json!({"routes": [], "name": "No"}), &["name"]),
        (json!({"routes": [], "key_required": "yes"}), &["key_required"]),
        (json!({"routes": [], "client_types": "mobile"}), &["client_types"]),
        (json!({"routes": [], "client_types": ["two words"]}), &["client_types"]),
        (json!({"routes": [], "description": "x".repeat(501)}), &["description"]),
        (json!({"routes": [], "version": 1, "colour": 1}), &["colour", "version"]),
        (
            json!({"routes": ["x"], "client_types": [1], "key_required": 1, "name": 1, "description": 1, "a": 1}),
            &["a", "client_types", "description", "key_required", "name", "routes"],
        ),
    ] {
        let mut wrong = write(&stack, "orders", body.clone()).await.wrong_fields();
        wrong.sort();
        assert_eq!(wrong, expected, "{body}");
    }
    stack.get("/apis/orders", stack.root()).await.expect(404);
}

#[tokio::test]
async fn a_route_that_is_none_is_named_by_its_entry() {
    let stack = TestStack::start().await;
    let long = format!("GET /{}", "a".repeat(252));
    for wrong in [
        "",
        "GET",
        "/orders",
        "GET orders",
        "get /orders",
        "CONNECT /orders",
        "* /orders",
        "GET  /orders",
        "GET /orders /x",
        "GET /orders/",
        "GET //orders",
        "GET /./orders",
        "GET /orders/..",
        "GET /*/orders",
        "GET /{x+}/orders",
        "GET /or*",
        "GET /or{x}",
        "GET /{}",
        "GET /{x",
        "GET /{+}",
        "GET /a?b=c",
        "GET /a#b",
        "GET /%6beys",
        "GET /\u{e9}",
        "GET /a\u{0}",
        "GET /orders/:id",
        &long,
    ] {
        let answer = write(&stack, "orders", json!({"routes": ["GET /fine", wrong, "GET /fine/too"]})).await;
        assert_eq!(answer.wrong_fields(), ["routes"], "{wrong:?}");
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("entry 2: "), "{wrong:?}: {message}");
    }
    let fine = [
        "GET /",
        "ANY /*",
        "HEAD /a",
        "OPTIONS /{x}",
        "DELETE /{x}/b/{y+}",
        "PATCH /a.b/-_~!$&'()+,;=:@",
        "GET /$connect",
        "PUT /...",
        &format!("GET /{}", "a".repeat(251)),
    ];
    let answer = write(&stack, "orders", json!({"routes": fine})).await.expect(201);
    assert_eq!(answer.json()["routes"], json!(fine), "as they were given");
}

#[tokio::test]
async fn a_set_has_at_most_a_hundred_routes_and_fifty_client_types() {
    let stack = TestStack::start().await;
    let routes = |count: usize| -> Value { (0..count).map(|number| format!("GET /r{number}")).collect() };
    let types = |count: usize| -> Value { (0..count).map(|number| format!("type-{number}")).collect() };
    assert_eq!(write(&stack, "full", json!({"routes": routes(101)})).await.wrong_fields(), ["routes"]);
    let many = json!({"routes": routes(1), "client_types": types(51)});
    assert_eq!(write(&stack, "full", many).await.wrong_fields(), ["client_types"]);
    let full =
        write(&stack, "full", json!({"routes": routes(100), "client_types": types(50)})).await.expect(201).json();
    assert_eq!((full["routes"].as_array().unwrap().len(), full["client_types"].as_array().unwrap().len()), (100, 50));
    // The last of them counts as the first does.
    let key = stack.create(json!({"apis": ["full"], "client_type": "type-49"})).await;
    let question = json!({"key": key.text, "method": "GET", "path": "/r99"});
    assert_eq!(stack.post("/verify", stack.root(), &question).await.expect(200).json()["code"], "VALID");
}

#[tokio::test]
async fn there_are_at_most_two_hundred_sets() {
    let stack = TestStack::start().await;
    for number in 0..199 {
        set(&stack, &format!("set-{number}"), &["GET /demo/a"]).await;
    }
    // Of two at once, one is the last.
    let (one, other) = tokio::join!(
        write(&stack, "last-one", json!({"routes": []})),
        write(&stack, "last-other", json!({"routes": []}))
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{one:?} {other:?}");
    write(&stack, "one-more", json!({"routes": []})).await.problem(409);
    // What is there can still be changed, and all are listed beside the built-in one.
    write(&stack, "set-0", json!({"routes": ["GET /demo/b"]})).await.expect(200);
    assert_eq!(stack.get("/apis", stack.root()).await.expect(200).json()["apis"].as_array().unwrap().len(), 201);
    stack.delete("/apis/set-1", stack.root()).await.expect(200);
    write(&stack, "one-more", json!({"routes": ["GET /demo/last"]})).await.expect(201);
    write(&stack, "yet-one-more", json!({"routes": []})).await.problem(409);
    let key = stack.create(json!({"apis": ["one-more"]})).await;
    stack.get("/demo/last", &key.text).await.expect(200);
}
