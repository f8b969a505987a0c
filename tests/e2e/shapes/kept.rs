//! Policies that API Gateway keeps and holds other requests against: they let no request through that the authorizer
//! would not.

use std::collections::BTreeMap;

use super::{
    door::{Door, Outcome, Shape},
    narrow::open,
    policy::Policy,
};

const KEYS: [&str; 6] = ["sets", "administrator", "nothing", "token for orders", "token for audits", "token for less"];
const WITH_POLICY: [Shape; 3] = [Shape::Http1, Shape::Rest, Shape::Token];
const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];
/// What paths are made of.
const SEGMENTS: [&str; 7] = ["orders", "items", "files", "reports", "keys", "1", ""];

/// Of `DELETE /{any}/log/{rest+}`, and of it again if the first placeholder were three segments. IAM cannot tell that from
/// a path that is not of the route, so it is denied.
const TWICE: &str = "/1/log/1/log/1";

/// Every path of one to three of the segments, and some of four and five.
fn paths() -> Vec<String> {
    let more =
        ["/", "/orders/1/items/2", "/1/log/1", "/1/log", TWICE, "/files/1/log/1", "/orders/1/x/items", "/public/1"];
    let admin =
        ["/audit", "/keys/1/audit", "/keys/1/audit/x", "/keys/1/restore", "/apis", "/apis/x", "/apps", "/verify"];
    let mut paths: Vec<_> = more.into_iter().chain(admin).map(str::to_owned).collect();
    let mut ends = vec![String::new()];
    for _ in 0..3 {
        ends = ends.iter().flat_map(|end| SEGMENTS.map(|segment| format!("{end}/{segment}"))).collect();
        paths.extend(ends.iter().cloned());
    }
    paths
}

/// What the authorizer says of each call, asked on its own; a simple answer is about that call alone.
async fn decided(door: &Door, key: &str) -> BTreeMap<(&'static str, String), bool> {
    let mut decided = BTreeMap::new();
    for path in paths() {
        for method in METHODS {
            let event = door.exchanged(&Shape::Http2.call(method, &path, "$default"), key);
            let is_allowed = matches!(door.ask(&event).await, Outcome::Allowed(_));
            decided.insert((method, path.clone()), is_allowed);
        }
    }
    decided
}

/// The policy that the authorizer gives for a call, whether it lets that call through or not.
async fn policy(door: &Door, shape: Shape, key: &str, (method, path): (&str, &str)) -> Policy {
    match door.ask(&door.exchanged(&shape.call(method, path, "/{proxy+}"), key)).await {
        Outcome::Allowed(allowed) => allowed.policy.unwrap(),
        Outcome::Denied(answer) => Policy::read(&answer["policyDocument"]),
        other => panic!("{shape:?} {key} {method} {path}: {other:?}"),
    }
}

#[tokio::test]
async fn a_kept_policy_lets_through_what_would_be_allowed_or_less() {
    for scope in ["key", "request"] {
        let door = open(&[("POLICY_SCOPE", scope)]).await;
        for key in KEYS {
            let decided = decided(&door, key).await;
            for called in [
                ("GET", "/orders"),
                ("GET", "/orders/1"),
                ("POST", "/orders/1/items"),
                ("GET", "/files/1/2"),
                ("DELETE", "/1/log/1"),
                ("GET", "/reports/1"),
                ("GET", "/keys"),
                ("GET", "/keys/1/audit"),
                ("DELETE", "/keys/1"),
                ("GET", "/public/1"),
                ("GET", "/other"),
            ] {
                for shape in WITH_POLICY {
                    let policy = policy(&door, shape, key, called).await;
                    for ((method, path), is_allowed) in &decided {
                        let lets = policy.lets(&shape.called(method, path));
                        assert!(
                            *is_allowed || !lets,
                            "{scope} {shape:?} {key}, for {called:?}: {method} {path}\n{policy:#?}"
                        );
                    }
                    let event = door.exchanged(&Shape::Http2.call(called.0, called.1, "$default"), key);
                    let is_allowed = matches!(door.ask(&event).await, Outcome::Allowed(_));
                    let lets = policy.lets(&shape.called(called.0, called.1));
                    assert_eq!(lets, is_allowed, "{scope} {shape:?} {key}: the present call {called:?}\n{policy:#?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_call_that_is_allowed_is_allowed_by_its_own_policy() {
    let door = open(&[("POLICY_SCOPE", "key")]).await;
    for key in KEYS {
        for ((method, path), is_allowed) in decided(&door, key).await {
            if is_allowed && path != TWICE {
                for shape in [Shape::Rest, Shape::Token] {
                    let policy = policy(&door, shape, key, (method, &path)).await;
                    assert!(policy.lets(&shape.called(method, &path)), "{shape:?} {key} {method} {path}\n{policy:#?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_kept_policy_covers_the_keys_other_routes() {
    let door = open(&[("POLICY_SCOPE", "key")]).await;
    for shape in WITH_POLICY {
        let policy = policy(&door, shape, "sets", ("GET", "/orders/1")).await;
        for (method, path) in
            [("GET", "/orders"), ("GET", "/orders/2"), ("POST", "/orders/2/items"), ("GET", "/reports/1")]
        {
            assert!(policy.lets(&shape.called(method, path)), "{shape:?} {method} {path}\n{policy:#?}");
        }
        let policy = self::policy(&door, shape, "administrator", ("GET", "/orders/1")).await;
        for (method, path) in [("GET", "/keys"), ("GET", "/audit"), ("GET", "/keys/ExampleKey000001")] {
            assert!(policy.lets(&shape.called(method, path)), "{shape:?} {method} {path}\n{policy:#?}");
        }
    }
}

#[tokio::test]
async fn a_kept_policy_for_a_token_covers_what_the_token_is_for_and_nothing_else_of_its_key() {
    let door = open(&[("POLICY_SCOPE", "key")]).await;
    for shape in WITH_POLICY {
        let policy = policy(&door, shape, "token for orders", ("GET", "/orders/1")).await;
        for (method, path, lets) in [
            ("GET", "/orders", true),
            ("POST", "/orders/2/items", true),
            ("GET", "/reports/1", false),
            ("DELETE", "/1/log/1", false),
        ] {
            assert_eq!(policy.lets(&shape.called(method, path)), lets, "{shape:?} {method} {path}\n{policy:#?}");
        }
        // Refused, it leaves a policy behind as well.
        let policy = self::policy(&door, shape, "token for less", ("GET", "/orders/1")).await;
        for (method, path, lets) in [("GET", "/keys", true), ("GET", "/audit", true), ("GET", "/orders", false)] {
            assert_eq!(policy.lets(&shape.called(method, path)), lets, "{shape:?} {method} {path}\n{policy:#?}");
        }
    }
}

#[tokio::test]
async fn a_refused_admin_call_leaves_the_keys_own_policy_behind() {
    let door = open(&[("POLICY_SCOPE", "key")]).await;
    let per_request = open(&[("POLICY_SCOPE", "request")]).await;
    for shape in WITH_POLICY {
        for (key, called) in [
            ("sets", ("GET", "/keys")),
            ("sets", ("DELETE", "/keys/1")),
            ("sets", ("GET", "/other")),
            ("administrator", ("DELETE", "/keys/1")),
            ("administrator", ("GET", "/apis")),
        ] {
            let kept = policy(&door, shape, key, called).await;
            assert!(!kept.lets(&shape.called(called.0, called.1)), "{shape:?} {key} {called:?}\n{kept:#?}");
            for path in ["/orders", "/orders/1"] {
                assert!(kept.lets(&shape.called("GET", path)), "{shape:?} {key} {called:?} {path}\n{kept:#?}");
            }
            let refused = policy(&per_request, shape, key, called).await;
            assert_eq!((refused.allowed(), refused.denied()), (&[][..], &["*".to_owned()][..]), "{shape:?} {key}");
        }
    }
}

#[tokio::test]
async fn a_policy_for_many_routes_stays_as_small_as_api_gateway_takes_it() {
    let long = "x".repeat(60);
    let routes: Vec<_> = (0..100).map(|number| format!("GET /{long}{number}/{{a}}/{{b}}/c")).collect();
    let routes: Vec<_> = routes.iter().map(String::as_str).collect();
    let key = shared::record::KeyRecord {
        terms: shared::terms::Terms { apis: "many".parse().unwrap(), ..crate::lambda::events::example_record().terms },
        ..crate::lambda::events::example_record()
    };
    let door = Door::with(&[("POLICY_SCOPE", "key")], vec![("many", key)], &[("many", &routes, &[], true)]).await;
    for number in [0, 50, 99] {
        let path = format!("/{long}{number}/1/2/c");
        let event = door.exchanged(&Shape::Rest.call("GET", &path, "/{proxy+}"), "many");
        let allowed = door.ask(&event).await.allowed();
        let policy = allowed.policy();
        assert!(policy.lets(&Shape::Rest.called("GET", &path)), "{number}");
        let size: usize = policy.allowed().iter().chain(policy.denied()).map(|resource| resource.len() + 3).sum();
        assert!(size < 8 * 1024, "{size}");
    }
}
