//! The end of a key, to the second. The clock is the test's own.

use std::time::Duration;

use serde_json::json;

use crate::support::{TestStack, proxy::Proxy};

#[tokio::test]
async fn a_key_works_until_the_second_at_which_it_ends() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"expires_at": "2026-12-01T00:00:00Z"})).await;
    for (now, status) in [
        ("2026-11-21T08:00:00Z", 200),
        ("2026-11-30T23:59:59Z", 200),
        ("2026-11-30T23:59:59.999999999Z", 200),
        ("2026-12-01T00:00:00Z", 401),
        ("2026-12-01T00:00:00.000000001Z", 401),
        ("2026-12-01T00:00:01Z", 401),
        ("2036-12-01T00:00:00Z", 401),
    ] {
        stack.clock.set(now);
        assert_eq!(stack.get("/demo/hello", &key.text).await.status, status, "{now}");
    }
}

#[tokio::test]
async fn a_key_ends_at_its_second_even_while_it_is_cached() {
    let proxy = Proxy::start().await;
    let stack = TestStack::on_table(proxy.url(), &[("CACHE_TTL_SECONDS", "3600")]).await;
    let key = stack.create(json!({"expires_in": "90s"})).await;
    proxy.forget();
    stack.get("/demo/hello", &key.text).await.expect(200);
    stack.clock.advance_seconds(89);
    stack.get("/demo/hello", &key.text).await.expect(200);
    stack.clock.advance_seconds(1);
    stack.get("/demo/hello", &key.text).await.expect(401);
    assert_eq!(proxy.count("GetItem"), 1, "the record was read again");
}

#[tokio::test]
async fn an_expired_super_user_key_opens_no_admin_route() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"type": "super-user", "expires_in": "1m"})).await;
    stack.get("/keys", &key.text).await.expect(200);
    stack.clock.advance_seconds(60);
    for path in ["/keys", "/catalogue", "/demo/hello"] {
        stack.get(path, &key.text).await.expect(401);
    }
    stack.post("/keys", &key.text, &crate::support::minimal()).await.expect(401);
}

#[tokio::test]
async fn a_period_is_counted_from_the_moment_of_creation() {
    let stack = TestStack::start().await;
    for (period, end) in [
        ("1s", "2026-11-21T08:00:01Z"),
        ("90s", "2026-11-21T08:01:30Z"),
        ("30m", "2026-11-21T08:30:00Z"),
        ("12h", "2026-11-21T20:00:00Z"),
        ("36h", "2026-11-22T20:00:00Z"),
        ("30d", "2026-12-21T08:00:00Z"),
        ("90d", "2027-02-19T08:00:00Z"),
        ("365d", "2027-11-21T08:00:00Z"),
        ("36525d", "2126-11-22T08:00:00Z"),
    ] {
        let key = stack.create(json!({"expires_in": period})).await;
        assert_eq!(key.body["expires_at"], end, "{period}");
        assert_eq!(key.body["created_at"], "2026-11-21T08:00:00Z");
        assert_eq!(key.body["state"], "active");
    }
}

#[tokio::test]
async fn an_end_is_kept_in_utc_and_to_the_second() {
    let stack = TestStack::start().await;
    for (given, kept) in [
        ("2030-01-31T12:00:00Z", "2030-01-31T12:00:00Z"),
        ("2030-01-31T12:00:00.999Z", "2030-01-31T12:00:00Z"),
        ("2030-01-31T12:00:00+05:30", "2030-01-31T06:30:00Z"),
        ("2030-01-01T00:00:00-08:00", "2030-01-01T08:00:00Z"),
    ] {
        assert_eq!(stack.create(json!({"expires_at": given})).await.body["expires_at"], kept, "{given}");
    }
}

#[tokio::test]
async fn what_is_shown_follows_the_clock() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"name": "ending", "expires_in": "1h"})).await;
    let path = format!("/keys/{}", key.id);
    let expired = || async { stack.list_all("state=expired", 25).await.len() };
    let active = || async { stack.list_all("state=active&name=ending", 25).await.len() };

    stack.clock.advance(Duration::from_millis(3_599_999));
    assert_eq!(stack.get(&path, stack.root()).await.json()["state"], "active");
    assert_eq!((active().await, expired().await), (1, 0));

    stack.clock.advance(Duration::from_millis(1));
    let shown = stack.get(&path, stack.root()).await.json();
    assert_eq!(shown["state"], "expired");
    assert_eq!((active().await, expired().await), (0, 1));
    // Nothing was written for it.
    assert_eq!((&shown["version"], &shown["updated_at"]), (&json!(1), &json!("2026-11-21T08:00:00Z")));
}

#[tokio::test]
async fn an_expired_key_can_still_be_revoked() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"expires_in": "1h"})).await;
    stack.clock.advance_seconds(3_600);
    let revoked = stack.delete(&format!("/keys/{}", key.id), stack.root()).await.expect(200).json();
    assert_eq!((&revoked["state"], &revoked["revoked_at"]), (&json!("revoked"), &json!("2026-11-21T09:00:00Z")));
    assert_eq!(revoked["expires_at"], "2026-11-21T09:00:00Z");
}
