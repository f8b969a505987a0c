//! What API Gateway is told: simple responses for HTTP APIs of format 2.0, IAM policies for all others.
//!
//! A policy names routes as API Gateway has them, never the caller's path, in which a `*` or `?` would be a wildcard.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::{
    admin,
    config::{PolicyScope, Unauthenticated},
    decision::{Reach, reach},
    edge::Error,
    grant::{ApiSets, Route, RoutePattern, Segment},
    record::KeyRecord,
    terms::Terms,
    timestamp::Timestamp,
};

use crate::{
    event::{Event, Shape},
    policy::{MAX_RESOURCE, Resources, covering, is_twisted, twisted},
};

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

/// Whose key or token it is.
#[derive(Clone, Copy)]
pub(crate) struct Known<'v> {
    /// The key, as far as a token leaves it.
    pub(crate) record: &'v KeyRecord,
    /// When the token ends, if it is one.
    pub(crate) token_expires_at: Option<Timestamp>,
}

/// The request may go on, with what its backend should know of the key.
pub(crate) fn allow(event: &Event<'_>, known: Known<'_>, sets: &ApiSets, scope: PolicyScope) -> Value {
    let (record, context) = (known.record, context(known));
    if event.shape == Shape::Http2 {
        return json!({"isAuthorized": true, "context": context});
    }
    match statements(event, record, sets, scope) {
        Some(statements) => policy(record.owner.as_str(), &statements, &context),
        None => deny(event.shape),
    }
}

/// The request may go on, whoever makes it.
pub(crate) fn allow_anyone(event: &Event<'_>, route: &RoutePattern) -> Value {
    let anyone = |statements: &[Statement]| policy("anonymous", statements, &Map::new());
    match event.shape {
        Shape::Http2 => json!({"isAuthorized": true, "context": {}}),
        Shape::Connect => anyone(&[Statement::new("Allow", vec![format!("{}/$connect", event.stage_arn)])]),
        Shape::Http1 | Shape::Rest | Shape::Token => {
            match covering(event.stage_arn, &route.for_method(event.method), [], &forbidden(None)) {
                Some(resources) => anyone(&of_resources(event, resources)),
                None => deny(event.shape),
            }
        }
    }
}

/// The request may not go on, but the key may call other routes; a gateway that keeps the answer should know which.
pub(crate) fn deny_this(event: &Event<'_>, known: Known<'_>, sets: &ApiSets, scope: PolicyScope) -> Value {
    let record = known.record;
    let is_kept = scope == PolicyScope::Key && !matches!(event.shape, Shape::Http2 | Shape::Connect);
    // A policy tells routes apart by their plain spelling alone: any other might slip through what is denied.
    if !is_kept || is_twisted(event.path) {
        return deny(event.shape);
    }
    let forbidden = forbidden(Some(record));
    let statements = if record.terms.apis.has_any() {
        Some(rest(event, scope, &forbidden))
    } else {
        let granted = granted(record, sets);
        let resources =
            granted.split_first().and_then(|(first, others)| covering(event.stage_arn, first, others, &forbidden));
        resources.map(|resources| of_resources(event, resources))
    };
    match statements {
        Some(statements) => policy(record.owner.as_str(), &statements, &context(known)),
        None => deny(event.shape),
    }
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

/// What a key that may go on may call; `None` when that cannot be said.
fn statements(event: &Event<'_>, record: &KeyRecord, sets: &ApiSets, scope: PolicyScope) -> Option<Vec<Statement>> {
    let reached = reach(record, event.called(), sets).ok()?;
    if event.shape == Shape::Connect {
        return Some(vec![Statement::new("Allow", vec![format!("{}/$connect", event.stage_arn)])]);
    }
    // Whoever keeps the answer would let others of its kind through. To `*`, only admin routes are closed, and their
    // functions look again.
    if !matches!(reached, Reach::Everything | Reach::Rest) && is_twisted(event.path) {
        return None;
    }
    let forbidden = forbidden(Some(record));
    if scope == PolicyScope::Key && record.terms.apis.has_any() && reached != Reach::Everything {
        return Some(rest(event, scope, &forbidden));
    }
    let reached = match reached {
        Reach::Everything => return Some(vec![Statement::new("Allow", vec![as_called(event, scope)])]),
        Reach::Rest => return Some(rest(event, scope, &forbidden)),
        Reach::Admin(route) | Reach::AnyKey(route) => RoutePattern::from(route),
        Reach::Route(route) => route.for_method(event.method),
    };
    let others = if scope == PolicyScope::Key { granted(record, sets) } else { Vec::new() };
    covering(event.stage_arn, &reached, &others, &forbidden).map(|resources| of_resources(event, resources))
}

/// All but the admin routes that the key may not call.
fn rest(event: &Event<'_>, scope: PolicyScope, forbidden: &[RoutePattern]) -> Vec<Statement> {
    let allow = Statement::new("Allow", vec![as_called(event, scope)]);
    let mut deny = denied(event.stage_arn, forbidden);
    if scope == PolicyScope::Key {
        deny.extend(twisted(event.stage_arn));
    }
    vec![allow, Statement::new("Deny", deny)]
}

fn of_resources(event: &Event<'_>, mut resources: Resources) -> Vec<Statement> {
    resources.deny.extend(twisted(event.stage_arn));
    vec![Statement::new("Allow", resources.allow), Statement::new("Deny", resources.deny)]
}

/// The routes that a key may call, but for those that only `*` gives it.
fn granted(record: &KeyRecord, sets: &ApiSets) -> Vec<RoutePattern> {
    let Terms { apis, client_type, .. } = &record.terms;
    let admin = admin::protected().filter(|route| may_call(record, route));
    let own = sets.granted(apis, client_type.as_ref()).chain(sets.open_routes()).cloned();
    own.chain(admin.map(RoutePattern::from)).collect()
}

/// The admin routes that a key may not call; all of them for somebody without one.
fn forbidden(record: Option<&KeyRecord>) -> Vec<RoutePattern> {
    let may = |route: &Route| record.is_some_and(|record| may_call(record, route));
    admin::protected().filter(|route| !may(route)).map(RoutePattern::from).collect()
}

/// Whether a key may call an admin route.
fn may_call(record: &KeyRecord, route: &Route) -> bool {
    let Terms { apis, permissions, .. } = &record.terms;
    route.right().is_some_and(|right| right.comes_with(apis, permissions))
}

/// The route that is called, by API Gateway's own name of it; or, where the event has none or the policy is to be kept, the
/// whole stage.
fn as_called(event: &Event<'_>, scope: PolicyScope) -> String {
    let stage = || format!("{}/*", event.stage_arn);
    if scope == PolicyScope::Key || !event.route.starts_with('/') {
        return stage();
    }
    let segments = event.route.split('/').map(|segment| if segment.starts_with('{') { "*" } else { segment });
    let arn = format!("{}/{}{}", event.stage_arn, event.method, segments.collect::<Vec<_>>().join("/"));
    if arn.len() <= MAX_RESOURCE { arn } else { stage() }
}

/// The resources of admin routes, with and without the slash at the end, which REST APIs do not count.
fn denied(stage_arn: &str, forbidden: &[RoutePattern]) -> Vec<String> {
    let resources = forbidden.iter().flat_map(|route| {
        let segments = route.segments().iter().map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Any => "/*".to_owned(),
        });
        let arn = format!("{stage_arn}/{}{}", route.method().unwrap_or("*"), segments.collect::<String>());
        [format!("{arn}/"), arn]
    });
    resources.collect()
}

/// What the backend is told: strings alone, because a REST API takes nothing else, and never `null`.
fn context(known: Known<'_>) -> Map<String, Value> {
    let Known { record, token_expires_at } = known;
    let KeyRecord { terms, .. } = record;
    let optional = |value: Option<String>| value.unwrap_or_default();
    [
        ("key_id", record.id.to_string()),
        ("owner", record.owner.to_string()),
        ("client_type", optional(terms.client_type.as_ref().map(ToString::to_string))),
        ("type", record.key_type.to_string()),
        ("permissions", terms.permissions.to_string()),
        ("apis", terms.apis.to_string()),
        ("allowed_cidrs", terms.allowed_cidrs.to_string()),
        ("provider", record.scope.provider().to_string()),
        ("region", record.scope.region().to_owned()),
        ("metadata", terms.metadata.as_json().to_owned()),
        ("expires_at", optional(terms.expiry.at().map(|end| end.to_string()))),
        ("token", token_expires_at.is_some().to_string()),
        ("token_expires_at", optional(token_expires_at.map(|end| end.to_string()))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), Value::String(value)))
    .collect()
}
