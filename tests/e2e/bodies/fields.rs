//! Each field of a new key: what it takes, and what it does not.

use serde_json::{Value, json};

use super::{Standing, wrong};
use crate::support::TestStack;

/// Asserts that each value is refused, with an error about this field alone.
async fn assert_refused(field: &str, values: &[Value]) {
    let standing = Standing::start().await;
    for value in values {
        let answer = standing.post_with(json!({ field: value })).await;
        assert_eq!(wrong(&answer), [field], "{value}");
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn a_value_of_another_type_is_refused_in_every_field() {
    let texts = [
        "name",
        "description",
        "owner",
        "client_type",
        "provider",
        "region",
        "type",
        "prefix",
        "expires_at",
        "expires_in",
    ];
    for field in texts {
        assert_refused(field, &[json!(7), json!(-1.5), json!(true), json!([]), json!(["x"]), json!({})]).await;
    }
    assert_refused("enabled", &[json!("true"), json!(1), json!([]), json!({})]).await;
    assert_refused("metadata", &[json!("{}"), json!(1), json!(false), json!([]), json!([{}])]).await;
}

#[tokio::test]
async fn a_name_is_one_line_of_at_most_100_characters() {
    let control =
        ["a\u{0}b", "a\nb", "a\rb", "a\tb", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b", "a\u{202e}b", "a\u{2066}b"];
    let mut refused: Vec<_> = control.iter().map(|name| json!(name)).collect();
    refused.extend([json!(""), json!(" "), json!("é".repeat(101)), json!("x".repeat(60_000))]);
    assert_refused("name", &refused).await;
    let stack = TestStack::start().await;
    for name in ["x".to_owned(), "é".repeat(100), "🔑".repeat(100), "<b>\"'&;--".to_owned(), " x ".to_owned()] {
        assert_eq!(stack.create(json!({"name": name})).await.body["name"], name);
    }
}

#[tokio::test]
async fn a_description_has_at_most_500_characters() {
    let control = ["a\u{0}b", "a\rb", "a\u{1b}[31mb", "a\u{9b}31mb", "a\u{202e}b"];
    let mut refused: Vec<_> = control.iter().map(|text| json!(text)).collect();
    refused.push(json!("é".repeat(501)));
    assert_refused("description", &refused).await;
    let stack = TestStack::start().await;
    for text in ["é".repeat(500), "two\nlines".to_owned()] {
        assert_eq!(stack.create(json!({"description": text})).await.body["description"], text);
    }
}

#[tokio::test]
async fn an_owner_and_a_client_type_are_identifiers() {
    let refused = ["", " ", "a b", "a/b", "a#b", "é", "a\n", "a\u{0}"].map(|text| json!(text));
    for field in ["owner", "client_type"] {
        assert_refused(field, &refused).await;
        assert_refused(field, &[json!("a".repeat(65))]).await;
        let stack = TestStack::start().await;
        for text in ["a".to_owned(), "a".repeat(64), "Team-a_1.x@example.com".to_owned()] {
            assert_eq!(stack.create(json!({ field: text })).await.body[field], text);
        }
    }
}

#[tokio::test]
async fn a_prefix_is_short_and_plain() {
    let refused = ["", "L", "1a", "_a", "a_", "a-b", "a b", "é", "aaaaaaaaaaaaaaaaa"].map(|text| json!(text));
    assert_refused("prefix", &refused).await;
    let stack = TestStack::start().await;
    for prefix in ["a", "a1", "a__b", "a_1", "aaaaaaaaaaaaaaaa"] {
        let key = stack.create(json!({"prefix": prefix})).await;
        assert!(key.text.starts_with(&format!("{prefix}_{}_", key.id)));
        stack.get("/demo/hello", &key.text).await.expect(200);
    }
}

#[tokio::test]
async fn an_unknown_provider_or_region_is_refused_with_the_nearest_one() {
    let standing = Standing::start().await;
    for (provider, region, field, nearest) in [
        ("asw", "us-east-1", "provider", "\"aws\""),
        ("AWS", "us-east-1", "provider", "\"aws\""),
        ("azur", "eastus", "provider", "\"azure\""),
        ("ibm", "us-east-1", "provider", "aws, gcp, azure"),
        ("", "us-east-1", "provider", "aws, gcp, azure"),
        ("*", "*", "provider", "aws, gcp, azure"),
        ("aws", "us-eest-1", "region", "\"us-east-1\""),
        ("aws", "eu-cental-1", "region", "\"eu-central-1\""),
        ("aws", "US-EAST-1", "region", "\"us-east-1\""),
        ("gcp", "europe-west-1", "region", "\"europe-west1\""),
        ("azure", "West Europe", "region", "\"westeurope\""),
        ("aws", "", "region", "\"*\""),
    ] {
        let answer = standing.post_with(json!({"provider": provider, "region": region})).await;
        assert_eq!(wrong(&answer), [field], "{provider} {region}");
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(nearest), "{provider} {region}: {message}");
    }
    // A region of another provider is unknown, too.
    for (provider, region) in [("aws", "eastus"), ("aws", "us-east1"), ("gcp", "us-east-1"), ("azure", "us-east-1")] {
        let answer = standing.post_with(json!({"provider": provider, "region": region})).await;
        assert_eq!(wrong(&answer), ["region"], "{provider} {region}");
    }
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn a_type_is_one_of_two() {
    assert_refused("type", &["", "admin", "Super-User", "super_user", "*", "root"].map(|text| json!(text))).await;
}

#[tokio::test]
async fn a_key_is_not_born_expired() {
    let standing = Standing::start().await;
    for end in ["2026-11-21T08:00:00Z", "2026-11-21T09:00:00+01:00", "2026-11-21T07:59:59Z", "1970-01-01T00:00:00Z"] {
        assert_eq!(wrong(&standing.post_with(json!({"expires_at": end})).await), ["expires_at"], "{end}");
    }
    assert_eq!(wrong(&standing.post_with(json!({"expires_in": "0s"})).await), ["expires_in"]);
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn an_expiry_that_cannot_be_read_is_refused() {
    let times = [
        "",
        "tomorrow",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-13-01T00:00:00Z",
        "1893456000",
        "10000-01-01T00:00:00Z",
    ];
    assert_refused("expires_at", &times.map(|text| json!(text))).await;
    let periods = ["", "30", "d", "-1d", "+1d", "1.5d", "1 d", "1w", "1D", "36526d", "99999999999999999999d", "٣d"];
    assert_refused("expires_in", &periods.map(|text| json!(text))).await;
}

#[tokio::test]
async fn there_is_one_way_to_say_when_a_key_ends() {
    let standing = Standing::start().await;
    let both = json!({"expires_at": "2030-01-01T00:00:00Z", "expires_in": "30d"});
    assert_eq!(wrong(&standing.post_with(both).await), ["expires_in"]);
    standing.assert_unchanged().await;
}

#[tokio::test]
async fn metadata_has_at_most_4_kibibytes() {
    let of_size = |size: usize| json!({"a": "x".repeat(size - 8)});
    assert_refused("metadata", &[of_size(4097), of_size(60_000)]).await;
    let stack = TestStack::start().await;
    let whole = stack.create(json!({"metadata": of_size(4096)})).await;
    assert_eq!(whole.body["metadata"], of_size(4096));
    stack.get("/demo/hello", &whole.text).await.expect(200);
}

#[tokio::test]
async fn metadata_comes_back_as_it_was_given() {
    let stack = TestStack::start().await;
    let mut deep = json!({"end": null});
    for _ in 0..100 {
        deep = json!({ "deeper": deep });
    }
    for metadata in [
        json!({"": "", "\u{0}": "\u{1b}", "🔑": ["é", {}]}),
        json!({"big": 18_446_744_073_709_551_615_u64, "small": i64::MIN, "fraction": 0.1, "exponent": 1e300}),
        deep,
    ] {
        let key = stack.create(json!({"metadata": metadata})).await;
        assert_eq!(key.body["metadata"], metadata);
        let shown = stack.get(&format!("/keys/{}", key.id), stack.root()).await.expect(200).json();
        assert_eq!(shown["metadata"], metadata);
        let told = stack.get("/demo/hello", &key.text).await.expect(200).json();
        let told: Value = serde_json::from_str(told["context"]["metadata"].as_str().unwrap()).unwrap();
        assert_eq!(told, metadata);
    }
}
