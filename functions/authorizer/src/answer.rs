//! What API Gateway is told: simple responses for HTTP APIs of format 2.0, IAM policies for all others.
//!
//! A policy names routes as API Gateway has them, never the caller's path, in which a `*` or `?` would be a wildcard.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    admin,
    config::{PolicyScope, Unauthenticated},
    edge::Error,
    record::{KeyRecord, KeyType},
};

use crate::event::{Event, Shape};

/// IAM takes no longer resource here.
const MAX_RESOURCE: usize = 512;

/// The error that API Gateway answers with 401: its text must be exactly this word.
#[derive(Debug, thiserror::Error)]
#[error("Unauthorized")]
struct Unauthorized;

/// One statement of a policy. Its effect is always spelled out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: Vec<String>,
}

impl Statement {
    const fn new(effect: &'static str, resource: Vec<String>) -> Self {
        Self { action: "execute-api:Invoke", effect, resource }
    }
}

/// The request may go on, with what its backend should know of the key.
pub(crate) fn allow(event: &Event<'_>, record: &KeyRecord, scope: PolicyScope) -> Value {
    let context = context(record);
    if event.shape == Shape::Http2 {
        return json!({"isAuthorized": true, "context": context});
    }
    let mut statements = vec![Statement::new("Allow", vec![allowed(event, scope)])];
    if record.key_type == KeyType::FineGrained && event.shape != Shape::Connect {
        // With and without the slash at the end, which REST APIs do not count.
        let admin_routes = admin::protected().flat_map(|route| {
            let arn = resource(event, route.method, route.path);
            [format!("{arn}/"), arn]
        });
        statements.push(Statement::new("Deny", admin_routes.collect()));
    }
    policy(record.owner.as_str(), &statements, &context)
}

/// The request may not go on. Nothing is said of why.
pub(crate) fn deny(shape: Shape) -> Value {
    if shape == Shape::Http2 {
        return json!({"isAuthorized": false, "context": {}});
    }
    policy("none", &[Statement::new("Deny", vec!["*".to_owned()])], &Map::new())
}

/// Nobody that we know: the error, or a Deny where the deployment wants one.
pub(crate) fn unauthenticated(shape: Shape, wanted: Unauthenticated) -> Result<Value, Error> {
    match wanted {
        Unauthenticated::Deny => Ok(deny(shape)),
        Unauthenticated::Unauthorized => Err(Unauthorized.into()),
    }
}

fn policy(principal: &str, statements: &[Statement], context: &Map<String, Value>) -> Value {
    json!({
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": statements},
        "context": context,
    })
}

/// What the key may call: this route, or, where the event names none or the policy is to be kept, the whole stage.
fn allowed(event: &Event<'_>, scope: PolicyScope) -> String {
    let stage = || format!("{}/*", event.stage_arn);
    match (event.shape, scope, event.route()) {
        (Shape::Connect, ..) => format!("{}/$connect", event.stage_arn),
        (_, PolicyScope::Request, Some(route)) => {
            Some(resource(event, event.method, route)).filter(|arn| arn.len() <= MAX_RESOURCE).unwrap_or_else(stage)
        }
        _ => stage(),
    }
}

/// The resource of a route: each `{x}` becomes a wildcard.
fn resource(event: &Event<'_>, method: &str, route: &str) -> String {
    let segments = route.split('/').map(|segment| if segment.starts_with('{') { "*" } else { segment });
    format!("{}/{method}{}", event.stage_arn, segments.collect::<Vec<_>>().join("/"))
}

/// What the backend is told: strings alone, because a REST API takes nothing else, and never `null`.
fn context(record: &KeyRecord) -> Map<String, Value> {
    let optional = |value: Option<String>| value.unwrap_or_default();
    [
        ("key_id", record.id.to_string()),
        ("owner", record.owner.to_string()),
        ("client_type", optional(record.client_type.as_ref().map(ToString::to_string))),
        ("type", record.key_type.to_string()),
        ("provider", record.scope.provider().to_string()),
        ("region", record.scope.region().to_owned()),
        ("metadata", record.metadata.as_json().to_owned()),
        ("expires_at", optional(record.expiry.at().map(|end| end.to_string()))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Value::String(value)))
    .collect()
}
