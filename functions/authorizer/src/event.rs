//! The five shapes of an authorizer's event, read as one.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html>

use std::net::IpAddr;

use serde_json_borrow::Value;
use shared::{
    admin,
    decision::{Called, is_admin},
};

/// The path of a WebSocket's `$connect`, as API sets name it.
pub(crate) const CONNECT_PATH: &str = "/$connect";

/// Which kind of API asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An HTTP API, payload format 2.0.
    Http2,
    /// An HTTP API, payload format 1.0.
    Http1,
    /// A REST API, `REQUEST`.
    Rest,
    /// A REST API, `TOKEN`.
    Token,
    /// A WebSocket API, `$connect`.
    Connect,
}

/// What every shape tells, in its own place. It holds the caller's headers, so it does not print itself.
#[derive(Clone, Copy)]
pub(crate) struct Event<'e> {
    pub(crate) shape: Shape,
    /// The event as it came.
    pub(crate) json: &'e Value<'e>,
    /// The HTTP method; empty for a WebSocket.
    pub(crate) method: &'e str,
    /// The caller's path within the API: without the stage or the base path of a custom domain.
    pub(crate) path: &'e str,
    /// The path of the route that API Gateway matched; empty where there is none.
    pub(crate) route: &'e str,
    /// The ARN of the API's stage, without what follows.
    pub(crate) stage_arn: &'e str,
}

/// Why an event cannot be decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventError {
    /// It is no authorizer's event at all.
    Shape,
    /// A field of an event of this shape is missing, or is not what API Gateway puts there.
    Field(Shape, &'static str),
}

impl<'e> Event<'e> {
    /// Reads an event.
    pub(crate) fn read(json: &'e Value<'e>) -> Result<Self, EventError> {
        let shape = shape(json).ok_or(EventError::Shape)?;
        let wrong = |field| EventError::Field(shape, field);
        let arn_field = if shape == Shape::Http2 { "routeArn" } else { "methodArn" };
        let (stage_arn, called) = text(json, arn_field).and_then(split_arn).ok_or(wrong("routeArn or methodArn"))?;
        let (method, path, route) = match shape {
            Shape::Http2 => {
                let http = json.get("requestContext").get("http");
                let method = text(http, "method").ok_or(wrong("method"))?;
                let path = text(json, "rawPath").ok_or(wrong("rawPath"))?;
                // "GET /orders/{id}", "ANY /orders/{id}" or "$default".
                let route = text(json, "routeKey").ok_or(wrong("routeKey"))?;
                (method, path, route.split_once(' ').map_or("", |(_, path)| path))
            }
            Shape::Http1 | Shape::Rest => {
                let method = text(json, "httpMethod").ok_or(wrong("httpMethod"))?;
                let path = text(json, "path").ok_or(wrong("path"))?;
                (method, path, text(json, "resource").ok_or(wrong("resource"))?)
            }
            Shape::Token => {
                let (method, path) = method_and_path(called).ok_or(wrong("methodArn"))?;
                (method, path, "")
            }
            // The handshake of a WebSocket is a GET (RFC 6455, section 4.1).
            Shape::Connect => ("GET", CONNECT_PATH, ""),
        };
        // A method stands in a policy, where `*` would be a wildcard.
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(wrong("method"));
        }
        let path = within_api(path, called);
        Ok(Self { shape, json, method, path, route, stage_arn })
    }

    /// The call that is to be decided on.
    pub(crate) fn called(&self) -> Called<'e> {
        let (variable, value) = admin::OWN_STAGE;
        let is_own = text(self.json.get("stageVariables"), variable) == Some(value);
        Called { method: self.method, path: self.path, route: self.route, is_own }
    }

    /// Whether it is a call of Latchkey's own API that may change something.
    pub(crate) fn is_own_write(&self) -> bool {
        let called = self.called();
        let is_safe = matches!(self.method, "GET" | "HEAD" | "OPTIONS");
        !is_safe && (called.is_own || is_admin(called))
    }

    /// The caller's address, as API Gateway reports it.
    pub(crate) fn source(&self) -> Option<IpAddr> {
        let context = self.json.get("requestContext");
        let reported = match self.shape {
            Shape::Http2 => context.get("http"),
            Shape::Http1 | Shape::Rest | Shape::Connect => context.get("identity"),
            Shape::Token => return None,
        };
        text(reported, "sourceIp")?.parse().ok()
    }

    /// API Gateway's id of the request.
    pub(crate) fn request_id(&self) -> &'e str {
        request_id(self.json)
    }
}

/// API Gateway's id of the request, by which its caller asks about it; empty where there is none.
pub(crate) fn request_id<'e>(json: &'e Value<'e>) -> &'e str {
    text(json.get("requestContext"), "requestId").unwrap_or_default()
}

/// A string field; `None` when it is missing or anything else.
pub(crate) fn text<'e>(json: &'e Value<'e>, field: &'e str) -> Option<&'e str> {
    json.get(field).as_str()
}

/// Tells the shapes apart. A WebSocket event may carry a `version` too, so it is recognised first.
fn shape<'e>(json: &'e Value<'e>) -> Option<Shape> {
    if text(json.get("requestContext"), "eventType") == Some("CONNECT") {
        return Some(Shape::Connect);
    }
    match (text(json, "version"), text(json, "type")) {
        (Some("2.0"), _) => Some(Shape::Http2),
        (Some("1.0"), _) => Some(Shape::Http1),
        (_, Some("TOKEN")) => Some(Shape::Token),
        (_, Some("REQUEST")) => Some(Shape::Rest),
        _ => None,
    }
}

/// The path within the API. What API Gateway reports may begin with the stage, or with the base path of a custom domain;
/// the ARN goes on with the path within the API. Only where the one ends in the other is it known what to leave away.
fn within_api<'e>(path: &'e str, called: &'e str) -> &'e str {
    let within = method_and_path(called).map(|(_, within)| within);
    within.filter(|within| path.ends_with(within)).unwrap_or(path)
}

/// Splits `arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<called>` after the stage.
fn split_arn(arn: &str) -> Option<(&str, &str)> {
    let resource = arn.splitn(6, ':').nth(5)?;
    let is_ours = arn.starts_with("arn:") && arn.split(':').nth(2) == Some("execute-api");
    let mut parts = resource.splitn(3, '/');
    let (api, stage, called) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte))
    };
    let head = arn.len() - called.len() - 1;
    (is_ours && plain(api) && plain(stage)).then(|| arn.get(..head).map(|stage_arn| (stage_arn, called)))?
}

/// Splits `<METHOD>/<path>`; the path comes back with its leading slash.
fn method_and_path(called: &str) -> Option<(&str, &str)> {
    let slash = called.find('/')?;
    let (method, path) = called.split_at_checked(slash)?;
    (!method.is_empty()).then_some((method, path))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// An event as it is read from its text, for as long as the tests run.
    pub(crate) fn sent(event: &serde_json::Value) -> &'static Value<'static> {
        Box::leak(Box::new(serde_json::from_str(event.to_string().leak()).unwrap()))
    }

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/orders/42";

    #[test]
    fn each_shape_is_told_by_its_marks() {
        for (event, expected) in [
            (json!({"version": "2.0", "type": "REQUEST"}), Some(Shape::Http2)),
            (json!({"version": "1.0", "type": "REQUEST"}), Some(Shape::Http1)),
            (json!({"type": "REQUEST"}), Some(Shape::Rest)),
            (json!({"type": "TOKEN"}), Some(Shape::Token)),
            (json!({"type": "REQUEST", "requestContext": {"eventType": "CONNECT"}}), Some(Shape::Connect)),
            (
                json!({"type": "REQUEST", "version": "$LATEST", "requestContext": {"eventType": "CONNECT"}}),
                Some(Shape::Connect),
            ),
            (json!({"type": "REQUEST", "version": "$LATEST"}), Some(Shape::Rest)),
            (json!({}), None),
            (json!(null), None),
            (json!([]), None),
            (json!({"version": 2.0}), None),
            (json!({"type": "request"}), None),
        ] {
            assert_eq!(shape(sent(&event)), expected, "{event}");
        }
    }

    #[test]
    fn a_token_event_has_its_method_and_path_in_the_arn() {
        let json = json!({"type": "TOKEN", "methodArn": ARN, "authorizationToken": "x"});
        let event = Event::read(sent(&json)).unwrap();
        assert_eq!((event.method, event.path, event.route), ("GET", "/orders/42", ""));
        assert_eq!(event.stage_arn, "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod");
    }

    #[test]
    fn an_arn_that_is_not_api_gateways_is_refused() {
        for arn in [
            "",
            "*",
            "arn:aws:lambda:us-east-1:123456789012:a1b2c3d4e5/prod/GET/x",
            "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5",
            "arn:aws:execute-api:us-east-1:123456789012:*/prod/GET/x",
            "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/*/GET/x",
            "arn:aws:execute-api:us-east-1:123456789012:/prod/GET/x",
        ] {
            let json = json!({"type": "TOKEN", "methodArn": arn});
            assert!(matches!(Event::read(sent(&json)), Err(EventError::Field(..))), "{arn}");
        }
    }

    #[test]
    fn a_path_is_taken_within_its_api() {
        for (path, called, expected) in [
            ("/orders/42", "GET/orders/42", "/orders/42"),
            ("/prod/orders/42", "GET/orders/42", "/orders/42"),
            ("/shop/v1/orders/42", "GET/orders/42", "/orders/42"),
            ("/prod/", "GET/", "/"),
            ("/", "GET/", "/"),
            // A path may begin like the stage.
            ("/prod/orders", "GET/prod/orders", "/prod/orders"),
            // What does not fit to the ARN is left as it is.
            ("/a b", "GET/a%20b", "/a b"),
            ("/orders", "$connect", "/orders"),
            ("/secretorders", "GET/orders", "/secretorders"),
        ] {
            assert_eq!(within_api(path, called), expected, "{path} {called}");
        }
    }

    #[test]
    fn the_callers_address_is_the_one_that_api_gateway_reports() {
        let rest = json!({
            "type": "REQUEST", "methodArn": ARN, "httpMethod": "GET", "path": "/", "resource": "/",
            "headers": {"X-Forwarded-For": "10.0.0.1"},
            "requestContext": {"identity": {"sourceIp": "203.0.113.9"}, "http": {"sourceIp": "10.0.0.1"}}
        });
        assert_eq!(Event::read(sent(&rest)).unwrap().source(), Some("203.0.113.9".parse().unwrap()));
        let token =
            json!({"type": "TOKEN", "methodArn": ARN, "requestContext": {"identity": {"sourceIp": "10.0.0.1"}}});
        assert_eq!(Event::read(sent(&token)).unwrap().source(), None);
    }

    #[test]
    fn of_a_name_that_is_given_twice_the_first_counts_and_names_may_be_escaped() {
        let text = format!(
            r#"{{
                "type": "REQUEST", "type": "TOKEN", "methodArn": "{ARN}", "methodArn": "*", "httpMethod": "GET",
                "p\u0061th": "/orders/42", "path": "/other", "resource": "/orders/{{id}}", "resource": "/other",
                "requestContext": {{"requestId": "one", "requestId": "other"}}, "requestContext": {{"requestId": "third"}},
                "queryStringParameters": {{"\"": "\""}}
            }}"#
        );
        let json: Value<'_> = serde_json::from_str(&text).unwrap();
        let event = Event::read(&json).unwrap();
        assert_eq!(
            (event.shape, event.method, event.path, event.route),
            (Shape::Rest, "GET", "/orders/42", "/orders/{id}")
        );
        assert_eq!(event.request_id(), "one");
    }

    #[test]
    fn a_method_is_capital_letters() {
        for method in ["", "*", "GET*", "get", "G T", "GÉT"] {
            let json = json!({"type": "REQUEST", "methodArn": ARN, "httpMethod": method, "path": "/", "resource": "/"});
            assert!(matches!(Event::read(sent(&json)), Err(EventError::Field(Shape::Rest, "method"))), "{method}");
        }
    }

    #[test]
    fn a_field_of_another_type_is_refused_and_never_guessed_at() {
        let whole = json!({
            "version": "2.0", "type": "REQUEST", "routeArn": ARN, "routeKey": "GET /orders/{id}",
            "rawPath": "/orders/42", "requestContext": {"http": {"method": "GET"}}
        });
        let event = Event::read(sent(&whole)).unwrap();
        assert_eq!((event.path, event.route), ("/orders/42", "/orders/{id}"));
        for pointer in ["/routeArn", "/routeKey", "/rawPath", "/requestContext", "/requestContext/http/method"] {
            for value in [json!(null), json!(1), json!(["GET"]), json!({})] {
                let mut event = whole.clone();
                *event.pointer_mut(pointer).unwrap() = value;
                assert!(matches!(Event::read(sent(&event)), Err(EventError::Field(..))), "{pointer}");
            }
        }
    }
}
