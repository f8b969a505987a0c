//! Programs in Node.js beside which something is measured: their packages, and how to run them.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use tokio::process::Command;

use crate::{Error, build::repository, progress};

/// The folder of a program of the bench.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    repository().join("bench").join(name)
}

/// Where a program is, if it can be called by its name.
fn program(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Node.js with the packages of a folder; why not, if it cannot be had. What npm has to say, which may be of this machine,
/// is for who waits and not for the results.
///
/// # Errors
/// In words that fit into the results.
pub async fn with_packages(folder: &Path) -> Result<PathBuf, String> {
    let program = program("node").ok_or("there is no Node.js here")?;
    install(folder).await.map_err(|error| {
        progress(&error.to_string());
        "its packages could not be installed"
    })?;
    Ok(program)
}

/// Installs what the lock file of a folder names, unless it is there already.
async fn install(folder: &Path) -> Result<(), Error> {
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
