//! Whose grants reach a call: what a list tells is what the door does.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    apis::put,
    support::{Key, TestStack, send},
};

/// Keys of every kind of grant, and sets of every kind of route.
async fn with_keys(stack: &TestStack) -> Vec<Key> {
    for (name, body) in [
        ("orders", json!({"routes": ["GET /demo/orders", "GET /demo/orders/{id}", "POST /demo/orders"]})),
        ("files", json!({"routes": ["ANY /demo/files/*"]})),
        ("mobile", json!({"routes": ["GET /demo/news"], "client_types": ["mobile"]})),
        ("open", json!({"routes": ["GET /demo/open"], "key_required": false})),
        // Together they have both spellings of some paths.
        ("raw", json!({"routes": ["GET /demo/a/{x}/b"]})),
        ("plain", json!({"routes": ["GET /demo/b"]})),
        ("greedy", json!({"routes": ["ANY /*"]})),
    ] {
        put(stack, &format!("/apis/{name}"), stack.root(), &body).await.expect(201);
    }
    let mut keys = Vec::new();
    for fields in [
        json!({"apis": []}),
        json!({"apis": ["*"]}),
        json!({"apis": ["orders"], "owner": "team-a"}),
        json!({"apis": ["files", "orders"], "owner": "team-a"}),
        json!({"apis": ["mobile"], "client_type": "mobile"}),
        json!({"apis": ["mobile"], "client_type": "web"}),
        json!({"apis": ["raw"]}),
        json!({"apis": ["plain"]}),
        json!({"apis": ["raw", "plain"]}),
        json!({"apis": ["greedy"]}),
        json!({"apis": ["latchkey"], "permissions": ["keys:list"]}),
        json!({"apis": ["latchkey", "*"], "permissions": ["keys:list"]}),
        json!({"apis": ["*"], "permissions": ["keys:list"]}),
        json!({"type": "super-user", "apis": []}),
    ] {
        keys.push(stack.create(fields).await);
    }
    keys
}

/// The ids of the keys whose grants reach a call, as a list tells them.
async fn listed(stack: &TestStack, method: &str, path: &str) -> BTreeSet<String> {
    let path = path.replace('%', "%25");
    let keys = stack.list_all(&format!("method={method}&path={path}"), 3).await;
    keys.iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

const CALLS: [(&str, &str); 19] = [
    ("GET", "/demo/orders"),
    ("GET", "/demo/orders/7"),
    ("POST", "/demo/orders"),
    ("DELETE", "/demo/orders"),
    ("GET", "/demo/orders/7/items"),
    ("GET", "/demo/orders/"),
    ("GET", "/demo//orders"),
    ("GET", "/demo/%6frders"),
    ("PATCH", "/demo/files/a/b"),
    ("GET", "/demo/files"),
    ("GET", "/demo/news"),
    ("GET", "/demo/open"),
    ("GET", "/demo/b"),
    ("GET", "/demo/a/%2e%2e/b"),
    ("GET", "/demo/other"),
    ("GET", "/keys"),
    ("GET", "/catalogue/%2e%2e/keys"),
    ("POST", "/keys"),
    ("GET", "/%6beys"),
];

#[tokio::test]
async fn the_keys_that_a_list_finds_are_those_that_the_door_lets_in() {
    let stack = TestStack::start().await;
    let keys = with_keys(&stack).await;
    let mut sizes = BTreeSet::new();
    for (method, path) in CALLS {
        let found = listed(&stack, method, path).await;
        for key in &keys {
            let question = json!({"key": key.text, "method": method, "path": path});
            let verdict = stack.post("/verify", stack.root(), &question).await.expect(200).json();
            assert_eq!(json!(found.contains(&key.id)), verdict["valid"], "{method} {path} {}", key.body["apis"]);
            // A client spells such a path in its own way.
            if path.contains(['%', '.']) {
                continue;
            }
            let request = stack.request_with(method.parse::<Method>().unwrap(), path, &key.text);
            // Whoever is let in may still be told that there is nothing, or what is wrong.
            let is_let_in = send(request).await.status != 403;
            assert_eq!(found.contains(&key.id), is_let_in, "{method} {path} {}", key.body["apis"]);
        }
        sizes.insert(found.len());
    }
    assert!(sizes.len() > 4, "the calls tell nothing apart: {sizes:?}");
}

#[tokio::test]
async fn a_call_is_one_condition_among_others() {
    let stack = TestStack::start().await;
    let keys = with_keys(&stack).await;
    let gone = &keys[2];
    stack.delete(&format!("/keys/{}", gone.id), stack.root()).await.expect(200);
    for (query, expected) in [
        ("method=GET&path=/demo/orders/7&owner=team-a", vec![&keys[3], gone]),
        ("method=GET&path=/demo/orders/7&owner=team-a&state=active", vec![&keys[3]]),
        ("method=PUT&path=/demo/files/a&owner=team-a", vec![&keys[3]]),
        ("method=GET&path=/demo/other&owner=team-a", vec![]),
        ("method=GET&path=/demo/news&client_type=mobile&state=active", vec![&keys[4]]),
    ] {
        let found: Vec<_> = stack.list_all(query, 100).await.iter().map(|key| key["id"].clone()).collect();
        let mut expected: Vec<_> = expected.iter().map(|key| json!(key.id)).collect();
        let mut sorted = found.clone();
        sorted.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(sorted, expected, "{query}");
    }
}

#[tokio::test]
async fn a_set_that_opens_a_call_is_listed_for_it() {
    let stack = TestStack::start().await;
    with_keys(&stack).await;
    for (method, path, expected) in [
        ("GET", "/demo/orders/7", vec!["greedy", "orders"]),
        ("PUT", "/demo/orders/7", vec!["greedy"]),
        ("GET", "/demo/%6frders", vec!["greedy"]),
        ("GET", "/demo/orders/%37", vec!["greedy", "orders"]),
        ("GET", "/demo/open", vec!["greedy", "open"]),
        ("GET", "/demo/a/../b", vec!["greedy"]),
        ("GET", "/", vec![]),
        ("GET", "/keys", vec!["latchkey"]),
        ("GET", "/x/%2e%2e/keys", vec!["latchkey"]),
        ("PUT", "/keys", vec!["greedy"]),
    ] {
        let query = format!("method={method}&path={}", path.replace('%', "%25"));
        let answer = stack.get(&format!("/apis?{query}"), stack.root()).await.expect(200).json();
        let names: Vec<_> = answer["apis"].as_array().unwrap().iter().map(|set| set["name"].clone()).collect();
        assert_eq!(names, expected, "{method} {path}");
    }
    let all = stack.get("/apis", stack.root()).await.expect(200).json();
    assert_eq!(all["apis"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn who_is_fine_grained_finds_only_keys_of_the_own_owner() {
    let stack = TestStack::start().await;
    let keys = with_keys(&stack).await;
    let grants = json!({"apis": ["latchkey"], "permissions": ["keys:list"], "owner": "team-a"});
    let lister = stack.create(grants).await;
    let page = stack.get("/keys?method=GET&path=/demo/orders/7", &lister.text).await.expect(200).json();
    let ids: Vec<_> = page["keys"].as_array().unwrap().iter().map(|key| key["id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&json!(keys[2].id)) && ids.contains(&json!(keys[3].id)), "{ids:?}");
}

#[tokio::test]
async fn what_is_no_call_is_refused_by_the_name_of_its_field() {
    let stack = TestStack::start().await;
    let long = format!("method=GET&path=/{}", "a".repeat(2_048));
    for list in ["/keys", "/apis"] {
        for (query, field, message) in [
            ("method=GET", "path", "is required together with method"),
            ("path=/a", "method", "is required together with path"),
            ("method=get&path=/a", "method", "must be one of: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            ("method=get", "method", "must be one of: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            ("method=GET&path=a", "path", PATH),
            ("method=GET&path=", "path", PATH),
            ("method=GET&path=/a%3Fb", "path", PATH),
            (&long, "path", PATH),
            ("method=GET&path=/a&path=/b", "path", "is given more than once"),
        ] {
            let answer = stack.get(&format!("{list}?{query}"), stack.root()).await;
            let problem = answer.problem(400);
            assert_eq!(problem["errors"], json!([{"field": field, "message": message}]), "{list}?{query}");
        }
        let longest = format!("{list}?method=GET&path=/{}", "a".repeat(2_047));
        stack.get(&longest, stack.root()).await.expect(200);
    }
}

const PATH: &str = "must be a path that starts with / and has at most 2048 characters, without ? and #";
