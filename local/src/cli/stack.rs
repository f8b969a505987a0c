//! `latchkey`: the whole stack, until a signal ends it.

use std::{
    io::{self, Write},
    time::Duration,
};

use clap::Args;
use shared::{admin, expiry::Period};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::{Place, Signals, greet, show_root_key, unwritable};
use crate::{
    log::TARGET,
    rotate::rotate_root,
    services::Services,
    stack::{Options, Stack},
};

#[derive(Debug, Args)]
pub(super) struct Flags {
    /// The gateway's port; 0 takes any that is free
    #[arg(long, default_value_t = 3000)]
    port: u16,
    #[command(flatten)]
    place: Place,
    /// Put this service behind the authorizer, on every route that is not Latchkey's own
    #[arg(long, value_name = "URL")]
    upstream: Option<String>,
    /// Rotate the root key on this schedule, such as 30s or 7d
    #[arg(long, value_name = "PERIOD")]
    rotate_every: Option<String>,
}

pub(super) async fn run(flags: Flags) -> Result<(), String> {
    let Flags { port, place, upstream, rotate_every } = flags;
    let mut signals = Signals::new()?;
    let period = rotate_every.as_deref().map(period).transpose()?;
    let options = Options {
        port,
        data: place.data(),
        upstream,
        settings: Box::new(shared::config::from_env),
        ..Options::default()
    };
    let stack = Stack::start(options).await.map_err(|error| error.to_string())?;
    let url = stack.url();
    let greeted = writeln!(io::stdout(), "latchkey listening on {url}\nconsole {url}{}", admin::CONSOLE.path);
    greeted.and_then(|()| greet(&mut io::stdout().lock(), stack.services())).map_err(|error| unwritable(&error))?;
    let ran = match period {
        None => {
            signals.received().await;
            Ok(())
        }
        Some(period) => rotate_on_schedule(stack.services(), period, &mut signals).await,
    };
    stack.stop().await;
    ran
}

/// The time between two rotations.
fn period(text: &str) -> Result<Duration, String> {
    match text.parse::<Period>() {
        Ok(period) if period.seconds() > 0 => Ok(Duration::from_secs(period.seconds())),
        Ok(_) => Err("--rotate-every must be at least 1s".to_owned()),
        Err(error) => Err(format!("--rotate-every {error}")),
    }
}

/// Rotates the root key once a period, until a signal comes. A rotation that fails is told in the log, and taken up by the
/// next one.
async fn rotate_on_schedule(services: &Services, period: Duration, signals: &mut Signals) -> Result<(), String> {
    let mut ticks = schedule(period);
    loop {
        tokio::select! {
            () = signals.received() => return Ok(()),
            _ = ticks.tick() => {}
        }
        // A signal during a rotation is seen after it.
        match rotate_root(&services.secretsmanager_url()).await {
            Ok(rotated) => tell(services, &rotated.text).map_err(|error| unwritable(&error))?,
            Err(error) => tracing::error!(target: TARGET, %error, "the root key was not rotated"),
        }
    }
}

fn schedule(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now() + period, period);
    // A machine that slept has nothing to catch up with.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Tells of a rotation. The text is shown where it is kept nowhere.
fn tell(services: &Services, text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match services.root_key_file() {
        Some(file) => writeln!(out, "root key rotated; kept in {}", file.display())?,
        None => show_root_key(&mut out, text, None)?,
    }
    out.flush()
}
