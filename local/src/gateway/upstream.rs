//! A service of the user's, behind the authorizer.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use reqwest::{Client, Url, redirect::Policy};
use serde_json::Value;
use shared::admin::CONSOLE_COOKIE;

use super::{answer::message, event::Call};

/// The authorizer's context goes to the service in headers of this prefix; a caller's own are dropped.
const CONTEXT_PREFIX: &str = "x-latchkey-";
/// API Gateway waits no longer for an integration.
const TIMEOUT: Duration = Duration::from_secs(30);
/// They concern one connection alone (RFC 9110, section 7.6.1), or are set anew.
const NOT_FORWARDED: [HeaderName; 11] = [
    header::CONNECTION,
    header::EXPECT,
    header::PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    header::HOST,
    header::CONTENT_LENGTH,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

/// A service to proxy to.
pub(crate) struct Upstream {
    client: Client,
    base: Url,
}

impl Upstream {
    /// A service at an `http` or `https` URL, perhaps with a path in front of all others.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let base: Url = url.parse().map_err(|_| "must be a whole URL such as http://127.0.0.1:8080".to_owned())?;
        let is_plain =
            ["http", "https"].contains(&base.scheme()) && base.query().is_none() && base.fragment().is_none();
        if !is_plain || base.host().is_none() {
            return Err("must be an http or https URL without query or fragment".to_owned());
        }
        // As a gateway, it hands redirects on and asks no other proxy.
        let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(TIMEOUT).build();
        Ok(Self { client: client.map_err(|error| error.to_string())?, base })
    }

    /// Where a request goes; `None` where its path would arrive as another than the one that was decided on, as with
    /// `..` or a backslash.
    fn url(&self, target: &str) -> Option<Url> {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path = format!("{}{path}", self.base.path().trim_end_matches('/'));
        let mut url = self.base.clone();
        url.set_path(&path);
        url.set_query(query);
        (url.path() == path).then_some(url)
    }

    /// Hands a request on, with what is known of its key, and its answer back.
    pub(crate) async fn forward(&self, call: &Call, context: Option<&Value>, body: Bytes) -> Response {
        let (Some(url), Ok(method)) = (self.url(call.target()), call.method().parse()) else {
            return message(StatusCode::BAD_REQUEST, "Bad Request");
        };
        let request = self.client.request(method, url).headers(headers(call, context)).body(body);
        match request.send().await {
            Ok(answer) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = answer.status();
                *response.headers_mut() = forwardable(answer.headers());
                *response.body_mut() = Body::from_stream(answer.bytes_stream());
                response
            }
            Err(error) => {
                // A reqwest error would name the URL, which may hold what strangers put there.
                tracing::error!(cause = %error.without_url(), "the upstream does not answer");
                message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
        }
    }
}

/// The caller's headers, without those that only its connection or only Latchkey may set.
fn headers(call: &Call, context: Option<&Value>) -> HeaderMap {
    let mut headers = forwardable(call.headers());
    let spoofed: Vec<_> = headers.keys().filter(|name| is_context(name)).cloned().collect();
    for name in spoofed {
        headers.remove(name);
    }
    withhold_session(&mut headers);
    if let Ok(peer) = HeaderValue::from_str(&call.peer().ip().to_string()) {
        headers.append("x-forwarded-for", peer);
    }
    for (name, value) in context.and_then(Value::as_object).into_iter().flatten() {
        let name = format!("{CONTEXT_PREFIX}{}", name.replace('_', "-"));
        // DEL is the one character of JSON text that no header may hold; only the metadata can have it, in a string.
        let value = value.as_str().map(|value| value.replace('\u{7f}', "\\u007f"));
        let value = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
        if let (Ok(name), Some(value)) = (name.parse::<HeaderName>(), value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Takes the console's cookie out: here, unlike in AWS, the console and the service share an origin, and the session is none of
/// the service's.
fn withhold_session(headers: &mut HeaderMap) {
    let is_other = |pair: &&str| pair.split('=').next().is_none_or(|name| name.trim() != CONSOLE_COOKIE);
    let header::Entry::Occupied(sent) = headers.entry(header::COOKIE) else { return };
    let kept: Vec<_> = sent
        .remove_entry_mult()
        .1
        .filter_map(|cookies| {
            let cookies = cookies.to_str().ok()?.split(';').filter(is_other).map(str::trim).collect::<Vec<_>>();
            HeaderValue::from_str(&cookies.join("; ")).ok().filter(|kept| !kept.is_empty())
        })
        .collect();
    for cookies in kept {
        headers.append(header::COOKIE, cookies);
    }
}

/// Whether a backend could take the header for one of the context's: many read `_` and `-` as the same.
fn is_context(name: &HeaderName) -> bool {
    name.as_str().replace('_', "-").starts_with(CONTEXT_PREFIX)
}

fn forwardable(headers: &HeaderMap) -> HeaderMap {
    // `Connection` can name further headers that end here.
    let named: Vec<String> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let passes = |name: &HeaderName| !NOT_FORWARDED.contains(name) && !named.iter().any(|other| other == name.as_str());
    headers.iter().filter(|(name, _)| passes(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forwarded_is_what_was_decided_on() {
        let upstream = Upstream::new("http://127.0.0.1:8080/base/").unwrap();
        for target in ["/", "/a/b", "/a%2Fb", "/a?x='1'&y=..", "/a//b", "//other.example/x", "/.../a"] {
            let url = upstream.url(target).unwrap();
            assert_eq!(url.host_str(), Some("127.0.0.1"));
            assert_eq!(format!("/base{}", target.split('?').next().unwrap()), url.path());
        }
        for target in ["/a/../b", "/..", "/a/%2e%2e/b", "/a/.%2E/b", "/./a", "/a\\..\\b", "/a\\b", "/a\tb"] {
            assert!(upstream.url(target).is_none(), "{target}");
        }
    }

    #[test]
    fn the_consoles_cookie_stays_here() {
        let mut headers = HeaderMap::new();
        for cookies in ["a=b; latchkey-console=secret;c=d", "latchkey-console=secret", " latchkey-console = x; e=f"] {
            headers.append(header::COOKIE, cookies.parse().unwrap());
        }
        withhold_session(&mut headers);
        assert_eq!(headers.get_all(header::COOKIE).iter().collect::<Vec<_>>(), ["a=b; c=d", "e=f"]);
    }

    #[test]
    fn an_upstream_is_an_http_url() {
        for url in ["", "127.0.0.1:8080", "ftp://a/", "http://a/?q", "http://a/#f", "file:///a", "http://"] {
            assert!(Upstream::new(url).is_err(), "{url}");
        }
    }
}
