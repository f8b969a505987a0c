//! Which events are asked for.

use serde_json::{Value, json};

use super::{administrator, all, everything, ids};
use crate::{
    apis::{patch, put},
    support::{START, TestStack},
};

/// A stack in which two callers did different things at different seconds; the other caller's id.
async fn busy() -> (TestStack, String) {
    let stack = TestStack::start().await;
    let other = administrator(&stack, "root").await;
    for number in 0..4 {
        stack.clock.advance_seconds(1);
        let key = stack.create(json!({"apis": []})).await;
        let path = format!("/keys/{}", key.id);
        for (who, caller) in [stack.root(), &other.text].into_iter().enumerate() {
            let body = json!({"description": format!("{number} by {who}")});
            patch(&stack, &path, caller, &body).await.expect(200);
            stack.clock.advance_seconds(1);
        }
        stack.delete(&path, &other.text).await.expect(200);
        put(&stack, "/apis/orders", stack.root(), &json!({"routes": [format!("GET /r{number}")]})).await;
    }
    (stack, other.id)
}

fn at(seconds: i64) -> String {
    let start: jiff::Timestamp = START.parse().unwrap();
    jiff::Timestamp::from_second(start.as_second() + seconds).unwrap().to_string()
}

#[tokio::test]
async fn every_combination_of_filters_tells_what_matches_them_all() {
    let (stack, other) = busy().await;
    let whole = everything(&stack).await;
    assert!(whole.len() > 15, "{}", whole.len());
    let (root, from, to) = (stack.root_id(), at(3), at(7));
    let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    for actor in [None, Some(root.as_str()), Some(other.as_str()), Some("latchkey"), Some("0000000000000000")] {
        for action in [None, Some("key.created"), Some("key.updated"), Some("key.revoked"), Some("api.deleted")] {
            for start in [None, Some(&from)] {
                for end in [None, Some(&to), Some(&from)] {
                    let query: String = [
                        actor.map(|actor| format!("actor={actor}&")),
                        action.map(|action| format!("action={action}&")),
                        start.map(|start| format!("from={start}&")),
                        end.map(|end| format!("to={end}&")),
                    ]
                    .into_iter()
                    .flatten()
                    .collect();
                    let expected: Vec<_> = whole
                        .iter()
                        .filter(|event| actor.is_none_or(|actor| event["actor"] == actor))
                        .filter(|event| action.is_none_or(|action| event["action"] == action))
                        .filter(|event| start.is_none_or(|start| text(event, "at") >= *start))
                        .filter(|event| end.is_none_or(|end| text(event, "at") < *end))
                        .cloned()
                        .collect();
                    let query = query.trim_end_matches('&');
                    let told = all(&stack, &format!("/audit?{query}"), stack.root(), 3).await;
                    assert_eq!(ids(&told), ids(&expected), "{query}");
                }
            }
        }
    }
}

#[tokio::test]
async fn events_come_newest_first() {
    let (stack, _) = busy().await;
    let times: Vec<_> = everything(&stack).await.iter().map(|event| event["at"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
}

#[tokio::test]
async fn a_keys_own_events_can_be_filtered_too() {
    let (stack, other) = busy().await;
    let key = everything(&stack).await.into_iter().find(|event| event["action"] == "key.revoked").unwrap();
    let path = format!("/keys/{}/audit", key["key_id"].as_str().unwrap());
    for (query, expected) in [
        (String::new(), 4),
        ("?action=key.updated".to_owned(), 2),
        (format!("?action=key.updated&actor={other}"), 1),
        (format!("?actor={other}"), 2),
        ("?action=key.restored".to_owned(), 0),
        (format!("?to={START}"), 0),
        (format!("?from={START}"), 4),
    ] {
        assert_eq!(all(&stack, &format!("{path}{query}"), stack.root(), 1).await.len(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_span_of_time_may_hold_nothing_or_everything() {
    let (stack, _) = busy().await;
    let whole = everything(&stack).await.len();
    let path = format!("/keys/{}/audit", stack.root_id());
    let (early, late) = (at(3), at(7));
    for (query, expected) in [
        // The end before the start.
        (format!("from={late}&to={early}"), 0),
        (format!("from={early}&to={early}"), 0),
        ("from=2100-01-01T00:00:00Z".to_owned(), 0),
        ("from=9999-12-30T00:00:00Z".to_owned(), 0),
        ("to=1970-01-01T00:00:00Z".to_owned(), 0),
        ("to=1969-12-31T23:59:59Z".to_owned(), 0),
        ("from=2100-01-01T00:00:00Z&to=1960-01-01T00:00:00Z".to_owned(), 0),
        ("to=2001-09-09T01:46:39Z".to_owned(), 0),
        ("from=1970-01-01T00:00:00Z".to_owned(), whole),
        ("from=1960-01-01T00:00:00Z".to_owned(), whole),
        ("to=9999-12-30T00:00:00Z".to_owned(), whole),
        ("from=1960-01-01T00:00:00Z&to=2100-01-01T00:00:00Z".to_owned(), whole),
    ] {
        assert_eq!(all(&stack, &format!("/audit?{query}"), stack.root(), 5).await.len(), expected, "{query}");
        let own = all(&stack, &format!("{path}?{query}"), stack.root(), 5).await.len();
        assert_eq!(own, usize::from(expected == whole), "{query}: the root key was made");
    }
}

#[tokio::test]
async fn what_is_no_filter_is_named() {
    let stack = TestStack::start().await;
    let path = format!("/keys/{}/audit", stack.root_id());
    for (query, expected) in [
        ("action=key.deleted", &["action"][..]),
        ("action=KEY.CREATED", &["action"]),
        ("from=yesterday", &["from"]),
        ("to=2026-11-21", &["to"]),
        ("limit=0", &["limit"]),
        ("limit=101", &["limit"]),
        ("limit=-1", &["limit"]),
        ("owner=team", &["owner"]),
        ("actor=", &["actor"]),
        ("actor=a%20b", &["actor"]),
        ("action=x&from=x&to=x&limit=x&colour=x", &["action", "colour", "from", "limit", "to"]),
        ("limit=1&limit=2", &["limit"]),
    ] {
        for path in ["/audit", &path] {
            let mut wrong = stack.get(&format!("{path}?{query}"), stack.root()).await.wrong_fields();
            wrong.sort();
            assert_eq!(wrong, expected, "{query}");
        }
    }
}
