//! Where a request may carry its key.
//!
//! `Authorization` (`Bearer <key>` or the key alone), `x-api-key`, the headers and cookies that the deployment names, for a
//! WebSocket the query parameter `api_key`, and for Latchkey's own API the console's cookie. A request must not carry two
//! different ones.

use serde_json_borrow::{ObjectAsVec, Value};
use shared::{
    admin::{CONSOLE_COOKIE, CONSOLE_HEADER},
    carried,
};

use crate::event::{Event, Shape, text};

/// What a request carries. It prints itself in tests alone: it is a key.
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(crate) enum Presented<'e> {
    /// No key.
    None,
    /// One text, perhaps in several places.
    One(&'e str),
    /// One text, in cookies alone.
    Cookie(&'e str),
    /// Different texts, or a header given more than once.
    Several,
}

/// Looks in every place that a key may be.
pub(crate) fn presented<'e>(event: &Event<'e>, headers: &[String], cookies: &[String]) -> Presented<'e> {
    let mut found = Found::default();
    if event.shape == Shape::Token {
        found.add_authorization(text(event.json, "authorizationToken"));
    }
    let authorization = found.header(event.json, "authorization");
    found.add_authorization(authorization);
    for name in [carried::HEADER].into_iter().chain(headers.iter().map(String::as_str)) {
        let value = found.header(event.json, name);
        found.add(value);
    }
    let is_own = event.called().is_own;
    let mut of_console = Found::default();
    let mut in_cookies = Found::default();
    for (name, value) in all_cookies(event.json) {
        match name {
            CONSOLE_COOKIE if is_own => of_console.add(Some(value)),
            name if cookies.iter().any(|cookie| cookie == name) => in_cookies.add(Some(value)),
            _ => {}
        }
    }
    // A session of the console is not disturbed by what an application on the same host keeps in its cookies.
    let in_cookies = if of_console.text.is_some() { of_console } else { in_cookies };
    if event.shape == Shape::Connect {
        found.add(text(event.json.get("queryStringParameters"), "api_key"));
        let all = event.json.get("multiValueQueryStringParameters").get("api_key");
        all.as_array().into_iter().flatten().for_each(|value| found.add(value.as_str()));
    }
    match (found.into_presented(), in_cookies.into_presented()) {
        (Presented::None, Presented::One(text)) => Presented::Cookie(text),
        (elsewhere, Presented::None) => elsewhere,
        (Presented::One(one), Presented::One(other)) if one == other => Presented::One(one),
        _ => Presented::Several,
    }
}

/// Whether a request says that the console's page made it.
pub(crate) fn has_console_header(event: &Event<'_>) -> bool {
    let mut values = single(event.json, CONSOLE_HEADER).chain(multiple(event.json, CONSOLE_HEADER)).peekable();
    values.peek().is_some() && values.all(|value| value.as_str() == Some("1"))
}

/// The texts found so far.
#[derive(Default)]
struct Found<'e> {
    text: Option<&'e str>,
    is_ambiguous: bool,
}

impl<'e> Found<'e> {
    fn add(&mut self, text: Option<&'e str>) {
        match (text, self.text) {
            // An empty value carries nothing.
            (None | Some(""), _) => {}
            (Some(text), None) => self.text = Some(text),
            (Some(text), Some(standing)) => self.is_ambiguous |= text != standing,
        }
    }

    /// Adds the key of an `Authorization` value; any other scheme is none of our business.
    fn add_authorization(&mut self, value: Option<&'e str>) {
        let Some(value) = value else { return };
        match carried::of_authorization(value) {
            Some(key) => self.add(Some(key)),
            None => self.is_ambiguous |= is_joined(value),
        }
    }

    /// The value of a header that is given once. What is given twice, or is no text, makes the request ambiguous.
    fn header(&mut self, json: &'e Value<'e>, name: &str) -> Option<&'e str> {
        let value = single(json, name).chain(multiple(json, name)).next()?;
        let is_repeated = single(json, name).nth(1).is_some() || multiple(json, name).nth(1).is_some();
        let differs = multiple(json, name).any(|other| other != value);
        self.is_ambiguous |= is_repeated || differs || !value.is_string();
        value.as_str()
    }

    const fn into_presented(self) -> Presented<'e> {
        match self {
            Self { is_ambiguous: true, .. } => Presented::Several,
            Self { text: None, .. } => Presented::None,
            Self { text: Some(text), .. } => Presented::One(text),
        }
    }
}

/// Whether the value is that of several `Authorization` headers, which HTTP APIs join with commas. Within one, what
/// follows a comma is a parameter, `name=value` (RFC 9110, section 11.4).
fn is_joined(value: &str) -> bool {
    let is_parameter = |part: &str| part.trim().split_once('=').is_some_and(|(name, _)| !name.trim().contains(' '));
    !value.split(',').skip(1).all(is_parameter)
}

/// The values of one header, however its name is written: API Gateway keeps the caller's case in some shapes.
fn single<'e>(json: &'e Value<'e>, name: &str) -> impl Iterator<Item = &'e Value<'e>> {
    named(json.get("headers"), name).filter(|value| !value.is_null())
}

/// The same where each header has a list of values.
fn multiple<'e>(json: &'e Value<'e>, name: &str) -> impl Iterator<Item = &'e Value<'e>> {
    named(json.get("multiValueHeaders"), name).filter_map(Value::as_array).flatten()
}

fn named<'e>(map: &'e Value<'e>, name: &str) -> impl Iterator<Item = &'e Value<'e>> {
    let entries = map.as_object().into_iter().flat_map(ObjectAsVec::iter);
    entries.filter(move |(written, _)| written.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// Name and value of every cookie: the list of format 2.0, or the `Cookie` headers.
fn all_cookies<'e>(json: &'e Value<'e>) -> impl Iterator<Item = (&'e str, &'e str)> {
    let listed = json.get("cookies").as_array().into_iter().flatten();
    let is_multiple = multiple(json, "cookie").next().is_some();
    let sent = multiple(json, "cookie").chain(single(json, "cookie").filter(move |_| !is_multiple));
    listed.chain(sent).filter_map(Value::as_str).flat_map(carried::of_cookies)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::event::tests::sent;

    fn look(shape: Shape, json: &serde_json::Value) -> Presented<'static> {
        let json = sent(json);
        let event = Event { shape, json, method: "GET", path: "/", route: "", stage_arn: "" };
        presented(&event, &["secret".to_owned(), "client-key".to_owned()], &["latchkey".to_owned()])
    }

    #[test]
    fn a_key_is_found_in_every_place_that_may_hold_one() {
        for (shape, event) in [
            (Shape::Http2, json!({"headers": {"authorization": "Bearer k"}})),
            (Shape::Http2, json!({"headers": {"authorization": "bearer k"}})),
            (Shape::Http2, json!({"headers": {"authorization": "k"}})),
            (Shape::Http2, json!({"headers": {"x-api-key": "k"}})),
            (Shape::Http2, json!({"headers": {"secret": "k"}})),
            (Shape::Http2, json!({"headers": {"client-key": "k"}})),
            (Shape::Http2, json!({"cookies": ["a=b", "latchkey=k"]})),
            (Shape::Http1, json!({"headers": {"Cookie": "a=b; latchkey=k; c=d"}})),
            (Shape::Rest, json!({"headers": {"X-API-Key": "k"}, "multiValueHeaders": {"X-API-Key": ["k"]}})),
            (Shape::Rest, json!({"headers": null, "multiValueHeaders": {"Cookie": ["a=b", "latchkey=k"]}})),
            (Shape::Token, json!({"authorizationToken": "Bearer k"})),
            (Shape::Token, json!({"authorizationToken": "k"})),
            (Shape::Connect, json!({"queryStringParameters": {"api_key": "k"}})),
            (
                Shape::Connect,
                json!({"queryStringParameters": {"api_key": "k"}, "multiValueQueryStringParameters": {"api_key": ["k"]}}),
            ),
            // The same key in two places is one key.
            (Shape::Http2, json!({"headers": {"authorization": "Bearer k", "x-api-key": "k"}})),
            // Other schemes are none of our business.
            (Shape::Http2, json!({"headers": {"authorization": "Basic abc=", "x-api-key": "k"}})),
            (Shape::Http2, json!({"headers": {"authorization": "Digest a=b, c=\"d\"", "x-api-key": "k"}})),
            (Shape::Http2, json!({"headers": {"x-api-key": "", "secret": "k"}})),
        ] {
            assert!(matches!(look(shape, &event), Presented::One("k") | Presented::Cookie("k")), "{event}");
        }
    }

    #[test]
    fn a_key_in_cookies_alone_is_told_from_one_in_a_header() {
        let in_a_cookie = json!({"cookies": ["latchkey=k"]});
        assert_eq!(look(Shape::Http2, &in_a_cookie), Presented::Cookie("k"));
        let in_both = json!({"cookies": ["latchkey=k"], "headers": {"x-api-key": "k"}});
        assert_eq!(look(Shape::Http2, &in_both), Presented::One("k"));
    }

    #[test]
    fn the_consoles_cookie_counts_on_latchkeys_own_api_alone() {
        let own = json!({"cookies": ["latchkey-console=k"], "stageVariables": {"latchkey": "admin-api"}});
        assert_eq!(look(Shape::Http2, &own), Presented::Cookie("k"));
        let beside =
            json!({"cookies": ["latchkey=other", "latchkey-console=k"], "stageVariables": {"latchkey": "admin-api"}});
        assert_eq!(look(Shape::Http2, &beside), Presented::Cookie("k"));
        let twice = json!({"cookies": ["latchkey-console=other", "latchkey-console=k"], "stageVariables": {"latchkey": "admin-api"}});
        assert_eq!(look(Shape::Http2, &twice), Presented::Several);
        for elsewhere in [
            json!({"cookies": ["latchkey-console=k"]}),
            json!({"cookies": ["latchkey-console=k"], "stageVariables": {"latchkey": "other"}}),
            json!({"cookies": ["latchkey-console=k"], "stageVariables": null}),
        ] {
            assert_eq!(look(Shape::Http2, &elsewhere), Presented::None, "{elsewhere}");
        }
    }

    #[test]
    fn the_consoles_header_has_one_value() {
        let has = |headers: serde_json::Value| {
            let json = sent(&json!({"headers": headers}));
            let event = Event { shape: Shape::Http2, json, method: "POST", path: "/", route: "", stage_arn: "" };
            has_console_header(&event)
        };
        assert!(has(json!({"x-latchkey-console": "1"})));
        assert!(has(json!({"X-Latchkey-Console": "1"})));
        for headers in [
            json!(null),
            json!({}),
            json!({"x-latchkey-console": ""}),
            json!({"x-latchkey-console": "0"}),
            json!({"x-latchkey-console": "1,1"}),
            json!({"x-latchkey-console": 1}),
            json!({"x-latchkey-console": "1", "X-Latchkey-Console": "0"}),
        ] {
            assert!(!has(headers.clone()), "{headers}");
        }
    }

    #[test]
    fn a_request_without_a_key_has_none() {
        for event in [
            json!({}),
            json!({"headers": null, "cookies": null, "multiValueHeaders": null, "queryStringParameters": null}),
            json!({"headers": [], "cookies": {}}),
            json!({"headers": {"authorization": "Basic abc"}}),
            json!({"headers": {"authorization": ""}}),
            json!({"headers": {"x-api-key": null}}),
            json!({"cookies": ["other=k", "latchkey"]}),
            json!({"cookies": [1, null]}),
            // Only a WebSocket, which cannot set headers in a browser, may have it in the URL.
            json!({"queryStringParameters": {"api_key": "k"}}),
        ] {
            assert_eq!(look(Shape::Http2, &event), Presented::None, "{event}");
        }
    }

    #[test]
    fn of_headers_that_are_given_twice_the_first_count_and_a_header_among_them_only_once() {
        let look = |text: &str| {
            let json: Value<'_> = serde_json::from_str(text).unwrap();
            let event = Event { shape: Shape::Http2, json: &json, method: "GET", path: "/", route: "", stage_arn: "" };
            match presented(&event, &[], &[]) {
                Presented::One(text) => text.to_owned(),
                Presented::Several => "several".to_owned(),
                Presented::None | Presented::Cookie(_) => "none".to_owned(),
            }
        };
        assert_eq!(look(r#"{"headers":{"x-api-key":"k"},"headers":{"x-api-key":"other"}}"#), "k");
        assert_eq!(look(r#"{"headers":{},"headers":{"x-api-key":"other"}}"#), "none");
        assert_eq!(look(r#"{"headers":{"x-api-key":"k","x-api-key":"other"}}"#), "several");
        assert_eq!(look(r#"{"headers":{"x-api-key":"k","x-api-key":"k"}}"#), "several");
    }

    #[test]
    fn two_keys_or_a_repeated_header_are_no_key() {
        for (shape, event) in [
            (Shape::Http2, json!({"headers": {"authorization": "Bearer k", "x-api-key": "other"}})),
            (Shape::Http2, json!({"headers": {"x-api-key": "k"}, "cookies": ["latchkey=other"]})),
            (Shape::Http2, json!({"cookies": ["latchkey=k", "latchkey=other"]})),
            (Shape::Http2, json!({"headers": {"authorization": "Basic abc=,Bearer o", "x-api-key": "k"}})),
            (Shape::Http2, json!({"headers": {"authorization": "Basic abc=,Basic abc=", "x-api-key": "k"}})),
            (Shape::Http2, json!({"headers": {"authorization": "Digest a=b,o", "x-api-key": "k"}})),
            (Shape::Http1, json!({"headers": {"X-Api-Key": "k", "x-api-key": "k"}})),
            (Shape::Rest, json!({"headers": {"x-api-key": "k"}, "multiValueHeaders": {"x-api-key": ["k", "k"]}})),
            (Shape::Rest, json!({"headers": {"x-api-key": "k"}, "multiValueHeaders": {"x-api-key": ["other"]}})),
            (Shape::Rest, json!({"multiValueHeaders": {"Authorization": ["Bearer k", "Basic abc"]}})),
            (Shape::Http2, json!({"headers": {"x-api-key": ["k"]}})),
            (Shape::Http2, json!({"headers": {"x-api-key": 1, "secret": "k"}})),
            (Shape::Token, json!({"authorizationToken": "k", "headers": {"x-api-key": "other"}})),
            (
                Shape::Connect,
                json!({"queryStringParameters": {"api_key": "k"}, "multiValueQueryStringParameters": {"api_key": ["o", "k"]}}),
            ),
        ] {
            assert_eq!(look(shape, &event), Presented::Several, "{event}");
        }
    }
}
