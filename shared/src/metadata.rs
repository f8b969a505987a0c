//! The JSON object that a user hangs on a key.
//!
//! The one value whose meaning is JSON, hence the one that knows a JSON library. It is kept as compact text, so that
//! neither its numbers nor its nesting are bounded by what a table can hold; numbers have the precision of a double, or
//! of 64 bits if they are whole.

use std::fmt;

use serde::{Deserialize, Serialize};

/// At most this many bytes, written compactly.
const MAX_BYTES: usize = 4096;

/// A JSON object of at most 4 KiB; `{}` when none was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Metadata(String);

/// Why a metadata value is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// An array, a number, …
    #[error("must be a JSON object")]
    NotAnObject,
    /// Larger than a record can carry.
    #[error("must have at most 4096 bytes, written compactly")]
    TooLarge,
}

impl Metadata {
    /// The object as compact JSON text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The object as a value, to be part of a larger JSON document.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        // The text was an object when it was parsed; nothing else can be in here.
        serde_json::from_str(&self.0).unwrap_or_else(|_| serde_json::Value::Object(serde_json::Map::new()))
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Self("{}".to_owned())
    }
}

impl TryFrom<&serde_json::Value> for Metadata {
    type Error = MetadataError;

    fn try_from(value: &serde_json::Value) -> Result<Self, MetadataError> {
        if !value.is_object() {
            return Err(MetadataError::NotAnObject);
        }
        let text = value.to_string();
        if text.len() > MAX_BYTES { Err(MetadataError::TooLarge) } else { Ok(Self(text)) }
    }
}

impl TryFrom<String> for Metadata {
    type Error = MetadataError;

    fn try_from(text: String) -> Result<Self, MetadataError> {
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|_| MetadataError::NotAnObject)?;
        Self::try_from(&value)
    }
}

impl From<Metadata> for String {
    fn from(metadata: Metadata) -> Self {
        metadata.0
    }
}

impl fmt::Debug for Metadata {
    /// Its size alone: what users keep in here is not ours to print.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Metadata({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_object_is_metadata() {
        for value in [json!(null), json!([]), json!("{}"), json!(1)] {
            assert_eq!(Metadata::try_from(&value), Err(MetadataError::NotAnObject), "{value}");
        }
        assert_eq!(Metadata::try_from(&json!({})).unwrap(), Metadata::default());
    }

    #[test]
    fn metadata_has_at_most_four_kibibytes() {
        let object = |length: usize| json!({"a": "x".repeat(length)});
        assert!(Metadata::try_from(&object(4096 - 8)).is_ok());
        assert_eq!(Metadata::try_from(&object(4096 - 7)), Err(MetadataError::TooLarge));
    }

    #[test]
    fn what_was_stored_comes_back_as_it_was() {
        let value = json!({"n": 12_345_678_901_234_567_u64, "deep": {"list": [1, [2, {"x": null}]]}});
        let stored = String::from(Metadata::try_from(&value).unwrap());
        assert_eq!(Metadata::try_from(stored).unwrap().to_value(), value);
    }
}
