//! What a fine-grained caller may put into an API set: nothing that it could not call itself.

use serde_json::{Value, json};

use crate::support::{Key, TestStack};

/// A stack with some sets, and a caller that has `apis`, `permissions` and a client type.
async fn scene(apis: Value, permissions: Value) -> (TestStack, Key) {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    for (name, routes, client_types) in [
        ("orders", json!(["GET /orders", "ANY /orders/{id}"]), json!([])),
        ("reports", json!(["GET /reports/*"]), json!([])),
        ("partners", json!(["GET /partners"]), json!(["partner"])),
    ] {
        let set = json!({"routes": routes, "client_types": client_types});
        stack.put_set(name, stack.root(), &set).await.expect(201);
    }
    let writer = json!({"owner": "a-team", "client_type": "mobile", "apis": apis, "permissions": permissions});
    let writer = stack.create(writer).await;
    (stack, writer)
}

#[tokio::test]
async fn a_writer_puts_into_a_set_what_it_may_call_itself() {
    let (stack, writer) = scene(json!(["latchkey", "orders", "partners"]), json!(["apis:*"])).await;
    let routes = ["GET /orders", "GET /orders/{other}", "POST /orders/{id}", "DELETE /orders/7"];
    for (number, route) in routes.into_iter().enumerate() {
        let set = json!({"routes": [route]});
        let written = stack.put_set(&format!("new-{number}"), &writer.text, &set).await.expect(201).json();
        assert_eq!(written["routes"], json!([route]));
    }
    let before = stack.items().await;
    for route in [
        "POST /orders",
        "ANY /orders",
        "GET /orders/*",
        "GET /orders/{id}/items",
        "GET /reports/a",
        // It names the set, which does not admit it.
        "GET /partners",
        "GET /*",
        "GET /keys",
        "POST /keys",
    ] {
        for routes in [json!([route]), json!(["GET /orders", route])] {
            let problem = stack.put_set("new-0", &writer.text, &json!({ "routes": routes })).await.problem(403);
            assert!(problem["detail"].as_str().unwrap().contains(route), "{problem}");
            stack.put_set("other", &writer.text, &json!({ "routes": routes })).await.problem(403);
            stack.put_set("reports", &writer.text, &json!({ "routes": routes })).await.problem(403);
        }
    }
    assert!(stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn a_writer_that_may_call_everything_else_gives_no_admin_route_away() {
    let (stack, writer) = scene(json!(["latchkey", "*"]), json!(["apis:*"])).await;
    let victim = stack.create(json!({"apis": ["orders"], "permissions": ["*:*"]})).await;
    let routes = json!(["ANY /*", "GET /keys", "POST /keys", "ANY /keys/{id}", "GET /apis"]);
    // Whatever a set says, an admin route takes the two locks.
    for key_required in [true, false] {
        let set = json!({"routes": routes, "key_required": key_required});
        stack.put_set("orders", &writer.text, &set).await;
        for (method, path) in [("GET", "/keys"), ("POST", "/keys"), ("GET", "/apis"), ("GET", "/keys/0000000000000000")]
        {
            let question = json!({"key": victim.text, "method": method, "path": path});
            assert_eq!(stack.verdict(&question).await["code"], "ROUTE_DENIED", "{method} {path}");
        }
        stack.get("/keys", &victim.text).await.expect(403);
        stack.get("/keys", "").await.expect(401);
    }
}

#[tokio::test]
async fn sets_are_written_by_who_has_both_locks() {
    for (apis, permissions) in [
        (json!(["latchkey", "orders"]), json!(["apis:read", "keys:*"])),
        (json!(["*"]), json!(["apis:*"])),
        (json!(["orders"]), json!(["*:*"])),
    ] {
        let (stack, writer) = scene(apis, permissions).await;
        let before = stack.items().await;
        stack.put_set("orders", &writer.text, &json!({"routes": ["GET /orders"]})).await.expect(403);
        stack.put_set("new", &writer.text, &json!({"routes": []})).await.expect(403);
        stack.delete("/apis/reports?force=true", &writer.text).await.expect(403);
        assert!(stack.items().await == before, "the table has changed");
    }
}

/// Each way in which a writer that is bounded could hand a route of its own to keys that have what it has not: another
/// address, a longer life, another permission, or no key at all.
#[tokio::test]
async fn a_writer_opens_its_routes_to_nobody_who_is_not_bounded_as_it_is() {
    for (bound, question) in [
        (json!({"allowed_cidrs": ["127.0.0.0/8"]}), json!({"ip": "192.0.2.7"})),
        (json!({"expires_in": "1h"}), json!({"ip": "127.0.0.1"})),
        (json!({}), json!({"permissions": ["orders:delete"]})),
    ] {
        let (stack, writer) = scene(json!(["latchkey", "orders"]), json!(["apis:*"])).await;
        let patch = stack.patch(&writer.id, stack.root(), &bound).await;
        patch.expect(200);
        let other = stack.create(json!({"apis": ["reports"], "permissions": ["orders:delete"]})).await;
        let set = json!({"routes": ["GET /orders"]});
        stack.put_set("reports", &writer.text, &set).await;
        stack.clock.advance_seconds(3_600);
        let mut question = question;
        question["key"] = json!(other.text);
        question["method"] = json!("GET");
        question["path"] = json!("/orders");
        assert_eq!(stack.verdict(&question).await["code"], "ROUTE_DENIED", "{bound}");
    }
}

#[tokio::test]
async fn a_writer_that_is_bounded_opens_no_route_to_everybody() {
    let (stack, writer) = scene(json!(["latchkey", "orders"]), json!(["apis:*"])).await;
    stack.patch(&writer.id, stack.root(), &json!({"allowed_cidrs": ["127.0.0.0/8"]})).await.expect(200);
    let key = stack.create(json!({"apis": []})).await;
    for name in ["orders", "new"] {
        let set = json!({"routes": ["GET /orders"], "key_required": false});
        stack.put_set(name, &writer.text, &set).await;
        let question = json!({"key": key.text, "method": "GET", "path": "/orders"});
        assert_eq!(stack.verdict(&question).await["code"], "ROUTE_DENIED", "{name}");
    }
}
