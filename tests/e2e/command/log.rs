//! The log: one line a request, and never a key.

use reqwest::Method;
use serde_json::json;

use crate::support::{
    Key,
    command::{Home, Latchkey},
    id_of, minimal, secret_of, send, with_unknown_id, with_wrong_secret,
};

/// A run that uses everything and puts keys wherever a caller can; gives back every key text in it.
async fn full_run(latchkey: &Latchkey) -> Vec<String> {
    let root = latchkey.root();
    let mut keys: Vec<Key> = Vec::new();
    for fields in [
        json!({}),
        json!({"type": "super-user", "prefix": "acme_live"}),
        json!({"enabled": false}),
        json!({"provider": "gcp", "region": "*"}),
        json!({"expires_in": "30d", "metadata": {"a": "b"}, "owner": "team-a"}),
    ] {
        keys.push(latchkey.create(fields).await);
    }
    let mut texts: Vec<_> = keys.iter().map(|key| key.text.clone()).chain([root.to_owned()]).collect();
    for text in texts.clone() {
        texts.extend([with_wrong_secret(&text), with_unknown_id(&text)]);
    }
    for text in &texts {
        let encoded = text.bytes().fold(String::new(), |encoded, byte| format!("{encoded}%{byte:02X}"));
        for path in [
            "/demo/hello".to_owned(),
            "/keys".to_owned(),
            "/catalogue".to_owned(),
            format!("/keys?name={text}"),
            format!("/keys?cursor={text}"),
            format!("/keys?{text}={text}"),
            format!("/keys/{text}"),
            format!("/keys/{text}?reason={text}"),
            format!("/demo/{text}"),
            format!("/demo/{text}/x"),
            format!("/demo/x{text}x"),
            format!("/demo/{}", text.replace('_', "%5F")),
            format!("/demo/{}", text.replace('_', "%255F")),
            format!("/demo/{encoded}"),
            format!("/demo/hello?api_key={text}"),
            format!("/{text}"),
            format!("/demo/Bearer%20{text}"),
        ] {
            latchkey.get(&path, text).await;
            latchkey.delete(&path, text).await;
        }
        for (name, value) in [
            ("x-api-key", text.clone()),
            ("authorization", format!("Basic {text}")),
            ("cookie", format!("latchkey={text}")),
            ("user-agent", text.clone()),
            ("referer", format!("http://localhost/{text}")),
            ("host", text.clone()),
            ("x-forwarded-for", text.clone()),
        ] {
            send(latchkey.request(Method::GET, "/demo/hello").header(name, value)).await;
        }
        for body in [json!({"name": 1, text.as_str(): 1}), json!({"provider": text, "region": text, "type": text})] {
            latchkey.post("/keys", root, &body).await.expect(400);
        }
        latchkey.post_bytes("/keys", root, text.clone()).await.expect(400);
        send(latchkey.request(Method::from_bytes(text.as_bytes()).unwrap(), "/demo/hello")).await;
    }
    for key in &keys {
        latchkey.delete(&format!("/keys/{}?reason=over", key.id), root).await.expect(200);
        latchkey.get("/demo/hello", &key.text).await;
    }
    latchkey.post("/keys", root, &minimal()).await.expect(201);
    texts
}

#[track_caller]
fn assert_holds_none(log: &str, texts: &[String]) {
    for text in texts {
        for forbidden in [text, secret_of(text), text.rsplit('_').next().unwrap()] {
            let found = log.lines().find(|line| line.contains(forbidden));
            assert_eq!(found, None, "a key stands in the log");
        }
    }
}

#[tokio::test]
async fn no_key_of_a_full_run_is_in_its_log() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let texts = full_run(&latchkey).await;
    latchkey.end("TERM").await;
    assert_holds_none(&home.log(), &texts);
}

#[tokio::test]
async fn no_key_of_a_full_run_is_in_its_log_however_much_is_logged() {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[("RUST_LOG", "trace")]).await;
    let texts = full_run(&latchkey).await;
    latchkey.end("TERM").await;
    let log = home.log();
    assert!(log.contains("key created"), "no more than usual is logged");
    assert_holds_none(&log, &texts);
}

#[tokio::test]
async fn each_request_has_a_line() {
    let home = Home::new();
    let latchkey = home.start(&[], &[("CACHE_TTL_SECONDS", "0")]).await;
    let (root, root_id) = (latchkey.root().to_owned(), id_of(latchkey.root()).to_owned());
    let key = latchkey.create(json!({})).await;
    latchkey.get("/demo/hello?x=1", &key.text).await.expect(200);
    latchkey.get("/keys", &key.text).await.expect(403);
    latchkey.get("/demo/hello", &with_wrong_secret(&key.text)).await.expect(401);
    latchkey.get("/demo/hello", "hello").await.expect(401);
    latchkey.get("/demo/hello", "").await.expect(401);
    latchkey.delete(&format!("/keys/{}?reason=over", key.id), &root).await.expect(200);
    latchkey.get("/demo/hello", &key.text).await.expect(401);
    latchkey.get("/demo/hello", &with_wrong_secret(&key.text)).await.expect(401);
    latchkey.get("/keys/short", &root).await.expect(404);
    latchkey.get("/health", "").await.expect(200);
    latchkey.get("/nowhere", &root).await.expect(404);
    latchkey.get("/demo/a%0Ab%1B%5B31m%E2%80%AE", "").await.expect(401);
    latchkey.post("/keys", &root, &json!({})).await.expect(400);
    latchkey.end("TERM").await;

    let log = home.log();
    let lines: Vec<_> = log.lines().collect();
    let revoke = format!("DELETE /keys/{} 200", key.id);
    let expected = [
        ("POST /keys 201", "VALID", &*root_id),
        ("GET /demo/hello 200", "VALID", &*key.id),
        ("GET /keys 403", "ROUTE_DENIED", &*key.id),
        ("GET /demo/hello 401", "NOT_FOUND", &*key.id),
        ("GET /demo/hello 401", "MALFORMED", ""),
        ("GET /demo/hello 401", "NO_KEY", ""),
        (&*revoke, "VALID", &*root_id),
        ("GET /demo/hello 401", "REVOKED", &*key.id),
        ("GET /demo/hello 401", "NOT_FOUND", &*key.id),
        ("GET /keys/short 404", "VALID", &*root_id),
        ("GET /health 200", "", ""),
        ("GET /nowhere 404", "", ""),
        (r"GET /demo/a\nb\u{1b}[31m\u{202e} 401", "NO_KEY", ""),
        ("POST /keys 400", "VALID", &*root_id),
    ];
    assert_eq!(lines.len(), expected.len(), "{log}");
    for (line, (request, code, id)) in lines.iter().zip(expected) {
        assert!(line.contains(&format!(" {request} ")), "{request}: {line}");
        assert!(line.contains(code) && line.contains(id), "{request}: {line}");
        assert!(!line.contains('\u{1b}'), "there is nobody to see colours: {line}");
    }
}
