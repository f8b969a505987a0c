//! What a caller chooses of the route: its path and its method.

use serde_json::{Value, json};

use super::door::{Door, Outcome, Shape};

/// Paths in which something may be read as more than it is.
const PATHS: &[&str] = &[
    "/orders/*",
    "/*",
    "/orders/?",
    "/orders/??/*",
    "/orders/%2A",
    "/orders/$connect",
    "/orders/a:b",
    "/orders/\"},{\"Effect\":\"Allow\"",
    "/orders/a\u{0}b\r\n",
    "/orders/é\u{202e}",
    "//orders//42",
    "",
    "*",
];

/// Paths that a backend which decodes or shortens them takes for an admin route's.
const ADMIN_SPELLINGS: &[&str] =
    &["/orders/../keys", "/orders/%2e%2e/keys", "/orders/..%2Fkeys", "/%6beys", "//keys", "/keys/", "/keys%2F"];

#[tokio::test]
async fn an_admin_path_stays_one_in_every_spelling() {
    let door = Door::open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for path in ADMIN_SPELLINGS {
            let outcome = door.ask(&shape.call("GET", path, "/{proxy+}")).await;
            assert!(matches!(outcome, Outcome::Denied(_)), "{shape:?} {path:?}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn the_path_of_the_caller_never_reaches_a_policy() {
    for scope in ["request", "key"] {
        let door = Door::open(&[("POLICY_SCOPE", scope)]).await;
        for shape in [Shape::Http1, Shape::Rest, Shape::Token] {
            let expected = door.ask(&shape.event()).await;
            for path in PATHS {
                if shape == Shape::Token && !path.starts_with('/') {
                    continue;
                }
                let event = shape.call("GET", path, "/orders/{id}");
                assert_eq!(door.ask(&event).await, expected, "{scope} {shape:?} {path:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_may_be_a_pattern_is_refused() {
    // RFC 9110 lets a method have such characters, a route for any method takes them all, and a policy names the method.
    let door = Door::open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for method in ["*", "GE*", "G*T", "$'*+", "GET/keys", "?", "", "get", "G\u{e9}T"] {
            let event = shape.call(method, "/orders/42", "/orders/{id}");
            // In this shape what precedes the first slash is the method, and that one is good.
            if (shape, method) == (Shape::Token, "GET/keys") {
                assert!(door.ask(&event).await.allowed().policy().denies(&shape.called("GET", "/keys/x")));
                continue;
            }
            assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {method:?}");
        }
    }
}

#[tokio::test]
async fn an_admin_route_stays_one_whatever_path_led_to_it() {
    let door = Door::open(&[]).await;
    let paths = ["/%6beys/x", "/prod/keys/x", "/keys/../orders", "/KEYS/x", "//keys/x", "/keys/x/", "/orders", ""];
    for shape in [Shape::Http2, Shape::Http1, Shape::Rest] {
        for path in paths.iter().chain(PATHS) {
            let outcome = door.ask(&shape.call("DELETE", path, "/keys/{id}")).await;
            assert!(matches!(outcome, Outcome::Denied(_)), "{shape:?} {path:?}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn an_admin_path_stays_one_whatever_route_it_is_taken_for() {
    let door = Door::open(&[]).await;
    for shape in Shape::WITH_ROUTE {
        for route in ["/{proxy+}", "/keys/{proxy+}", "/keys/{key_id}", "$default", "/{a}/{b}"] {
            for path in
                ["/keys/ExampleKey000001", "/keys/ExampleKey000001/", "/keys/*", "/keys/..", "/keys/%2e", "/keys/{id}"]
            {
                let outcome = door.ask(&shape.call("DELETE", path, route)).await;
                assert!(matches!(outcome, Outcome::Denied(_)), "{shape:?} {path} {route}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn an_arn_with_a_wildcard_in_its_stage_is_refused() {
    let door = Door::open(&[]).await;
    for shape in Shape::ALL {
        for (from, to) in
            [("a1b2c3d4e5", "*"), ("/$default/", "/*/"), ("/prod/", "/pro?/"), ("execute-api", "*"), ("arn:", "")]
        {
            let event = shape.event().to_string();
            let field = if shape == Shape::Http2 { "routeArn" } else { "methodArn" };
            let mut event: Value = serde_json::from_str(&event).unwrap();
            let arn = event[field].as_str().unwrap().to_owned();
            if arn.contains(from) {
                event[field] = json!(arn.replacen(from, to, 1));
                assert_eq!(door.ask(&event).await, Outcome::Unauthorized, "{shape:?} {}", event[field]);
            }
        }
    }
}

#[tokio::test]
async fn a_policy_never_names_a_longer_resource_than_iam_takes() {
    let door = Door::open(&[]).await;
    for shape in [Shape::Http1, Shape::Rest] {
        for length in [300, 430, 440, 450, 5_000] {
            let route = format!("/{}/{{id}}", "x".repeat(length));
            // `Outcome` holds the bound.
            let answer = door.ask(&shape.call("GET", "/orders/42", &route)).await.allowed();
            assert!(answer.policy().lets(&shape.called("GET", &route.replace("{id}", "42"))), "{shape:?} {length}");
        }
    }
}
