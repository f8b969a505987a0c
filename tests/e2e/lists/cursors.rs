//! Cursors: what a deployment made for a question answers that question, and nothing else is one.

use serde_json::json;

use super::{ids, ticking};
use crate::support::{Answer, TestStack};

/// A stack with some keys of `team-a`, and the cursor after the first of them all.
async fn with_cursor() -> (TestStack, String) {
    let stack = ticking().await;
    for number in 0..12 {
        stack.create(json!({"name": format!("key {number}"), "owner": "team-a"})).await;
    }
    let cursor = cursor(&stack, "").await;
    (stack, cursor)
}

/// The cursor after the first key that matches `query`.
async fn cursor(stack: &TestStack, query: &str) -> String {
    let page = stack.get(&format!("/keys?limit=1&{query}"), stack.root()).await.expect(200).json();
    page["next_cursor"].as_str().unwrap().to_owned()
}

async fn list(stack: &TestStack, query: &str, cursor: &str) -> Answer {
    stack.get(&format!("/keys?{query}&cursor={cursor}"), stack.root()).await
}

/// The refusal, which must be the same for every cursor that is none: nobody learns how near theirs came.
#[track_caller]
fn assert_no_cursor(answer: &Answer, why: &str) {
    let problem = answer.problem(400);
    assert_eq!(
        problem["errors"],
        json!([{"field": "cursor", "message": "is no cursor of this list: use next_cursor with the same filters"}]),
        "{why}"
    );
    assert_eq!(problem["detail"], "See errors for each field that is wrong.", "{why}");
}

#[tokio::test]
async fn a_cursor_can_be_used_again_and_with_another_page_size() {
    let (stack, cursor) = with_cursor().await;
    let all = ids(&stack.list_all("", 100).await);
    for limit in [1, 5, 100] {
        let page = list(&stack, &format!("limit={limit}"), &cursor).await.expect(200).json();
        let page = ids(page["keys"].as_array().unwrap());
        assert_eq!(page, all.iter().skip(1).take(limit).cloned().collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_cursor_survives_the_key_that_it_points_at() {
    let (stack, cursor) = with_cursor().await;
    let all = ids(&stack.list_all("state=active", 100).await);
    let next = cursor_after_first_active(&stack).await;
    stack.delete(&format!("/keys/{}", all[0]), stack.root()).await.expect(200);
    let rest = list(&stack, "state=active&limit=100", &next).await.expect(200).json();
    assert_eq!(ids(rest["keys"].as_array().unwrap()), all[1..]);
    list(&stack, "limit=100", &cursor).await.expect(200);
}

async fn cursor_after_first_active(stack: &TestStack) -> String {
    cursor(stack, "state=active").await
}

#[tokio::test]
async fn a_cursor_that_nobody_made_is_refused() {
    let (stack, cursor) = with_cursor().await;
    let position = "1795248000000%23ExampleKey000001";
    for forged in [
        "x",
        "null",
        "0",
        "%00",
        "..%2F..",
        "%F0%9F%94%91",
        "eyJwayI6eyJTIjoia2V5In19",
        position,
        "MTc5NTI0ODAwMDAwMCNFeGFtcGxlS2V5MDAwMDAx",
        &"A".repeat(cursor.len()),
        &"A".repeat(7_000),
        &format!("{cursor}%3D"),
        &format!("{cursor}A"),
        &format!("%20{cursor}"),
        &format!("{cursor}{cursor}"),
    ] {
        assert_no_cursor(&list(&stack, "", forged).await, forged);
    }
}

#[tokio::test]
async fn a_cursor_that_was_cut_or_altered_is_refused() {
    let (stack, cursor) = with_cursor().await;
    for length in (1..cursor.len()).step_by(5).chain([cursor.len() - 1]) {
        assert_no_cursor(&list(&stack, "", cursor.split_at(length).0).await, "cut");
    }
    for place in 0..cursor.len() {
        let mut altered = cursor.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_no_cursor(&list(&stack, "", &altered).await, &format!("{place} of {cursor}"));
    }
    list(&stack, "", &cursor).await.expect(200);
}

#[tokio::test]
async fn a_cursor_of_another_question_is_refused() {
    let (stack, cursor) = with_cursor().await;
    let questions = [
        "owner=team-a",
        "owner=root",
        "provider=aws",
        "region=us-east-1",
        "type=fine-grained",
        "state=active",
        "name=key",
        "name=k",
        "owner=team-a&state=active",
        "method=GET&path=/demo/a",
    ];
    for question in questions {
        assert_no_cursor(&list(&stack, question, &cursor).await, question);
    }
    let callers = self::cursor(&stack, "method=GET&path=/demo/a").await;
    list(&stack, "method=GET&path=/demo/a", &callers).await.expect(200);
    for question in ["", "method=GET&path=/demo/b", "method=POST&path=/demo/a", "owner=team-a&method=GET&path=/demo/a"]
    {
        assert_no_cursor(&list(&stack, question, &callers).await, question);
    }
    let owners = self::cursor(&stack, "owner=team-a").await;
    list(&stack, "owner=team-a", &owners).await.expect(200);
    for question in ["", "owner=team-b", "owner=team-a&state=active", "owner=team-a&name=key"] {
        assert_no_cursor(&list(&stack, question, &owners).await, question);
    }
}

#[tokio::test]
async fn a_cursor_of_another_deployment_is_refused() {
    let ((one, of_one), (other, of_other)) = (with_cursor().await, with_cursor().await);
    assert_no_cursor(&list(&one, "", &of_other).await, "the other's");
    assert_no_cursor(&list(&other, "", &of_one).await, "the one's");
    list(&one, "", &of_one).await.expect(200);
}

#[tokio::test]
async fn a_cursor_helps_nobody_who_may_not_list() {
    let (stack, cursor) = with_cursor().await;
    let key = stack.create(json!({})).await.text;
    stack.get(&format!("/keys?cursor={cursor}"), &key).await.expect(403);
    stack.get(&format!("/keys?cursor={cursor}"), "").await.expect(401);
}
