//! What every answer of this function tells a browser to refuse, so that a mistake in the page, or another page, gets
//! nothing out of a session.

use lambda_http::{
    Body, Request, RequestExt, Response,
    http::{HeaderName, HeaderValue, header},
    request::RequestContext,
};

/// Nothing but the page's own files and the API beside it; no markup made of text; no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The page copies a key to the clipboard, and uses nothing else.
const PERMISSIONS_POLICY: &str = "clipboard-write=(self), accelerometer=(), autoplay=(), camera=(), \
    clipboard-read=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), \
    idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
    publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=(), \
    xr-spatial-tracking=()";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
];

/// Two years, of this name alone: what else the domain serves is not for the console to say.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=63072000";

/// Adds all of them to an answer; over plain HTTP on loopback without the one that asks for HTTPS.
pub(crate) fn protect(response: &mut Response<Body>, is_local: bool) {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !is_local {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT_TRANSPORT_SECURITY));
    }
}

/// Whether the browser reached this on its own machine, where there is no HTTPS. What does not clearly say so has it: both
/// the browser's own `Host`, once, and the domain that API Gateway serves must be names of loopback.
pub(crate) fn is_local(request: &Request) -> bool {
    let domain = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.domain_name.as_deref(),
        _ => None,
    };
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none()).and_then(|host| host.to_str().ok());
    [domain, host].iter().all(|name| name.is_some_and(is_loopback))
}

/// Whether a host, with or without a port, is this machine under one of its three usual names.
fn is_loopback(host: &str) -> bool {
    let names = ["localhost", "127.0.0.1", "[::1]"];
    let mut parts = names
        .iter()
        .filter_map(|name| host.split_at_checked(name.len()).filter(|(start, _)| start.eq_ignore_ascii_case(name)));
    parts.any(|(_, after)| after.is_empty() || after.strip_prefix(':').is_some_and(is_port))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;

    use super::*;

    fn request(domain: Option<&str>, hosts: &[&str]) -> Request {
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.domain_name = domain.map(str::to_owned);
        let mut request = Request::new(Body::Empty).with_request_context(RequestContext::ApiGatewayV2(context));
        for host in hosts {
            request.headers_mut().append("host", host.parse().unwrap());
        }
        request
    }

    #[test]
    fn loopback_is_known_by_its_three_names_with_any_port() {
        for host in
            ["localhost", "LocalHost:3000", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:65535", "[::1]", "[::1]:3000"]
        {
            assert!(is_loopback(host), "{host}");
            assert!(is_local(&request(Some(host), &[host])), "{host}");
        }
        for host in [
            "",
            ":3000",
            "localhost.",
            "localhost:",
            "localhost:http",
            "localhost:+80",
            "localhost:65536",
            "localhost:80:80",
            "localhost.example.com",
            "localhost@example.com",
            "localhostess",
            "notlocalhost",
            "127.0.0.1.example.com",
            "127.0.0.11",
            "127.0.0.2",
            "127.1",
            "0.0.0.0",
            "::1",
            "[::1",
            "[::1]x",
            "[::2]",
            "10.0.0.1",
            "example.com",
            "a1b2c3.execute-api.eu-west-1.amazonaws.com",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn what_is_not_clearly_local_is_not() {
        let (local, public) = ("localhost:3000", "keys.example.com");
        for (domain, hosts) in [
            (None, &[local][..]),
            (Some(local), &[]),
            (Some(local), &[public]),
            (Some(public), &[local]),
            (Some(public), &[public]),
            (Some(local), &[local, local]),
            (Some(local), &[local, public]),
        ] {
            assert!(!is_local(&request(domain, hosts)), "{domain:?} {hosts:?}");
        }
        let mut without_context = Request::new(Body::Empty);
        without_context.headers_mut().insert("host", local.parse().unwrap());
        assert!(!is_local(&without_context));
    }

    #[test]
    fn an_answer_asks_for_https_everywhere_but_on_loopback() {
        for is_local in [true, false] {
            let mut response = Response::new(Body::Empty);
            protect(&mut response, is_local);
            assert_eq!(response.headers().contains_key("strict-transport-security"), !is_local);
            assert_eq!(response.headers().len(), HEADERS.len() + usize::from(!is_local));
        }
    }

    #[test]
    fn the_policy_of_the_page_lets_nothing_unsafe_in() {
        for unsafe_word in ["unsafe", "*", "data:", "blob:", "http"] {
            assert!(!CONTENT_SECURITY_POLICY.contains(unsafe_word), "{unsafe_word}");
        }
    }
}
