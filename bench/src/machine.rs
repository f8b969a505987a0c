//! On what was measured: the machine, the versions, the day.

use std::{fs, thread};

use shared::clock::{Clock, SystemClock};
use tokio::process::Command;

use crate::{Error, build::repository, report::Table};

/// Libraries whose versions count.
const LIBRARIES: [&str; 4] = ["lambda_runtime", "aws-config", "aws-sdk-dynamodb", "dynoxide-rs"];
/// Programs whose versions do.
const PROGRAMS: [&str; 2] = ["rustc", "node"];

/// The machine as it is now. What cannot be found out is left out.
///
/// # Errors
/// When the lock file cannot be read.
pub async fn describe() -> Result<Table, Error> {
    let mut table = Table::new(["measured", ""]);
    let mut row = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            table.row([name.to_owned(), value]);
        }
    };
    row("on", SystemClock.now().to_string().get(..10).map(str::to_owned));
    row("processor", in_file("/proc/cpuinfo", "model name"));
    row("processors", thread::available_parallelism().ok().map(|count| count.to_string()));
    row("memory", in_file("/proc/meminfo", "MemTotal"));
    row("kernel", fs::read_to_string("/proc/sys/kernel/osrelease").ok().map(|text| text.trim().to_owned()));
    row("load when it began", fs::read_to_string("/proc/loadavg").ok().and_then(|text| first_words(&text)));
    let lock = fs::read_to_string(repository().join("Cargo.lock"))?;
    for name in LIBRARIES {
        row(name, locked(&lock, name));
    }
    for program in PROGRAMS {
        let told = Command::new(program).arg("--version").output().await.ok();
        row(program, told.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned()));
    }
    for (package, folder) in [("@aws-sdk/client-dynamodb", "node"), ("better-auth", "better-auth")] {
        row(
            package,
            fs::read_to_string(repository().join("bench").join(folder).join("package.json")).ok().and_then(|text| {
                let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
                Some(manifest.get("dependencies")?.get(package)?.as_str()?.to_owned())
            }),
        );
    }
    Ok(table)
}

/// The value of a line `name : value`.
fn in_file(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
}

/// The averages over one, five and fifteen minutes.
fn first_words(text: &str) -> Option<String> {
    let words: Vec<_> = text.split(' ').take(3).collect();
    (words.len() == 3).then(|| words.join(" "))
}

/// The version of a library in the lock file.
fn locked(lock: &str, name: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    Some(after.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_versions_of_what_is_measured_are_told() {
        let told = describe().await.unwrap().to_string();
        for name in LIBRARIES.iter().chain(&["on ", "better-auth"]) {
            assert!(told.contains(&format!("| {name}")), "{name}: {told}");
        }
    }

    #[test]
    fn a_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"aws-sdk\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"sdk\"\nversion = \"4.5.6\"\n";
        assert_eq!(locked(lock, "sdk").as_deref(), Some("4.5.6"));
        assert_eq!(locked(lock, "aws"), None);
    }
}
