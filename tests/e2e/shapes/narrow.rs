//! Keys that are for certain routes and addresses, in every shape of event.

use serde_json::{Value, json};
use shared::{record::KeyRecord, terms::Terms, token::Narrowing};

use super::door::{Door, Outcome, Shape};
use crate::lambda::events::example_record;

/// The sets that there are: name, routes, client types, whether they take a key.
const SETS: &[(&str, &[&str], &[&str], bool)] = &[
    ("orders", &["GET /orders", "GET /orders/{id}", "POST /orders/{id}/items"], &[], true),
    ("files", &["ANY /files/*", "DELETE /{any}/log/{rest+}"], &[], true),
    // The example's client type, and another.
    ("reports", &["GET /reports/{x}"], &["partner"], true),
    ("apps", &["GET /apps"], &["mobile"], true),
    ("socket", &["GET /$connect"], &[], true),
    ("open", &["GET /public/{x}"], &[], false),
    ("unnamed", &["ANY /*"], &[], true),
];

/// A door that knows the sets, and these keys and tokens beside the others.
pub(super) async fn open(settings: &[(&str, &str)]) -> Door {
    let key = |apis: &str, permissions: &str, cidrs: &str| KeyRecord {
        terms: Terms {
            apis: apis.parse().unwrap(),
            permissions: permissions.parse().unwrap(),
            allowed_cidrs: cidrs.parse().unwrap(),
            ..example_record().terms
        },
        ..example_record()
    };
    let keys = vec![
        ("sets", key("orders files reports apps", "keys:list", "")),
        ("administrator", key("orders latchkey", "keys:list audit:read", "")),
        ("socket", key("socket", "", "")),
        ("nothing", key("", "*:*", "")),
        // The address in the events is 203.0.113.10.
        ("near", key("orders socket", "", "203.0.113.0/24")),
        ("far", key("* socket", "", "10.0.0.0/8 2001:db8::/32")),
    ];
    let mut door = Door::with(settings, keys, SETS).await;
    let to = |apis: &str| Narrowing { apis: Some(apis.parse().unwrap()), ..Narrowing::default() };
    door.mint("token for orders", "sets", to("orders"));
    door.mint(
        "token for audits",
        "administrator",
        Narrowing { permissions: Some("audit:*".parse().unwrap()), ..to("*") },
    );
    door.mint("token for less", "administrator", to("files latchkey"));
    door
}

#[tokio::test]
async fn a_key_reaches_the_same_routes_in_every_shape() {
    let door = open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for (method, path, route, key, expected) in [
            ("GET", "/orders", "/orders", "sets", true),
            ("GET", "/orders/42", "/orders/{id}", "sets", true),
            ("GET", "/orders/42", "/{proxy+}", "sets", true),
            ("POST", "/orders/42/items", "/orders/{id}/items", "sets", true),
            ("PUT", "/files/a/b", "/files/{proxy+}", "sets", true),
            ("GET", "/reports/1", "/reports/{x}", "sets", true),
            ("DELETE", "/a/log/b/c", "/{proxy+}", "sets", true),
            ("POST", "/orders", "/orders", "sets", false),
            ("GET", "/apps", "/apps", "sets", false),
            ("GET", "/other", "/other", "sets", false),
            ("GET", "/orders/1/2", "/{proxy+}", "sets", false),
            ("GET", "/files", "/files", "sets", false),
            ("GET", "/keys", "/keys", "sets", false),
            ("GET", "/", "/", "sets", false),
            ("GET", "/keys", "/keys", "administrator", true),
            ("GET", "/audit", "/audit", "administrator", true),
            ("POST", "/keys", "/keys", "administrator", false),
            ("GET", "/apis", "/apis", "administrator", false),
            ("GET", "/reports/1", "/reports/{x}", "administrator", false),
            ("GET", "/orders", "/orders", "nothing", false),
            ("GET", "/keys", "/keys", "nothing", false),
            ("GET", "/public/1", "/public/{x}", "nothing", true),
        ] {
            let event = door.exchanged(&shape.call(method, path, route), key);
            let outcome = door.ask(&event).await;
            assert_eq!(
                matches!(outcome, Outcome::Allowed(_)),
                expected,
                "{shape:?} {key} {method} {path}: {outcome:?}"
            );
            assert_eq!(
                matches!(outcome, Outcome::Denied(_)),
                !expected,
                "{shape:?} {key} {method} {path}: {outcome:?}"
            );
            if let Outcome::Allowed(allowed) = outcome {
                let lets = allowed.policy.is_none_or(|policy| policy.lets(&shape.called(method, path)));
                assert!(lets, "{shape:?} {key} {method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_socket_opens_to_keys_whose_sets_name_it() {
    let door = open(&[]).await;
    for (key, expected) in [("socket", true), ("near", true), ("example", true), ("super-user", true), ("sets", false)]
    {
        let outcome = door.ask(&door.with_key(Shape::Connect, key)).await;
        assert_eq!(matches!(outcome, Outcome::Allowed(_)), expected, "{key}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_path_that_a_backend_may_take_for_another_must_be_reached_in_every_spelling() {
    let door = open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for (path, expected) in [
            ("/orders/a%20b", true),
            ("/orders/%2A", true),
            ("/orders/*", true),
            ("/orders/?", true),
            ("/orders/%2e%2e", false),
            ("/orders/..", false),
            ("/orders/.", true),
            // One segment that holds a slash, or two of which the first is empty: either way below /orders.
            ("/orders/%2Fkeys", true),
            ("/orders/a%2Fkeys", false),
            ("/orders/..%2Fkeys", false),
            ("/orders/..%2Fother", false),
            ("/%6frders/1", false),
            ("//orders/1", false),
            ("/files/../orders", true),
            ("/files/../other", false),
            ("/files/%2e%2e/keys", false),
            ("/files/a/../../keys/x", false),
            ("/files/*", true),
            ("/*", false),
            ("/orders/{id}", true),
            ("", false),
            ("*", false),
        ] {
            if shape == Shape::Token && !path.starts_with('/') {
                continue;
            }
            // A policy can hold plain spellings alone, so any other one is denied where there is a policy.
            let is_twisted = ["/orders/.", "/orders/%2Fkeys", "/files/../orders"].contains(&path);
            let expected = expected && (shape == Shape::Http2 || !is_twisted);
            let event = door.exchanged(&shape.call("GET", path, "/{proxy+}"), "sets");
            let outcome = door.ask(&event).await;
            assert_eq!(matches!(outcome, Outcome::Allowed(_)), expected, "{shape:?} {path}: {outcome:?}");
            assert!(!matches!(outcome, Outcome::Failed(_)), "{shape:?} {path}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_path_that_begins_like_the_stage_is_a_path_of_its_own() {
    // The stage is "prod". The ARN of the event has it once, and what follows is the path within the API.
    let door = open(&[]).await;
    for (path, expected) in [("/orders", true), ("/prod/orders", false), ("/prod/prod/orders", false), ("/prod", false)]
    {
        let outcome = door.ask(&door.exchanged(&Shape::Token.call("GET", path, ""), "sets")).await;
        assert_eq!(matches!(outcome, Outcome::Allowed(_)), expected, "{path}: {outcome:?}");
    }
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest] {
        // Whether a path holds the stage depends on the domain that was called; the ARN tells.
        for (in_arn, expected) in [("/orders", true), ("/v1/orders", false)] {
            let mut event = door.exchanged(&shape.call("GET", "/v1/orders", "/{proxy+}"), "sets");
            let field = if shape == Shape::Http2 { "routeArn" } else { "methodArn" };
            event[field] = json!(format!("arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/v1/GET{in_arn}"));
            let outcome = door.ask(&event).await;
            assert_eq!(matches!(outcome, Outcome::Allowed(_)), expected, "{shape:?} {in_arn}: {outcome:?}");
        }
    }
    let allowed = door.ask(&Shape::Token.call("GET", "/prod/keys", "")).await.allowed();
    assert!(allowed.policy().lets(&Shape::Token.called("GET", "/prod/keys")), "which is no admin path");
}

/// The event with another source address, which may be anything.
fn from(shape: Shape, event: &Value, source: Value) -> Value {
    let mut event = event.clone();
    let place = if shape == Shape::Http2 { "http" } else { "identity" };
    event["requestContext"][place]["sourceIp"] = source;
    event
}

#[tokio::test]
async fn a_key_for_certain_addresses_is_held_to_the_one_that_api_gateway_reports() {
    let door = open(&[]).await;
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest, Shape::Connect] {
        let (near, far) = (door.with_key(shape, "near"), door.with_key(shape, "far"));
        door.ask(&near).await.allowed();
        assert!(matches!(door.ask(&far).await, Outcome::Denied(_)), "{shape:?}");
        for (source, of_near, of_far) in [
            (json!("203.0.113.255"), true, false),
            (json!("::ffff:203.0.113.1"), true, false),
            (json!("10.1.1.1"), false, true),
            (json!("2001:db8::1"), false, true),
            (json!("203.0.114.0"), false, false),
            (json!("203.0.113.10, 10.1.1.1"), false, false),
            (json!("203.0.113.10:443"), false, false),
            (json!("203.0.113.010"), false, false),
            (json!(""), false, false),
            (json!("test-invoke-source-ip"), false, false),
            (json!(null), false, false),
            (json!(3_405_803_786_u32), false, false),
            (json!(["203.0.113.10"]), false, false),
        ] {
            for (event, expected) in [(&near, of_near), (&far, of_far)] {
                let mut event = from(shape, event, source.clone());
                let outcome = door.ask(&event).await;
                assert_eq!(matches!(outcome, Outcome::Allowed(_)), expected, "{shape:?} {source}: {outcome:?}");
                assert_eq!(matches!(outcome, Outcome::Denied(_)), !expected, "{shape:?} {source}: {outcome:?}");
                event["headers"]["x-forwarded-for"] = json!("10.1.1.1, 203.0.113.10");
                event["headers"]["X-Forwarded-For"] = json!("203.0.113.10");
                assert_eq!(door.ask(&event).await, outcome, "{shape:?} {source}");
            }
        }
    }
}

#[tokio::test]
async fn an_event_without_an_address_is_for_keys_without_addresses() {
    let door = open(&[]).await;
    let mut event = door.with_key(Shape::Token, "near");
    assert!(matches!(door.ask(&event).await, Outcome::Denied(_)));
    // A TOKEN event has no such place, whatever somebody puts there.
    event["requestContext"] = json!({"identity": {"sourceIp": "203.0.113.10"}, "http": {"sourceIp": "203.0.113.10"}});
    assert!(matches!(door.ask(&event).await, Outcome::Denied(_)));
    door.ask(&door.with_key(Shape::Token, "sets")).await.allowed();
}

#[tokio::test]
async fn an_open_route_is_allowed_without_a_key_and_says_so() {
    let door = open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        let event = super::door::with_text(&shape.call("GET", "/public/1", "/public/{x}"), "");
        let allowed = door.ask(&event).await.allowed();
        assert_eq!(allowed.context, json!({}), "{shape:?}");
        assert_eq!(allowed.principal.as_deref(), (shape != Shape::Http2).then_some("anonymous"), "{shape:?}");
        if let Some(policy) = allowed.policy {
            assert!(policy.lets(&shape.called("GET", "/public/2")), "{shape:?}");
            for path in ["/public", "/public/1/2", "/orders", "/keys"] {
                assert!(!policy.lets(&shape.called("GET", path)), "{shape:?} {path}");
            }
        }
        for path in ["/public/%2e%2e", "/public/..%2Fkeys", "/public/1%2F2", "/keys"] {
            let event = super::door::with_text(&shape.call("GET", path, "/{proxy+}"), "");
            assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {path}");
        }
    }
}
