//! `--rotate-every`: the root key is rotated again and again.

use std::fs;

use super::{assert_hidden, current, kept, secrets};
use crate::support::{command::Home, id_of};

#[tokio::test]
async fn a_schedule_rotates_the_root_key_again_and_again() {
    let home = Home::new();
    let mut latchkey = home.start(&["--rotate-every", "1s"], &[]).await;
    let first = latchkey.root().to_owned();
    for _ in 0..2 {
        assert_eq!(latchkey.next_line().await, "root key rotated; kept in .latchkey/root-key");
    }
    let (code, _) = latchkey.end("TERM").await;
    let (log, last) = (home.log(), kept(&home));
    assert_eq!(code, Some(0));
    assert!(log.matches("secret rotated").count() >= 2, "{log}");
    assert_hidden(&log, &[&first, &last]);

    let latchkey = home.start(&[], &[]).await;
    assert_eq!((kept(&home), current(&secrets(&latchkey)).await), (last.clone(), last.clone()));
    latchkey.get("/keys", &last).await.expect(200);
    latchkey.get("/keys", &first).await.expect(401);
}

#[tokio::test]
async fn a_stack_that_keeps_nothing_shows_each_new_text() {
    let home = Home::new();
    let mut latchkey = home.start(&["--ephemeral", "--rotate-every", "5s"], &[]).await;
    for _ in 0..2 {
        let line = latchkey.next_line().await;
        let text = line.strip_prefix("root key ").unwrap().strip_suffix(" (shown once; gone when this ends)").unwrap();
        assert_eq!(id_of(text), id_of(latchkey.root()));
        // It works until another two have followed it.
        latchkey.get("/keys", text).await.expect(200);
    }
    assert_eq!(latchkey.end("INT").await.0, Some(0));
}

#[tokio::test]
async fn a_bad_schedule_is_named() {
    let home = Home::new();
    for period in ["0s", "0d", "", "soon", "1.5s", "36526d"] {
        let output = home.run(&["--port", "0", "--rotate-every", period], &[]).await;
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{period}");
        assert!(stderr.lines().count() == 1 && stderr.starts_with("latchkey: --rotate-every "), "{stderr}");
    }
    assert_eq!(fs::read_dir(home.work()).unwrap().count(), 0);
}
