//! What a secret holds: `{"key_id", "key", "expires_at"}`, and whatever else its owner keeps in it.

use std::fmt;

use serde_json::{Map, Value};
use shared::{
    expiry::Expiry,
    key::{KeyId, PlainKey, PresentedKey},
};

const KEY_ID: &str = "key_id";
const KEY: &str = "key";
const EXPIRES_AT: &str = "expires_at";

/// The value of one version of a secret.
pub(crate) struct Content(Map<String, Value>);

/// The value is none that holds a key. It says nothing of the value, which may be a key's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be a JSON object with key_id and key, both a text or both null")]
pub(crate) struct ContentError;

impl Content {
    /// A value with nothing in it.
    pub(crate) fn empty() -> Self {
        Self(Map::new())
    }

    /// Reads a secret's text.
    pub(crate) fn parse(text: &str) -> Result<Self, ContentError> {
        let content = Self(serde_json::from_str(text).map_err(|_| ContentError)?);
        let is_absent = |name| content.0.get(name).is_none_or(Value::is_null);
        if content.key().is_some() || (is_absent(KEY_ID) && is_absent(KEY)) { Ok(content) } else { Err(ContentError) }
    }

    /// The key in it, if there is one.
    pub(crate) fn key(&self) -> Option<(KeyId, PresentedKey<'_>)> {
        let text = |name| self.0.get(name).and_then(Value::as_str);
        Some((text(KEY_ID)?.parse().ok()?, PresentedKey::parse(text(KEY)?).ok()?))
    }

    /// The same with another key.
    pub(crate) fn with(&self, id: KeyId, key: &PlainKey, expiry: Expiry) -> Self {
        let mut members = self.0.clone();
        members.insert(KEY_ID.to_owned(), id.as_str().into());
        members.insert(KEY.to_owned(), key.reveal().into());
        let end = expiry.at().map_or(Value::Null, |end| end.to_string().into());
        members.insert(EXPIRES_AT.to_owned(), end);
        Self(members)
    }

    /// The text for Secrets Manager, and for nobody else.
    pub(crate) fn reveal(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Content(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";

    fn held(key_id: &str, key: &str) -> String {
        format!(r#"{{"key_id": {key_id}, "key": {key}, "expires_at": null, "endpoint": "https://example.com"}}"#)
    }

    #[test]
    fn a_secret_holds_a_key_or_none() {
        let content = Content::parse(&held("\"ExampleKey000001\"", &format!("\"{TEXT}\""))).unwrap();
        let (id, key) = content.key().unwrap();
        assert_eq!((id.as_str(), key.id()), ("ExampleKey000001", Some(id)));
        for text in ["{}", &held("null", "null")] {
            assert!(Content::parse(text).unwrap().key().is_none());
        }
    }

    #[test]
    fn anything_else_is_refused_without_being_repeated() {
        let quoted = format!("\"{TEXT}\"");
        for text in [
            "",
            TEXT,
            &quoted,
            "[]",
            &held("null", &quoted),
            &held("\"ExampleKey000001\"", "null"),
            &held("7", &quoted),
            &held(&quoted, &quoted),
            &held("\"ExampleKey000001\"", "\"short\""),
        ] {
            assert!(!Content::parse(text).unwrap_err().to_string().contains(TEXT), "{text}");
        }
    }

    #[test]
    fn what_else_is_in_a_secret_stays() {
        let content = Content::parse(&held("null", "null")).unwrap();
        let id: KeyId = "ExampleKey000001".parse().unwrap();
        let key = PlainKey::generate(&"lk".parse().unwrap(), id, &shared::entropy::SystemEntropy).unwrap();
        let end: shared::timestamp::Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        let changed = content.with(id, &key, Expiry::At(end));
        let written: Value = serde_json::from_str(&changed.reveal()).unwrap();
        assert_eq!(written["endpoint"], "https://example.com");
        assert_eq!(written["key_id"], "ExampleKey000001");
        assert_eq!(written["key"], key.reveal());
        assert_eq!(written["expires_at"], "2030-01-01T00:00:00Z");
        assert!(!format!("{changed:?}").contains(key.reveal()));
    }
}
