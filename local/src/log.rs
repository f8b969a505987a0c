//! The log of the local stack: one line a request, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

/// The target of the lines that a person wants to see.
pub(crate) const TARGET: &str = "latchkey";
/// What is shown unless `RUST_LOG` says otherwise.
const SHOWN: &str = "warn,latchkey=info";
/// The secret of a key has 32 characters in a row, without its checksum; nothing so long is repeated from a URL.
const LONGEST_RUN: usize = 31;

/// Sends the log to stderr, in colour where somebody watches.
pub(crate) fn start() {
    let wanted = std::env::var("RUST_LOG").ok().filter(|wanted| !wanted.is_empty());
    let filter = EnvFilter::new(wanted.as_deref().unwrap_or(SHOWN));
    let is_watched = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(is_watched).with_target(false);
    // Below that, libraries log what they send and receive, and with it keys and hashes.
    let most = tracing_subscriber::filter::LevelFilter::INFO;
    let log = tracing_subscriber::registry().with(most).with(filter).with(lines.compact());
    // A second stack in one process keeps the first one's log.
    let _ = log.try_init();
}

/// A path fit for the log: what may be a key is cut out, and nothing in it acts on a terminal.
pub(crate) fn printable(path: &str) -> String {
    let mut printed = String::new();
    let mut run = String::new();
    for character in path.chars().chain(['\0']) {
        if character.is_ascii_alphanumeric() || character == '_' {
            run.push(character);
            continue;
        }
        printed.push_str(if run.len() > LONGEST_RUN { "[hidden]" } else { &run });
        run.clear();
        printed.extend(character.escape_debug());
    }
    printed.truncate(printed.len() - "\\0".len());
    printed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_a_path_is_not_printed() {
        let key = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
        assert_eq!(printable(&format!("/demo/{key}/x")), "/demo/[hidden]/x");
        assert_eq!(printable(&format!("/demo/x{key}")), "/demo/[hidden]");
        assert_eq!(printable(&format!("/demo/{}", key.replace('_', "%5F"))), "/demo/lk%5FExampleKey000001%[hidden]");
    }

    #[test]
    fn a_path_cannot_forge_a_line_or_a_colour() {
        assert_eq!(printable("/a\n\u{1b}[31m\0b"), "/a\\n\\u{1b}[31m\\0b");
        assert_eq!(printable("/orders/42"), "/orders/42");
        assert_eq!(printable(""), "");
    }
}
