//! Rotation of the root key on one machine: by a command, on a schedule, and by any client of AWS.

mod asked;
mod files;
mod schedule;
mod services;
mod survival;

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use aws_sdk_secretsmanager::Client;
use local::stack::sdk;
use serde_json::Value;

use crate::support::{
    command::{Home, Latchkey},
    id_of, secret_of,
};

/// The authorizer asks the table each time.
const NO_CACHE: (&str, &str) = ("CACHE_TTL_SECONDS", "0");
/// A text ends when another one follows it.
const NO_OVERLAP: (&str, &str) = ("ROTATION_OVERLAP", "0s");

/// What `rotate-root` said.
struct Said {
    /// The new text.
    text: String,
    /// What follows the text in its line.
    place: String,
    /// The second line.
    previous: String,
}

/// Runs `rotate-root`, which must do it.
async fn rotate_root(home: &Home, arguments: &[&str], settings: &[(&str, &str)]) -> Said {
    let output = home.run(&[&["rotate-root"], arguments].concat(), settings).await;
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "{stdout}");
    let lines: Vec<_> = stdout.lines().collect();
    let [first, previous] = lines.as_slice() else { panic!("{stdout}") };
    let (text, place) = first.strip_prefix("root key ").unwrap().split_once(' ').unwrap();
    Said { text: text.to_owned(), place: place.to_owned(), previous: (*previous).to_owned() }
}

/// Asserts that `rotate-root` refuses with one line that has all of these words.
async fn assert_refused(home: &Home, arguments: &[&str], words: &[&str]) {
    let output = home.run(&[&["rotate-root"], arguments].concat(), &[]).await;
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), &*stdout), (Some(1), ""), "{arguments:?}");
    assert!(stderr.lines().count() == 1 && stderr.starts_with("latchkey: "), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word}: {stderr}");
    }
}

/// A client of the embedded Secrets Manager.
fn secrets(latchkey: &Latchkey) -> Client {
    Client::new(&sdk(latchkey.service("secretsmanager")))
}

/// The root key's text as its secret has it.
async fn current(client: &Client) -> String {
    let secret = client.get_secret_value().secret_id("latchkey/root-key").send().await.unwrap();
    let value: Value = serde_json::from_str(secret.secret_string().unwrap()).unwrap();
    let text = value["key"].as_str().unwrap().to_owned();
    assert_eq!(value["key_id"], id_of(&text));
    text
}

/// The root key's text as its file has it, which is its owner's alone.
fn kept(home: &Home) -> String {
    let file = home.path(".latchkey/root-key");
    assert_private(&file);
    fs::read_to_string(file).unwrap().trim_end().to_owned()
}

#[track_caller]
fn assert_private(file: &Path) {
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
}

/// Asserts that none of these texts stands in the log, not even without its id.
#[track_caller]
fn assert_hidden(log: &str, texts: &[&str]) {
    for text in texts {
        assert!(!log.contains(secret_of(text)), "a key stands in the log");
    }
}
