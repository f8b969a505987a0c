//! Who may read and write sets.

use serde_json::{Value, json};

use super::{put, set};
use crate::support::{Key, TestStack};

async fn key(stack: &TestStack, apis: Value, permissions: Value) -> Key {
    stack.create(json!({"owner": "team", "client_type": "mobile", "apis": apis, "permissions": permissions})).await
}

async fn stack() -> TestStack {
    let stack = TestStack::start().await;
    set(&stack, "own", &["GET /demo/own", "ANY /demo/files/*", "GET /demo/x/{id}"]).await;
    set(&stack, "other", &["GET /demo/other"]).await;
    let apps = json!({"routes": ["GET /demo/apps"], "client_types": ["mobile"]});
    put(&stack, "/apis/apps", stack.root(), &apps).await.expect(201);
    let partners = json!({"routes": ["GET /demo/partners"], "client_types": ["partner"]});
    put(&stack, "/apis/partners", stack.root(), &partners).await.expect(201);
    stack
}

#[tokio::test]
async fn reading_and_writing_are_two_rights() {
    let stack = stack().await;
    let reader = key(&stack, json!(["latchkey", "own"]), json!(["apis:read"])).await;
    let writer = key(&stack, json!(["latchkey", "own"]), json!(["apis:write"])).await;
    let body = json!({"routes": ["GET /demo/own"]});
    stack.get("/apis", &reader.text).await.expect(200);
    stack.get("/apis/other", &reader.text).await.expect(200);
    put(&stack, "/apis/new", &reader.text, &body).await.expect(403);
    stack.delete("/apis/other", &reader.text).await.expect(403);
    stack.get("/apis", &writer.text).await.expect(403);
    stack.get("/apis/other", &writer.text).await.expect(403);
    put(&stack, "/apis/new", &writer.text, &body).await.expect(201);
    stack.delete("/apis/new", &writer.text).await.expect(200);
}

#[tokio::test]
async fn nobody_opens_more_than_they_may_call() {
    let stack = stack().await;
    let writer = key(&stack, json!(["latchkey", "own", "apps", "partners"]), json!(["apis:write"])).await;
    for (route, expected) in [
        ("GET /demo/own", 201),
        ("GET /demo/files/{x}", 201),
        ("POST /demo/files/a/*", 201),
        ("ANY /demo/files/{x+}", 201),
        ("GET /demo/x/1", 201),
        ("GET /demo/x/{any}", 201),
        ("GET /demo/apps", 201),
        ("POST /demo/own", 403),
        ("ANY /demo/own", 403),
        ("GET /demo/{x}", 403),
        ("GET /demo/*", 403),
        ("ANY /*", 403),
        ("GET /demo/files", 403),
        ("GET /demo/x/*", 403),
        ("GET /demo/other", 403),
        // The set is named, and is for other clients.
        ("GET /demo/partners", 403),
        ("GET /keys", 403),
        ("PUT /apis/{name}", 403),
    ] {
        let body = json!({"routes": ["GET /demo/own", route]});
        let answer = put(&stack, "/apis/new", &writer.text, &body).await;
        assert_eq!(answer.status, expected, "{route}: {answer:?}");
        if expected == 403 {
            let detail = answer.problem(403)["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(route), "{detail}");
            stack.get("/apis/new", stack.root()).await.expect(404);
            // Nor by changing a set that there is.
            put(&stack, "/apis/own", &writer.text, &body).await.problem(403);
        }
        let gone = stack.delete("/apis/new", stack.root()).await.status;
        assert_eq!(gone, if expected == 403 { 404 } else { 200 });
    }
    put(&stack, "/apis/latchkey", &writer.text, &json!({"routes": []})).await.problem(409);
}

#[tokio::test]
async fn a_set_that_keys_reach_nothing_by_gives_its_writer_no_admin_route() {
    let stack = stack().await;
    // Who may call "everything" may write any route, and yet no route of the admin API is opened by that.
    let writer = key(&stack, json!(["latchkey", "*"]), json!(["apis:write", "keys:create"])).await;
    let body = json!({"routes": ["ANY /*", "GET /keys"]});
    put(&stack, "/apis/everything", &writer.text, &body).await.expect(201);
    let open = json!({"routes": ["ANY /*", "GET /keys"], "key_required": false});
    put(&stack, "/apis/everything", &writer.text, &open).await.problem(403);
    put(&stack, "/apis/everything", stack.root(), &open).await.expect(200);
    stack.get("/keys", &writer.text).await.expect(403);
    stack.get("/keys", "").await.expect(401);
    // Nor does it hand on more than it has, by way of the set or of the key.
    let more = json!({
        "name": "more", "provider": "aws", "region": "us-east-1", "type": "fine-grained", "apis": ["everything", "latchkey"],
        "permissions": ["keys:list"]
    });
    let refused = stack.post("/keys", &writer.text, &more).await.problem(403);
    assert!(refused["detail"].as_str().unwrap().contains("permissions: keys:list"), "{refused}");
}
