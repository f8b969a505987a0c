//! What sets open at the door, and from when on.

use reqwest::Method;
use serde_json::{Value, json};

use super::{set, write};
use crate::support::{TestStack, send, with_unknown_id, with_wrong_secret};

async fn status(stack: &TestStack, method: &str, path: &str, key: &str) -> u16 {
    send(stack.request_with(method.parse::<Method>().unwrap(), path, key)).await.status
}

#[tokio::test]
async fn a_key_reaches_the_routes_of_its_sets_and_no_others() {
    let stack = TestStack::start().await;
    set(&stack, "exact", &["GET /demo/orders", "POST /demo/orders/{id}/items"]).await;
    set(&stack, "greedy", &["ANY /demo/files/*", "DELETE /demo/logs/{rest+}"]).await;
    set(&stack, "unnamed", &["GET /demo/unnamed", "ANY /demo/*"]).await;
    let key = stack.create(json!({"apis": ["exact", "greedy"]})).await;
    for (method, path, expected) in [
        ("GET", "/demo/orders", 200),
        ("HEAD", "/demo/orders", 403),
        ("POST", "/demo/orders", 403),
        ("GET", "/demo/orders/", 403),
        ("GET", "/demo/Orders", 403),
        ("GET", "/demo/orders/1", 403),
        ("POST", "/demo/orders/1/items", 200),
        ("POST", "/demo/orders/{id}/items", 200),
        ("POST", "/demo/orders/a%20b/items", 200),
        ("POST", "/demo/orders/1/2/items", 403),
        ("POST", "/demo/orders/1%2F2/items", 403),
        ("POST", "/demo/orders//items", 403),
        ("POST", "/demo/orders/%2e%2e/items", 403),
        ("POST", "/demo/orders/1/items/", 403),
        ("GET", "/demo/files/a", 200),
        ("PUT", "/demo/files/a/b/c", 200),
        ("PATCH", "/demo/files/*", 200),
        ("GET", "/demo/files", 403),
        ("GET", "/demo/files/", 403),
        ("GET", "/demo/files//a", 403),
        ("GET", "/demo/files/a/", 403),
        ("DELETE", "/demo/logs/a/b", 200),
        ("DELETE", "/demo/logs", 403),
        ("GET", "/demo/logs/a", 403),
        ("GET", "/demo/unnamed", 403),
        ("GET", "/demo/other", 403),
    ] {
        assert_eq!(status(&stack, method, path, &key.text).await, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_star_reaches_all_but_the_admin_routes_and_nothing_reaches_nothing() {
    let stack = TestStack::start().await;
    let (star, none) = (stack.create(json!({"apis": ["*"]})).await, stack.create(json!({"apis": []})).await);
    let boss = stack.create(json!({"apis": [], "type": "super-user"})).await;
    for (path, of_star, of_boss) in [("/demo/anything", 200, 200), ("/keys", 403, 200), ("/apis", 403, 200)] {
        assert_eq!(status(&stack, "GET", path, &star.text).await, of_star, "{path}");
        assert_eq!(status(&stack, "GET", path, &none.text).await, 403, "{path}");
        assert_eq!(status(&stack, "GET", path, &boss.text).await, of_boss, "{path}");
    }
    assert_eq!(status(&stack, "GET", "/catalogue", &none.text).await, 200, "any valid key may see that");
}

#[tokio::test]
async fn a_set_for_certain_clients_admits_no_others() {
    let stack = TestStack::start().await;
    write(&stack, "apps", json!({"routes": ["GET /demo/apps"], "client_types": ["mobile", "desktop"]}))
        .await
        .expect(201);
    for (client_type, expected) in [
        (json!("mobile"), 200),
        (json!("desktop"), 200),
        (json!("Mobile"), 403),
        (json!("partner"), 403),
        (json!(null), 403),
    ] {
        let key = stack.create(json!({"apis": ["apps"], "client_type": client_type})).await;
        assert_eq!(status(&stack, "GET", "/demo/apps", &key.text).await, expected, "{client_type}");
    }
    // Another set that lets it makes up for one that does not.
    set(&stack, "all", &["GET /demo/{x}"]).await;
    stack.clock.advance_seconds(10);
    let key = stack.create(json!({"apis": ["apps", "all"], "client_type": "partner"})).await;
    assert_eq!(status(&stack, "GET", "/demo/apps", &key.text).await, 200);
    let any = stack.create(json!({"apis": ["*"]})).await;
    assert_eq!(status(&stack, "GET", "/demo/apps", &any.text).await, 200);
}

#[tokio::test]
async fn an_open_route_takes_no_key_and_minds_no_bad_one() {
    let stack = TestStack::start().await;
    write(&stack, "open", json!({"routes": ["GET /demo/open/{x}"], "key_required": false})).await.expect(201);
    let good = stack.create(json!({"apis": []})).await;
    let revoked = stack.create(json!({})).await;
    stack.delete(&format!("/keys/{}", revoked.id), stack.root()).await.expect(200);
    let elsewhere = stack.create(json!({"allowed_cidrs": ["10.0.0.0/8"]})).await;
    let disabled = stack.create(json!({"enabled": false})).await;
    let bad = [
        String::new(),
        "hello".to_owned(),
        with_wrong_secret(&good.text),
        with_unknown_id(&good.text),
        revoked.text,
        elsewhere.text,
        disabled.text,
    ];
    for key in &bad {
        let answer = stack.get("/demo/open/a", key).await.expect(200);
        assert_eq!(answer.json()["context"], json!({}), "{key}");
        let closed = stack.get("/demo/closed", key).await.status;
        assert!([401, 403].contains(&closed), "{key}: {closed}");
    }
    let answer = stack.get("/demo/open/a", &good.text).await.expect(200);
    assert_eq!(answer.json()["context"]["key_id"], good.id, "a good key is still told of");
    let twice = stack.request(Method::GET, "/demo/open/a").header("x-api-key", "a").header("secret", "b");
    assert_eq!(send(twice).await.expect(200).json()["context"], json!({}));
    for (method, path) in
        [("POST", "/demo/open/a"), ("GET", "/demo/open"), ("GET", "/demo/open/a/b"), ("GET", "/demo/open/a%2Fb")]
    {
        assert_eq!(status(&stack, method, path, "").await, 401, "{method} {path}");
        assert_eq!(status(&stack, method, path, &good.text).await, 403, "{method} {path}");
    }
}

#[tokio::test]
async fn no_set_opens_an_admin_route() {
    let stack = TestStack::start().await;
    let routes =
        ["ANY /*", "ANY /", "GET /keys", "ANY /keys/{id}", "POST /keys", "POST /verify", "GET /apis", "GET /audit"];
    write(&stack, "wide", json!({"routes": routes})).await.expect(201);
    write(&stack, "open", json!({"routes": routes, "key_required": false})).await.expect(201);
    let named = stack.create(json!({"apis": ["wide", "open", "*"], "permissions": ["*:*"]})).await;
    for route in shared::admin::protected() {
        let path = route.path.replace("{id}", &named.id).replace("{name}", "wide");
        for path in [path.clone(), path.replacen("/keys", "/%6beys", 1)] {
            for (key, expected) in [("", 401), ("hello", 401), (&*named.text, 403)] {
                assert_eq!(status(&stack, route.method, &path, key).await, expected, "{route} {path} {key}");
            }
        }
    }
    // What any key may see stays closed to those without one.
    stack.get("/catalogue", "").await.expect(401);
    stack.get("/demo/x", "").await.expect(200);
}

async fn context(stack: &TestStack, path: &str, key: &str) -> Value {
    stack.get(path, key).await.expect(200).json()["context"].clone()
}

#[tokio::test]
async fn a_changed_set_takes_effect_when_the_cache_is_over() {
    let stack = TestStack::start().await;
    set(&stack, "orders", &["GET /demo/a"]).await;
    let key = stack.create(json!({"apis": ["orders"]})).await;
    stack.get("/demo/a", &key.text).await.expect(200);
    set(&stack, "orders", &["GET /demo/b"]).await;
    write(&stack, "open", json!({"routes": ["GET /demo/open"], "key_required": false})).await.expect(201);
    for (seconds, of_a, of_b, of_open) in [(0, 200, 403, 401), (9, 200, 403, 401), (1, 403, 200, 200)] {
        stack.clock.advance_seconds(seconds);
        assert_eq!(status(&stack, "GET", "/demo/a", &key.text).await, of_a, "{seconds}");
        assert_eq!(status(&stack, "GET", "/demo/b", &key.text).await, of_b, "{seconds}");
        assert_eq!(status(&stack, "GET", "/demo/open", "").await, of_open, "{seconds}");
    }
    // `/verify` never waits.
    stack.delete("/apis/orders?force=true", stack.root()).await.expect(200);
    let question = json!({"key": key.text, "method": "GET", "path": "/demo/b"});
    assert_eq!(stack.post("/verify", stack.root(), &question).await.expect(200).json()["code"], "ROUTE_DENIED");
    stack.get("/demo/b", &key.text).await.expect(200);
    stack.clock.advance_seconds(10);
    stack.get("/demo/b", &key.text).await.expect(403);
}

#[tokio::test]
async fn without_a_cache_a_changed_set_takes_effect_at_once() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    set(&stack, "orders", &["GET /demo/a"]).await;
    let key = stack.create(json!({"apis": ["orders"]})).await;
    assert_eq!(context(&stack, "/demo/a", &key.text).await["apis"], "orders");
    set(&stack, "orders", &["GET /demo/b"]).await;
    stack.get("/demo/a", &key.text).await.expect(403);
    stack.get("/demo/b", &key.text).await.expect(200);
    write(&stack, "orders", json!({"routes": ["GET /demo/b"], "client_types": ["mobile"]})).await.expect(200);
    stack.get("/demo/b", &key.text).await.expect(403);
    write(&stack, "orders", json!({"routes": ["GET /demo/b"], "key_required": false})).await.expect(200);
    assert_eq!(context(&stack, "/demo/b", "").await, json!({}));
    stack.delete("/apis/orders?force=true", stack.root()).await.expect(200);
    stack.get("/demo/b", "").await.expect(401);
    stack.get("/demo/b", &key.text).await.expect(403);
}
