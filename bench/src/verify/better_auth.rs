//! Better Auth in Node.js, asked to check keys.

use std::{collections::BTreeMap, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{Error, node};

/// A running Node.js. Dropping it ends it.
pub(crate) struct BetterAuth {
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl BetterAuth {
    /// Starts it with so many keys; tells why not, if it cannot be had.
    pub(crate) async fn start(keys: u32) -> Result<Result<Self, String>, Error> {
        let folder = node::folder("better-auth");
        let program = match node::with_packages(&folder).await {
            Ok(program) => program,
            Err(missing) => return Ok(Err(missing)),
        };
        let mut command = Command::new(program);
        command.arg("verify.mjs").arg(keys.to_string()).current_dir(&folder).kill_on_drop(true);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let missing = "Better Auth cannot be talked to";
        let asks = process.stdin.take().ok_or(missing)?;
        let mut answers = BufReader::new(process.stdout.take().ok_or(missing)?).lines();
        match answers.next_line().await?.as_deref() {
            Some("ready") => Ok(Ok(Self { asks, answers, _process: process })),
            _ => Err("Better Auth does not start".into()),
        }
    }

    /// Has it check so many keys with each store: the name of each, and the time of each check in microseconds.
    pub(crate) async fn check(&mut self, calls: u32) -> Result<Vec<(String, Vec<f64>)>, Error> {
        self.asks.write_all(format!("{calls}\n").as_bytes()).await?;
        let line = self.answers.next_line().await?.ok_or("Better Auth ended")?;
        let times: BTreeMap<String, Vec<f64>> = serde_json::from_str(&line)?;
        Ok(times.into_iter().map(|(store, times)| (format!("Better Auth, {store}"), times)).collect())
    }
}
