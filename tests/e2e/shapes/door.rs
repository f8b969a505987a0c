//! The authorizer in this process, on an embedded `DynamoDB`, and what can be asked of it.

use std::{collections::BTreeMap, sync::Arc};

use authorizer::Authorizer;
use local::stack::sdk;
use serde_json::{Value, json};
use shared::{
    config::Config,
    edge::App,
    entropy::SystemEntropy,
    expiry::Expiry,
    key::{KeyId, KeyPrefix, PlainKey},
    label::Owner,
    record::{KeyRecord, KeyType, Revocation},
    scope::Scope,
    store::Patience,
    terms::Terms,
    token::{Claims, Lifetime, Narrowing, PlainToken},
};

use super::policy::{Policy, names};
use crate::{
    lambda::events::{self, EXAMPLE_KEY, Table, example_record},
    support::{START, TestClock},
};

/// The shapes of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Http2,
    Http1,
    Rest,
    Token,
    Connect,
}

impl Shape {
    pub(super) const ALL: [Self; 5] = [Self::Http2, Self::Http1, Self::Rest, Self::Token, Self::Connect];
    /// Those that are about a method and a path.
    pub(super) const WITH_ROUTE: [Self; 4] = [Self::Http2, Self::Http1, Self::Rest, Self::Token];

    /// The case of its file in `events/`.
    pub(super) const fn case(self) -> &'static str {
        match self {
            Self::Http2 => "http-2.0",
            Self::Http1 => "http-1.0",
            Self::Rest => "rest-request",
            Self::Token => "rest-token",
            Self::Connect => "websocket-connect",
        }
    }

    /// The event of its file, with the example key.
    pub(super) fn event(self) -> Value {
        events::of("authorizer", self.case())
    }

    /// The ARN of the stage in its file.
    pub(super) const fn stage_arn(self) -> &'static str {
        match self {
            Self::Http2 | Self::Http1 => "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default",
            Self::Rest | Self::Token | Self::Connect => "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod",
        }
    }

    /// The ARN of a call, as API Gateway compares it with a policy.
    pub(super) fn called(self, method: &str, path: &str) -> String {
        format!("{}/{method}{path}", self.stage_arn())
    }

    /// The event for a call of `path`, which API Gateway takes for `route`.
    pub(super) fn call(self, method: &str, path: &str, route: &str) -> Value {
        let mut event = self.event();
        let arn = self.called(method, path);
        let mut set = |pointer: &str, text: &str| *event.pointer_mut(pointer).unwrap() = json!(text);
        match self {
            Self::Http2 => {
                let route_key = if route == "$default" { route.to_owned() } else { format!("{method} {route}") };
                set("/routeArn", &arn);
                set("/rawPath", path);
                set("/routeKey", &route_key);
                set("/requestContext/routeKey", &route_key);
                set("/requestContext/http/method", method);
                set("/requestContext/http/path", path);
            }
            Self::Http1 | Self::Rest => {
                set("/methodArn", &arn);
                set("/path", path);
                set("/resource", route);
                set("/httpMethod", method);
                set("/requestContext/httpMethod", method);
                set("/requestContext/resourcePath", route);
            }
            Self::Token => set("/methodArn", &arn),
            Self::Connect => panic!("a WebSocket has no routes to call while it connects"),
        }
        event
    }
}

/// What the authorizer made of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The request goes on.
    Allowed(Allowed),
    /// 403; the whole answer.
    Denied(Value),
    /// 401.
    Unauthorized,
    /// 500, with the error's text.
    Failed(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Allowed {
    pub(super) context: Value,
    pub(super) principal: Option<String>,
    /// `None` in a simple answer.
    pub(super) policy: Option<Policy>,
}

impl Allowed {
    #[track_caller]
    pub(super) fn policy(&self) -> &Policy {
        self.policy.as_ref().expect("an answer with a policy")
    }
}

impl Outcome {
    /// Reads an answer, and insists that it has one of the two forms that API Gateway takes, whole.
    fn read(answer: &Value) -> Self {
        let context = answer["context"].as_object().unwrap_or_else(|| panic!("no context: {answer}"));
        assert!(context.values().all(Value::is_string), "{answer}");
        let (principal, policy, is_allowed) = if answer.get("isAuthorized").is_some() {
            assert_eq!(names(answer), ["context", "isAuthorized"], "{answer}");
            (None, None, answer["isAuthorized"].as_bool().unwrap())
        } else {
            assert_eq!(names(answer), ["context", "policyDocument", "principalId"], "{answer}");
            let policy = Policy::read(&answer["policyDocument"]);
            let is_allowed = !policy.allowed().is_empty();
            (Some(answer["principalId"].as_str().unwrap().to_owned()), Some(policy), is_allowed)
        };
        if !is_allowed {
            assert!(context.is_empty(), "a refusal tells nothing: {answer}");
            return Self::Denied(answer.clone());
        }
        Self::Allowed(Allowed { context: answer["context"].clone(), principal, policy })
    }

    /// The answer, if the request goes on.
    #[track_caller]
    pub(super) fn allowed(self) -> Allowed {
        match self {
            Self::Allowed(allowed) => allowed,
            other => panic!("not allowed: {other:?}"),
        }
    }
}

/// An authorizer for `aws` / `us-east-1`, and the keys that it knows, by what is the matter with them.
pub(super) struct Door {
    authorizer: Authorizer,
    keys: BTreeMap<&'static str, (KeyId, String)>,
    _table: Table,
}

impl Door {
    /// One with these settings.
    pub(super) async fn open(settings: &[(&str, &str)]) -> Self {
        Self::with(settings, Vec::new(), &[]).await
    }

    /// One that knows more keys, and API sets by their name, routes, client types and whether they take a key.
    pub(super) async fn with(
        settings: &[(&str, &str)],
        more: Vec<(&'static str, KeyRecord)>,
        sets: &[(&str, &[&str], &[&str], bool)],
    ) -> Self {
        let table = Table::with_example("keys").await;
        for (name, routes, client_types, key_required) in sets {
            table.add_set(name, routes, client_types, *key_required).await;
        }
        let all = [("TABLE_NAME", "keys"), ("AWS_REGION", "us-east-1")];
        let lookup = |wanted: &str| {
            let found = settings.iter().chain(&all).find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        };
        let config = Config::from_lookup(lookup).unwrap();
        let (clock, entropy) = (TestClock::standing(), Arc::new(SystemEntropy));
        let app = App::new(config, &sdk(&table.url()), Patience::Admin, clock, entropy);
        let mut keys = BTreeMap::from([("example", (example_record().id, EXAMPLE_KEY.to_owned()))]);
        let prefix: KeyPrefix = "lk".parse().unwrap();
        for (name, record) in kinds().into_iter().chain(more) {
            let id = KeyId::generate(&SystemEntropy).unwrap();
            let key = PlainKey::generate(&prefix, id, &SystemEntropy).unwrap();
            table.add(key.reveal(), &KeyRecord { id, hint: key.as_presented().hint(), ..record }).await;
            keys.insert(name, (id, key.reveal().to_owned()));
        }
        Self { authorizer: Authorizer::new(Arc::new(app)), keys, _table: table }
    }

    /// Mints a token of a key that it knows, and knows it by this name from here on.
    pub(super) fn mint(&mut self, name: &'static str, key: &str, narrowing: Narrowing) {
        let (id, text) = &self.keys[key];
        let claims = Claims::new(narrowing, Lifetime::default(), START.parse().unwrap(), []).unwrap();
        let token = PlainToken::mint(*id, text, &claims).unwrap();
        self.keys.insert(name, (*id, token.reveal().to_owned()));
    }

    pub(super) async fn ask(&self, event: &Value) -> Outcome {
        match self.authorizer.handle(&event.to_string()).await {
            Ok(answer) => Outcome::read(&serde_json::from_str(answer.get()).unwrap()),
            Err(error) if error.to_string() == "Unauthorized" => Outcome::Unauthorized,
            Err(error) => Outcome::Failed(error.to_string()),
        }
    }

    /// The text of a key that it knows.
    pub(super) fn text(&self, key: &str) -> &str {
        &self.keys[key].1
    }

    pub(super) fn id(&self, key: &str) -> String {
        self.keys[key].0.to_string()
    }

    /// The shape's event with this key in place of the example.
    pub(super) fn with_key(&self, shape: Shape, key: &str) -> Value {
        self.exchanged(&shape.event(), key)
    }

    /// The event with this key in place of the example.
    pub(super) fn exchanged(&self, event: &Value, key: &str) -> Value {
        with_text(event, self.text(key))
    }
}

/// The event with another text wherever the example key stands.
pub(super) fn with_text(event: &Value, text: &str) -> Value {
    match event {
        Value::String(standing) => json!(standing.replace(EXAMPLE_KEY, text)),
        Value::Array(items) => items.iter().map(|item| with_text(item, text)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), with_text(member, text))).collect()
        }
        other => other.clone(),
    }
}

/// The other records that a [`Door`] knows.
fn kinds() -> [(&'static str, KeyRecord); 8] {
    let example = example_record();
    let terms = example.terms.clone();
    let scoped = |provider, region| KeyRecord { scope: Scope::parse(provider, region).unwrap(), ..example_record() };
    let revocation = Revocation { at: START.parse().unwrap(), by: "somebody".parse().unwrap(), reason: None };
    let bare = KeyRecord {
        owner: Owner::root(),
        key_type: KeyType::SuperUser,
        terms: Terms::named("bare".parse().unwrap()),
        ..scoped("aws", "*")
    };
    [
        ("super-user", bare),
        ("any-region", scoped("aws", "*")),
        ("other-region", scoped("aws", "eu-west-1")),
        ("other-provider", scoped("gcp", "*")),
        ("super-user-elsewhere", KeyRecord { key_type: KeyType::SuperUser, ..scoped("azure", "*") }),
        ("revoked", KeyRecord { revocation: Some(revocation), ..example.clone() }),
        ("disabled", KeyRecord { terms: Terms { enabled: false, ..terms.clone() }, ..example.clone() }),
        // To the second.
        ("expired", KeyRecord { terms: Terms { expiry: Expiry::At(START.parse().unwrap()), ..terms }, ..example }),
    ]
}
