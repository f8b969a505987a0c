//! Starts that cannot be: one line says why, and nothing is left behind.

use std::fs;

use tokio::net::TcpListener;

use crate::support::{command::Home, id_of, with_wrong_secret};

/// Asserts that a start is refused with one line on stderr that has all of these words.
async fn assert_refused(home: &Home, arguments: &[&str], settings: &[(&str, &str)], words: &[&str]) {
    let output = home.run(arguments, settings).await;
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.code().is_some_and(|code| code != 0), "{arguments:?}: {:?}", output.status);
    assert_eq!(stdout, "", "{arguments:?}");
    assert_eq!(stderr.lines().count(), 1, "{arguments:?}: {stderr}");
    assert!(stderr.starts_with("latchkey: ") && stderr.ends_with('\n'), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word}: {stderr}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let home = Home::new();
    assert_refused(&home, &["--port", &port], &[], &[&port, "in use"]).await;
    assert!(!home.path(".latchkey").exists());
}

#[tokio::test]
async fn a_folder_that_cannot_be_is_named() {
    let home = Home::new();
    fs::write(home.path("file"), "").unwrap();
    assert_refused(&home, &["--port", "0", "--data-dir", "file/data"], &[], &["file/data"]).await;
    assert_refused(&home, &["--port", "0", "--data-dir", "file"], &[], &["file"]).await;
    fs::create_dir_all(home.path("data/root-key")).unwrap();
    assert_refused(&home, &["--port", "0", "--data-dir", "data"], &[], &["data"]).await;
}

#[tokio::test]
async fn a_folder_has_one_latchkey_at_a_time() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    assert_refused(&home, &["--port", "0"], &[], &[".latchkey", "in use"]).await;
    first.get("/keys", first.root()).await.expect(200);
    first.end("TERM").await;
    home.start(&[], &[]).await;
}

#[tokio::test]
async fn another_tables_root_key_is_not_taken() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    let root = first.root().to_owned();
    first.end("TERM").await;
    let elsewhere = Home::new();
    elsewhere.start(&[], &[]).await.end("TERM").await;
    fs::copy(elsewhere.path(".latchkey/root-key"), home.path(".latchkey/root-key")).unwrap();
    assert_refused(&home, &["--port", "0"], &[], &["root key", id_of(&root)]).await;
    fs::write(home.path(".latchkey/root-key"), &root).unwrap();
    let again = home.start(&[], &[]).await;
    assert_eq!(again.get("/keys", &root).await.expect(200).json()["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_root_key_is_not_replaced() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    let root = first.root().to_owned();
    first.end("TERM").await;
    let (file, aside) = (home.path(".latchkey/root-key"), home.path("aside"));
    fs::rename(&file, &aside).unwrap();
    assert_refused(&home, &["--port", "0"], &[], &["root-key", "missing"]).await;
    assert!(!file.exists());
    for text in ["", "\n", "hello\n", root.split_at(20).0, &format!("{root}x"), &format!("{root}\n{root}\n")] {
        fs::write(&file, text).unwrap();
        assert_refused(&home, &["--port", "0"], &[], &["root-key"]).await;
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    fs::write(&file, with_wrong_secret(&root)).unwrap();
    assert_refused(&home, &["--port", "0"], &[], &["root key"]).await;

    fs::rename(&aside, &file).unwrap();
    let again = home.start(&[], &[]).await.with_root(&root);
    again.get("/keys", &root).await.expect(200);
}

#[tokio::test]
async fn a_refusal_shows_nothing_of_a_key() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    let root = first.root().to_owned();
    first.end("TERM").await;
    for text in [root.replace("lk_", "LK_"), format!("key: {root}"), with_wrong_secret(&root)] {
        fs::write(home.path(".latchkey/root-key"), &text).unwrap();
        let output = home.run(&["--port", "0"], &[]).await;
        let stderr = String::from_utf8(output.stderr).unwrap();
        let secret = crate::support::secret_of(&text);
        assert!(!stderr.contains(secret), "{stderr}");
    }
}

#[tokio::test]
async fn a_database_that_is_none_is_refused() {
    let home = Home::new();
    let first = home.start(&[], &[]).await;
    first.end("TERM").await;
    fs::write(home.path(".latchkey/dynamodb.sqlite"), "this is no database\n".repeat(1_000)).unwrap();
    assert_refused(&home, &["--port", "0"], &[], &["DynamoDB"]).await;
}

#[tokio::test]
async fn a_bad_setting_is_named() {
    let home = Home::new();
    for (variable, value) in [
        ("DEPLOYMENT_PROVIDER", "AWS"),
        ("DEPLOYMENT_PROVIDER", "gcp"),
        ("DEPLOYMENT_REGION", "us-eest-1"),
        ("DEPLOYMENT_REGION", "*"),
        ("KEY_PREFIX", "Lk_"),
        ("MAX_KEY_LIFETIME", "soon"),
        ("CACHE_TTL_SECONDS", "-1"),
        ("STALE_SECONDS", "1h"),
        ("KEY_HEADERS", "a b"),
        ("KEY_COOKIES", "a;b"),
        ("UNAUTHENTICATED", "maybe"),
        ("POLICY_SCOPE", "all"),
        ("ROTATION_OVERLAP", "31d"),
    ] {
        // Of a provider that has no us-east-1, the region must be set as well.
        let named = if value == "gcp" { "DEPLOYMENT_REGION" } else { variable };
        assert_refused(&home, &["--port", "0"], &[(variable, value)], &[named]).await;
    }
    assert!(!home.path(".latchkey").exists());
}

#[tokio::test]
async fn a_name_that_no_table_can_have_is_a_bad_setting() {
    let home = Home::new();
    for name in ["no blanks", "ab", "é", &"a".repeat(256)] {
        assert_refused(&home, &["--port", "0"], &[("TABLE_NAME", name)], &["TABLE_NAME"]).await;
    }
    assert!(!home.path(".latchkey").exists());
}

#[tokio::test]
async fn a_bad_upstream_is_named() {
    let home = Home::new();
    for upstream in [
        "",
        "localhost",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://localhost/?a=b",
        "http://localhost/#a",
    ] {
        assert_refused(&home, &["--port", "0", "--upstream", upstream], &[], &["--upstream"]).await;
    }
    assert!(!home.path(".latchkey").exists());
}
