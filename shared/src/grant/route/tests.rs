use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::{admin, grant::Access};

fn route(text: &str) -> RoutePattern {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn a_pattern_is_a_method_and_a_path() {
    let longest = format!("GET /{}", "x".repeat(251));
    for text in [
        "GET /",
        "ANY /*",
        "GET /$connect",
        "POST /orders/{id}/items",
        "DELETE /a/{rest+}",
        "HEAD /{a}/{a}",
        "OPTIONS /{proxy+}",
        "PUT /-._~!$&'()+,;=",
        "PATCH /{a.b_c:d-9}",
        "GET /...",
        longest.as_str(),
    ] {
        assert_eq!(route(text).to_string(), text);
    }
    for (text, error) in [
        ("", RoutePatternError::Form),
        ("GET", RoutePatternError::Form),
        ("GET/orders", RoutePatternError::Form),
        ("get /orders", RoutePatternError::Method),
        (" /orders", RoutePatternError::Method),
        ("* /orders", RoutePatternError::Method),
        ("TRACE /orders", RoutePatternError::Method),
        ("GET orders", RoutePatternError::Relative),
        ("GET  /orders", RoutePatternError::Relative),
        ("GET $default", RoutePatternError::Relative),
        ("GET //", RoutePatternError::EmptySegment),
        ("GET //orders", RoutePatternError::EmptySegment),
        ("GET /orders/", RoutePatternError::EmptySegment),
        ("GET /*/", RoutePatternError::EmptySegment),
        ("GET /.", RoutePatternError::Dots),
        ("GET /a/../b", RoutePatternError::Dots),
        ("GET /*/a", RoutePatternError::NotLast),
        ("GET /{x+}/{y}", RoutePatternError::NotLast),
        ("GET /*/*", RoutePatternError::NotLast),
        ("GET /{}", RoutePatternError::Placeholder),
        ("GET /{+}", RoutePatternError::Placeholder),
        ("GET /{a+b}", RoutePatternError::Placeholder),
        ("GET /{x}y", RoutePatternError::Placeholder),
        ("GET /x{y}", RoutePatternError::Placeholder),
        ("GET /{x", RoutePatternError::Placeholder),
        ("GET /x}", RoutePatternError::Placeholder),
        ("GET /{{x}}", RoutePatternError::Placeholder),
        ("GET /a*", RoutePatternError::Alphabet),
        ("GET /**", RoutePatternError::Alphabet),
        ("GET /a?", RoutePatternError::Alphabet),
        ("GET /%61", RoutePatternError::Alphabet),
        ("GET /a b", RoutePatternError::Alphabet),
        ("GET /a#b", RoutePatternError::Alphabet),
        ("GET /é", RoutePatternError::Alphabet),
        (&format!("{longest}x"), RoutePatternError::TooLong),
    ] {
        assert_eq!(text.parse::<RoutePattern>(), Err(error), "{text:?}");
    }
}

#[test]
fn a_pattern_tells_its_parts() {
    let pattern = route("ANY /orders/{id}/*");
    assert_eq!(pattern.method(), None);
    assert_eq!(pattern.segments(), [Segment::Literal("orders".to_owned()), Segment::Any]);
    assert!(pattern.is_greedy());
    assert_eq!(route("GET /").method(), Some("GET"));
    assert_eq!(route("GET /").segments(), []);
    assert_eq!(RoutePatternError::Form.to_string().matches("GET /orders/{id}").count(), 1);
}

#[test]
fn a_placeholder_stands_for_one_segment_and_a_last_star_for_the_rest() {
    for (pattern, method, path) in [
        ("GET /", "GET", "/"),
        ("GET /orders/{id}", "GET", "/orders/1"),
        ("GET /orders/{id}", "GET", "/orders/{id}"),
        ("GET /orders/{id}", "GET", "/orders/a%2Fb"),
        ("GET /orders/{id}", "GET", "/orders/.."),
        ("GET /orders/*", "GET", "/orders/1"),
        ("GET /orders/{x+}", "GET", "/orders/1/2/3"),
        ("ANY /*", "TRACE", "/a"),
        ("GET /$connect", "GET", "/$connect"),
    ] {
        assert!(route(pattern).matches(method, path), "{pattern} {method} {path}");
    }
    for (pattern, method, path) in [
        ("GET /", "GET", ""),
        ("GET /", "GET", "//"),
        ("GET /orders", "GET", "orders"),
        ("GET /orders", "GET", "/orders/"),
        ("GET /orders", "GET", "//orders"),
        ("GET /orders", "GET", "/Orders"),
        ("GET /orders", "get", "/orders"),
        ("GET /orders", "HEAD", "/orders"),
        ("GET /orders/{id}", "GET", "/orders"),
        ("GET /orders/{id}", "GET", "/orders/"),
        ("GET /orders/{id}", "GET", "/orders/1/"),
        ("GET /orders/{id}", "GET", "/orders/1/2"),
        ("GET /orders/*", "GET", "/orders"),
        ("GET /orders/*", "GET", "/orders/"),
        ("GET /orders/*", "GET", "/orders//1"),
        ("GET /orders/*", "GET", "/orders/1/"),
        ("GET /orders/*", "GET", "/orders/1//2"),
        ("ANY /*", "GET", "/"),
        ("ANY /*", "", "/a"),
        ("ANY /*", "GET", ""),
    ] {
        assert!(!route(pattern).matches(method, path), "{pattern} {method} {path}");
    }
}

#[test]
fn a_long_path_is_matched_in_one_pass() {
    let pattern = route(&format!("GET {}/*", "/{x}".repeat(60)));
    assert!(pattern.matches("GET", &"/a".repeat(1_000_000)));
    assert!(!pattern.matches("GET", &"/".repeat(1_000_000)));
}

#[test]
fn the_admin_routes_are_patterns_that_say_the_same() {
    for own in &admin::ROUTES {
        let pattern = RoutePattern::from(own);
        assert_eq!(pattern, route(&own.to_string()));
        assert!(pattern.matches(own.method, own.path));
    }
    let root = Route { method: "GET", path: "/", access: Access::Open };
    assert_eq!(RoutePattern::from(&root), route("GET /"));
}

#[test]
fn serde_reads_only_what_the_parser_does() {
    assert_eq!(serde_json::to_string(&route("GET /{x}")).unwrap(), r#""GET /{x}""#);
    assert_eq!(serde_json::from_str::<RoutePattern>(r#""GET /{x}""#).unwrap(), route("GET /{x}"));
    for json in [r#""GET""#, "1", "null", "{}"] {
        assert!(serde_json::from_str::<RoutePattern>(json).is_err(), "{json}");
    }
}

/// The oracle's matcher: by trying how many segments a wildcard for the rest takes.
fn takes(pattern: &[&str], path: &[&str]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ["*"] => {
            (1..=path.len()).any(|most| takes(&[], &path[most..]) && path[..most].iter().all(|one| !one.is_empty()))
        }
        ["{x}", rest @ ..] => path.first().is_some_and(|one| !one.is_empty()) && takes(rest, &path[1..]),
        [text, rest @ ..] => path.first() == Some(text) && takes(rest, &path[1..]),
    }
}

fn parts(path: &str) -> Vec<&str> {
    if path == "/" { vec![] } else { path.split('/').skip(1).collect() }
}

fn is_one(pattern: &str, request: &(&str, String)) -> bool {
    let (method, path) = pattern.split_once(' ').unwrap();
    (method == "ANY" || method == request.0) && request.1.starts_with('/') && takes(&parts(path), &parts(&request.1))
}

/// Every request of at most four segments over an alphabet that has one name more than the patterns.
fn requests() -> Vec<(&'static str, String)> {
    let mut paths = vec!["/".to_owned()];
    let mut longest = vec![String::new()];
    for _ in 0..4 {
        longest = longest.iter().flat_map(|start| ["a", "b", "z"].map(|end| format!("{start}/{end}"))).collect();
        paths.extend(longest.clone());
    }
    paths.into_iter().flat_map(|path| ["GET", "POST", "PUT"].map(|method| (method, path.clone()))).collect()
}

fn pattern() -> impl Strategy<Value = String> {
    let method = select(vec!["GET", "POST", "ANY"]);
    let segments = vec(select(vec!["a", "b", "{x}"]), 0..=3);
    (method, segments, any::<bool>()).prop_map(|(method, mut segments, is_greedy)| {
        segments.truncate(if is_greedy { 2 } else { 3 });
        segments.extend(is_greedy.then_some("*"));
        format!("{method} /{}", segments.join("/"))
    })
}

proptest! {
    #[test]
    fn matching_is_what_the_oracle_does(
        pattern in pattern(),
        method in select(vec!["GET", "POST", "PUT"]),
        path in "/?([abz]?/){0,4}[abz]?",
    ) {
        let request = (method, path.clone());
        prop_assert_eq!(route(&pattern).matches(method, &path), is_one(&pattern, &request));
    }

    #[test]
    fn covering_is_inclusion_of_requests(held in pattern(), asked in pattern()) {
        let included = requests().iter().filter(|one| is_one(&asked, one)).all(|one| is_one(&held, one));
        prop_assert_eq!(route(&held).covers(&route(&asked)), included);
    }

    #[test]
    fn overlapping_is_a_request_in_common(one in pattern(), other in pattern()) {
        let common = requests().iter().any(|request| is_one(&one, request) && is_one(&other, request));
        prop_assert_eq!(route(&one).overlaps(&route(&other)), common);
        prop_assert_eq!(route(&other).overlaps(&route(&one)), common);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(GET|ANY|x)? ?[a*{}+/.%é-]{0,20}|\\PC{0,300}") {
        if let Ok(pattern) = text.parse::<RoutePattern>() {
            prop_assert_eq!(pattern.as_str(), &text);
            prop_assert!(pattern.covers(&pattern) && pattern.overlaps(&pattern));
            let (method, path) = text.split_once(' ').unwrap();
            // API Gateway's own name of a route is a path of it.
            prop_assert!(pattern.matches(method, path));
        }
    }
}
