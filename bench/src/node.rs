//! Programs in Node.js beside which something is measured: their packages, and how to run them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::{Error, build::repository};

/// The folder of a program of the bench.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    repository().join("bench").join(name)
}

/// Where a program is, if it can be called by its name.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Installs what the lock file of a folder names, unless it is there already.
///
/// # Errors
/// When it cannot be had.
pub async fn install(folder: &Path) -> Result<(), Error> {
    let changed = |file: PathBuf| std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let (locked, installed) = (folder.join("package-lock.json"), folder.join("node_modules/.package-lock.json"));
    if changed(installed) >= changed(locked) {
        return Ok(());
    }
    run(folder, "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]).await.map(drop)
}

/// Runs a program in a folder, and gives what it wrote on standard output.
///
/// # Errors
/// When it is missing, or fails.
pub async fn run(folder: &Path, program: &str, arguments: &[&str]) -> Result<String, Error> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    let ran = command.output().await.map_err(|error| format!("{program}: {error}"))?;
    if !ran.status.success() {
        let told = String::from_utf8_lossy(&ran.stderr);
        let last = told.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{program} {} failed: {last}", arguments.join(" ")).into());
    }
    Ok(String::from_utf8(ran.stdout)?)
}
