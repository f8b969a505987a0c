//! What a data folder holds, and what a start makes of it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
};

use super::{NO_CACHE, assert_private, current, kept, rotate_root, secrets};
use crate::support::command::Home;

#[tokio::test]
async fn a_folder_from_before_secrets_were_kept_works() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    latchkey.end("TERM").await;
    fs::remove_file(home.path(".latchkey/secretsmanager.json")).unwrap();
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    latchkey.get("/keys", &root).await.expect(200);
    assert_eq!(current(&secrets(&latchkey)).await, root);
    let said = rotate_root(&home, &[], &[]).await;
    latchkey.get("/keys", &said.text).await.expect(200);
}

#[tokio::test]
async fn secrets_are_kept_for_their_owner_alone() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let (file, arn) = (home.path(".latchkey/secretsmanager.json"), "latchkey/root-key");
    assert_private(&file);
    assert_private(&home.path(".latchkey/secretsmanager-url"));
    let own = secrets(&latchkey).create_secret().name("own").secret_string("of a user").send().await.unwrap();
    let root = secrets(&latchkey).describe_secret().secret_id(arn).send().await.unwrap();
    latchkey.end("TERM").await;
    assert!(!home.path(".latchkey/secretsmanager-url").exists());
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();

    let latchkey = home.start(&[], &[]).await;
    assert_private(&file);
    let client = secrets(&latchkey);
    let read = client.get_secret_value().secret_id(own.arn().unwrap()).send().await.unwrap();
    assert_eq!((read.secret_string(), read.version_id()), (Some("of a user"), own.version_id()));
    let again = client.describe_secret().secret_id(arn).send().await.unwrap();
    assert_eq!((again.arn(), again.version_ids_to_stages()), (root.arn(), root.version_ids_to_stages()));
}

#[tokio::test]
async fn a_root_key_file_that_was_left_behind_is_put_right() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let old = latchkey.root().to_owned();
    latchkey.end("TERM").await;
    let new = rotate_root(&home, &[], &[]).await.text;
    // As a kill between the two files leaves it.
    fs::write(home.path(".latchkey/root-key"), format!("{old}\n")).unwrap();
    let latchkey = home.start(&[], &[]).await;
    assert_eq!(kept(&home), new);
    assert_eq!(current(&secrets(&latchkey)).await, new);
    latchkey.get("/keys", &new).await.expect(200);
}

#[tokio::test]
async fn a_database_and_root_key_put_back_from_before_a_rotation_work_together() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let old = latchkey.root().to_owned();
    latchkey.end("TERM").await;
    let files = [".latchkey/dynamodb.sqlite", ".latchkey/root-key"];
    let aside = files.map(|file| fs::read(home.path(file)).unwrap());
    rotate_root(&home, &[], &[]).await;
    for (file, content) in files.iter().zip(aside) {
        fs::write(home.path(file), content).unwrap();
    }
    let latchkey = home.start(&[], &[]).await;
    assert_eq!((kept(&home), current(&secrets(&latchkey)).await), (old.clone(), old.clone()));
    latchkey.get("/keys", &old).await.expect(200);
}

#[tokio::test]
async fn secrets_that_do_not_read_are_named_and_left_alone() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let root = latchkey.root().to_owned();
    latchkey.end("TERM").await;
    let file = home.path(".latchkey/secretsmanager.json");
    for content in ["", "{", "[]", "{\"secrets\": {\"latchkey/root-key\": 7}}"] {
        fs::write(&file, content).unwrap();
        for command in [&["--port", "0"][..], &["rotate-root"]] {
            let output = home.run(command, &[]).await;
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{content}");
            assert!(stderr.contains("secretsmanager.json") && stderr.lines().count() == 1, "{stderr}");
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
    }
    // Moved away, as the message says.
    fs::remove_file(&file).unwrap();
    let latchkey = home.start(&[], &[]).await;
    latchkey.get("/keys", &root).await.expect(200);
}
