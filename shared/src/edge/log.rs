//! The log of a function, as Lambda's logging controls ask for it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>

use std::{
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tracing::Level;
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::writer::{BoxMakeWriter, MakeWriterExt},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// When lines go out, and which do not.
#[derive(Debug, Clone, Copy)]
pub(super) enum Manner<'m> {
    /// All, at once.
    AtOnce,
    /// Warnings and errors at once, as Lambda may end the function in the very call that they tell of; the others when
    /// [`write_out`] is called. Without what the module of another crate says.
    Later { unheard: &'m str },
}

/// What was logged and is not written yet.
static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Starts the log. It says no more than `INFO`, whatever is asked for: below that, the runtime logs whole events, and with them
/// keys, and the SDK logs items, and with them hashes.
pub(super) fn start(manner: Manner<'_>) {
    let wanted = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(LevelFilter::INFO).min(LevelFilter::INFO);
    let all = Targets::new().with_default(level);
    let (heard, writer) = match manner {
        Manner::AtOnce => (all, BoxMakeWriter::new(io::stdout)),
        Manner::Later { unheard } => (all.with_target(unheard, LevelFilter::OFF), at_once_or_later()),
    };
    // Lambda adds the time. Of several spans, the innermost tells of the request.
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).without_time().with_writer(writer);
    let format = std::env::var("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
    // A log that another started stays.
    let _ = if format.eq_ignore_ascii_case("json") {
        log.json().with_span_list(false).finish().with(heard).try_init()
    } else {
        log.with_ansi(false).finish().with(heard).try_init()
    };
}

fn at_once_or_later() -> BoxMakeWriter {
    BoxMakeWriter::new(io::stdout.with_max_level(Level::WARN).or_else(|| Lines))
}

/// Has a panic told of in the log alone, where an alarm looks for it: where it was, and not what it says, which may be anything,
/// such as a key.
pub(super) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(at = panic.location().map(tracing::field::display), "the function panicked");
    }));
}

/// Writes what was logged since the last time, in one piece.
pub(super) fn write_out() {
    let mut lines = lines();
    if !lines.is_empty() {
        // Where nobody listens, there is nobody to tell.
        let _ = io::stdout().lock().write_all(&lines).and_then(|()| io::stdout().flush());
        lines.clear();
    }
}

/// Forgets what was logged since the last time.
pub(super) fn forget() {
    lines().clear();
}

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts lines aside.
struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        lines().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
