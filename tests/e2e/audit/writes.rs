//! Each write is told once; what writes nothing is not told.

use reqwest::Method;
use serde_json::{Value, json};

use super::{everything, ids};
use crate::{
    apis::{patch, put},
    support::{Answer, START, TestStack, minimal, send, shape},
};

/// Every write of the admin API, one a second, with the answers.
async fn every_write(stack: &TestStack) -> Vec<Answer> {
    let root = stack.root();
    let mut answers = Vec::new();
    stack.clock.advance_seconds(1);
    let mut body = minimal();
    body["apis"] = json!([]);
    body["owner"] = json!("team");
    let made = stack.post("/keys", root, &body).await.expect(201);
    let key = format!("/keys/{}", made.json()["id"].as_str().unwrap());
    answers.push(made);
    let routes = |route: &str| json!({"routes": [route]});
    for (method, path, body) in [
        ("PATCH", &*key, json!({"name": "other", "expires_in": "30d", "enabled": false, "description": null})),
        ("PATCH", &key, json!({"permissions": ["a:b"], "apis": ["*"], "client_type": "mobile", "metadata": {"a": 1}})),
        ("PATCH", &key, json!({"allowed_cidrs": ["::1"], "off_the_record": true, "description": "x"})),
        ("DELETE", &format!("{key}?reason=over"), Value::Null),
        ("POST", &format!("{key}/restore"), json!({})),
        ("PUT", "/apis/orders", routes("GET /a")),
        ("PUT", "/apis/orders", routes("GET /b")),
        ("PUT", "/apis/orders", json!({"routes": ["GET /b"], "key_required": false, "client_types": ["mobile"]})),
        ("DELETE", "/apis/orders", Value::Null),
    ] {
        stack.clock.advance_seconds(1);
        let request = stack.request_with(method.parse::<Method>().unwrap(), path, root);
        let answer = send(if body.is_null() { request } else { request.json(&body) }).await;
        assert!([200, 201].contains(&answer.status), "{method} {path}: {answer:?}");
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn every_write_is_told_of_once() {
    let stack = TestStack::start().await;
    let before = everything(&stack).await;
    let answers = every_write(&stack).await;
    let mut events = everything(&stack).await;
    assert_eq!(events.len(), before.len() + answers.len(), "{events:#?}");
    assert_eq!(events.split_off(answers.len()), before, "what was told stays as it was");

    // By the caller's key, under the id that the answer had.
    for (event, answer) in events.iter().zip(answers.iter().rev()) {
        assert_eq!(event["request_id"], answer.header("apigw-requestid"), "{event}");
        assert_eq!((&event["actor"], &event["source_ip"]), (&json!(stack.root_id()), &json!("127.0.0.1")), "{event}");
    }
    let mut distinct = ids(&events);
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), events.len());
    insta::assert_json_snapshot!("audit_every_write", events, {
        "[].id" => shape::id(),
        "[].actor" => shape::id(),
        "[].request_id" => shape::request_id(),
        "[].key_id" => insta::dynamic_redaction(|value, _| if value.is_nil() { "[none]" } else { "[id]" }),
    });
}

#[tokio::test]
async fn the_root_keys_making_is_told_of_as_latchkeys_own() {
    let stack = TestStack::start().await;
    let events = everything(&stack).await;
    assert_eq!(events.len(), 1, "{events:#?}");
    let event = &events[0];
    assert_eq!((&event["action"], &event["actor"]), (&json!("key.created"), &json!("latchkey")), "{event}");
    assert_eq!((&event["key_id"], &event["at"]), (&json!(stack.root_id()), &json!(START)), "{event}");
    assert_eq!((&event["source_ip"], &event["request_id"]), (&json!(null), &json!(null)), "{event}");
}

#[tokio::test]
async fn what_is_refused_is_not_told_of() {
    let stack = TestStack::start().await;
    let root = stack.root();
    put(&stack, "/apis/orders", root, &json!({"routes": ["GET /a"]})).await.expect(201);
    let key = stack.create(json!({"owner": "team", "apis": ["orders"]})).await;
    let path = format!("/keys/{}", key.id);
    let weak = stack.create(json!({"owner": "team", "apis": ["latchkey"], "permissions": ["*:*"]})).await.text;
    let before = stack.items().await;

    let mut other = minimal();
    other["owner"] = json!("others");
    for (status, answer) in [
        (400, stack.post("/keys", root, &json!({})).await),
        (401, stack.post("/keys", "", &minimal()).await),
        (403, stack.post("/keys", &key.text, &minimal()).await),
        (403, stack.post("/keys", &weak, &other).await),
        (403, stack.post("/keys", &weak, &minimal()).await),
        (400, patch(&stack, &path, root, &json!({"owner": "others"})).await),
        (403, patch(&stack, &path, &weak, &json!({"apis": ["*"]})).await),
        (404, patch(&stack, "/keys/0000000000000000", root, &json!({"name": "x"})).await),
        (404, stack.delete(&format!("/keys/{}", stack.root_id()), &weak).await),
        (409, stack.delete(&format!("/keys/{}", stack.root_id()), root).await),
        (409, patch(&stack, &format!("/keys/{}", stack.root_id()), root, &json!({"enabled": false})).await),
        (400, put(&stack, "/apis/orders", root, &json!({})).await),
        (409, put(&stack, "/apis/latchkey", root, &json!({"routes": []})).await),
        (403, put(&stack, "/apis/orders", &weak, &json!({"routes": ["GET /c"]})).await),
        (409, stack.delete("/apis/orders", root).await),
        (404, stack.delete("/apis/none", root).await),
        (412, send(stack.request_with(Method::DELETE, &path, root).header("if-match", "\"9\"")).await),
        (412, send(stack.request_with(Method::DELETE, "/apis/orders", root).header("if-match", "\"9\"")).await),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn what_changes_nothing_is_not_told_of() {
    let stack = TestStack::start().await;
    let root = stack.root();
    let set = json!({"routes": ["GET /a"]});
    put(&stack, "/apis/orders", root, &set).await.expect(201);
    let key = stack.create(json!({"description": "same"})).await;
    let gone = stack.create(json!({})).await;
    let (path, gone) = (format!("/keys/{}", key.id), format!("/keys/{}", gone.id));
    stack.delete(&gone, root).await.expect(200);
    let once = || stack.request_with(Method::POST, "/keys", root).header("idempotency-key", "one").json(&minimal());
    send(once()).await.expect(201);
    // The first list makes the key of all cursors.
    stack.get("/keys", root).await.expect(200);
    let before = stack.items().await;

    stack.clock.advance_seconds(1);
    for body in [json!({}), json!({"description": "same"}), json!({"metadata": {}, "client_type": null})] {
        patch(&stack, &path, root, &body).await.expect(200);
    }
    stack.post(&format!("{path}/restore"), root, &json!({})).await.expect(200);
    stack.delete(&format!("{gone}?reason=again"), root).await.expect(200);
    put(&stack, "/apis/orders", root, &set).await.expect(200);
    send(once()).await.expect(409);
    stack.post("/verify", root, &json!({"key": key.text})).await.expect(200);
    for read in ["/keys", &path, "/apis", "/apis/orders", "/audit", &format!("{path}/audit"), "/catalogue", "/health"] {
        stack.get(read, root).await.expect(200);
    }
    stack.get("/demo/x", &key.text).await.expect(200);
    assert_eq!(stack.items().await, before);
}

#[tokio::test]
async fn of_many_writers_at_once_each_change_is_told_of_and_no_other() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    let writes = (0..8).map(|number| {
        let (api, path) = ((*stack).clone(), path.clone());
        tokio::spawn(async move { patch(&api, &path, api.root(), &json!({"name": format!("n{number}")})).await })
    });
    let mut changed = 0;
    for write in writes.collect::<Vec<_>>() {
        match write.await.unwrap().status {
            200 => changed += 1,
            409 => {}
            status => panic!("{status}"),
        }
    }
    let shown = stack.get(&path, stack.root()).await.expect(200).json();
    assert_eq!(shown["version"], 1 + changed);
    let told = super::all(&stack, &format!("{path}/audit?action=key.updated"), stack.root(), 100).await;
    assert_eq!(told.len(), changed);
}
