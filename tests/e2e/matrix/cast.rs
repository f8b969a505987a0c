//! Who calls in the matrix, and on whose keys.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use reqwest::Method;
use serde_json::{Value, json};
use shared::grant::{Right, Route};

use crate::support::{Answer, Key, TestStack, minimal, send, with_unknown_id};

/// The kinds of caller. "right" has the permission without the set `latchkey`, "both" has the two, "foreign" too, as
/// another owner's; "elsewhere" is a super-user's, for other addresses.
pub(super) const CALLERS: [&str; 14] = [
    "no key",
    "unknown",
    "revoked",
    "disabled",
    "expired",
    "nothing",
    "*",
    "latchkey",
    "right",
    "both",
    "foreign",
    "elsewhere",
    "super-user",
    "root",
];

/// The only route of the sets that callers can call.
pub(super) const ROUTE: &str = "GET /demo/own";

/// A stack with a key of each kind of caller; where the kind depends on a right, one for each right.
pub(super) struct Cast {
    pub(super) stack: TestStack,
    keys: BTreeMap<(&'static str, &'static str), String>,
    number: AtomicU32,
}

impl Cast {
    pub(super) async fn start() -> Self {
        let stack = TestStack::start().await;
        let cast = Self { stack, keys: BTreeMap::new(), number: AtomicU32::new(0) };
        cast.put("/apis/own", cast.stack.root(), &json!({"routes": [ROUTE]})).await.expect(201);
        let mut keys = BTreeMap::from([
            (("no key", ""), String::new()),
            (("unknown", ""), with_unknown_id(cast.stack.root())),
            (("root", ""), cast.stack.root().to_owned()),
        ]);
        for (kind, fields) in [
            ("revoked", json!({"type": "super-user"})),
            ("disabled", json!({"type": "super-user", "enabled": false})),
            ("expired", json!({"type": "super-user", "expires_in": "30s"})),
            ("nothing", json!({"apis": []})),
            ("*", json!({"apis": ["*"]})),
            ("latchkey", json!({"apis": ["latchkey"]})),
            ("elsewhere", json!({"type": "super-user", "allowed_cidrs": ["10.0.0.0/8"]})),
            ("super-user", json!({"type": "super-user"})),
        ] {
            let key = cast.make("team", fields).await;
            if kind == "revoked" {
                cast.stack.delete(&format!("/keys/{}", key.id), cast.stack.root()).await.expect(200);
            }
            keys.insert((kind, ""), key.text);
        }
        for right in Right::ALL.map(Right::as_str) {
            for (kind, owner, apis) in
                [("right", "team", "*"), ("both", "team", "latchkey"), ("foreign", "strangers", "latchkey")]
            {
                let fields = json!({"apis": ["own", apis], "permissions": [right]});
                keys.insert((kind, right), cast.make(owner, fields).await.text);
            }
        }
        cast.stack.clock.advance_seconds(60);
        Self { keys, ..cast }
    }

    /// The key of a kind of caller that calls this route.
    pub(super) fn key(&self, kind: &'static str, route: Route) -> &str {
        let right = route.right().map_or("keys:list", Right::as_str);
        self.keys.get(&(kind, "")).unwrap_or_else(|| &self.keys[&(kind, right)])
    }

    /// A key that nobody has done anything with yet.
    pub(super) async fn fresh_key(&self, whose: &str) -> Key {
        let (owner, key_type) = match whose {
            "own" => ("team", "fine-grained"),
            "another owner's" => ("others", "fine-grained"),
            "a super-user's" => ("team", "super-user"),
            whose => panic!("{whose} has no keys"),
        };
        self.make(owner, json!({"apis": [], "type": key_type})).await
    }

    /// A set that nobody has done anything with yet.
    pub(super) async fn fresh_set(&self) -> String {
        let name = self.fresh_name();
        self.put(&format!("/apis/{name}"), self.stack.root(), &json!({"routes": [ROUTE]})).await.expect(201);
        // There cannot be more than 200 of them.
        name
    }

    pub(super) fn fresh_name(&self) -> String {
        format!("set-{}", self.number.fetch_add(1, Ordering::Relaxed))
    }

    /// What everybody who may make keys can ask for.
    pub(super) fn harmless() -> Value {
        let mut body = minimal();
        body["apis"] = json!([]);
        body
    }

    pub(super) async fn patch(&self, path: &str, key: &str, body: &Value) -> Answer {
        send(self.stack.request_with(Method::PATCH, path, key).json(body)).await
    }

    pub(super) async fn put(&self, path: &str, key: &str, body: &Value) -> Answer {
        send(self.stack.request_with(Method::PUT, path, key).json(body)).await
    }

    async fn make(&self, owner: &str, mut fields: Value) -> Key {
        fields["owner"] = json!(owner);
        self.stack.create(fields).await
    }
}
