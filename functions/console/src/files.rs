//! The page and the files that it is made of, as `build/main.rs` packed them: found by their exact names alone, so that no path
//! leads anywhere else.
//!
//! The files' address holds a hash of them all. So a browser asks for each once, and after a deployment for the new ones;
//! the page, whose address never changes, is asked for each time, and sent only when it is another one.

use lambda_http::{
    Body, Response,
    http::{
        HeaderMap, StatusCode,
        header::{
            ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
        },
    },
};
use shared::edge::{Answer, error::Problem, response::set_header};

include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// For a page that is to be asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// For what is the same under this address for ever. A year is as long as anybody keeps it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// One file.
struct Content {
    media_type: &'static str,
    plain: &'static [u8],
    /// Where it is shorter.
    gzip: Option<&'static [u8]>,
}

/// The page, or that it is the one that the browser has.
///
/// # Errors
/// 500 when a header cannot be written.
pub(crate) fn page(asked: &HeaderMap) -> Answer {
    send(&PAGE, ASK_AGAIN, asked)
}

/// The file at `<hash>/<name>` below `/console`.
///
/// # Errors
/// 404 when there is none; 500 when a header cannot be written.
pub(crate) fn file(path: &str, asked: &HeaderMap) -> Answer {
    let name = path.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('/'));
    let found = FILES.iter().find(|(known, _)| Some(*known) == name);
    let (_, content) = found.ok_or_else(Problem::not_found)?;
    send(content, FOR_EVER, asked)
}

fn send(content: &Content, kept: &str, asked: &HeaderMap) -> Answer {
    let mut response = Response::new(Body::Empty);
    // Weak, as it is the same for both encodings.
    let tag = format!("W/\"{VERSION}\"");
    set_header(&mut response, CACHE_CONTROL, kept)?;
    set_header(&mut response, ETAG, &tag)?;
    set_header(&mut response, VARY, ACCEPT_ENCODING.as_str())?;
    if has(asked, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    set_header(&mut response, CONTENT_TYPE, content.media_type)?;
    // API Gateway's HTTP APIs compress nothing themselves.
    if let Some(gzip) = content.gzip.filter(|_| takes_gzip(asked)) {
        set_header(&mut response, CONTENT_ENCODING, "gzip")?;
        *response.body_mut() = Body::Binary(gzip.to_vec());
    } else {
        *response.body_mut() = match str::from_utf8(content.plain) {
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Binary(content.plain.to_vec()),
        };
    }
    Ok(response)
}

/// Whether the browser has what `tag` names, by the weak comparison of RFC 9110, section 13.1.2.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    listed(asked, &IF_NONE_MATCH).any(|known| known.trim() == "*" || opaque(known) == opaque(tag))
}

/// Whether the browser takes gzip: it names it, or anything, and not with a weight of nothing.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let weight = |name: &str| {
        listed(asked, &ACCEPT_ENCODING).find_map(|offer| {
            let mut parts = offer.split(';').map(str::trim);
            parts.next().filter(|coding| coding.eq_ignore_ascii_case(name))?;
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            Some(weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok()).unwrap_or_default())
        })
    };
    weight("gzip").or_else(|| weight("x-gzip")).or_else(|| weight("*")).is_some_and(|weight| weight > 0.0)
}

/// The entries of a header that is a list.
fn listed<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','))
}

#[cfg(test)]
mod joining;
#[cfg(test)]
mod tests;
