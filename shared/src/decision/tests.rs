use super::*;
use crate::{
    credential::Texts,
    expiry::Expiry,
    grant::ApiSet,
    imprint::Imprint,
    record::tests::{example, revocation},
    scope::{Provider, Scope},
};

const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
const NOW: &str = "2026-11-21T08:30:00Z";

/// An API set of the routes, for everybody who names it.
fn set(name: &str, routes: &[&str]) -> ApiSet {
    ApiSet {
        name: name.parse().unwrap(),
        description: None,
        routes: routes.iter().map(|route| route.parse().unwrap()).collect(),
        client_types: Vec::new(),
        key_required: true,
    }
}

fn sets() -> ApiSets {
    let open = ApiSet { key_required: false, ..set("open", &["GET /status", "ANY /keys", "GET /pub/*"]) };
    let partners = ApiSet { client_types: vec!["partner".parse().unwrap()], ..set("partners", &["GET /partners"]) };
    let orders = set("orders", &["GET /orders", "POST /orders/{id}/items", "ANY /reports/*", "GET /keys/{id}/more"]);
    vec![orders, partners, open].into()
}

fn with_apis(apis: &str) -> KeyRecord {
    KeyRecord { terms: Terms { apis: apis.parse().unwrap(), ..example().terms }, ..example() }
}

fn request<'r>(method: &'r str, path: &'r str) -> Request<'r> {
    Request {
        place: Deployment::new(Provider::Aws, "us-east-1").unwrap(),
        source: None,
        called: Some(Called { method, path, route: "", is_own: false }),
        permissions: &[],
    }
}

fn decided(record: &KeyRecord, request: &Request<'_>) -> Code {
    let stored = Credential { record: record.clone(), texts: Texts::only(Imprint::of(TEXT)) };
    opened(TEXT, &stored, request)
}

/// What a text opens of the key that it leads to.
fn opened(text: &str, stored: &Credential, request: &Request<'_>) -> Code {
    let presented = Presented::parse(text).unwrap();
    let bearer = Bearer::new(&presented, stored, stored.recognise(&presented));
    decide(Some(&bearer), request, &sets(), NOW.parse().unwrap())
}

fn code(record: &KeyRecord, method: &str, path: &str) -> Code {
    decided(record, &request(method, path))
}

/// What makes a key fail one check more.
type Failure = fn(&mut KeyRecord);

#[test]
fn a_key_that_fails_several_checks_gets_the_first_code() {
    let asked = ["cache:read".parse().unwrap()];
    // Each row adds one more failure in front of those above it.
    let rows: [(Code, Failure); 7] = [
        (Code::InsufficientPermissions, |_| {}),
        (Code::RouteDenied, |record| record.terms.apis = "orders".parse().unwrap()),
        (Code::IpDenied, |record| record.terms.allowed_cidrs = "10.0.0.0/8".parse().unwrap()),
        (Code::ScopeMismatch, |record| record.scope = Scope::parse("gcp", "*").unwrap()),
        (Code::Expired, |record| record.terms.expiry = Expiry::At(NOW.parse().unwrap())),
        (Code::Disabled, |record| record.terms.enabled = false),
        (Code::Revoked, |record| record.revocation = Some(revocation())),
    ];
    let request = Request { permissions: &asked, ..request("GET", "/nowhere") };
    let mut record = with_apis("*");
    for (expected, fail) in rows {
        fail(&mut record);
        assert_eq!(decided(&record, &request), expected);
    }
    let other = Credential { record, texts: Texts::only(Imprint::of("another text")) };
    assert_eq!(opened(TEXT, &other, &request), Code::NotFound);
    assert_eq!(decide(None, &request, &sets(), NOW.parse().unwrap()), Code::NotFound);
}

#[test]
fn what_is_not_asked_is_not_checked() {
    let nothing = Request { called: None, ..request("", "") };
    assert_eq!(decided(&example(), &nothing), Code::Valid);
}

#[test]
fn each_of_a_keys_texts_opens_while_it_works() {
    let (own, other) = (Imprint::of(TEXT), Imprint::of("another text"));
    let opens = |texts, previous_until: Option<&str>, end: Option<&str>| {
        let at = |text: &str| text.parse().unwrap();
        let mut record = with_apis("*");
        record.rotation.previous_until = previous_until.map(at);
        record.terms.expiry = end.map(at).into();
        opened(TEXT, &Credential { record, texts }, &request("GET", "/orders"))
    };
    let previous = Texts { previous: Some(own), ..Texts::only(other) };
    let pending = Texts { pending: Some(own), ..Texts::only(other) };
    assert_eq!(opens(pending, None, None), Code::Valid);
    assert_eq!(opens(previous, Some("2026-11-21T08:30:01Z"), None), Code::Valid);
    assert_eq!(opens(previous, Some(NOW), None), Code::NotFound, "at the exact second");
    assert_eq!(opens(previous, None, None), Code::NotFound);
    assert_eq!(opens(previous, Some("2030-01-01T00:00:00Z"), Some(NOW)), Code::NotFound, "never past the key's end");
    assert_eq!(opens(Texts::only(other), Some("2030-01-01T00:00:00Z"), None), Code::NotFound);
}

#[test]
fn the_routes_that_a_call_does_not_go_through_have_no_say_in_it() {
    let paths =
        ["/orders", "/orders/", "/x/../orders", "/orders/7/items", "/reports/a", "/partners", "/status", "/keys"];
    for (apis, permissions) in [("orders", ""), ("partners orders", ""), ("latchkey", "keys:*"), ("*", ""), ("", "")] {
        let mut record = with_apis(apis);
        record.terms.permissions = permissions.parse().unwrap();
        for (method, path) in ["GET", "POST"].into_iter().flat_map(|method| paths.map(|path| (method, path))) {
            let called = Called { method, path, route: "", is_own: false };
            let (all, few) = (sets(), sets().on_the_way(method, path));
            assert!(few.iter().flat_map(|set| &set.routes).count() < all.iter().flat_map(|set| &set.routes).count());
            assert_eq!(reach(&record, called, &few), reach(&record, called, &all), "{apis} {method} {path}");
        }
    }
}

#[test]
fn absence_never_grants() {
    for (method, path) in
        [("GET", "/orders"), ("GET", "/"), ("GET", "/keys"), ("GET", "/catalogue"), ("GET", "/nowhere")]
    {
        assert_eq!(code(&example(), method, path), Code::RouteDenied, "{method} {path}");
    }
    assert_eq!(code(&with_apis("missing"), "GET", "/orders"), Code::RouteDenied);
}

#[test]
fn a_set_opens_its_own_routes_alone() {
    let record = with_apis("orders");
    for (method, path) in [("GET", "/orders"), ("POST", "/orders/7/items"), ("PUT", "/reports/a/b")] {
        assert_eq!(code(&record, method, path), Code::Valid, "{method} {path}");
    }
    for (method, path) in [
        ("POST", "/orders"),
        ("GET", "/orders/"),
        ("GET", "/orders/7/items"),
        ("POST", "/orders/7/8/items"),
        ("GET", "/reports"),
        ("GET", "/partners"),
        ("get", "/orders"),
    ] {
        assert_eq!(code(&record, method, path), Code::RouteDenied, "{method} {path}");
    }
}

#[test]
fn a_set_for_certain_clients_opens_to_them_alone() {
    let mut record = with_apis("partners");
    assert_eq!(code(&record, "GET", "/partners"), Code::RouteDenied);
    record.terms.client_type = Some("mobile".parse().unwrap());
    assert_eq!(code(&record, "GET", "/partners"), Code::RouteDenied);
    record.terms.client_type = Some("partner".parse().unwrap());
    assert_eq!(code(&record, "GET", "/partners"), Code::Valid);
}

#[test]
fn an_open_route_is_open_to_every_key_and_to_none() {
    assert_eq!(code(&example(), "GET", "/status"), Code::Valid);
    let called = |method, path| Called { method, path, route: "", is_own: false };
    assert!(open_route(called("GET", "/status"), &sets()).is_some());
    assert!(open_route(called("GET", "/pub/a"), &sets()).is_some());
    for path in ["/orders", "/keys", "//keys", "/pub/../orders", "/pub/%2e%2e/orders", "/pub/..%2forders"] {
        assert!(open_route(called("GET", path), &sets()).is_none(), "{path}");
    }
    let named = Called { route: "/keys", ..called("GET", "/pub/a") };
    assert!(open_route(named, &sets()).is_none(), "API Gateway's name of the route counts as much as the path");
}

#[test]
fn every_spelling_of_a_path_must_be_reached() {
    let record = with_apis("orders");
    for path in ["/reports/../orders", "/reports/a/../../secret", "/reports/%2e%2e/secret", "/reports/..%2fsecret"] {
        let expected = if path == "/reports/../orders" { Code::Valid } else { Code::RouteDenied };
        assert_eq!(code(&record, "GET", path), expected, "{path}");
    }
    assert_eq!(code(&record, "POST", "/orders/a%2Fb/items"), Code::RouteDenied);
    assert_eq!(code(&record, "POST", "/orders/a%20b/items"), Code::Valid);
}

#[test]
fn an_admin_path_is_one_in_every_spelling_and_in_every_set() {
    for record in [with_apis("*"), with_apis("open orders *")] {
        for path in
            ["/keys", "/keys/", "//keys", "/./keys", "/a/../keys", "/%6beys", "/keys%2F", "/a%2f..%2Fkeys", "/../keys"]
        {
            assert_eq!(code(&record, "GET", path), Code::RouteDenied, "{path}");
        }
        for path in ["/a/keys/..", "/keys/a/b", "/%256beys", "/key%73s", "/", "/keysabc", "/keys/7/more"] {
            assert_eq!(code(&record, "GET", path), Code::Valid, "{path}");
        }
    }
}

#[test]
fn an_admin_route_needs_the_built_in_set_and_the_right() {
    for route in admin::protected() {
        let right = route.right().unwrap();
        let mut record = with_apis("latchkey");
        assert_eq!(code(&record, route.method, route.path), Code::InsufficientPermissions, "{route}");
        record.terms.permissions = right.as_str().parse().unwrap();
        assert_eq!(code(&record, route.method, route.path), Code::Valid, "{route}");
        record.terms.apis = "*".parse().unwrap();
        assert_eq!(code(&record, route.method, route.path), Code::RouteDenied, "{route}");
    }
    // A path that two admin routes claim, in two spellings, asks for both rights.
    let mut record = with_apis("latchkey");
    record.terms.permissions = "keys:list".parse().unwrap();
    assert_eq!(code(&record, "GET", "/keys/a%2Faudit"), Code::InsufficientPermissions);
    record.terms.permissions = "keys:list audit:read".parse().unwrap();
    assert_eq!(code(&record, "GET", "/keys/a%2Faudit"), Code::Valid);
    // The spelling that is not one of the admin API takes a grant of its own.
    for path in ["///keys", "/%6beys", "/secret/../keys", "/secret/..%2Fkeys", "/keys/", "/keys/.."] {
        assert_eq!(code(&record, "GET", path), Code::RouteDenied, "{path}");
    }
    record.terms.apis = "latchkey *".parse().unwrap();
    assert_eq!(code(&record, "GET", "/secret/../keys"), Code::Valid);
}

#[test]
fn a_route_for_any_key_is_one_in_latchkeys_own_api_alone() {
    let own = |path| Called { method: "GET", path, route: "", is_own: true };
    let call = |called| decided(&example(), &Request { called: Some(called), ..request("", "") });
    assert_eq!(call(own("/catalogue")), Code::Valid);
    assert_eq!(call(Called { is_own: false, ..own("/catalogue") }), Code::RouteDenied);
    assert_eq!(call(own("/catalogue/../orders")), Code::RouteDenied);
}

#[test]
fn a_super_user_reaches_every_route_and_may_do_everything() {
    let record = KeyRecord { key_type: KeyType::SuperUser, ..example() };
    for route in &admin::ROUTES {
        assert_eq!(code(&record, route.method, route.path), Code::Valid, "{route}");
    }
    let asked = ["anything:at-all".parse().unwrap()];
    assert_eq!(decided(&record, &Request { permissions: &asked, ..request("GET", "/nowhere") }), Code::Valid);
}

#[test]
fn a_key_with_addresses_is_for_those_alone() {
    let mut record = with_apis("*");
    record.terms.allowed_cidrs = "10.0.0.0/8 2001:db8::/32".parse().unwrap();
    for (source, expected) in [
        (Some("10.1.2.3"), Code::Valid),
        (Some("::ffff:10.1.2.3"), Code::Valid),
        (Some("2001:db8::7"), Code::Valid),
        (Some("11.0.0.1"), Code::IpDenied),
        (Some("2001:db9::7"), Code::IpDenied),
        (None, Code::IpDenied),
    ] {
        let source = source.map(|source| source.parse().unwrap());
        assert_eq!(decided(&record, &Request { source, ..request("GET", "/") }), expected, "{source:?}");
    }
}

#[test]
fn the_name_that_api_gateway_gives_a_route_counts_as_much_as_its_path() {
    let called = Called { method: "DELETE", path: "/stage/keys/abc", route: "/keys/{id}", is_own: false };
    assert_eq!(decided(&with_apis("*"), &Request { called: Some(called), ..request("", "") }), Code::RouteDenied);
}

#[test]
fn only_what_concerns_the_key_itself_is_unauthenticated() {
    for (code, class) in [
        (Code::NoKey, Class::Unauthenticated),
        (Code::SeveralKeys, Class::Unauthenticated),
        (Code::Malformed, Class::Unauthenticated),
        (Code::NotFound, Class::Unauthenticated),
        (Code::Revoked, Class::Unauthenticated),
        (Code::Disabled, Class::Unauthenticated),
        (Code::Expired, Class::Unauthenticated),
        (Code::ScopeMismatch, Class::NotAllowed),
        (Code::IpDenied, Class::NotAllowed),
        (Code::RouteDenied, Class::NotAllowed),
        (Code::InsufficientPermissions, Class::NotAllowed),
        (Code::Valid, Class::Allowed),
    ] {
        assert_eq!(code.class(), class, "{code}");
    }
}
