//! Keys that are off the record: their use leaves nothing behind.

use serde_json::json;

use crate::support::{
    Key, TestStack,
    command::{Home, Latchkey},
    with_unknown_id, with_wrong_secret,
};

const BROUGHT: &str = "Brought-By-Somebody-9f3kQz7vT2mXw8Lp";

/// Uses a key in every way that comes to an end of its own: let in, turned away, and presented with a wrong secret.
async fn use_it(latchkey: &Latchkey, key: &Key) {
    latchkey.get("/demo/hello", &key.text).await.expect(200);
    latchkey.get("/keys", &key.text).await.expect(403);
    latchkey.get("/demo/other", &key.text).await.expect(200);
    latchkey.post("/keys", &key.text, &json!({})).await.expect(403);
    latchkey.get("/catalogue", &key.text).await.expect(200);
    latchkey.post("/verify", latchkey.root(), &json!({"key": key.text})).await.expect(200);
    if key.text != BROUGHT {
        let wrong = with_wrong_secret(&key.text);
        latchkey.get("/demo/hello", &wrong).await.expect(401);
        latchkey.get("/keys", &wrong).await.expect(401);
        latchkey.post("/verify", latchkey.root(), &json!({"key": wrong})).await.expect(200);
    }
}

/// What a run logs in which keys of all kinds are used: the ids of those off the record, another's id, and the log from
/// the moment on at which all were made.
async fn run(level: &str) -> (Vec<String>, String, String) {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[("RUST_LOG", level), ("CACHE_TTL_SECONDS", "0")]).await;
    let quiet = [
        latchkey.create(json!({"off_the_record": true})).await,
        latchkey.create(json!({"off_the_record": true, "value": BROUGHT})).await,
    ];
    let refused = [
        latchkey.create(json!({"off_the_record": true, "enabled": false})).await,
        latchkey.create(json!({"off_the_record": true, "provider": "gcp", "region": "*"})).await,
        latchkey.create(json!({"off_the_record": true, "allowed_cidrs": ["10.0.0.0/8"]})).await,
        latchkey.create(json!({"off_the_record": true, "apis": []})).await,
    ];
    let loud = latchkey.create(json!({})).await;
    let before = home.log().len();
    for key in &quiet {
        use_it(&latchkey, key).await;
    }
    for key in &refused {
        for text in [key.text.clone(), with_wrong_secret(&key.text)] {
            let status = latchkey.get("/demo/hello", &text).await.status;
            assert!([401, 403].contains(&status), "{status}");
        }
    }
    use_it(&latchkey, &loud).await;
    latchkey.end("TERM").await;
    let log = home.log().split_at(before).1.to_owned();
    (quiet.into_iter().chain(refused).map(|key| key.id).collect(), loud.id, log)
}

#[tokio::test]
async fn a_key_off_the_record_is_not_named_in_the_log_whatever_becomes_of_its_request() {
    for level in ["", "info", "debug"] {
        let (quiet, loud, log) = run(level).await;
        for id in quiet {
            let found = log.lines().find(|line| line.contains(&id));
            assert_eq!(found, None, "{level:?}");
        }
        assert!(log.contains(&loud), "any other key is named:\n{log}");
    }
}

#[tokio::test]
async fn an_id_that_no_key_has_is_named_as_it_was_claimed() {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[]).await;
    let unknown = with_unknown_id(latchkey.root());
    latchkey.get("/demo/hello", &unknown).await.expect(401);
    latchkey.end("TERM").await;
    assert!(home.log().contains(crate::support::id_of(&unknown)), "{}", home.log());
}

#[tokio::test]
async fn a_use_off_the_record_writes_nothing() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({"off_the_record": true})).await;
    let before = stack.items().await;
    for path in ["/demo/hello", "/keys", "/catalogue"] {
        stack.get(path, &key.text).await;
        stack.get(path, &with_wrong_secret(&key.text)).await;
    }
    stack.post("/verify", stack.root(), &json!({"key": key.text})).await.expect(200);
    assert_eq!(stack.items().await, before);
    let shown = stack.get(&format!("/keys/{}", key.id), stack.root()).await.expect(200).json();
    assert_eq!((&shown["last_used_at"], &shown["off_the_record"]), (&json!(null), &json!(true)));
}

#[tokio::test]
async fn what_is_done_to_a_key_off_the_record_is_audited() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"off_the_record": true})).await;
    let path = format!("/keys/{}", key.id);
    stack.clock.advance_seconds(1);
    stack.delete(&path, stack.root()).await.expect(200);
    let events = stack.get(&format!("{path}/audit"), stack.root()).await.expect(200).json();
    let actions: Vec<_> = events["events"].as_array().unwrap().iter().map(|event| event["action"].clone()).collect();
    assert_eq!(actions, ["key.revoked", "key.created"]);
}
