//! An IAM policy as IAM reads it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>: `*` is any run of
//! characters, `/` included, and `?` is any one; whatever is denied stays denied.

use serde_json::Value;

/// API Gateway takes no longer resource.
const MAX_RESOURCE: usize = 512;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Policy {
    allowed: Vec<String>,
    denied: Vec<String>,
}

impl Policy {
    /// Reads a policy document, and insists on the form that the authorizer promises.
    pub(super) fn read(document: &Value) -> Self {
        assert_eq!(names(document), ["Statement", "Version"], "{document}");
        assert_eq!(document["Version"], "2012-10-17", "{document}");
        let mut policy = Self { allowed: Vec::new(), denied: Vec::new() };
        let statements = document["Statement"].as_array().unwrap();
        assert!(!statements.is_empty(), "a policy says something");
        for statement in statements {
            assert_eq!(names(statement), ["Action", "Effect", "Resource"], "{statement}");
            assert_eq!(statement["Action"], "execute-api:Invoke", "{statement}");
            let resources = statement["Resource"].as_array().unwrap().iter();
            let resources: Vec<_> = resources.map(|resource| resource.as_str().unwrap().to_owned()).collect();
            assert!(!resources.is_empty(), "{statement}");
            for resource in &resources {
                assert!(resource.len() <= MAX_RESOURCE, "{} characters: {resource}", resource.len());
            }
            match statement["Effect"].as_str() {
                Some("Allow") => {
                    for resource in &resources {
                        assert!(resource.starts_with("arn:aws:execute-api:"), "an Allow names the API: {resource}");
                    }
                    policy.allowed.extend(resources);
                }
                Some("Deny") => policy.denied.extend(resources),
                _ => panic!("an effect is always spelled out: {statement}"),
            }
        }
        policy
    }

    /// The resources that are allowed.
    pub(super) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// The resources that are denied.
    pub(super) fn denied(&self) -> &[String] {
        &self.denied
    }

    /// Whether API Gateway lets a call of this ARN through.
    pub(super) fn lets(&self, arn: &str) -> bool {
        !self.denies(arn) && self.allowed.iter().any(|pattern| matches(pattern, arn))
    }

    /// Whether a call of this ARN is denied explicitly.
    pub(super) fn denies(&self, arn: &str) -> bool {
        self.denied.iter().any(|pattern| matches(pattern, arn))
    }
}

/// The names of an object's members, sorted.
pub(super) fn names(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
    let mut names: Vec<_> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

fn matches(pattern: &str, text: &str) -> bool {
    bytes_match(pattern.as_bytes(), text.as_bytes())
}

fn bytes_match(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|at| bytes_match(rest, &text[at..])),
        ([wanted, rest @ ..], [given, more @ ..]) => (wanted == given || *wanted == b'?') && bytes_match(rest, more),
        (_, []) => false,
    }
}

#[test]
fn wildcards_match_as_in_iam() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("a/*", "a/b/c", true),
        ("a/*/d", "a/b/c/d", true),
        ("a/*", "a", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("abc", "abcd", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
