//! What a token opens: never more than its key, and no longer than the text that signed it.

use proptest::{collection::vec, option, prelude::*, sample::select};

use super::*;
use crate::{
    address::Cidrs,
    credential::{Rotation, Texts},
    expiry::Expiry,
    grant::ApiSet,
    imprint::Imprint,
    record::tests::{example, revocation},
    scope::Provider,
    token::{Lifetime, Narrowing, PlainToken},
};

const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
const NOW: &str = "2026-11-21T08:30:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn later(seconds: u64) -> Timestamp {
    now().plus_seconds(seconds).unwrap()
}

/// A token of an hour.
fn token(text: &str, narrowing: &Narrowing) -> String {
    let claims = Claims::new(narrowing.clone(), Lifetime::default(), now(), []).unwrap();
    PlainToken::mint("ExampleKey000001".parse().unwrap(), text, &claims).unwrap().reveal().to_owned()
}

fn sets() -> ApiSets {
    let set = |name: &str, routes: &[&str]| ApiSet {
        name: name.parse().unwrap(),
        description: None,
        routes: routes.iter().map(|route| route.parse().unwrap()).collect(),
        client_types: Vec::new(),
        key_required: true,
    };
    let partners =
        ApiSet { client_types: vec!["partner".parse().unwrap()], ..set("partners", &["GET /partners", "GET /orders"]) };
    let open = ApiSet { key_required: false, ..set("open", &["GET /status"]) };
    vec![set("orders", &["GET /orders", "POST /orders/{id}"]), set("reports", &["ANY /reports/*"]), partners, open]
        .into()
}

/// What a text opens of a key, and what is left of the key for it.
fn held(text: &str, credential: &Credential, request: &Request<'_>, at: Timestamp) -> (Code, KeyRecord) {
    let presented = Presented::parse(text).unwrap();
    let bearer = Bearer::new(&presented, credential, credential.recognise(&presented));
    let code = decide(Some(&bearer), request, &sets(), at);
    (code, bearer.into_narrowed().unwrap_or_else(|| credential.record.clone()))
}

fn request<'r>(method: &'r str, path: &'r str) -> Request<'r> {
    Request {
        place: Deployment::new(Provider::Aws, "us-east-1").unwrap(),
        source: None,
        called: Some(Called { method, path, route: "", is_own: false }),
        permissions: &[],
    }
}

fn key(change: impl Fn(&mut KeyRecord)) -> Credential {
    let mut record = example();
    record.terms.apis = "*".parse().unwrap();
    change(&mut record);
    Credential { record, texts: Texts::only(Imprint::of(TEXT)) }
}

fn opens(credential: &Credential, narrowing: &Narrowing, at: Timestamp) -> Code {
    held(&token(TEXT, narrowing), credential, &request("GET", "/orders"), at).0
}

#[test]
fn a_token_opens_what_its_key_opens_until_it_ends() {
    let (key, plain) = (key(|_| {}), Narrowing::default());
    assert_eq!(opens(&key, &plain, now()), Code::Valid);
    assert_eq!(opens(&key, &plain, later(3629)), Code::Valid, "half a minute for the clocks");
    assert_eq!(opens(&key, &plain, later(3630)), Code::Expired);
}

#[test]
fn a_token_dies_with_its_key() {
    let plain = Narrowing::default();
    let revoked = key(|record| record.revocation = Some(revocation()));
    let disabled = key(|record| record.terms.enabled = false);
    let expired = key(|record| record.terms.expiry = Expiry::At(now()));
    let elsewhere = key(|record| record.scope = crate::scope::Scope::parse("gcp", "*").unwrap());
    assert_eq!(opens(&revoked, &plain, now()), Code::Revoked);
    assert_eq!(opens(&disabled, &plain, now()), Code::Disabled);
    assert_eq!(opens(&expired, &plain, now()), Code::Expired);
    assert_eq!(opens(&elsewhere, &plain, now()), Code::ScopeMismatch);
}

#[test]
fn a_token_dies_with_the_text_that_signed_it() {
    let plain = Narrowing::default();
    let mut rotated = key(|record| {
        record.rotation = Rotation { previous_until: Some(later(60)), pending_since: None };
    });
    rotated.texts = Texts { previous: Some(Imprint::of(TEXT)), ..Texts::only(Imprint::of("the new text of it")) };
    assert_eq!(opens(&rotated, &plain, later(59)), Code::Valid);
    assert_eq!(opens(&rotated, &plain, later(60)), Code::NotFound);
    let pending = Texts { pending: Some(Imprint::of(TEXT)), ..Texts::only(Imprint::of("the old text of it")) };
    assert_eq!(opens(&Credential { texts: pending, ..rotated.clone() }, &plain, now()), Code::Valid);
    let other = Texts::only(Imprint::of("another text of it"));
    assert_eq!(opens(&Credential { texts: other, ..rotated }, &plain, now()), Code::NotFound);
}

#[test]
fn a_text_without_a_public_key_has_no_tokens() {
    let mut brought = key(|_| {});
    brought.texts = Texts::only(Imprint::of_hash(Imprint::of(TEXT).hash));
    assert_eq!(opens(&brought, &Narrowing::default(), now()), Code::NotFound);
    assert_eq!(held(TEXT, &brought, &request("GET", "/orders"), now()).0, Code::Valid, "the key itself works");
}

#[test]
fn a_token_narrows_a_super_users_key_to_what_it_names() {
    let boss = key(|record| (record.key_type, record.terms.apis) = (KeyType::SuperUser, "".parse().unwrap()));
    let narrow = |permissions: Option<&str>, apis: Option<&str>| Narrowing {
        permissions: permissions.map(|list| list.parse().unwrap()),
        apis: apis.map(|list| list.parse().unwrap()),
        allowed_cidrs: None,
    };
    let code = |narrowing: &Narrowing, method: &str, path: &str| {
        held(&token(TEXT, narrowing), &boss, &request(method, path), now()).0
    };
    assert_eq!(code(&narrow(None, None), "POST", "/keys"), Code::Valid);
    assert_eq!(code(&narrow(None, Some("orders")), "POST", "/keys"), Code::RouteDenied);
    assert_eq!(code(&narrow(None, Some("orders")), "GET", "/orders"), Code::Valid);
    assert_eq!(code(&narrow(None, Some("orders")), "GET", "/reports/a"), Code::RouteDenied);
    assert_eq!(code(&narrow(None, Some("")), "GET", "/orders"), Code::RouteDenied);
    assert_eq!(code(&narrow(Some("keys:list"), None), "GET", "/keys"), Code::Valid);
    assert_eq!(code(&narrow(Some("keys:list"), None), "POST", "/keys"), Code::InsufficientPermissions);
    assert_eq!(code(&narrow(Some(""), None), "GET", "/orders"), Code::Valid, "a route takes no permission");
    let (_, left) = held(&token(TEXT, &narrow(Some("keys:list"), None)), &boss, &request("GET", "/keys"), now());
    assert_eq!(left.key_type, KeyType::FineGrained);
    let (_, left) = held(&token(TEXT, &narrow(None, None)), &boss, &request("GET", "/keys"), now());
    assert_eq!(left.key_type, KeyType::SuperUser);
}

#[test]
fn what_a_stranger_claims_is_not_worked_on() {
    let key = key(|record| record.terms.permissions = "a/*:*".parse().unwrap());
    let narrowing = Narrowing { permissions: Some("*/b:*".parse().unwrap()), ..Narrowing::default() };
    let left = |text: &str| held(&token(text, &narrowing), &key, &request("GET", "/orders"), now());
    assert_eq!(left("the text of somebody else"), (Code::NotFound, key.record.clone()));
    assert_eq!(left(TEXT).1.terms.permissions, "a/b:*".parse().unwrap());
}

#[test]
fn a_token_is_used_from_where_both_it_and_its_key_may_be() {
    let key = key(|record| record.terms.allowed_cidrs = "10.0.0.0/8".parse().unwrap());
    let code = |cidrs: &str, source: Option<&str>| {
        let narrowing = Narrowing { allowed_cidrs: Some(cidrs.parse().unwrap()), ..Narrowing::default() };
        let request = Request { source: source.map(|ip| ip.parse().unwrap()), ..request("GET", "/orders") };
        held(&token(TEXT, &narrowing), &key, &request, now()).0
    };
    assert_eq!(code("10.1.0.0/16", Some("10.1.2.3")), Code::Valid);
    assert_eq!(code("10.1.0.0/16", Some("10.2.2.3")), Code::IpDenied);
    assert_eq!(code("0.0.0.0/0", Some("10.2.2.3")), Code::Valid);
    assert_eq!(code("0.0.0.0/0", Some("11.2.2.3")), Code::IpDenied, "the key may not");
    for source in ["10.2.2.3", "192.168.0.1", "11.2.2.3"] {
        assert_eq!(code("192.168.0.0/16", Some(source)), Code::IpDenied, "nothing in common: {source}");
    }
    assert_eq!(code("10.1.0.0/16", None), Code::IpDenied);
}

const PERMISSIONS: [&str; 9] =
    ["*:*", "keys:list", "keys:*", "*:read", "cache/*:read", "cache/a:*", "cache/a/b:read", "*/b:read", "a:b"];
const APIS: [&str; 6] = ["*", "latchkey", "orders", "reports", "partners", "missing"];
const CIDRS: [&str; 6] = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/24", "0.0.0.0/0", "::/0"];
const CALLS: [(&str, &str); 9] = [
    ("GET", "/orders"),
    ("POST", "/orders/7"),
    ("PUT", "/reports/a/b"),
    ("GET", "/partners"),
    ("GET", "/status"),
    ("GET", "/nowhere"),
    ("GET", "/keys"),
    ("POST", "/keys"),
    ("PUT", "/apis/x"),
];
const ASKED: [&str; 6] = ["keys:list", "cache/a:read", "cache/a/b:read", "cache/b:write", "x/b:read", "a:b"];

/// The list of these entries, as text.
fn some(entries: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(entries), 0..4).prop_map(|mut entries| {
        entries.sort_unstable();
        entries.dedup();
        entries.join(" ")
    })
}

fn narrowings() -> impl Strategy<Value = Narrowing> {
    let cidrs = some(&CIDRS).prop_map(|list| Some(list.parse::<Cidrs>().unwrap()).filter(|cidrs| !cidrs.is_empty()));
    (option::of(some(&PERMISSIONS)), option::of(some(&APIS)), cidrs).prop_map(|(permissions, apis, allowed_cidrs)| {
        Narrowing {
            permissions: permissions.map(|list| list.parse().unwrap()),
            apis: apis.map(|list| list.parse().unwrap()),
            allowed_cidrs,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_token_never_widens_a_right(
        (permissions, apis, cidrs) in (some(&PERMISSIONS), some(&APIS), some(&CIDRS)),
        (is_boss, client_type) in (any::<bool>(), option::of(select(&["partner", "mobile"][..]))),
        narrowing in narrowings(),
        (method, path) in select(&CALLS[..]),
        source in option::of(select(&["10.1.2.3", "10.9.9.9", "192.0.2.7", "198.51.100.1", "2001:db8::1"][..])),
        asked in vec(select(&ASKED[..]), 0..3),
        seconds in 0..4000_u64,
    ) {
        let key = key(|record| {
            record.key_type = if is_boss { KeyType::SuperUser } else { KeyType::FineGrained };
            record.terms.permissions = permissions.parse().unwrap();
            record.terms.apis = apis.parse().unwrap();
            record.terms.allowed_cidrs = cidrs.parse().unwrap();
            record.terms.client_type = client_type.map(|name| name.parse().unwrap());
        });
        let asked: Vec<Permission> = asked.iter().map(|permission| permission.parse().unwrap()).collect();
        let source = source.map(|ip| ip.parse().unwrap());
        let request = Request { source, permissions: &asked, ..request(method, path) };
        let at = later(seconds);
        let (by_key, _) = held(TEXT, &key, &request, at);
        let (by_token, left) = held(&token(TEXT, &narrowing), &key, &request, at);

        // Whatever the token opens, its key opens too.
        prop_assert!(by_token != Code::Valid || by_key == Code::Valid, "{:?}", narrowing);
        // What is left of the key lies within it, and within what the token names. Networks that are apart leave the key's,
        // and let nobody in.
        prop_assert!(left.grants().are_within(&key.record.grants()) || is_boss);
        if let Some(named) = &narrowing.permissions {
            prop_assert_eq!(left.terms.permissions.excess_over(named).count(), 0);
            prop_assert_eq!(left.key_type, KeyType::FineGrained);
        }
        if let Some(named) = &narrowing.apis {
            prop_assert_eq!(left.terms.apis.excess_over(named).count(), 0);
            prop_assert_eq!(left.key_type, KeyType::FineGrained);
        }
        if let (Some(named), Code::Valid) = (&narrowing.allowed_cidrs, by_token) {
            prop_assert!(left.terms.allowed_cidrs.excess_over(named).is_empty());
        }
        // And it is no narrower than it must be: without the token's own limits, it opens what the key does.
        if narrowing == Narrowing::default() && seconds < 3600 {
            prop_assert_eq!(by_token, by_key);
        }
        // What both allow, the token allows.
        let both = |asked: &Permission| {
            (is_boss || key.record.terms.permissions.covers(asked))
                && narrowing.permissions.as_ref().is_none_or(|named| named.covers(asked))
        };
        if left.key_type == KeyType::FineGrained {
            for asked in ASKED.iter().map(|permission| permission.parse().unwrap()) {
                prop_assert_eq!(left.terms.permissions.covers(&asked), both(&asked), "{}", asked);
            }
        }
    }
}
