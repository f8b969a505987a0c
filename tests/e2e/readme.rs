//! The README's transcript, pasted into a shell.

use std::{path::PathBuf, process::Stdio};

use local::stack::{Data, Options, Stack};
use tokio::process::Command;

fn readme() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    std::fs::read_to_string(file).unwrap()
}

/// The shell block after a marker.
fn block(marker: &str) -> String {
    let readme = readme();
    let after = readme.split_once(&format!("<!-- test: {marker} -->\n```sh\n")).expect("the marked block is there").1;
    after.split_once("```").unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_transcript_of_the_readme_creates_uses_and_revokes_a_key() {
    assert_eq!(block("start"), "cargo run\n");
    let folder = tempfile::tempdir().unwrap();
    let data = Data::Folder(folder.path().join(".latchkey"));
    let stack = Stack::start(Options { data, ..Options::default() }).await.unwrap();

    let script = block("transcript").replace("http://127.0.0.1:3000", &stack.url());
    let shell = Command::new("sh").arg("-euc").arg(script).current_dir(folder.path()).stderr(Stdio::piped()).output();
    let output = shell.await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = printed.lines().collect();
    assert!(output.status.success(), "{printed}");
    let [created, used, revoked, refused] = lines.as_slice() else { panic!("four answers, not {printed}") };
    assert!(created.contains(r#""name":"orders service""#), "{created}");
    assert!(used.contains(r#""path":"/demo/hello""#), "{used}");
    assert!(revoked.contains(r#""state":"revoked""#), "{revoked}");
    assert_eq!(*refused, r#"{"message":"Unauthorized"}"#);
    stack.stop().await;
}

#[test]
fn the_costs_in_the_readme_are_those_that_were_measured() {
    let readme = readme();
    let (_, after) = readme.split_once("<!-- bench: written by `cargo run --release -p bench` -->\n").unwrap();
    let (shown, _) = after.split_once("<!-- /bench -->").unwrap();
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../bench/results.md");
    let results = std::fs::read_to_string(file).unwrap();
    let tables: Vec<_> = shown.trim().split("\n\n").collect();
    assert!(tables.len() > 1 && tables.iter().all(|table| table.starts_with("| ")), "{shown}");
    for table in tables {
        assert!(results.contains(table), "bench/results.md has other figures than\n{table}");
    }
}
