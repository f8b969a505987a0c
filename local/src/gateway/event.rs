//! An HTTP request as the events of API Gateway's payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::{collections::BTreeMap, net::SocketAddr};

use axum::http::{HeaderMap, Method, Uri, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use shared::admin::OWN_STAGE;

const ACCOUNT: &str = "123456789012";
const API: &str = "latchkey";
const REGION: &str = "us-east-1";

/// Whose API a route belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Latchkey's own.
    Own,
    /// The user's.
    Other,
}

impl Stage {
    fn variables(self) -> Value {
        let (name, value) = OWN_STAGE;
        match self {
            Self::Own => json!({name: value}),
            Self::Other => Value::Null,
        }
    }
}

/// A request, taken apart.
pub(crate) struct Call {
    method: String,
    /// Decoded, as an HTTP API hands it on.
    path: String,
    /// As it came, with its query.
    target: String,
    query: String,
    headers: HeaderMap,
    peer: SocketAddr,
    at: Timestamp,
    request_id: String,
}

impl Call {
    /// Takes a request apart; `None` when its path is no text or its host no host, which never get past API Gateway.
    pub(crate) fn new(
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        peer: SocketAddr,
        at: Timestamp,
        number: u64,
    ) -> Option<Self> {
        let path = percent_decode_str(uri.path()).decode_utf8().ok().filter(|path| path.starts_with('/'))?.into_owned();
        let host = headers.get(header::HOST)?.to_str().ok()?;
        format!("http://{host}/").parse::<reqwest::Url>().ok()?;
        let request_id = STANDARD.encode(format!("{:x}-{number:x}", at.as_millisecond()));
        Some(Self {
            method: method.to_string(),
            path,
            target: uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            query: uri.query().unwrap_or_default().to_owned(),
            headers: headers.clone(),
            peer,
            at,
            request_id,
        })
    }

    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) const fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// What the authorizer is sent.
    pub(crate) fn authorizer_event(&self, route_key: &str, stage: Stage) -> Value {
        let mut event = self.common(route_key, stage);
        let method_and_path = format!("{}{}", self.method, self.path);
        event.insert("type".to_owned(), json!("REQUEST"));
        event.insert("identitySource".to_owned(), Value::Null);
        event.insert(
            "routeArn".to_owned(),
            json!(format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/$default/{method_and_path}")),
        );
        Value::Object(event)
    }

    /// What a function is sent: with the authorizer's context, if the route has an authorizer.
    pub(crate) fn function_event(&self, route_key: &str, context: Option<Value>, body: &[u8]) -> Value {
        let mut event = self.common(route_key, Stage::Own);
        if let (Some(context), Some(Value::Object(request))) = (context, event.get_mut("requestContext")) {
            request.insert("authorizer".to_owned(), json!({"lambda": context}));
        }
        if !body.is_empty() {
            let (text, is_base64) = self.encoded(body);
            event.insert("body".to_owned(), json!(text));
            event.insert("isBase64Encoded".to_owned(), json!(is_base64));
        }
        Value::Object(event)
    }

    /// A body as text, if its type is one of text and it is text; in Base64 otherwise.
    fn encoded(&self, body: &[u8]) -> (String, bool) {
        let content_type = self.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_text = content_type.is_some_and(|content_type| {
            let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            kind.starts_with("text/")
                || ["application/json", "application/xml", "application/javascript"].contains(&kind.as_str())
        });
        match std::str::from_utf8(body) {
            Ok(text) if is_text => (text.to_owned(), false),
            _ => (STANDARD.encode(body), true),
        }
    }

    /// What both kinds of event have.
    fn common(&self, route_key: &str, stage: Stage) -> Map<String, Value> {
        let lines: Vec<String> = self.texts(&header::COOKIE).collect();
        let cookies: Vec<&str> = lines.iter().flat_map(|line| line.split(';')).map(str::trim).collect();
        let event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": self.path,
            "rawQueryString": self.query,
            "cookies": if cookies.is_empty() { Value::Null } else { json!(cookies) },
            "headers": self.headers_as_sent(),
            "queryStringParameters": self.query_parameters(),
            "pathParameters": path_parameters(route_key, &self.path),
            "stageVariables": stage.variables(),
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": API,
                "domainName": self.texts(&header::HOST).next().unwrap_or_default(),
                "domainPrefix": API,
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.peer.ip().to_string(),
                    "userAgent": self.texts(&header::USER_AGENT).next().unwrap_or_default(),
                },
                "requestId": self.request_id,
                "routeKey": route_key,
                "stage": "$default",
                "time": self.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "timeEpoch": self.at.as_millisecond(),
            },
        });
        match event {
            Value::Object(event) => event,
            _ => Map::new(),
        }
    }

    fn texts(&self, name: &header::HeaderName) -> impl Iterator<Item = String> + '_ {
        self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// Names in lower case, repeated ones joined by commas, cookies apart; what API Gateway adds, and never what a caller
    /// says about itself in those names.
    fn headers_as_sent(&self) -> Value {
        let mut headers = BTreeMap::new();
        for name in self.headers.keys().filter(|name| **name != header::COOKIE) {
            headers.insert(name.to_string(), self.texts(name).collect::<Vec<_>>().join(","));
        }
        let forwarded = match headers.get("x-forwarded-for") {
            Some(before) => format!("{before}, {}", self.peer.ip()),
            None => self.peer.ip().to_string(),
        };
        headers.insert("x-forwarded-for".to_owned(), forwarded);
        headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
        json!(headers)
    }

    /// Decoded; the values of a repeated name joined by commas.
    fn query_parameters(&self) -> Value {
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()) {
            parameters
                .entry(name.into_owned())
                .and_modify(|values| {
                    values.push(',');
                    values.push_str(&value);
                })
                .or_insert_with(|| value.clone().into_owned());
        }
        if parameters.is_empty() { Value::Null } else { json!(parameters) }
    }
}

/// The values of a route's `{x}` and `{x+}` in a path.
fn path_parameters(route_key: &str, path: &str) -> Value {
    let pattern = route_key.split_once(' ').map_or("", |(_, pattern)| pattern);
    let mut parameters = Map::new();
    let mut rest = path;
    for segment in pattern.split('/').skip(1) {
        rest = rest.strip_prefix('/').unwrap_or(rest);
        let (value, after) = rest.find('/').and_then(|slash| rest.split_at_checked(slash)).unwrap_or((rest, ""));
        if let Some(name) = segment.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            match name.strip_suffix('+') {
                Some(name) => parameters.insert(name.to_owned(), json!(rest)),
                None => parameters.insert(name.to_owned(), json!(value)),
            };
        }
        rest = after;
    }
    if parameters.is_empty() { Value::Null } else { Value::Object(parameters) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(uri: &str, headers: &[(&'static str, &str)]) -> Call {
        let mut map = HeaderMap::from_iter([(header::HOST, "127.0.0.1:3000".parse().unwrap())]);
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let peer = ([127, 0, 0, 1], 4711).into();
        Call::new(&Method::GET, &uri.parse().unwrap(), &map, peer, Timestamp::UNIX_EPOCH, 1).unwrap()
    }

    #[test]
    fn an_event_has_the_shape_that_api_gateway_sends() {
        let call = call(
            "/keys/a%20b?x=1&x=2&y=%26",
            &[("accept", "a"), ("accept", "b"), ("cookie", "c=1; d=2"), ("x-forwarded-for", "9.9.9.9")],
        );
        let event = call.function_event("GET /keys/{id}", Some(json!({"key_id": "k"})), b"");
        assert_eq!(event["rawPath"], "/keys/a b");
        assert_eq!(event["rawQueryString"], "x=1&x=2&y=%26");
        assert_eq!(event["queryStringParameters"], json!({"x": "1,2", "y": "&"}));
        assert_eq!(event["pathParameters"], json!({"id": "a b"}));
        assert_eq!(event["cookies"], json!(["c=1", "d=2"]));
        assert_eq!(
            event["headers"],
            json!({
                "accept": "a,b", "host": "127.0.0.1:3000",
                "x-forwarded-for": "9.9.9.9, 127.0.0.1", "x-forwarded-proto": "http"
            })
        );
        assert_eq!(event["requestContext"]["authorizer"], json!({"lambda": {"key_id": "k"}}));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["requestContext"]["time"], "01/Jan/1970:00:00:00 +0000");
    }

    #[test]
    fn the_authorizer_is_told_the_arn_of_the_call() {
        let event = call("/demo/x", &[]).authorizer_event("ANY /demo/{proxy+}", Stage::Other);
        assert_eq!(event["routeArn"], "arn:aws:execute-api:us-east-1:123456789012:latchkey/$default/GET/demo/x");
        assert_eq!(event["type"], "REQUEST");
        assert_eq!(event["pathParameters"], json!({"proxy": "x"}));
        assert!(event.get("body").is_none());
    }

    #[test]
    fn a_body_that_is_no_text_comes_in_base64() {
        let json_call = call("/keys", &[("content-type", "application/json; charset=utf-8")]);
        assert_eq!(json_call.function_event("POST /keys", None, b"{}")["body"], "{}");
        assert_eq!(json_call.function_event("POST /keys", None, b"\xff")["body"], "/w==");
        let form = call("/keys", &[("content-type", "application/x-www-form-urlencoded")]);
        let event = form.function_event("POST /keys", None, b"{}");
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("e30="), &json!(true)));
    }

    #[test]
    fn a_greedy_parameter_takes_the_rest() {
        assert_eq!(path_parameters("ANY /demo/{proxy+}", "/demo/a/b/c"), json!({"proxy": "a/b/c"}));
        assert_eq!(path_parameters("$default", "/a/b"), Value::Null);
        assert_eq!(path_parameters("GET /keys", "/keys"), Value::Null);
    }
}
