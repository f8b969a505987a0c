//! What a snapshot hides because it is random, checked for its shape while it is hidden.

use insta::{
    dynamic_redaction,
    internals::{Content, ContentPath, Redaction},
};

/// 16 base62 characters.
pub(crate) fn id() -> Redaction {
    shaped("[id]", |text| text.len() == 16 && is_base62(text))
}

/// `<prefix>_` + 16 + `_` + 32 + 6 characters.
pub(crate) fn key(prefix: &'static str) -> Redaction {
    shaped("[key]", move |text| is_key(prefix, text))
}

/// Whether it has the shape of a text that Latchkey makes.
pub(crate) fn is_key(prefix: &str, text: &str) -> bool {
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let parts = rest.and_then(|rest| rest.split_once('_'));
    parts.is_some_and(|(id, secret)| id.len() == 16 && secret.len() == 38 && is_base62(id) && is_base62(secret))
}

/// `<prefix>_` + 4 + `…` + 4 characters.
pub(crate) fn hint(prefix: &'static str) -> Redaction {
    shaped("[hint]", move |text| is_hint(prefix, text))
}

/// Whether it has the shape of a hint at such a text.
pub(crate) fn is_hint(prefix: &str, text: &str) -> bool {
    let rest = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let parts = rest.and_then(|rest| rest.split_once('…'));
    parts.is_some_and(|(start, end)| start.len() == 4 && end.len() == 4 && is_base62(start) && is_base62(end))
}

/// Something, which is not empty.
pub(crate) fn request_id() -> Redaction {
    shaped("[request id]", |text| !text.is_empty())
}

/// An RFC 3339 time in UTC, to the second.
pub(crate) fn is_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

fn shaped(shown: &'static str, is_right: impl Fn(&str) -> bool + Send + Sync + 'static) -> Redaction {
    dynamic_redaction(move |value: Content, path: ContentPath<'_>| {
        let text = value.as_str().unwrap_or_else(|| panic!("{path} is no text: {value:?}"));
        assert!(is_right(text), "{path} has another shape: {text}");
        shown
    })
}

fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
