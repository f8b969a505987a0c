//! Events a page at a time, while more happens.

use serde_json::json;

use super::{administrator, all, everything, ids, page};
use crate::{
    apis::patch,
    support::{Answer, TestStack},
};

/// A stack with a good dozen of events, and a cursor after the first few.
async fn busy() -> (TestStack, String) {
    let stack = TestStack::start().await;
    for _ in 0..12 {
        stack.create(json!({})).await;
        stack.clock.advance(std::time::Duration::from_millis(300));
    }
    let cursor = page(&stack, "/audit?limit=3", stack.root()).await.1.unwrap();
    (stack, cursor)
}

#[tokio::test]
async fn pages_of_every_size_tell_the_same() {
    let (stack, _) = busy().await;
    let whole = everything(&stack).await;
    assert_eq!(whole.len(), 13);
    for limit in [1, 2, 5, 12, 13, 14] {
        assert_eq!(ids(&all(&stack, "/audit", stack.root(), limit).await), ids(&whole), "{limit}");
    }
    assert_eq!(page(&stack, "/audit", stack.root()).await, (whole, None), "25 unless told otherwise");
}

#[tokio::test]
async fn what_happens_while_pages_are_read_neither_hides_nor_repeats_what_happened_before() {
    let (stack, _) = busy().await;
    let key = stack.create(json!({})).await;
    let path = format!("/keys/{}", key.id);
    let before = everything(&stack).await;
    let (mut told, mut cursor) = page(&stack, "/audit?limit=2", stack.root()).await;
    let mut number = 0;
    while let Some(next) = cursor {
        number += 1;
        patch(&stack, &path, stack.root(), &json!({"description": number.to_string()})).await.expect(200);
        // In the same second as others, and in later ones.
        stack.clock.advance(std::time::Duration::from_millis(400));
        let (more, after) = page(&stack, &format!("/audit?limit=2&cursor={next}"), stack.root()).await;
        told.extend(more);
        cursor = after;
    }
    assert_eq!(ids(&told), ids(&before));
    assert_eq!(everything(&stack).await.len(), before.len() + number);
}

#[tokio::test]
async fn a_page_can_be_asked_for_again() {
    let (stack, cursor) = busy().await;
    let path = format!("/audit?limit=2&cursor={cursor}");
    let first = page(&stack, &path, stack.root()).await;
    stack.create(json!({})).await;
    let again = page(&stack, &path, stack.root()).await;
    assert_eq!(first.0, again.0);
    let longer = page(&stack, &format!("/audit?limit=5&cursor={cursor}"), stack.root()).await;
    assert_eq!(longer.0[..2], first.0);
}

#[track_caller]
fn assert_no_cursor(answer: &Answer, why: &str) {
    assert_eq!(answer.wrong_fields(), ["cursor"], "{why}");
    let errors = answer.json()["errors"].to_string();
    assert!(errors.len() < 200, "{why}: it tells nothing: {errors}");
}

#[tokio::test]
async fn a_forged_cursor_is_refused() {
    let (stack, cursor) = busy().await;
    for forged in ["x", "AAAA", "null", "%00", &"A".repeat(500), &format!("{cursor}A"), &format!("{cursor}{cursor}")] {
        assert_no_cursor(&stack.get(&format!("/audit?cursor={forged}"), stack.root()).await, forged);
    }
    for place in 0..cursor.len() {
        let mut altered = cursor.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_no_cursor(&stack.get(&format!("/audit?cursor={altered}"), stack.root()).await, &altered);
    }
}

#[tokio::test]
async fn a_cursor_of_another_question_is_refused() {
    let (stack, cursor) = busy().await;
    let admin = administrator(&stack, "team").await;
    for _ in 0..3 {
        stack.create(json!({"owner": "team"})).await;
    }
    let root_path = format!("/keys/{}", stack.root_id());
    let key = stack.create(json!({"owner": "team"})).await;
    let key_path = format!("/keys/{}", key.id);
    for path in [&root_path, &key_path] {
        patch(&stack, path, stack.root(), &json!({"description": "new"})).await.expect(200);
    }
    let root = stack.root();
    let of_keys = stack.get("/keys?limit=1", root).await.expect(200).json()["next_cursor"].as_str().unwrap().to_owned();
    let of_root = page(&stack, &format!("{root_path}/audit?limit=1"), root).await.1.unwrap();
    let of_team = page(&stack, "/audit?limit=1", &admin.text).await.1.unwrap();
    let of_key = page(&stack, &format!("{key_path}/audit?limit=1"), &admin.text).await.1.unwrap();
    let of_created = page(&stack, "/audit?limit=1&action=key.created", root).await.1.unwrap();
    let of_time = page(&stack, "/audit?limit=1&from=2026-01-01T00:00:00Z", root).await.1.unwrap();

    let all = "/audit?limit=1";
    for (path, caller, foreign) in [
        (all.to_owned(), root, vec![&of_keys, &of_root, &of_team, &of_key, &of_created, &of_time]),
        ("/audit?action=key.created".to_owned(), root, vec![&cursor, &of_time]),
        ("/audit?action=key.updated".to_owned(), root, vec![&of_created]),
        ("/audit?from=2026-01-02T00:00:00Z".to_owned(), root, vec![&cursor, &of_time]),
        ("/audit?actor=latchkey".to_owned(), root, vec![&cursor]),
        (all.to_owned(), &admin.text, vec![&cursor, &of_key]),
        (format!("{root_path}/audit"), root, vec![&cursor, &of_key]),
        (format!("{key_path}/audit"), root, vec![&of_root, &of_key]),
        (format!("{key_path}/audit"), &admin.text, vec![&of_team, &of_root]),
        ("/keys".to_owned(), root, vec![&cursor, &of_root]),
    ] {
        let sign = if path.contains('?') { '&' } else { '?' };
        for (place, cursor) in foreign.iter().enumerate() {
            assert_no_cursor(
                &stack.get(&format!("{path}{sign}cursor={cursor}"), caller).await,
                &format!("{path} {place}"),
            );
        }
    }
    let (elsewhere, theirs) = busy().await;
    assert_no_cursor(&stack.get(&format!("/audit?cursor={theirs}"), root).await, "of another deployment");
    elsewhere.get(&format!("/audit?cursor={theirs}"), elsewhere.root()).await.expect(200);
}

#[tokio::test]
async fn a_cursor_helps_nobody_who_may_not_read() {
    let (stack, cursor) = busy().await;
    let key = stack.create(json!({"apis": ["latchkey"], "permissions": ["keys:list"]})).await;
    for cursor in [&*cursor, "forged"] {
        stack.get(&format!("/audit?cursor={cursor}"), &key.text).await.expect(403);
        stack.get(&format!("/audit?cursor={cursor}"), "").await.expect(401);
    }
}
