//! What the document says of bodies and queries, held against the handlers: they know every field that it names, it names
//! every field that they know, and they refuse all others.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::snapshot;
use crate::{
    support::{Answer, TestStack, send},
    template::model::repository,
};

const UNKNOWN: &str = "is not a known field";
/// What is right nowhere.
const NOWHERE: &str = "no\u{0}where";

/// Where the two fields are taken that say how long a key lives.
const LIFETIME: &str = "shared/src/edge/request/lifetime.rs";

/// Where the two are taken that say what could be called.
const CALL: &str = "shared/src/edge/request/call.rs";

/// The fields that a handler's sources take, by method and path. `{id}` stands for a key that is there.
const SOURCES: [(&str, &str, &[&str]); 10] = [
    ("POST", "/keys", &["functions/create-key/src/body.rs", "shared/src/edge/request/terms.rs", LIFETIME]),
    ("PATCH", "/keys/{id}", &["shared/src/edge/request/terms.rs", LIFETIME]),
    ("POST", "/keys/{id}/rotate", &["functions/rotate-key/src/lib.rs", LIFETIME]),
    ("POST", "/tokens", &["functions/issue-token/src/lib.rs"]),
    ("POST", "/verify", &["functions/verify-key/src/question.rs"]),
    ("PUT", "/apis/{name}", &["functions/api-sets/src/lib.rs"]),
    ("GET", "/keys", &["functions/list-keys/src/query.rs", CALL, "shared/src/edge/request/paging.rs"]),
    ("GET", "/apis", &[CALL]),
    ("GET", "/audit", &["functions/audit-log/src/lib.rs", "shared/src/edge/request/paging.rs"]),
    ("GET", "/keys/{id}/audit", &["functions/audit-log/src/lib.rs", "shared/src/edge/request/paging.rs"]),
];

fn operation(document: &Value, method: &str, path: &str) -> Value {
    document["paths"][path][method.to_lowercase()].clone()
}

/// The schema of an operation's body, without the reference to it.
fn body(document: &Value, method: &str, path: &str) -> Option<Value> {
    let schema = &operation(document, method, path)["requestBody"]["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str()?.rsplit('/').next()?;
    Some(document["components"]["schemas"][name].clone())
}

/// The names of an operation's parameters in the query.
fn query(document: &Value, method: &str, path: &str) -> BTreeSet<String> {
    let operation = operation(document, method, path);
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    in_query.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

fn keys(members: &Value) -> BTreeSet<String> {
    members.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// The fields that sources take one by one.
fn taken(sources: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for source in sources {
        let text = std::fs::read_to_string(repository().join(source)).unwrap();
        let code = text.split("\n#[cfg(test)]\n").next().unwrap();
        for take in ["fields.optional(", "fields.required("] {
            let calls = code.split(take).skip(1);
            names.extend(calls.map(|call| {
                let name = call.trim_start().strip_prefix('"').and_then(|call| call.split_once('"'));
                name.unwrap_or_else(|| panic!("{source}: the name of a field must stand in its call")).0.to_owned()
            }));
        }
    }
    names
}

/// A stack, with a key.
struct Standing {
    stack: TestStack,
    id: String,
}

impl Standing {
    async fn start() -> Self {
        let stack = TestStack::start().await;
        let id = stack.create(json!({"name": "standing"})).await.id;
        Self { stack, id }
    }

    async fn send(&self, method: &str, path: &str, query: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let path = path.replace("{id}", &self.id).replace("{name}", "orders");
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let text: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = if text.is_empty() { path } else { format!("{path}?{}", text.join("&")) };
        let request = self.stack.request_with(method, &path, self.stack.root());
        send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// What a 400 says of each field.
    async fn wrong(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Map<String, Value> {
        let answer = self.send(method, path, query, body).await;
        let problem = answer.problem(400);
        let errors = problem["errors"].as_array().unwrap().iter();
        errors.map(|error| (error["field"].as_str().unwrap().to_owned(), error["message"].clone())).collect()
    }
}

#[test]
fn the_document_names_the_fields_that_the_handlers_take() {
    let document = snapshot();
    for (method, path, sources) in SOURCES {
        let described = match body(&document, method, path) {
            Some(schema) => keys(&schema["properties"]),
            None => query(&document, method, path),
        };
        assert_eq!(described, taken(sources), "{method} {path}");
    }
}

#[tokio::test]
async fn a_handler_knows_each_field_of_its_body_and_no_other() {
    let (document, standing) = (snapshot(), Standing::start().await);
    let mut bodies = 0;
    for (method, path, _) in SOURCES {
        let Some(schema) = body(&document, method, path) else { continue };
        bodies += 1;
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
        for name in keys(&schema["properties"]) {
            let told = standing.wrong(method, path, &[], Some(&json!({name.clone(): [NOWHERE, 1]}))).await;
            assert!(told.get(&name).is_some_and(|message| message != UNKNOWN), "{method} {path} {name}: {told:?}");
        }
        let told = standing.wrong(method, path, &[], Some(&json!({NOWHERE: 1}))).await;
        assert!(told.values().any(|message| message == UNKNOWN), "{method} {path}: {told:?}");

        let missing: BTreeSet<_> =
            schema["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect();
        let answer = standing.send(method, path, &[], Some(&json!({}))).await;
        if missing.is_empty() {
            assert!([200, 201].contains(&answer.status), "{method} {path}: {answer:?}");
        } else {
            assert_eq!(answer.wrong_fields().into_iter().collect::<BTreeSet<_>>(), missing, "{method} {path}");
        }
    }
    assert_eq!(bodies, 6);
}

/// `null` is the same as nothing where the schema says so, and wrong elsewhere.
#[tokio::test]
async fn a_field_can_be_null_where_the_document_says_so() {
    let (document, standing) = (snapshot(), Standing::start().await);
    for (method, path, _) in SOURCES {
        let Some(schema) = body(&document, method, path) else { continue };
        for (name, field) in schema["properties"].as_object().unwrap() {
            let alternatives = field["oneOf"].as_array().into_iter().flatten().chain([field]);
            let can_be_null = alternatives
                .map(|alternative| &alternative["type"])
                .any(|kind| kind == "null" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("null"))));
            let answer = standing.send(method, path, &[], Some(&json!({name.clone(): null}))).await;
            let is_wrong = answer.status == 400 && answer.wrong_fields().contains(name);
            assert_eq!(can_be_null, !is_wrong, "{method} {path} {name}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_handler_knows_each_parameter_of_its_query_and_no_other() {
    let (document, standing) = (snapshot(), Standing::start().await);
    let mut parameters = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["responses"]["400"].is_null() {
                continue;
            }
            let method = method.to_uppercase();
            // What any text can be is wrong when it is given twice.
            for name in query(&document, &method, path) {
                parameters += 1;
                let told = standing.wrong(&method, path, &[(&name, "%00"), (&name, "%00")], None).await;
                assert!(told.get(&name).is_some_and(|message| message != UNKNOWN), "{method} {path} {name}: {told:?}");
            }
            let body = body(&document, &method, path).map(|_| json!({}));
            let told = standing.wrong(&method, path, &[("nowhere", "1")], body.as_ref()).await;
            assert_eq!(told.get("nowhere"), Some(&json!(UNKNOWN)), "{method} {path}: {told:?}");
        }
    }
    assert!(parameters > 20, "{parameters}");
}
