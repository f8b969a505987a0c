//! How long a token works: until its own end, and never longer than its key and the text that signed it.

use serde_json::{Value, json};

use super::{WITHOUT_CACHE, after, code, issue};
use crate::support::{
    Key, TestStack,
    proxy::{Mode, Proxy},
};

/// A stack with a key and a token of it.
async fn scene(settings: &[(&str, &str)], fields: Value) -> (TestStack, Key, String) {
    let stack = TestStack::with_settings(settings).await;
    let key = stack.create(fields).await;
    let token = issue(&stack, &key.text, &json!({"expires_in": "12h"})).await;
    (stack, key, token)
}

async fn door(stack: &TestStack, token: &str) -> u16 {
    stack.get("/demo/hello", token).await.status
}

#[tokio::test]
async fn a_token_ends_to_the_second_with_half_a_minute_for_the_clocks() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let token = issue(&stack, &key.text, &json!({"expires_in": "10m"})).await;
    for (second, status, expected) in [(599, 200, "VALID"), (629, 200, "VALID"), (630, 401, "EXPIRED")] {
        stack.clock.set(&after(second));
        assert_eq!((door(&stack, &token).await, code(&stack, &token).await), (status, json!(expected)), "{second}");
    }
}

#[tokio::test]
async fn a_token_from_the_future_waits_for_its_time() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    stack.clock.set(&after(31));
    let early = issue(&stack, &key.text, &json!({})).await;
    for (second, status) in [(0, 401), (1, 200), (31, 200)] {
        stack.clock.set(&after(second));
        assert_eq!(door(&stack, &early).await, status, "{second}");
    }
}

/// What ends a key, and the code that its tokens get then.
const ENDS: [(&str, &str); 4] =
    [("revoke", "REVOKED"), ("disable", "DISABLED"), ("expire", "EXPIRED"), ("rotate", "NOT_FOUND")];

/// Ends a key.
async fn end(stack: &TestStack, how: &str, id: &str) {
    let root = stack.root();
    let answer = match how {
        "revoke" => stack.revoke(id, root).await,
        "disable" => stack.patch(id, root, &json!({"enabled": false})).await,
        "expire" => stack.patch(id, root, &json!({"expires_at": after(1)})).await,
        _ => stack.post(&format!("/keys/{id}/rotate"), root, &json!({"overlap": "0s"})).await,
    };
    answer.expect(200);
}

#[tokio::test]
async fn what_ends_a_key_ends_its_tokens_within_the_revocation_bound() {
    for (how, expected) in ENDS {
        let (stack, key, token) = scene(&[], json!({})).await;
        assert_eq!(door(&stack, &token).await, 200);
        end(&stack, how, &key.id).await;
        // `/verify` reads the record each time.
        stack.clock.set(&after(9));
        assert_eq!(code(&stack, &token).await, expected);
        assert_eq!(door(&stack, &token).await, 200, "{how}: kept for less than ten seconds");
        stack.clock.set(&after(10));
        assert_eq!(door(&stack, &token).await, 401, "{how}");
    }
}

#[tokio::test]
async fn without_a_cache_what_ends_a_key_ends_its_tokens_at_once() {
    for (how, expected) in ENDS {
        let (stack, key, token) = scene(&[WITHOUT_CACHE], json!({})).await;
        assert_eq!(door(&stack, &token).await, 200);
        end(&stack, how, &key.id).await;
        stack.clock.set(&after(1));
        assert_eq!((door(&stack, &token).await, code(&stack, &token).await), (401, json!(expected)), "{how}");
    }
}

#[tokio::test]
async fn a_restored_key_has_its_tokens_back() {
    let (stack, key, token) = scene(&[WITHOUT_CACHE], json!({})).await;
    stack.revoke(&key.id, stack.root()).await.expect(200);
    assert_eq!(door(&stack, &token).await, 401);
    stack.restore(&key.id, stack.root()).await.expect(200);
    assert_eq!(door(&stack, &token).await, 200);
}

#[tokio::test]
async fn a_rotated_keys_tokens_die_with_the_text_that_signed_them() {
    for settings in [&[WITHOUT_CACHE][..], &[("CACHE_TTL_SECONDS", "300")]] {
        let (stack, key, token) = scene(settings, json!({})).await;
        let rotated =
            stack.post(&format!("/keys/{}/rotate", key.id), stack.root(), &json!({"overlap": "60s"})).await.expect(200);
        let new = rotated.json()["key"].as_str().unwrap().to_owned();
        let of_new = issue(&stack, &new, &json!({})).await;
        for (second, of_old) in [(0, 200), (59, 200), (60, 401), (3000, 401)] {
            stack.clock.set(&after(second));
            assert_eq!((door(&stack, &token).await, door(&stack, &of_new).await), (of_old, 200), "{second}");
        }
    }
}

#[tokio::test]
async fn a_token_of_a_text_that_is_new_to_the_cache_works_at_once() {
    let (stack, key, token) = scene(&[], json!({})).await;
    assert_eq!(door(&stack, &token).await, 200);
    let rotated = stack.post(&format!("/keys/{}/rotate", key.id), stack.root(), &json!({})).await.expect(200).json();
    let of_new = super::forge::token(&key.id, rotated["key"].as_str().unwrap(), json!({}));
    assert_eq!(door(&stack, &of_new).await, 200);
}

#[tokio::test]
async fn a_known_key_costs_no_read_for_its_tokens() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let key = stack.create(json!({})).await;
    let token = issue(&stack, &key.text, &json!({})).await;
    stack.get("/demo/hello", &key.text).await.expect(200);
    proxy.forget();
    for _ in 0..10 {
        assert_eq!(door(&stack, &token).await, 200, "the key's own record serves");
    }
    assert_eq!(proxy.total(), 0);
    // A stranger's signature for a known key may be one of a new text; it is looked at a few times a second.
    let forged = super::forge::token(&key.id, "some other text of it", json!({}));
    for _ in 0..20 {
        assert_eq!(door(&stack, &forged).await, 401);
    }
    assert_eq!(proxy.count("GetItem"), 5);
}

#[tokio::test]
async fn while_the_table_does_not_answer_a_known_keys_tokens_work_for_a_bounded_while() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let (used, unused) = (stack.create(json!({})).await, stack.create(json!({})).await);
    let known = issue(&stack, &used.text, &json!({})).await;
    let unknown = super::forge::token(&unused.id, &unused.text, json!({}));
    assert_eq!(door(&stack, &known).await, 200);
    proxy.set(Mode::Fail);
    assert_eq!(door(&stack, &unknown).await, 500);
    let forged = super::forge::token(&used.id, "some other text of it", json!({}));
    assert_eq!(door(&stack, &forged).await, 500, "of it, nothing can be said");
    for (second, status) in [(69, 200), (70, 500)] {
        stack.clock.set(&after(second));
        assert_eq!(door(&stack, &known).await, status, "{second}");
    }
}
