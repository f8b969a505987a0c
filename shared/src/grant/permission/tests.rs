use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

fn permission(text: &str) -> Permission {
    text.parse().unwrap()
}

fn permissions(text: &str) -> Permissions {
    text.parse().unwrap()
}

#[test]
fn a_permission_is_a_resource_and_an_action() {
    let longest = format!("{}:a", "x".repeat(126));
    for text in ["orders:read", "cache/sessions:read", "*:*", "a/*/c:x", "a/*:x", "A.b_c-9:D", "..:.", longest.as_str()]
    {
        assert_eq!(permission(text).to_string(), text);
    }
    for (text, error) in [
        ("", PermissionError::Form),
        ("orders", PermissionError::Form),
        ("a:b:c", PermissionError::Form),
        (":", PermissionError::Empty),
        (":read", PermissionError::Empty),
        ("orders:", PermissionError::Empty),
        ("/orders:read", PermissionError::Empty),
        ("a//b:read", PermissionError::Empty),
        ("a/:read", PermissionError::Empty),
        ("ord*:read", PermissionError::Wildcard),
        ("**:read", PermissionError::Wildcard),
        ("orders:re*", PermissionError::Wildcard),
        ("orders:a/b", PermissionError::Alphabet),
        ("or ders:read", PermissionError::Alphabet),
        ("orders:read\n", PermissionError::Alphabet),
        ("é:read", PermissionError::Alphabet),
        ("orders:read?", PermissionError::Alphabet),
        (&format!("{longest}b"), PermissionError::TooLong),
    ] {
        assert_eq!(text.parse::<Permission>(), Err(error), "{text:?}");
    }
}

#[test]
fn a_last_star_covers_the_rest_and_another_one_segment() {
    for (held, asked) in [
        ("a/*:x", "a/b:x"),
        ("a/*:x", "a/b/c:x"),
        ("a/*:x", "a/*:x"),
        ("a/*:x", "a/*/*:x"),
        ("a/*:x", "a/*/c:x"),
        ("*/b:x", "a/b:x"),
        ("*/b:x", "*/b:x"),
        ("*:x", "a/b/c:x"),
        ("a:*", "a:x"),
        ("a:*", "a:*"),
        ("*:*", "a/*:*"),
    ] {
        assert!(permission(held).covers(&permission(asked)), "{held} {asked}");
    }
    for (held, asked) in [
        ("a/*:x", "a:x"),
        ("a/*:x", "*:x"),
        ("a/*/*:x", "a/*:x"),
        ("a/b:x", "a/*:x"),
        ("*/b:x", "a/c/b:x"),
        ("*/b:x", "*:x"),
        ("*/b:x", "a/*:x"),
        ("a:x", "a:*"),
        ("a:x", "A:x"),
        ("a:x", "a/b:x"),
        ("a:x", "ab:x"),
    ] {
        assert!(!permission(held).covers(&permission(asked)), "{held} {asked}");
    }
}

#[test]
fn every_right_is_a_permission() {
    for right in Right::ALL {
        assert_eq!(permission(right.as_str()), Permission::from(right));
        assert!(permissions("*:*").has(right));
        assert!(!Permissions::default().has(right));
    }
    assert!(permissions("keys:*").has(Right::RotateKeys));
    assert!(!permissions("keys:*").has(Right::ReadAudit));
    assert!(!permissions("keys/*:*").has(Right::ListKeys));
}

#[test]
fn excess_is_what_no_permission_of_the_ceiling_covers() {
    let held = permissions("a:x b/c:x d/*:x *:y");
    let excess =
        |ceiling: &str| held.excess_over(&permissions(ceiling)).map(Permission::as_str).collect::<Vec<_>>().join(" ");
    assert_eq!(excess(""), "a:x b/c:x d/*:x *:y");
    assert_eq!(excess("a:* b/*:x"), "d/*:x *:y");
    assert_eq!(excess("d/e:x d/f:x a:x"), "b/c:x d/*:x *:y");
    assert_eq!(excess("*:*"), "");
    assert_eq!(excess("*:x *:y"), "");
}

#[test]
fn what_is_too_long_or_too_much_to_have_in_common_falls_away() {
    let long = |letter: &str| letter.repeat(60);
    let (one, other) = (format!("{}/*:*", long("a")), format!("*/{}/*:*", long("b")));
    assert_eq!(
        permission(&one).in_common_with(&permission(&other)),
        permission(&format!("{}/{}/*:*", long("a"), long("b"))).into()
    );
    let other = format!("*/{}:{}", long("b"), "c".repeat(8));
    assert_eq!(permission(&one).in_common_with(&permission(&other)), None);
    // What others cover does not count.
    let names = (1..100).map(|n| format!("b:{n}")).collect::<Vec<_>>().join(" ");
    assert_eq!(permissions("a:* b:*").in_common_with(&permissions(&format!("{names} *:*"))), permissions("a:* b:*"));
    let many = |one: &dyn Fn(u8) -> String| permissions(&(0..15).map(one).collect::<Vec<_>>().join(" "));
    let (one, other) = (many(&|n| format!("*:a{n}")), many(&|n| format!("x{n}:*")));
    let common = one.in_common_with(&other);
    assert_eq!(common.iter().count(), Permissions::MAX);
    assert_eq!(common.excess_over(&one).count() + common.excess_over(&other).count(), 0);
}

#[test]
fn serde_reads_only_what_the_parser_does() {
    assert!(serde_json::from_str::<Permission>(r#""a:b""#).is_ok());
    for json in [r#""a""#, "1", "null", "[]"] {
        assert!(serde_json::from_str::<Permission>(json).is_err(), "{json}");
    }
}

/// The oracle's matcher: whether a concrete permission is one of `pattern`, by trying how much each `*` takes.
fn matches(pattern: &[&str], concrete: &[&str]) -> bool {
    match (pattern, concrete) {
        ([], []) | (["*"], [_, ..]) => true,
        (["*", pattern @ ..], [_, concrete @ ..]) => matches(pattern, concrete),
        ([wanted, pattern @ ..], [given, concrete @ ..]) => wanted == given && matches(pattern, concrete),
        _ => false,
    }
}

fn matches_text(pattern: &str, concrete: &str) -> bool {
    let ((resource, action), (given, done)) = (pattern.split_once(':').unwrap(), concrete.split_once(':').unwrap());
    (action == "*" || action == done)
        && matches(&resource.split('/').collect::<Vec<_>>(), &given.split('/').collect::<Vec<_>>())
}

/// Every resource of at most `most` segments over an alphabet that has one name more than the patterns.
fn resources(most: usize) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut longest = vec![String::new()];
    for _ in 0..most {
        longest = longest
            .iter()
            .flat_map(|start| {
                ["a", "b", "z"].map(|end| if start.is_empty() { end.to_owned() } else { format!("{start}/{end}") })
            })
            .collect();
        all.extend(longest.clone());
    }
    all
}

fn pattern() -> impl Strategy<Value = String> {
    let resource = vec(select(vec!["a", "b", "*"]), 1..=3);
    (resource, select(vec!["a", "*"])).prop_map(|(resource, action)| format!("{}:{action}", resource.join("/")))
}

/// What `pattern` matches, of all that could tell two patterns of three segments apart.
fn instances(pattern: &str) -> Vec<String> {
    let concrete =
        resources(4).into_iter().flat_map(|resource| ["a", "z"].map(|action| format!("{resource}:{action}")));
    concrete.filter(|concrete| matches_text(pattern, concrete)).collect()
}

proptest! {
    #[test]
    fn covering_is_inclusion_of_what_is_matched(held in pattern(), asked in pattern()) {
        let included = instances(&asked).iter().all(|concrete| matches_text(&held, concrete));
        prop_assert_eq!(permission(&held).covers(&permission(&asked)), included);
    }

    #[test]
    fn what_two_have_in_common_matches_what_both_match(one in pattern(), other in pattern(), asked in pattern()) {
        let (one, other, asked) = (permission(&one), permission(&other), permission(&asked));
        let common = one.in_common_with(&other);
        let covers = common.as_ref().is_some_and(|common| common.covers(&asked));
        prop_assert_eq!(covers, one.covers(&asked) && other.covers(&asked));
        prop_assert_eq!(other.in_common_with(&one), common);
    }

    #[test]
    fn several_permissions_cover_together_what_one_covers_alone(held in vec(pattern(), 0..6), asked in pattern()) {
        let any = |concrete: &String| held.iter().any(|pattern| matches_text(pattern, concrete));
        let included = instances(&asked).iter().all(any);
        prop_assert_eq!(permissions(&held.join(" ")).covers(&permission(&asked)), included);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a*:/.é \n-]{0,12}|\\PC{0,200}") {
        if let Ok(permission) = text.parse::<Permission>() {
            prop_assert_eq!(permission.as_str(), &text);
            prop_assert!(permission.covers(&permission));
        }
    }
}
