//! AWS's Runtime Interface Emulator, which runs a function's release binary exactly as Lambda does.

use std::{
    collections::BTreeMap,
    env, fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, SystemTime},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use crate::template::model::repository;

/// No step takes this long on any machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// The emulator's program, which `scripts/test` installs.
fn program() -> PathBuf {
    let set = env::var_os("LATCHKEY_RIE").unwrap_or_else(|| {
        panic!("LATCHKEY_RIE does not name AWS's Runtime Interface Emulator: run scripts/test, which installs it")
    });
    let program = PathBuf::from(set);
    assert!(program.is_file(), "LATCHKEY_RIE names {}, which is no file: run scripts/test", program.display());
    program
}

/// The release binary of a function, beside the folder that this test was built in.
pub(crate) fn release_binary(function: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let binary = profile.parent().unwrap().join("release").join(function);
    assert!(binary.is_file(), "{} is missing: run scripts/test, which builds it", binary.display());
    let built = fs::metadata(&binary).unwrap().modified().unwrap();
    let own = Path::new("functions").join(function);
    // What the console embeds, and how, is in folders beside its sources.
    let folders = [PathBuf::from("shared/src"), own.join("src"), own.join("build"), own.join("page")];
    for folder in folders.iter().filter(|folder| repository().join(folder).is_dir()) {
        let changed = last_change(&repository().join(folder));
        assert!(
            changed <= built,
            "{} is older than {}: run scripts/test, which builds it anew",
            binary.display(),
            folder.display()
        );
    }
    binary
}

/// When a source file of this folder, or below it, was last written.
fn last_change(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let times = entries.filter_map(|path| {
        if path.is_dir() {
            return Some(last_change(&path));
        }
        let is_source = path.extension().is_some_and(|extension| extension != "md");
        is_source.then(|| fs::metadata(&path).unwrap().modified().unwrap())
    });
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A port that was free a moment ago. It lies below those that the system gives out by itself, so that no other
/// connection of this machine takes it meanwhile.
pub(crate) fn free_port() -> u16 {
    const FIRST: u16 = 18_000;
    const COUNT: u16 = 14_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(process::id() * 37 % u32::from(COUNT)).unwrap();
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = FIRST + (start + step) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// A function under the emulator. Dropping it kills the emulator, and the function ends with it.
pub(crate) struct Emulator {
    process: Child,
    url: String,
    client: reqwest::Client,
    folder: TempDir,
}

impl Emulator {
    /// Starts the emulator; the function itself starts with the first event.
    pub(crate) async fn start(function: &str, environment: &BTreeMap<String, String>) -> Self {
        for _ in 0..10 {
            if let Some(started) = Self::try_start(function, environment).await {
                return started;
            }
        }
        panic!("the emulator finds no free port");
    }

    /// `None` when another process was quicker to take the port.
    async fn try_start(function: &str, environment: &BTreeMap<String, String>) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let port = free_port();
        let process = Command::new(program())
            .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{port}")])
            .args(["--runtime-api-address", &format!("127.0.0.1:{}", free_port())])
            .arg(release_binary(function))
            .current_dir(&folder)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}/2015-03-31/functions/function/invocations");
        let mut started = Self { process, url, client: crate::support::client(), folder };
        started.accepts(port).await.then_some(started)
    }

    /// Waits until the emulator takes connections; `false` if it ended instead.
    async fn accepts(&mut self, port: u16) -> bool {
        let end = Instant::now() + DEADLINE;
        loop {
            if self.process.try_wait().unwrap().is_some() {
                assert!(self.output().contains("address already in use"), "{}", self.last_lines());
                return false;
            }
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return true;
            }
            assert!(Instant::now() < end, "the emulator does not listen: {}", self.last_lines());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends an event, and takes the function's answer or error.
    pub(crate) async fn invoke(&self, event: &str) -> Value {
        let (status, text) = self.post(event).await;
        assert_eq!(status, 200, "{text}\n{}", self.last_lines());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\n{}", self.last_lines()))
    }

    /// Sends an event, and takes the emulator's own status with the text.
    pub(crate) async fn post(&self, event: &str) -> (u16, String) {
        let request = self.client.post(&self.url).body(event.to_owned()).timeout(DEADLINE);
        let response = request.send().await.unwrap_or_else(|error| panic!("{error}\n{}", self.last_lines()));
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// What the emulator and the function have written so far, on both streams.
    fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap()).into_owned()
    }

    /// The end of it, for a person who looks for what went wrong.
    fn last_lines(&self) -> String {
        let output = self.output();
        let lines: Vec<_> = output.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    }

    /// Kills the function and the emulator where they stand, and gives all that they wrote. Both are dead when this returns.
    pub(crate) async fn kill(&self) -> String {
        let id = self.process.id().expect("it still runs");
        let mut doomed = children(id);
        assert_eq!(doomed.len(), 1, "the function runs");
        doomed.push(id);
        let ids = doomed.iter().map(u32::to_string);
        assert!(Command::new("kill").arg("-KILL").args(ids).status().await.unwrap().success());
        let end = Instant::now() + DEADLINE;
        while doomed.iter().any(|process| parent_of_living(*process).is_some()) {
            assert!(Instant::now() < end, "the function outlives its kill");
            sleep(Duration::from_millis(1)).await;
        }
        self.output()
    }

    /// Ends both in good order, and gives all that they wrote.
    pub(crate) async fn stop(mut self) -> String {
        let id = self.process.id().expect("it still runs").to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &id]).status().await.unwrap();
        assert!(asked.success());
        timeout(DEADLINE, self.process.wait()).await.expect("the emulator ends when it is told to").unwrap();
        self.output()
    }
}

/// The parent of a process, unless it is dead.
fn parent_of_living(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before it, in parentheses, may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    fields.next()?.parse().ok().filter(|_| !["Z", "X"].contains(&state))
}

/// The processes that a process started and that still run.
fn children(id: u32) -> Vec<u32> {
    let processes =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    processes.filter(|process| parent_of_living(*process) == Some(id)).collect()
}

/// What a release binary writes and how it ends, without the emulator, when it stops by itself.
pub(crate) async fn run_alone(function: &str, environment: &BTreeMap<String, String>) -> process::Output {
    let mut command = Command::new(release_binary(function));
    command.env_clear().envs(environment).stdin(Stdio::null()).kill_on_drop(true);
    timeout(DEADLINE, command.output()).await.unwrap_or_else(|_| panic!("{function} does not stop")).unwrap()
}
