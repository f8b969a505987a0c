use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const STAGE: &str = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod";

fn route(text: &str) -> RoutePattern {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn routes<T: AsRef<str>>(texts: &[T]) -> Vec<RoutePattern> {
    texts.iter().map(|text| route(text.as_ref())).collect()
}

/// The resources after the stage, without the two that every policy denies.
fn short(called: &str, others: &[&str], forbidden: &[&str]) -> (Vec<String>, Vec<String>) {
    let resources = covering(STAGE, &route(called), &routes(others), &routes(forbidden)).unwrap();
    let shorten = |list: Vec<String>| -> Vec<String> {
        list.iter()
            .map(|resource| resource.strip_prefix(STAGE).unwrap().strip_prefix('/').unwrap().to_owned())
            .collect()
    };
    let (allow, mut deny) = (shorten(resources.allow), shorten(resources.deny));
    assert_eq!(deny.drain(..2).collect::<Vec<_>>(), ["*//*", "*/*/"]);
    (allow, deny)
}

/// IAM's wildcards, by trying how much each takes.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|taken| is_like(rest, &text[taken..])),
        [b'?', rest @ ..] => !text.is_empty() && is_like(rest, &text[1..]),
        [byte, rest @ ..] => text.first() == Some(byte) && is_like(rest, &text[1..]),
    }
}

/// What API Gateway makes of a policy.
fn allows(resources: &Resources, method: &str, path: &str) -> bool {
    let arn = format!("{STAGE}/{method}{path}");
    let is_one = |resource: &String| is_like(resource.as_bytes(), arn.as_bytes());
    resources.allow.iter().any(is_one) && !resources.deny.iter().any(is_one)
}

#[test]
fn a_route_without_wildcards_is_its_own_resource() {
    assert_eq!(short("GET /orders", &[], &[]), (vec!["GET/orders".into()], vec![]));
    assert_eq!(short("GET /", &[], &[]), (vec!["GET/".into()], vec![]));
}

#[test]
fn each_placeholder_is_cut_short_where_it_reaches_too_far() {
    for (called, allow, deny) in [
        ("GET /orders/{id}", "GET/orders/*", "GET/orders/*/*"),
        ("GET /a/{x}/b/{y}", "GET/a/*/b/*", "GET/a/*/*/b/* GET/a/*/b/*/*"),
        ("GET /a/*", "GET/a/*", ""),
        ("GET /{x}/*", "GET/*/*", ""),
        ("GET /a/{x}/*", "GET/a/*/*", ""),
        ("GET /{x}/a/{y}/*", "GET/*/a/*/*", "GET/*/*/a/*/*"),
        ("ANY /*", "*/*", "*/"),
        ("GET /{x}", "GET/*", "GET/*/* GET/"),
        ("ANY /{x}/*", "*/*/*", ""),
    ] {
        let (allowed, denied) = short(called, &[], &[]);
        assert_eq!((allowed.join(" "), denied.join(" ")), (allow.to_owned(), deny.to_owned()), "{called}");
    }
}

#[test]
fn any_method_is_each_of_them() {
    let (allow, deny) = short("ANY /a/{x}", &[], &[]);
    assert_eq!(allow.join(" "), "GET/a/* HEAD/a/* POST/a/* PUT/a/* PATCH/a/* DELETE/a/* OPTIONS/a/*");
    assert_eq!(deny.len(), 7);
    assert_eq!(short("ANY /", &[], &[]).0[0], "GET/");
    let resources = covering(STAGE, &route("ANY /a"), [], []).unwrap();
    assert!(allows(&resources, "PATCH", "/a") && !allows(&resources, "GET", "/b/a"));
}

#[test]
fn a_route_at_odds_with_an_earlier_one_is_left_out() {
    let (allow, _) = short("GET /a/{x}", &["GET /a/{x}/b", "GET /a", "POST /a/{x}/b", "GET /c/*"], &[]);
    assert_eq!(allow, ["GET/a/*", "GET/a", "POST/a/*/b", "GET/c/*"]);
    // The other way round: the later one's Deny would take the request at hand.
    assert_eq!(short("GET /a/{x}/b", &["GET /a/{x}"], &[]).0, ["GET/a/*/b"]);
    assert_eq!(short("ANY /a", &["ANY /a/{x}"], &[]).0.len(), 14);
}

#[test]
fn the_path_without_segments_is_allowed_only_where_it_is_granted() {
    assert_eq!(short("ANY /*", &["GET /"], &[]).0, ["*/*", "GET/"]);
    assert_eq!(short("ANY /*", &["GET /"], &[]).1, ["HEAD/", "POST/", "PUT/", "PATCH/", "DELETE/", "OPTIONS/"]);
    assert_eq!(short("GET /*", &["GET /"], &[]), (vec!["GET/*".to_owned(), "GET/".to_owned()], vec![]));
    assert_eq!(short("GET /", &["ANY /*"], &["GET /{id}"]).0, ["GET/"]);
}

#[test]
fn a_route_that_another_covers_is_not_repeated() {
    assert_eq!(short("GET /*", &["GET /a", "GET /a/{x}/b", "GET /{x+}"], &[]).0, ["GET/*"]);
    assert_eq!(short("GET /a", &["GET /a", "GET /{x}"], &[]).0, ["GET/a", "GET/*"]);
}

#[test]
fn a_forbidden_route_is_denied_where_an_accepted_one_overlaps_it() {
    let forbidden = ["GET /keys", "GET /keys/{id}", "POST /keys"];
    assert_eq!(short("GET /*", &[], &forbidden).1, ["GET/", "GET/keys", "GET/keys/*"]);
    assert_eq!(short("GET /orders/*", &[], &forbidden).1, Vec::<String>::new());
    let resources = covering(STAGE, &route("ANY /*"), [], &routes(&forbidden)).unwrap();
    for path in ["/keys", "/keys/", "/keys/1", "/keys/1/"] {
        assert!(!allows(&resources, "GET", path), "{path}");
    }
    assert!(allows(&resources, "DELETE", "/keys/1") && allows(&resources, "GET", "/keysabc"));
}

#[test]
fn no_route_brings_a_forbidden_one_that_takes_from_the_called_one() {
    // `GET /*` would need `GET/keys/*` to be denied, and that is `GET/keys/1/audit` too.
    assert_eq!(short("GET /keys/{id}/audit", &["GET /*"], &["GET /keys/{id}"]).0, ["GET/keys/*/audit"]);
}

#[test]
fn what_does_not_fit_is_left_out_and_the_called_route_never() {
    let long = |letter: &str| format!("GET /{}", letter.repeat(250));
    let many: Vec<_> = (0..100).map(|index| format!("GET /{index:0>200}")).collect();
    let (called, others) = (route("POST /a"), routes(&many));
    let resources = covering(STAGE, &called, &others, []).unwrap();
    let json = serde_json::to_string(&[&resources.allow, &resources.deny]).unwrap();
    assert!(json.len() < 8 * 1024 - 400, "{}", json.len());
    assert!(resources.allow.len() > 25, "{}", resources.allow.len());

    let stage = format!("{STAGE}{}", "x".repeat(250));
    assert_eq!(covering(&stage, &route(&long("a")), [], []), None);
    assert_eq!(covering(&stage, &called, [&route(&long("a"))], []).unwrap().allow.len(), 1);
    // Where a forbidden route cannot be denied, nothing that overlaps it is allowed.
    let (any, forbidden) = (route("GET /*"), route(&long("a")));
    assert_eq!(covering(&stage, &any, [], [&forbidden]), None);
    assert_eq!(covering(&stage, &called, [&any], [&forbidden]).unwrap().allow.len(), 1);
}

fn pattern() -> impl Strategy<Value = String> {
    let method = select(vec!["GET", "POST", "ANY"]);
    let segments = vec(select(vec!["a", "b", "{x}"]), 0..=3);
    (method, segments, any::<bool>()).prop_map(|(method, mut segments, is_greedy)| {
        segments.extend(is_greedy.then_some("*"));
        format!("{method} /{}", segments.join("/"))
    })
}

fn admin_pattern() -> impl Strategy<Value = String> {
    let segments = vec(select(vec!["a", "b", "{x}"]), 0..=2);
    (select(vec!["GET", "POST"]), segments).prop_map(|(method, segments)| format!("{method} /{}", segments.join("/")))
}

/// A path, with empty segments now and then.
fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![8 => select(vec!["a", "b", "z"]), 1 => Just("")];
    vec(segment, 0..=6).prop_map(|segments| format!("/{}", segments.join("/")))
}

/// A request of `pattern`.
fn instance(pattern: &str, fill: &[&str], method: &str) -> (String, String) {
    let (own, path) = pattern.split_once(' ').unwrap();
    let mut fill = fill.iter();
    let segments: Vec<_> = path
        .split('/')
        .map(|segment| match segment {
            "*" => fill.by_ref().copied().collect::<Vec<_>>().join("/"),
            "{x}" => (*fill.next().unwrap()).to_owned(),
            literal => literal.to_owned(),
        })
        .collect();
    (if own == "ANY" { method } else { own }.to_owned(), segments.join("/"))
}

/// Whether IAM would take the request for one of `pattern` with the placeholder at `index` twice.
fn is_stretched(pattern: &str, index: usize, request: &(String, String)) -> bool {
    let (method, path) = pattern.split_once(' ').unwrap();
    let stretch = |(at, segment)| match segment {
        "{x}" if at == index => "*/*",
        "{x}" => "*",
        segment => segment,
    };
    let resource = path.split('/').enumerate().map(stretch).collect::<Vec<_>>().join("/");
    (method == "ANY" || method == request.0) && is_like(resource.as_bytes(), request.1.as_bytes())
}

/// Whether IAM cannot tell a request of `called` from one that is not its own, or is forbidden.
fn is_lost(called: &str, forbidden: &[String], request: &(String, String)) -> bool {
    let segments: Vec<_> = called.split('/').skip(1).collect();
    let last_literal = segments.iter().rposition(|segment| !["{x}", "*"].contains(segment)).unwrap_or(0);
    let is_greedy = segments.last() == Some(&"*");
    (is_greedy && (0..last_literal).any(|index| segments[index] == "{x}" && is_stretched(called, index + 1, request)))
        || forbidden
            .iter()
            .filter(|forbidden| route(forbidden).overlaps(&route(called)))
            .any(|forbidden| is_stretched(forbidden, usize::MAX, request))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn nothing_is_allowed_that_no_route_reaches_or_that_is_forbidden(
        called in pattern(),
        others in vec(pattern(), 0..5),
        forbidden in vec(admin_pattern(), 0..3),
        paths in vec(path(), 40),
    ) {
        let (called, others, forbidden) = (route(&called), routes(&others), routes(&forbidden));
        let resources = covering(STAGE, &called, &others, &forbidden).unwrap();
        for path in &paths {
            for method in ["GET", "POST", "PUT"] {
                if allows(&resources, method, path) {
                    let reached = others.iter().chain([&called]).any(|route| route.matches(method, path));
                    prop_assert!(reached, "{method} {path} {resources:?}");
                    prop_assert!(!forbidden.iter().any(|route| route.matches(method, path)), "{method} {path}");
                }
            }
        }
    }

    #[test]
    fn a_request_of_the_called_route_is_allowed_whatever_else_is_granted(
        called in pattern(),
        others in vec(pattern(), 0..5),
        forbidden in vec(admin_pattern(), 0..3),
        fill in vec(select(vec!["a", "b", "z"]), 4..7),
        method in select(vec!["GET", "POST", "PUT"]),
    ) {
        let request = instance(&called, &fill, method);
        prop_assert!(route(&called).matches(&request.0, &request.1));
        let resources = covering(STAGE, &route(&called), &routes(&others), &routes(&forbidden)).unwrap();
        let allowed = allows(&resources, &request.0, &request.1);
        prop_assert_eq!(allowed, !is_lost(&called, &forbidden, &request), "{:?} {:?}", request, resources);
    }

    #[test]
    fn an_accepted_route_loses_nothing_to_another(
        called in pattern(),
        other in pattern(),
        fill in vec(select(vec!["a", "b", "z"]), 4..7),
        method in select(vec!["GET", "POST", "PUT"]),
    ) {
        let (first, second) = (route(&called), route(&other));
        let resources = covering(STAGE, &first, [&second], []).unwrap();
        let alone = covering(STAGE, &second, [], []).unwrap();
        let called_alone = covering(STAGE, &first, [], []).unwrap();
        let is_accepted = resources.allow.len() == called_alone.allow.len() + alone.allow.len();
        let (method, path) = instance(&other, &fill, method);
        if is_accepted {
            prop_assert_eq!(allows(&resources, &method, &path), allows(&alone, &method, &path));
        }
    }

    #[test]
    fn two_patterns_meet_where_some_request_is_one_of_both(one in pattern(), other in pattern()) {
        let (one, other) = (route(&one), route(&other));
        prop_assert_eq!(meet(&requests(&one), &requests(&other)), one.overlaps(&other));
    }
}
