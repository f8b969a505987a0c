//! One life of a function: started as Lambda starts it, fed with events, and ended.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::File,
    io::{Read, Seek},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::process::Command;

use super::{
    others::Others,
    runtime_api::{Call, Events, Ran, RuntimeApi, Under},
};
use crate::{Error, table};

/// No life takes longer, by far.
const DEADLINE: Duration = Duration::from_mins(5);
/// The end of a log that is shown when something went wrong, in bytes.
const LAST_WORDS: usize = 2_000;

/// A program that is a Lambda function.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// As it is called in the results.
    pub(crate) name: &'static str,
    /// What to start.
    pub(crate) file: OsString,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
}

/// What was seen of it.
#[derive(Debug)]
pub(crate) struct Life {
    /// From its start until it asked for its first event.
    pub(crate) ready_after: Duration,
    /// Its calls, in order.
    pub(crate) calls: Vec<Call>,
    /// The most memory that it had, in KiB; 0 where the system does not tell.
    peak_kib: u32,
}

impl Life {
    /// From its start until its first answer was there, without the time for which the event was held back.
    pub(crate) fn answered_after(&self) -> Duration {
        self.ready_after + self.calls.first().map(Call::took).unwrap_or_default()
    }

    /// The most memory that it had, in MiB.
    pub(crate) fn peak_mib(&self) -> f64 {
        f64::from(self.peak_kib) / 1024.0
    }

    /// Starts a function with the table at `dynamodb`, which others use meanwhile, and ends it when it has answered all events.
    pub(crate) async fn of(
        program: &Program,
        api: &RuntimeApi,
        (dynamodb, others): (&str, &Others),
        events: Events,
    ) -> Result<Self, Error> {
        let mut log = tempfile::tempfile()?;
        let Under { polled, open, ran } = api.begin(events);
        let mut command = Command::new(&program.file);
        command.args(&program.arguments).env_clear().envs(environment(&api.address(), dynamodb));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?).kill_on_drop(true);
        let started = Instant::now();
        let mut process = command.spawn()?;
        let lived = async {
            // It may end instead, or tell that it cannot start.
            if others.beside(polled).await?.is_ok() {
                let _ = open.send(());
            }
            Ok::<_, Error>(ran.await?)
        };
        let ran = tokio::select! {
            lived = tokio::time::timeout(DEADLINE, lived) => lived,
            ended = process.wait() => return Err(format!("{} ended with {}: {}", program.name, ended?, last_words(&mut log)?).into()),
        };
        let Ran { polled, calls } = match ran {
            Ok(ran) => ran?.map_err(|error| format!("{} did not start: {error}", program.name))?,
            Err(_) => return Err(format!("{} hangs: {}", program.name, last_words(&mut log)?).into()),
        };
        let peak_kib = process.id().and_then(peak_kib).unwrap_or_default();
        process.kill().await?;
        if calls.is_empty() {
            return Err("a function was given no event".into());
        }
        Ok(Self { ready_after: polled - started, calls, peak_kib })
    }
}

/// A function's whole environment: what it can see of what Lambda sets, a table's name, and where the table is.
fn environment(runtime_api: &str, dynamodb: &str) -> BTreeMap<String, String> {
    let fixed = [
        ("_HANDLER", "bootstrap"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/01/15/[$LATEST]0123456789abcdef0123456789abcdef"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("LANG", "en_US.UTF-8"),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("TZ", ":UTC"),
        ("TABLE_NAME", table::NAME),
    ];
    let told = [("AWS_LAMBDA_RUNTIME_API", runtime_api), ("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)];
    fixed.into_iter().chain(told).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The most memory that a process has had so far.
fn peak_kib(process: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn last_words(log: &mut File) -> Result<String, Error> {
    let mut written = Vec::new();
    log.rewind()?;
    log.read_to_end(&mut written)?;
    let end = written.get(written.len().saturating_sub(LAST_WORDS)..).unwrap_or_default();
    Ok(String::from_utf8_lossy(end).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processors::Processors;

    #[tokio::test]
    async fn the_last_words_of_a_function_that_ends_are_told() {
        let api = RuntimeApi::start().unwrap();
        let script = "echo \"no table at $AWS_ENDPOINT_URL_DYNAMODB\"; exit 3";
        let program = Program { name: "sh", file: "sh".into(), arguments: vec!["-c".into(), script.into()] };
        let events = Box::new(std::iter::once("{}".to_owned()));
        let url = "http://127.0.0.1:9";
        let others = Others::start(url, &[], Processors::available().unwrap()).unwrap();
        let error = Life::of(&program, &api, (url, &others), events).await.unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.ends_with("no table at http://127.0.0.1:9\n"), "{error}");
    }

    #[test]
    fn the_peak_memory_of_a_process_is_known() {
        assert!(peak_kib(std::process::id()).unwrap() > 1_000);
    }
}
