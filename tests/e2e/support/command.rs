//! The command itself, as a process of its own, in a folder of its own.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::Api;

/// Nothing takes so long; a test that hangs should say where.
const HANGING: Duration = Duration::from_mins(2);
/// How many lines a start prints.
const LINES: usize = 5;
/// How many of them are about the gateway.
const GATEWAY_LINES: usize = 2;

/// Where a command runs, and what it leaves behind.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        Self { folder }
    }

    /// The folder that the command is started in.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A path in that folder.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.work().join(name)
    }

    /// Everything that was written to stderr since the last start.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("stderr")
    }

    fn command(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey-under-test"));
        command.args(arguments).current_dir(self.work()).env_clear().envs(settings.iter().copied());
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts it on any port, and waits until it has said where everything is.
    pub(crate) async fn start(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Latchkey {
        self.launch(&[&["--port", "0"], arguments].concat(), settings, LINES).await
    }

    /// Starts the services without the gateway on any ports, so that its [`Api`] answers nowhere.
    pub(crate) async fn start_services(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Latchkey {
        self.start_services_at(0, arguments, settings).await
    }

    /// The same, with `DynamoDB` on this port.
    pub(crate) async fn start_services_at(&self, port: u16, arguments: &[&str], settings: &[(&str, &str)]) -> Latchkey {
        let command = ["dynamodb", "--port", &port.to_string(), "--secretsmanager-port", "0"];
        self.launch(&[&command, arguments].concat(), settings, LINES - GATEWAY_LINES).await
    }

    /// Starts a command, and waits for its first lines.
    async fn launch(&self, arguments: &[&str], settings: &[(&str, &str)], lines: usize) -> Latchkey {
        let mut command = self.command(arguments, settings);
        let log = File::create(self.log_file()).await.unwrap().into_std().await;
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut latchkey = Latchkey { child, stdout, lines: Vec::new(), api: Api::new("", "") };
        while latchkey.lines.len() < lines {
            let line = latchkey.read_line().await.unwrap_or_else(|| panic!("it did not start: {}", self.log()));
            latchkey.lines.push(line);
        }
        let url = latchkey.lines[0].strip_prefix("latchkey listening on ").unwrap_or_default().to_owned();
        let root = latchkey.lines[lines - 1].strip_prefix("root key ").and_then(|rest| rest.split(' ').next());
        let root = root.filter(|printed| *printed != "kept").unwrap_or_default().to_owned();
        Latchkey { api: Api::new(url, root), ..latchkey }
    }

    /// Runs it to its end, which must not be long.
    pub(crate) async fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let running = self.command(arguments, settings).output();
        timeout(HANGING, running).await.expect("it did not end").unwrap()
    }
}

/// A running command.
pub(crate) struct Latchkey {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The first lines of its stdout.
    pub(crate) lines: Vec<String>,
    api: Api,
}

impl Deref for Latchkey {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Latchkey {
    /// The same, for calls with this root key: a second start does not print it.
    pub(crate) fn with_root(self, root: &str) -> Self {
        let api = Api::new(self.api.url(), root);
        Self { api, ..self }
    }

    /// The next line of its stdout.
    pub(crate) async fn next_line(&mut self) -> String {
        self.read_line().await.expect("it says nothing more")
    }

    async fn read_line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = timeout(HANGING, self.stdout.read_line(&mut line)).await;
        matches!(read, Ok(Ok(1..))).then(|| line.trim_end_matches('\n').to_owned())
    }

    /// Where its services answer: `dynamodb` or `secretsmanager`.
    pub(crate) fn service(&self, name: &str) -> &str {
        let line = self.lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|rest| rest.split(' ').next()).unwrap_or_else(|| panic!("{name}: {:?}", self.lines))
    }

    /// Sends it a signal such as `TERM`, and gives back its exit code and what else it had printed.
    pub(crate) async fn end(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal).await;
        let status = timeout(HANGING, self.child.wait()).await.expect("it did not end").unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.unwrap();
        (status.code(), rest)
    }

    /// Sends it a signal such as `STOP`.
    pub(crate) async fn signal(&self, signal: &str) {
        let process = self.child.id().unwrap().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, &process]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Kills it on the spot.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
