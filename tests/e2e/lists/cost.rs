//! What a page costs: the same at fifty keys and at two thousand, and never without bound.

use std::sync::Arc;

use local::stack::sdk;
use serde_json::json;
use shared::{
    imprint::Imprint,
    record::KeyRecord,
    store::{KeyTable, Patience},
    terms::Terms,
};
use tokio::task::JoinSet;

use super::{ids, names};
use crate::support::{TestStack, proxy::Proxy, record};

/// A stack whose table is counted.
async fn counted() -> (TestStack, Proxy) {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    // What is asked once: the caller's own key, and the key for cursors.
    stack.get("/keys", stack.root()).await.expect(200);
    (stack, proxy)
}

/// Adds the keys of these numbers past the gateway, through the store's own writes. Ids and times follow from the
/// numbers, so that every run costs the same.
async fn fill(stack: &TestStack, proxy: &Proxy, numbers: std::ops::Range<i64>) {
    let table = Arc::new(KeyTable::new(&sdk(&proxy.direct_url()), stack.stack.table_name(), Patience::Admin));
    let mut writers = JoinSet::new();
    for first in numbers.clone().take(16) {
        let (table, numbers) = (Arc::clone(&table), numbers.clone());
        writers.spawn(async move {
            for number in (first..numbers.end).step_by(16) {
                let (_, made_at) = record::numbered(number);
                let imprint = Imprint::of(&format!("{number}"));
                assert!(record::insert(&table, &needle_or_hay(number), &imprint, made_at).await);
            }
        });
    }
    writers.join_all().await;
}

/// Some of the oldest keys are needles; every other key is of the same owner.
fn needle_or_hay(number: i64) -> KeyRecord {
    let name = if number <= 800 && number % 200 == 0 { format!("needle {number}") } else { format!("hay {number}") };
    let owner = if number % 2 == 0 { "even" } else { "odd" };
    let terms = Terms::named(name.parse().unwrap());
    KeyRecord { terms, owner: owner.parse().unwrap(), ..record::numbered(number).0 }
}

/// What each of the first pages costs, in queries.
async fn costs(stack: &TestStack, proxy: &Proxy, query: &str, pages: usize) -> Vec<usize> {
    let mut costs = Vec::new();
    let mut cursor = String::new();
    for _ in 0..pages {
        proxy.forget();
        let page = stack.get(&format!("/keys?{query}{cursor}"), stack.root()).await.expect(200).json();
        assert_eq!(proxy.total(), proxy.count("Query"), "{:?}", proxy.counts());
        costs.push(proxy.total());
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
    costs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_costs_the_same_at_fifty_keys_and_at_two_thousand() {
    let (stack, proxy) = counted().await;
    fill(&stack, &proxy, 0..50).await;
    let few = costs(&stack, &proxy, "limit=10", 4).await;
    fill(&stack, &proxy, 50..2_000).await;
    let many = costs(&stack, &proxy, "limit=10", 80).await;
    let of_one_owner = costs(&stack, &proxy, "limit=10&owner=even", 40).await;
    // One query a partition, and another where chance put more of the page into one of them than was read at first.
    let dearest = |costs: &[usize]| costs.iter().max().copied();
    assert_eq!(dearest(&many), dearest(&few), "{few:?} {many:?}");
    assert_eq!(dearest(&of_one_owner), dearest(&few), "{few:?} {of_one_owner:?}");
    assert!(dearest(&few) <= Some(12), "{few:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_matches_few_of_many_finds_them_all_at_a_bounded_cost() {
    let (stack, proxy) = counted().await;
    fill(&stack, &proxy, 0..2_000).await;
    let mut found = Vec::new();
    let mut empty_pages = 0;
    let mut cursor = String::new();
    loop {
        proxy.forget();
        let page = stack.get(&format!("/keys?name=needle{cursor}"), stack.root()).await.expect(200).json();
        if found.is_empty() {
            empty_pages += usize::from(page["keys"] == json!([]));
        }
        assert!(proxy.total() <= 5 * 8, "{:?}", proxy.counts());
        found.extend(page["keys"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(names(&found), ["needle 800", "needle 600", "needle 400", "needle 200", "needle 0"]);
    // A page that found nothing so far says so, and where to look on.
    assert!(empty_pages > 0, "one page looked at everything");

    let odd = ids(&stack.list_all("owner=odd", 100).await);
    let expected: Vec<_> =
        (0..2_000).rev().filter(|number| number % 2 == 1).map(|number| record::id(number).to_string()).collect();
    assert_eq!(odd, expected);
}
