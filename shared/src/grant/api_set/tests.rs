use proptest::{collection::vec, prelude::*, sample::select};

use super::*;
use crate::grant::ApiNameError;

fn apis(text: &str) -> Apis {
    text.parse().unwrap()
}

fn set(name: &str, routes: &[&str], client_types: &[&str], key_required: bool) -> ApiSet {
    ApiSet {
        name: name.parse().unwrap(),
        description: None,
        routes: routes.iter().map(|route| route.parse().unwrap()).collect(),
        client_types: client_types.iter().map(|kind| kind.parse().unwrap()).collect(),
        key_required,
    }
}

fn sets() -> ApiSets {
    ApiSets::from(vec![
        set("orders", &["GET /orders", "POST /orders"], &[], true),
        set("mobile", &["GET /feed"], &["mobile", "tablet"], true),
        set("open", &["GET /status"], &["mobile"], false),
    ])
}

#[test]
fn what_two_lists_have_in_common_lies_within_both() {
    for (one, other, common) in [
        ("", "*", ""),
        ("orders", "orders", "orders"),
        ("orders mobile", "mobile open", "mobile"),
        ("*", "orders mobile", "orders mobile"),
        ("orders mobile", "*", "orders mobile"),
        ("* orders", "* mobile", "* orders mobile"),
        ("*", "latchkey", ""),
        ("* latchkey", "latchkey orders", "latchkey orders"),
        ("latchkey", "latchkey *", "latchkey"),
    ] {
        let common = {
            let mut names: Vec<_> = common.split_whitespace().collect();
            names.sort_unstable();
            names
        };
        for (one, other) in [(one, other), (other, one)] {
            let found = apis(one).in_common_with(&apis(other)).to_string();
            let mut found: Vec<_> = found.split_whitespace().collect();
            found.sort_unstable();
            assert_eq!(found, common, "{one} and {other}");
        }
    }
}

#[test]
fn a_name_has_one_to_sixty_four_characters_of_its_alphabet() {
    for text in ["a", "-", "9", "orders-v2", &"a".repeat(64)] {
        assert_eq!(text.parse::<ApiName>().unwrap().as_str(), text);
    }
    for text in ["", "A", "a_b", "a b", "*", "é", "a\n", &"a".repeat(65)] {
        assert_eq!(text.parse::<ApiName>(), Err(ApiNameError), "{text:?}");
    }
    assert!("latchkey".parse::<ApiName>().unwrap().is_reserved());
    assert!(!"latchkey-2".parse::<ApiName>().unwrap().is_reserved());
}

#[test]
fn a_grant_is_a_name_or_a_star() {
    assert_eq!("*".parse(), Ok(ApiGrant::Any));
    assert_eq!("a".parse(), Ok(ApiGrant::Set("a".parse().unwrap())));
    assert_eq!("**".parse::<ApiGrant>(), Err(ApiGrantError));
    assert_eq!(serde_json::from_str::<Apis>(r#"["*","a","*"]"#).unwrap(), apis("* a"));
    assert!(serde_json::from_str::<Apis>(r#"["A"]"#).is_err());
}

#[test]
fn a_star_names_no_set_and_least_of_all_the_built_in_one() {
    let star = apis("*");
    assert!(star.has_any() && !star.has_latchkey() && !star.names("orders") && !star.names("*"));
    let both = apis("orders latchkey");
    assert!(!both.has_any() && both.has_latchkey() && both.names("orders") && !both.names("order"));
    assert_eq!(sets().granted(&star, None).count(), 0);
}

#[test]
fn excess_is_what_the_ceiling_does_not_name() {
    let held = apis("a latchkey * b");
    let excess = |ceiling: &str| held.excess_over(&apis(ceiling)).map(ApiGrant::as_str).collect::<Vec<_>>().join(" ");
    assert_eq!(excess(""), "a latchkey * b");
    assert_eq!(excess("a b"), "latchkey *");
    assert_eq!(excess("*"), "latchkey");
    assert_eq!(excess("* latchkey"), "");
    assert_eq!(excess("latchkey"), "a * b");
}

#[test]
fn only_the_named_sets_that_admit_the_client_type_are_granted() {
    let (sets, mobile, desktop) = (sets(), "mobile".parse().unwrap(), "desktop".parse().unwrap());
    let granted = |names: &str, kind: Option<&ClientType>| {
        sets.granted(&apis(names), kind).map(RoutePattern::as_str).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(granted("mobile orders", Some(&mobile)), "GET /orders, POST /orders, GET /feed");
    assert_eq!(granted("mobile orders", Some(&desktop)), "GET /orders, POST /orders");
    assert_eq!(granted("mobile", None), "");
    assert_eq!(granted("gone latchkey", Some(&mobile)), "");
    assert_eq!(granted("", Some(&mobile)), "");
}

#[test]
fn only_the_sets_that_need_no_key_are_open() {
    assert_eq!(sets().open_routes().map(RoutePattern::as_str).collect::<Vec<_>>(), ["GET /status"]);
}

#[test]
fn an_unknown_set_is_told_with_the_nearest() {
    let sets = sets();
    assert_eq!(sets.first_unknown(&apis("orders * latchkey open")), None);
    assert_eq!(sets.first_unknown(&apis("orders order x")).map(ApiName::as_str), Some("order"));
    for (unknown, nearest) in [("order", Some("orders")), ("latchkye", Some("latchkey")), ("zebra", None)] {
        assert_eq!(sets.nearest(&unknown.parse().unwrap()), nearest, "{unknown}");
    }
    assert_eq!(ApiSets::default().nearest(&"orders".parse().unwrap()), None);
    assert!(sets.find("orders").is_some() && sets.find("latchkey").is_none());
}

#[test]
fn a_set_shows_itself_in_the_shape_of_the_contract() {
    assert_eq!(
        serde_json::to_string(&set("mobile", &["GET /feed/{x}"], &["mobile"], true)).unwrap(),
        r#"{"name":"mobile","description":null,"routes":["GET /feed/{x}"],"client_types":["mobile"],"key_required":true}"#
    );
}

proptest! {
    /// What an entry reaches, said again: `*` every set but the built-in one.
    #[test]
    fn nothing_in_excess_is_within_reach_and_nothing_else_is_beyond(
        held in vec(select(vec!["*", "a", "b", "latchkey"]), 0..5),
        ceiling in vec(select(vec!["*", "a", "b", "latchkey"]), 0..5),
    ) {
        let reached = |grants: &[&str]| -> Vec<&str> {
            let all = ["a", "b", "any-other", "latchkey"];
            let is_reached = |name: &&str| grants.contains(name) || (grants.contains(&"*") && *name != "latchkey");
            all.into_iter().filter(is_reached).collect()
        };
        let (held_apis, ceiling_apis) = (apis(&held.join(" ")), apis(&ceiling.join(" ")));
        let within = reached(&held).iter().all(|name| reached(&ceiling).contains(name));
        prop_assert_eq!(held_apis.excess_over(&ceiling_apis).next().is_none(), within);
    }

    #[test]
    fn a_list_of_names_reads_back_what_it_wrote(text in "[a*l -]{0,12}") {
        if let Ok(apis) = text.parse::<Apis>() {
            prop_assert_eq!(apis.to_string().parse(), Ok(apis));
        }
    }
}
