//! The command of `cargo run`: what it prints, what it keeps, and how it ends.

mod log;
mod refusals;
mod survival;

use std::{fs, os::unix::fs::PermissionsExt};

use local::stack::sdk;
use serde_json::json;

use crate::support::{command::Home, items};

/// The rights on a file or folder.
fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_first_start_says_where_everything_is() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let [gateway, console, dynamodb, secrets, root] = latchkey.lines.as_slice() else { panic!("{:?}", latchkey.lines) };
    // The first line means that requests are accepted.
    latchkey.get("/health", "").await.expect(200);
    assert!(gateway.starts_with("latchkey listening on http://127.0.0.1:"), "{gateway}");
    assert_eq!(*console, format!("console {}/console", latchkey.url()));
    assert!(latchkey.get("/console", "").await.expect(200).text.contains("<title>"));

    let (url, table) = dynamodb.strip_prefix("dynamodb ").unwrap().split_once(" table ").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let held = items(url, table).await.len();
    assert_eq!(held, 3, "the table holds more than the root key, the event of its making, and its name");

    let url = secrets.strip_prefix("secretsmanager ").unwrap();
    let client = aws_sdk_secretsmanager::Client::new(&sdk(url));
    let secret = client.get_secret_value().secret_id("latchkey/root-key").send().await.unwrap();
    assert!(secret.secret_string().unwrap().contains(latchkey.root()));

    assert_eq!(*root, format!("root key {} (shown once; kept in .latchkey/root-key)", latchkey.root()));
    latchkey.get("/keys", latchkey.root()).await.expect(200);
    assert_eq!(latchkey.end("TERM").await, (Some(0), String::new()));
}

#[tokio::test]
async fn nobody_else_can_read_what_is_kept() {
    let home = Home::new();
    let latchkey = home.start(&["--data-dir", "some/where"], &[]).await;
    assert_eq!(mode(&home.path("some/where")), 0o700);
    assert_eq!(mode(&home.path("some/where/root-key")), 0o600);
    assert_eq!(fs::read_to_string(home.path("some/where/root-key")).unwrap().trim_end(), latchkey.root());
    assert!(!home.path(".latchkey").exists());
}

#[tokio::test]
async fn a_second_start_finds_the_same_keys() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    let kept = fs::read(home.path(".latchkey/root-key")).unwrap();
    let (key, gone) = (latchkey.create(json!({"name": "kept"})).await, latchkey.create(json!({})).await);
    latchkey.delete(&format!("/keys/{}", gone.id), &root).await.expect(200);
    let listed = latchkey.list_all("", 100).await;
    let cursor = latchkey.get("/keys?limit=1", &root).await.json()["next_cursor"].as_str().unwrap().to_owned();
    latchkey.end("TERM").await;

    let latchkey = home.start(&[], &[]).await;
    assert_eq!(latchkey.lines[4], "root key kept in .latchkey/root-key");
    assert!(!latchkey.lines.concat().contains(&root));
    assert_eq!(fs::read(home.path(".latchkey/root-key")).unwrap(), kept);
    let latchkey = latchkey.with_root(&root);
    assert_eq!(latchkey.list_all("", 100).await, listed);
    latchkey.get("/demo/hello", &key.text).await.expect(200);
    latchkey.get("/demo/hello", &gone.text).await.expect(401);
    latchkey.get(&format!("/keys?limit=1&cursor={cursor}"), &root).await.expect(200);
    let (_, rest) = latchkey.end("TERM").await;
    assert_eq!(rest, "");
    assert!(!home.log().contains(&root));
}

#[tokio::test]
async fn nothing_is_kept_when_nothing_is_to_be_kept() {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[]).await;
    assert_eq!(latchkey.lines[4], format!("root key {} (shown once; gone when this ends)", latchkey.root()));
    let key = latchkey.create(json!({})).await;
    latchkey.get("/demo/hello", &key.text).await.expect(200);
    assert_eq!(latchkey.end("TERM").await.0, Some(0));
    assert_eq!(fs::read_dir(home.work()).unwrap().count(), 0);

    let again = home.start(&["--ephemeral"], &[]).await;
    again.get("/demo/hello", &key.text).await.expect(401);
}

#[tokio::test]
async fn either_signal_ends_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let home = Home::new();
        let latchkey = home.start(&[], &[]).await;
        // A connection that stays open does not keep it from ending.
        latchkey.get("/demo/hello", latchkey.root()).await.expect(200);
        assert_eq!(latchkey.end(signal).await, (Some(0), String::new()), "{signal}");
        assert!(!home.log().to_lowercase().contains("error"), "{}", home.log());
    }
}

#[tokio::test]
async fn settings_come_from_the_environment_and_aws_has_no_say() {
    let home = Home::new();
    let settings = [
        ("TABLE_NAME", "my-keys"),
        ("DEPLOYMENT_REGION", "eu-west-1"),
        ("KEY_PREFIX", "acme"),
        ("MAX_KEY_LIFETIME", "7d"),
        // What another account would be reached with.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1"),
        ("AWS_REGION", "ap-southeast-2"),
        ("AWS_PROFILE", "nobody"),
    ];
    let latchkey = home.start(&["--ephemeral"], &settings).await;
    assert!(latchkey.lines[2].ends_with(" table my-keys"), "{:?}", latchkey.lines);
    assert!(latchkey.root().starts_with("acme_"));
    let here = latchkey.create(json!({"region": "eu-west-1", "expires_in": "7d"})).await;
    latchkey.get("/demo/hello", &here.text).await.expect(200);
    let elsewhere = latchkey.create(json!({"region": "us-east-1", "expires_in": "7d"})).await;
    latchkey.get("/demo/hello", &elsewhere.text).await.expect(403);
}

#[tokio::test]
async fn a_proxy_for_the_world_outside_is_not_asked_for_what_runs_here() {
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        let home = Home::new();
        let latchkey = home.start(&["--ephemeral"], &[(variable, "http://127.0.0.1:1")]).await;
        latchkey.create(json!({})).await;
    }
}
