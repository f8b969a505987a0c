//! Lists: every key, newest first, a page at a time, and only those that were asked for.

mod cost;
mod cursors;
mod reach;
mod secrecy;

use std::{collections::HashSet, sync::Arc};

use local::stack::Options;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{TestClock, TestStack};

/// A stack whose keys are all made at different moments, in the order of their creation.
async fn ticking() -> TestStack {
    TestStack::with(&[], TestClock::ticking(), Options::default()).await
}

fn ids(keys: &[Value]) -> Vec<String> {
    keys.iter().map(|key| key["id"].as_str().unwrap().to_owned()).collect()
}

fn names(keys: &[Value]) -> Vec<&str> {
    keys.iter().map(|key| key["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_lost_or_doubled_while_others_are_made() {
    let stack = Arc::new(ticking().await);
    let mut expected = vec![stack.root_id()];
    for _ in 0..300 {
        expected.push(stack.create(json!({"name": "standing"})).await.id);
    }
    expected.reverse();

    let (stop, stopped) = watch::channel(false);
    let makers: Vec<_> = (0..2)
        .map(|_| {
            let (stack, stopped) = (Arc::clone(&stack), stopped.clone());
            tokio::spawn(async move {
                let mut made = 0;
                while !*stopped.borrow() {
                    stack.create(json!({"name": "newcomer"})).await;
                    made += 1;
                }
                made
            })
        })
        .collect();
    for limit in [7, 100] {
        let listed = stack.list_all("", limit).await;
        let ids = ids(&listed);
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "a key is listed twice");
        let standing: Vec<_> =
            listed.iter().filter(|key| key["name"] != "newcomer").map(|key| key["id"].as_str().unwrap()).collect();
        assert_eq!(standing, expected);
    }
    stop.send_replace(true);
    let mut made = 0;
    for maker in makers {
        made += maker.await.unwrap();
    }
    assert!(made > 0, "nobody made a key meanwhile");
    assert_eq!(stack.list_all("", 100).await.len(), expected.len() + made);
}

#[tokio::test]
async fn keys_of_one_moment_are_paged_as_well() {
    let stack = TestStack::start().await;
    let mut expected = HashSet::from([stack.root_id()]);
    for _ in 0..40 {
        expected.insert(stack.create(json!({})).await.id);
    }
    let listed = ids(&stack.list_all("", 3).await);
    assert_eq!(listed.len(), expected.len());
    assert_eq!(listed.into_iter().collect::<HashSet<_>>(), expected);
}

#[tokio::test]
async fn the_last_page_says_that_it_is_the_last() {
    let stack = ticking().await;
    for _ in 0..5 {
        stack.create(json!({})).await;
    }
    // Five, and the root key.
    for (limit, pages) in
        [(1, vec![1; 6]), (4, vec![4, 2]), (5, vec![5, 1]), (6, vec![6]), (7, vec![6]), (100, vec![6])]
    {
        let mut sizes = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = stack.get(&format!("/keys?limit={limit}{cursor}"), stack.root()).await.expect(200).json();
            assert_eq!(page.as_object().unwrap().len(), 2, "{page}");
            sizes.push(page["keys"].as_array().unwrap().len());
            match &page["next_cursor"] {
                Value::Null => break,
                next => cursor = format!("&cursor={}", next.as_str().unwrap()),
            }
        }
        assert_eq!(sizes, pages, "limit {limit}");
    }
}

#[tokio::test]
async fn a_page_has_25_keys_unless_told_otherwise() {
    let stack = ticking().await;
    for _ in 0..30 {
        stack.create(json!({})).await;
    }
    let page = stack.get("/keys", stack.root()).await.expect(200).json();
    assert_eq!(page["keys"].as_array().unwrap().len(), 25);
    for (limit, length) in [("1", 1), ("30", 30), ("100", 31)] {
        let page = stack.get(&format!("/keys?limit={limit}"), stack.root()).await.expect(200).json();
        assert_eq!(page["keys"].as_array().unwrap().len(), length);
    }
}

#[tokio::test]
async fn each_filter_gives_the_keys_that_match_and_no_other() {
    let stack = ticking().await;
    for fields in [
        json!({"name": "Alpha one", "owner": "team-a", "client_type": "mobile"}),
        json!({"name": "beta", "owner": "team-b", "client_type": "partner", "region": "*"}),
        json!({"name": "gamma ALPHA", "owner": "team-a", "provider": "gcp", "region": "europe-west1"}),
        json!({"name": "delta", "owner": "team-a", "type": "super-user", "enabled": false}),
        json!({"name": "Épsilon", "owner": "team-a@b", "expires_in": "1h"}),
        json!({"name": "zeta", "owner": "team-b", "provider": "azure", "region": "eastus", "expires_in": "2h"}),
    ] {
        stack.create(fields).await;
    }
    let eta = stack.create(json!({"name": "eta", "owner": "team-b"})).await;
    stack.delete(&format!("/keys/{}", eta.id), stack.root()).await.expect(200);
    stack.clock.advance_seconds(3600);
    for (query, expected) in [
        ("", vec!["eta", "zeta", "Épsilon", "delta", "gamma ALPHA", "beta", "Alpha one", "root"]),
        ("owner=team-a", vec!["delta", "gamma ALPHA", "Alpha one"]),
        ("owner=team-a%40b", vec!["Épsilon"]),
        ("owner=team", vec![]),
        ("owner=root", vec!["root"]),
        ("provider=aws", vec!["eta", "Épsilon", "delta", "beta", "Alpha one", "root"]),
        ("provider=azure", vec!["zeta"]),
        ("region=*", vec!["beta", "root"]),
        ("region=europe-west1", vec!["gamma ALPHA"]),
        ("region=us-east-1", vec!["eta", "Épsilon", "delta", "Alpha one"]),
        ("provider=gcp&region=*", vec![]),
        ("type=super-user", vec!["delta", "root"]),
        ("type=fine-grained&owner=team-a", vec!["gamma ALPHA", "Alpha one"]),
        ("state=active", vec!["zeta", "gamma ALPHA", "beta", "Alpha one", "root"]),
        ("state=disabled", vec!["delta"]),
        ("state=expired", vec!["Épsilon"]),
        ("state=revoked", vec!["eta"]),
        ("client_type=mobile", vec!["Alpha one"]),
        ("client_type=Mobile", vec![]),
        ("name=alpha", vec!["gamma ALPHA", "Alpha one"]),
        ("name=ALPHA%20o", vec!["Alpha one"]),
        ("name=%C3%A9PS", vec!["Épsilon"]),
        ("name=%25", vec![]),
        ("name=eta", vec!["eta", "zeta", "beta"]),
        ("name=eta&owner=team-b&state=active", vec!["zeta", "beta"]),
        ("owner=team-b&provider=aws&region=*&type=fine-grained&state=active&client_type=partner&name=B", vec!["beta"]),
    ] {
        for limit in [1, 2, 100] {
            assert_eq!(names(&stack.list_all(query, limit).await), expected, "{query} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_question_that_is_wrong_is_refused_with_every_parameter_named() {
    let stack = TestStack::start().await;
    for (query, wrong) in [
        ("limit=0", vec!["limit"]),
        ("limit=101", vec!["limit"]),
        ("limit=-1", vec!["limit"]),
        ("limit=1.5", vec!["limit"]),
        ("limit=ten", vec!["limit"]),
        ("limit=", vec!["limit"]),
        ("limit=99999999999999999999", vec!["limit"]),
        ("limit=5&limit=6", vec!["limit"]),
        ("owner=a&owner=a", vec!["owner"]),
        ("owner=", vec!["owner"]),
        ("owner=a%20b", vec!["owner"]),
        ("owner=a%23b", vec!["owner"]),
        ("client_type=a%2Fb", vec!["client_type"]),
        ("provider=asw", vec!["provider"]),
        ("region=us-eest-1", vec!["region"]),
        ("provider=gcp&region=us-east-1", vec!["region"]),
        ("type=admin", vec!["type"]),
        ("state=Active", vec!["state"]),
        ("cursor=", vec!["cursor"]),
        ("colour=red", vec!["colour"]),
        ("Limit=5", vec!["Limit"]),
        ("id=0000000000000000&hash=x", vec!["hash", "id"]),
        ("colour=red&limit=0&state=x&owner=a%20b", vec!["colour", "limit", "owner", "state"]),
    ] {
        let mut named = stack.get(&format!("/keys?{query}"), stack.root()).await.wrong_fields();
        named.sort();
        assert_eq!(named, wrong, "{query}");
    }
    let long = "x".repeat(101);
    assert_eq!(stack.get(&format!("/keys?name={long}"), stack.root()).await.wrong_fields(), ["name"]);
    let nearest = stack.get("/keys?provider=asw", stack.root()).await.json();
    assert!(nearest["errors"][0]["message"].as_str().unwrap().contains("\"aws\""), "{nearest}");
}

#[tokio::test]
async fn the_other_routes_take_no_unknown_parameter_either() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    assert_eq!(stack.get(&format!("{path}?x=1"), stack.root()).await.wrong_fields(), ["x"]);
    assert_eq!(stack.delete(&format!("{path}?why=x"), stack.root()).await.wrong_fields(), ["why"]);
    assert_eq!(stack.delete(&format!("{path}?reason=a&reason=b"), stack.root()).await.wrong_fields(), ["reason"]);
    assert_eq!(stack.delete(&format!("{path}?reason=a%1Bb"), stack.root()).await.wrong_fields(), ["reason"]);
    let long = "x".repeat(501);
    assert_eq!(stack.delete(&format!("{path}?reason={long}"), stack.root()).await.wrong_fields(), ["reason"]);
    assert_eq!(stack.get(&path, stack.root()).await.expect(200).json()["state"], "active");
}

#[tokio::test]
async fn a_stretch_of_the_audit_that_ends_before_it_begins_is_empty() {
    let stack = TestStack::start().await;
    let about_key = format!("/keys/{}/audit", stack.create(json!({})).await.id);
    for path in ["/audit", &about_key] {
        for (from, to) in
            [("2026-11-22T00:00:00Z", "2026-11-21T00:00:00Z"), ("2026-11-21T08:00:00Z", "0533-03-20T10:12:42Z")]
        {
            let page = stack.get(&format!("{path}?from={from}&to={to}"), stack.root()).await.expect(200).json();
            assert_eq!(page, json!({"events": [], "next_cursor": null}), "{path} {from} {to}");
            let forged = stack.get(&format!("{path}?from={from}&to={to}&cursor=x"), stack.root()).await;
            assert_eq!(forged.wrong_fields(), ["cursor"]);
        }
    }
}
