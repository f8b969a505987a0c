//! What API Gateway is told: simple responses for HTTP APIs of format 2.0, IAM policies for all others.
//!
//! A policy names routes as API Gateway has them, never the caller's path, in which a `*` or `?` would be a wildcard.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use serde::Serialize;
use shared::{
    admin,
    config::{PolicyScope, Unauthenticated},
    decision::{Reach, reach},
    edge::Error,
    grant::{ApiSets, Route, RoutePattern, Segment},
    record::KeyRecord,
    terms::Terms,
};

use crate::{
    context::{Context, Known},
    event::{Event, Shape},
    policy::{MAX_RESOURCE, Resources, covering, is_twisted, twisted},
};

/// An answer, as API Gateway reads it. It borrows what it tells of a key, and is written out before that goes.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Answer<'a> {
    /// That of format 2.0.
    #[serde(rename_all = "camelCase")]
    Simple { is_authorized: bool, context: Context<'a> },
    /// That of all others.
    #[serde(rename_all = "camelCase")]
    Policy { principal_id: &'a str, policy_document: Document, context: Context<'a> },
}

/// A policy of IAM.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

/// The error that API Gateway answers with 401: its text must be exactly this word.
#[derive(Debug, thiserror::Error)]
#[error("Unauthorized")]
struct Unauthorized;

/// One statement of a policy. Its effect is always spelled out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Statement {
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
pub(crate) fn allow<'a>(event: &Event<'_>, known: Known<'a>, sets: &ApiSets, scope: PolicyScope) -> Answer<'a> {
    if event.shape == Shape::Http2 {
        return Answer::Simple { is_authorized: true, context: known.context() };
    }
    match statements(event, known.record, sets, scope) {
        Some(statements) => policy(known.record.owner.as_str(), statements, known.context()),
        None => deny(event.shape),
    }
}

/// The request may go on, whoever makes it.
pub(crate) fn allow_anyone(event: &Event<'_>, route: &RoutePattern) -> Answer<'static> {
    let anyone = |statements| policy("anonymous", statements, Context::Nothing {});
    match event.shape {
        Shape::Http2 => Answer::Simple { is_authorized: true, context: Context::Nothing {} },
        Shape::Connect => anyone(vec![Statement::new("Allow", vec![format!("{}/$connect", event.stage_arn)])]),
        Shape::Http1 | Shape::Rest | Shape::Token => {
            match covering(event.stage_arn, &route.for_method(event.method), [], &forbidden(None)) {
                Some(resources) => anyone(of_resources(event, resources)),
                None => deny(event.shape),
            }
        }
    }
}

/// The request may not go on, but the key may call other routes; a gateway that keeps the answer should know which.
pub(crate) fn deny_this<'a>(event: &Event<'_>, known: Known<'a>, sets: &ApiSets, scope: PolicyScope) -> Answer<'a> {
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
        Some(statements) => policy(record.owner.as_str(), statements, known.context()),
        None => deny(event.shape),
    }
}

/// The request may not go on. Nothing is said of why.
pub(crate) fn deny(shape: Shape) -> Answer<'static> {
    if shape == Shape::Http2 {
        return Answer::Simple { is_authorized: false, context: Context::Nothing {} };
    }
    policy("none", vec![Statement::new("Deny", vec!["*".to_owned()])], Context::Nothing {})
}

/// Nobody that we know: the error, or a Deny where the deployment wants one.
pub(crate) fn unauthenticated(shape: Shape, wanted: Unauthenticated) -> Result<Answer<'static>, Error> {
    match wanted {
        Unauthenticated::Deny => Ok(deny(shape)),
        Unauthenticated::Unauthorized => Err(Unauthorized.into()),
    }
}

fn policy<'a>(principal_id: &'a str, statement: Vec<Statement>, context: Context<'a>) -> Answer<'a> {
    Answer::Policy { principal_id, policy_document: Document { version: "2012-10-17", statement }, context }
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
