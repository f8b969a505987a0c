//! `rotate-root`: a running stack is asked, a stopped one is rotated in its folder.

use std::fs;

use tokio::net::TcpListener;

use super::{NO_CACHE, NO_OVERLAP, assert_hidden, assert_refused, current, kept, rotate_root, secrets};
use crate::support::{command::Home, id_of};

#[tokio::test]
async fn a_running_stack_rotates_its_root_key() {
    let home = Home::new();
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    let old = latchkey.root().to_owned();
    let said = rotate_root(&home, &[], &[]).await;
    assert_ne!(said.text, old);
    assert_eq!(id_of(&said.text), id_of(&old));
    assert_eq!(said.place, "(shown once; kept in .latchkey/root-key)");
    assert_eq!(kept(&home), said.text);
    assert_eq!(current(&secrets(&latchkey)).await, said.text);

    latchkey.get("/keys", &old).await.expect(200);
    let root = latchkey.get(&format!("/keys/{}", id_of(&old)), &said.text).await.expect(200).json();
    let until = root["rotation"]["previous_valid_until"].as_str().unwrap();
    assert_eq!(said.previous, format!("previous root key works until {until}"));
    assert_eq!(latchkey.end("TERM").await, (Some(0), String::new()));
    assert!(home.log().contains("secret rotated"), "{}", home.log());
    assert_hidden(&home.log(), &[&old, &said.text]);
}

#[tokio::test]
async fn a_stopped_stack_is_rotated_in_its_folder() {
    let home = Home::new();
    let latchkey = home.start(&["--data-dir", "some/where"], &[]).await;
    let old = latchkey.root().to_owned();
    latchkey.end("TERM").await;
    let said = rotate_root(&home, &["--data-dir", "some/where"], &[]).await;
    assert_eq!(said.place, "(shown once; kept in some/where/root-key)");

    let latchkey = home.start(&["--data-dir", "some/where"], &[]).await;
    assert_eq!(latchkey.lines[4], "root key kept in some/where/root-key");
    assert_eq!(current(&secrets(&latchkey)).await, said.text);
    for text in [&old, &said.text] {
        latchkey.get("/keys", text).await.expect(200);
    }
}

#[tokio::test]
async fn a_second_rotation_ends_the_first_text() {
    let home = Home::new();
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    let first = latchkey.root().to_owned();
    let second = rotate_root(&home, &[], &[]).await.text;
    let third = rotate_root(&home, &[], &[]).await.text;
    latchkey.get("/keys", &first).await.expect(401);
    latchkey.get("/keys", &second).await.expect(200);
    latchkey.get("/keys", &third).await.expect(200);
    // The same with the stack stopped.
    latchkey.end("TERM").await;
    let fourth = rotate_root(&home, &[], &[]).await.text;
    let fifth = rotate_root(&home, &[], &[]).await.text;
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    for (text, status) in [(&second, 401), (&third, 401), (&fourth, 200), (&fifth, 200)] {
        latchkey.get("/keys", text).await.expect(status);
    }
}

#[tokio::test]
async fn without_an_overlap_the_old_text_ends_at_once() {
    let home = Home::new();
    let latchkey = home.start(&[], &[NO_CACHE, NO_OVERLAP]).await;
    let said = rotate_root(&home, &[], &[]).await;
    assert_eq!(said.previous, "previous root key no longer works");
    latchkey.get("/keys", latchkey.root()).await.expect(401);
    latchkey.get("/keys", &said.text).await.expect(200);
    latchkey.end("TERM").await;
    // The overlap is a setting of whoever rotates.
    let later = rotate_root(&home, &[], &[NO_OVERLAP]).await;
    assert_eq!(later.previous, "previous root key no longer works");
    let latchkey = home.start(&[], &[]).await;
    latchkey.get("/keys", &said.text).await.expect(401);
    latchkey.get("/keys", &later.text).await.expect(200);
}

#[tokio::test]
async fn a_stack_that_keeps_nothing_is_asked_by_its_address() {
    let home = Home::new();
    let latchkey = home.start(&["--ephemeral"], &[NO_CACHE, NO_OVERLAP]).await;
    let said = rotate_root(&home, &["--endpoint", latchkey.service("secretsmanager")], &[]).await;
    assert_eq!(said.place, "(shown once)");
    latchkey.get("/keys", latchkey.root()).await.expect(401);
    latchkey.get("/keys", &said.text).await.expect(200);
    assert_eq!(fs::read_dir(home.work()).unwrap().count(), 0);
}

#[tokio::test]
async fn rotations_asked_for_at_once_all_happen() {
    let home = Home::new();
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    let asked = (rotate_root(&home, &[], &[]), rotate_root(&home, &[], &[]), rotate_root(&home, &[], &[]));
    tokio::join!(asked.0, asked.1, asked.2);
    let text = kept(&home);
    assert_eq!(current(&secrets(&latchkey)).await, text);
    latchkey.get("/keys", &text).await.expect(200);
    latchkey.get("/keys", latchkey.root()).await.expect(401);
}

#[tokio::test]
async fn where_no_stack_ever_ran_nothing_is_rotated() {
    let home = Home::new();
    assert_refused(&home, &[], &[".latchkey"]).await;
    assert_refused(&home, &["--data-dir", "elsewhere"], &["elsewhere"]).await;
    assert_eq!(fs::read_dir(home.work()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_stack_that_does_not_answer_is_named() {
    let home = Home::new();
    let latchkey = home.start(&[], &[]).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nowhere = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    assert_refused(&home, &["--endpoint", &nowhere], &[&nowhere]).await;
    let announcement = home.path(".latchkey/secretsmanager-url");
    fs::write(&announcement, &nowhere).unwrap();
    assert_refused(&home, &[], &[".latchkey", &nowhere]).await;
    fs::remove_file(&announcement).unwrap();
    assert_refused(&home, &[], &[".latchkey", "try again"]).await;
    assert_eq!(current(&secrets(&latchkey)).await, latchkey.root());
}

#[tokio::test]
async fn a_rotation_that_fails_is_told_in_one_line_and_taken_up() {
    let home = Home::new();
    let latchkey = home.start(&[], &[NO_CACHE]).await;
    let root = latchkey.root().to_owned();
    // Nobody can keep the secrets in a folder's place.
    fs::create_dir(home.path(".latchkey/secretsmanager.new")).unwrap();
    assert_refused(&home, &[], &["InternalServiceError"]).await;
    latchkey.get("/keys", &root).await.expect(200);
    fs::remove_dir(home.path(".latchkey/secretsmanager.new")).unwrap();
    let said = rotate_root(&home, &[], &[]).await;
    latchkey.get("/keys", &said.text).await.expect(200);
    latchkey.end("TERM").await;
    assert_hidden(&home.log(), &[&root, &said.text]);
}

#[tokio::test]
async fn no_text_is_in_the_log_however_much_is_logged() {
    let home = Home::new();
    let latchkey = home.start(&[], &[("RUST_LOG", "trace")]).await;
    let first = latchkey.root().to_owned();
    let (second, third) = (rotate_root(&home, &[], &[]).await.text, rotate_root(&home, &[], &[]).await.text);
    latchkey.end("TERM").await;
    let log = home.log();
    assert!(log.contains("key changed"), "no more than usual is logged: {log}");
    assert_hidden(&log, &[&first, &second, &third]);
}
