//! Who is refused, how little the refusal tells, and how few reads it costs.

use reqwest::{Method, header::HeaderValue};
use serde_json::json;

use crate::support::{Answer, TestStack, proxy::Proxy, send, with_unknown_id, with_wrong_secret};

/// Asserts that nobody could tell the two apart.
#[track_caller]
fn assert_alike(one: &Answer, other: &Answer, why: &str) {
    assert_eq!(one.status, other.status, "{why}");
    assert_eq!(one.text, other.text, "{why}");
    assert_eq!(one.telling_headers(), other.telling_headers(), "{why}");
}

#[tokio::test]
async fn all_that_is_wrong_with_a_key_looks_the_same_outside() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let good = stack.create(json!({})).await.text;
    let revoked = stack.create(json!({})).await;
    stack.delete(&format!("/keys/{}", revoked.id), stack.root()).await.expect(200);
    let disabled = stack.create(json!({"enabled": false})).await.text;
    let expired = stack.create(json!({"expires_in": "1s"})).await.text;
    stack.clock.advance_seconds(1);
    let cut = good.split_at(good.len() - 1).0;
    let refused = [
        ("no key", String::new()),
        ("malformed", "hello".to_owned()),
        ("cut", cut.to_owned()),
        ("bad checksum", if good.ends_with('0') { format!("{cut}1") } else { format!("{cut}0") }),
        ("unknown id", with_unknown_id(&good)),
        ("wrong secret", with_wrong_secret(&good)),
        ("wrong secret of a super-user", with_wrong_secret(stack.root())),
        ("wrong secret of a revoked key", with_wrong_secret(&revoked.text)),
        ("revoked", revoked.text),
        ("disabled", disabled),
        ("expired", expired),
    ];
    stack.get("/demo/hello", &good).await.expect(200);
    for path in ["/demo/hello", "/keys", "/catalogue", "/keys/0000000000000000"] {
        let first = stack.get(path, "").await.expect(401);
        assert_eq!(first.text, r#"{"message":"Unauthorized"}"#);
        for (why, key) in &refused {
            assert_alike(&stack.get(path, key).await, &first, why);
        }
    }
}

#[tokio::test]
async fn a_gateway_that_cannot_say_401_is_told_to_deny() {
    let stack = TestStack::with_settings(&[("UNAUTHENTICATED", "deny")]).await;
    let key = stack.create(json!({})).await.text;
    stack.get("/demo/hello", &key).await.expect(200);
    let not_allowed = stack.get("/keys", &key).await.expect(403);
    for refused in ["", "hello", &with_wrong_secret(&key), &with_unknown_id(&key)] {
        assert_alike(&stack.get("/keys", refused).await, &not_allowed, "unauthenticated");
    }
}

#[tokio::test]
async fn a_fine_grained_key_reaches_everything_but_the_admin_routes() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let own = format!("/keys/{}", key.id);
    for (method, path) in [
        (Method::POST, "/keys"),
        (Method::GET, "/keys"),
        (Method::GET, "/keys?limit=1"),
        (Method::GET, &own),
        (Method::DELETE, &own),
        (Method::GET, "/keys/0000000000000000"),
        (Method::DELETE, "/%6b%65%79%73/0000000000000000"),
    ] {
        let answer = send(stack.request_with(method.clone(), path, &key.text)).await;
        assert_eq!((answer.status, &*answer.text), (403, r#"{"message":"Forbidden"}"#), "{method} {path}");
    }
    for path in ["/demo/hello", "/demo/keys", "/catalogue", "/health"] {
        stack.get(path, &key.text).await.expect(200);
    }
}

#[tokio::test]
async fn a_key_that_is_refused_reaches_no_handler() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await.text;
    let before = stack.items().await;
    for (refused, status) in [("", 401), ("hello", 401), (&*with_wrong_secret(stack.root()), 401), (&*key, 403)] {
        let body = crate::support::minimal();
        stack.post("/keys", refused, &body).await.expect(status);
        stack.delete(&format!("/keys/{}", crate::support::id_of(&key)), refused).await.expect(status);
    }
    assert!(stack.items().await == before);
}

#[tokio::test]
async fn a_malformed_key_never_reads_the_table() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let good = stack.create(json!({})).await.text;
    // The API sets are read at the first refusal, as one may be open to all, and then kept for a while.
    stack.get("/demo/hello", "").await.expect(401);
    proxy.forget();
    let cut = good.split_at(good.len() - 1).0;
    for malformed in [
        String::new(),
        "hello".to_owned(),
        "fifteen-letters".to_owned(),
        good.replace("lk_", "mk_"),
        good.replace("lk_", "a_prefix_"),
        if good.ends_with('0') { format!("{cut}1") } else { format!("{cut}0") },
        "x".repeat(8_000),
    ] {
        for path in ["/demo/hello", "/keys", "/catalogue"] {
            stack.get(path, &malformed).await.expect(401);
        }
    }
    let not_text = HeaderValue::from_bytes(b"lk_\xff\xfe").unwrap();
    send(stack.request(Method::GET, "/demo/hello").header("x-api-key", not_text)).await.expect(401);
    assert_eq!(proxy.total(), 0, "{:?}", proxy.counts());
    // The proof that it counts: what may be a key is looked for, by its id and by its hash.
    stack.get("/demo/hello", &with_unknown_id(&good)).await.expect(401);
    assert_eq!(proxy.counts(), [("GetItem".to_owned(), 2)].into());
    stack.get("/demo/hello", "something-that-was-brought").await.expect(401);
    assert_eq!(proxy.counts(), [("GetItem".to_owned(), 3)].into());
}

#[tokio::test]
async fn a_busy_key_is_read_once_in_its_ttl() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[]).await;
    let key = stack.create(json!({})).await.text;
    stack.get("/demo/hello", "").await.expect(401);
    proxy.forget();
    for _ in 0..20 {
        stack.get("/demo/hello", &key).await.expect(200);
        stack.get("/keys", &key).await.expect(403);
    }
    assert_eq!(proxy.counts(), [("GetItem".to_owned(), 1)].into());
    // Another text may be one that the key got just now, which works at once.
    stack.get("/demo/hello", &with_wrong_secret(&key)).await.expect(401);
    assert_eq!(proxy.counts(), [("GetItem".to_owned(), 2)].into());

    stack.clock.advance_seconds(10);
    stack.get("/demo/hello", &key).await.expect(200);
    assert_eq!(proxy.total(), 3);
}

#[tokio::test]
async fn a_wrong_secret_does_not_make_room_for_itself() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await.text;
    stack.get("/demo/hello", &with_wrong_secret(&key)).await.expect(401);
    stack.get("/demo/hello", &key).await.expect(200);
    stack.get("/demo/hello", &with_wrong_secret(&key)).await.expect(401);
}
