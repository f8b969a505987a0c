//! The log of a function, as Lambda's logging controls ask for it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>

use tracing_subscriber::filter::LevelFilter;

/// Starts the log. It says no more than `INFO`, whatever is asked for: below that, the runtime logs whole events, and with
/// them keys, and the SDK logs items, and with them hashes.
pub(super) fn start() {
    let wanted = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(LevelFilter::INFO).min(LevelFilter::INFO);
    // Lambda adds the time.
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).without_time();
    let format = std::env::var("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
    // A log that another started stays.
    let _ = if format.eq_ignore_ascii_case("json") { log.json().try_init() } else { log.with_ansi(false).try_init() };
}
