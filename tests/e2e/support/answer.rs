//! What comes back over HTTP.

use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer, whole.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header's text; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer itself, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Asserts that it refuses what would be more than the caller has, and names the excess.
    #[track_caller]
    pub(crate) fn names_excess(&self, named: &str) {
        let problem = self.problem(403);
        assert_eq!(problem["type"], "urn:latchkey:problem:forbidden");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(named), "{named}: {problem}");
        // The detail names each excess once more, for who reads nothing else.
        let errors = problem["errors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{problem}");
        for error in errors {
            let (_, what) = error["message"].as_str().unwrap().split_once("has: ").unwrap();
            let excess = format!("{}: {what}", error["field"].as_str().unwrap());
            assert!(detail.contains(&excess), "{excess}: {problem}");
        }
    }

    /// The problem details of a refusal with this status, in the one shape that they have (contract section 4.2). A 409
    /// that tells of a repeated request names the key that the first one made as well.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        let mut fields: Vec<_> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        let expected: &[_] = match status {
            // What a caller may not, it may ask for in a field.
            403 if problem.get("errors").is_some() => &["detail", "errors", "request_id", "status", "title", "type"],
            400 => &["detail", "errors", "request_id", "status", "title", "type"],
            409 if problem.get("key_id").is_some() => {
                assert_eq!(
                    self.header("location"),
                    format!("/keys/{}", problem["key_id"].as_str().unwrap()),
                    "{self:?}"
                );
                &["detail", "key_id", "request_id", "status", "title", "type"]
            }
            _ => &["detail", "request_id", "status", "title", "type"],
        };
        assert_eq!(fields, expected, "{self:?}");
        assert_eq!(problem["status"], status, "{self:?}");
        assert!(!self.header("apigw-requestid").is_empty(), "{self:?}");
        assert_eq!(problem["request_id"], self.header("apigw-requestid"), "{self:?}");
        for field in ["type", "title", "detail"] {
            assert!(!problem[field].as_str().unwrap().is_empty(), "{self:?}");
        }
        problem
    }

    /// The fields that a 400 names, in its order.
    #[track_caller]
    pub(crate) fn wrong_fields(&self) -> Vec<String> {
        let problem = self.problem(400);
        let errors = problem["errors"].as_array().unwrap().iter();
        errors
            .map(|error| {
                assert!(!error["message"].as_str().unwrap().is_empty(), "{self:?}");
                error["field"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    /// The headers that do not name this one request: what an observer could tell two answers apart by.
    pub(crate) fn telling_headers(&self) -> Vec<(String, String)> {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| !["date", "apigw-requestid"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        headers.sort();
        headers
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}\n{}", self.status, self.headers, self.text)
    }
}
