//! The log of a function, as Lambda's logging controls ask for it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Starts the log, without what the module `unheard` says. It says no more than `INFO`, whatever is asked for: below that, the
/// runtime logs whole events, and with them keys, and the SDK logs items, and with them hashes.
pub(super) fn start(unheard: Option<&str>) {
    let wanted = std::env::var("AWS_LAMBDA_LOG_LEVEL").ok().and_then(|level| level.parse().ok());
    let level = wanted.unwrap_or(LevelFilter::INFO).min(LevelFilter::INFO);
    let heard = Targets::new().with_default(level).with_targets(unheard.map(|module| (module, LevelFilter::OFF)));
    // Lambda adds the time. Of several spans, the innermost tells of the request.
    let log = tracing_subscriber::fmt().with_max_level(level).with_target(false).without_time();
    let format = std::env::var("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
    // A log that another started stays.
    let _ = if format.eq_ignore_ascii_case("json") {
        log.json().with_span_list(false).finish().with(heard).try_init()
    } else {
        log.with_ansi(false).finish().with(heard).try_init()
    };
}
