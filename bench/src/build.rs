//! The binaries that are measured, built as they are released.

use std::{collections::BTreeMap, env, io::Write, path::PathBuf, process::Stdio};

use flate2::{Compression, write::DeflateEncoder};
use serde_json::Value;
use tokio::process::Command;

use crate::Error;

/// The root of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// What is built together has the same features of the same libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// Nothing else in the workspace, so that no other package's features come along.
    Nothing,
    /// The local stack: `sam build` builds the functions beside it, too.
    TheLocalStack,
}

/// Builds the binaries of these packages with the release profile, and tells where each is.
///
/// # Errors
/// When one cannot be built.
pub async fn build(binaries: &[&str], beside: Beside) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    if beside == Beside::TheLocalStack {
        command.arg("--package=bench");
    }
    command.args(binaries.iter().flat_map(|name| [format!("--package={name}"), format!("--bin={name}")]));
    command.current_dir(repository());
    let built = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    if !built.status.success() {
        return Err(format!("{} could not be built", binaries.join(", ")).into());
    }
    let lines = std::str::from_utf8(&built.stdout)?.lines();
    let found: BTreeMap<_, _> = lines
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| {
            let name = message.pointer("/target/name")?.as_str()?;
            Some((name.to_owned(), PathBuf::from(message.get("executable")?.as_str()?)))
        })
        .collect();
    match binaries.iter().find(|binary| !found.contains_key(**binary)) {
        Some(missing) => Err(format!("{missing} was built, but cargo does not say where").into()),
        None => Ok(found),
    }
}

/// How many bytes a file has in a ZIP archive, without the few that name it.
///
/// # Errors
/// When it cannot be read.
pub fn zipped(bytes: &[u8]) -> Result<usize, Error> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_itself_is_small_in_an_archive() {
        assert!(zipped(&[7; 10_000]).unwrap() < 100);
    }
}
