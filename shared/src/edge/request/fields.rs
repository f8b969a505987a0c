//! The fields of a body or a query, taken one by one, so that all that is wrong is found in one go.

use std::{
    fmt::{self, Display},
    str::FromStr,
};

use lambda_http::{Body, Request, RequestExt, aws_lambda_events::query_map::QueryMap};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::edge::error::{FieldMessage, Problem};

/// The largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// How much of a hostile name an error repeats, in characters.
const MAX_ECHO: usize = 40;

/// The named values of a body or a query, taken one by one. What is wrong with any is kept until [`Fields::finish`].
#[derive(Default)]
pub struct Fields {
    values: Map<String, Value>,
    errors: Vec<FieldMessage>,
}

impl Fields {
    /// The fields of a JSON body.
    ///
    /// # Errors
    /// 413 for a body over 64 KiB, 400 for one that is no JSON object.
    pub fn of_body(request: &Request) -> Result<Self, Problem> {
        let bytes = bytes_of(request);
        if bytes.len() > MAX_BODY {
            return Err(Problem::too_large());
        }
        match serde_json::from_slice(bytes) {
            Ok(Pairs(pairs)) => Ok(Self::of_pairs(pairs)),
            Err(error) if error.is_data() => Err(Problem::invalid_field("", "the body must be a JSON object")),
            Err(error) => Err(Problem::invalid_field("", format!("the body is no JSON: {error}"))),
        }
    }

    /// The fields of a JSON body that may be missing altogether.
    ///
    /// # Errors
    /// As [`Fields::of_body`].
    pub fn of_optional_body(request: &Request) -> Result<Self, Problem> {
        if bytes_of(request).is_empty() { Ok(Self::default()) } else { Self::of_body(request) }
    }

    /// The parameters of the query string.
    #[must_use]
    pub fn of_query(request: &Request) -> Self {
        let parameters = request.query_string_parameters_ref();
        let pairs = parameters.into_iter().flat_map(QueryMap::iter);
        Self::of_pairs(pairs.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))))
    }

    /// The fields of a JSON value, to what is known to be wrong already.
    #[must_use]
    pub(super) fn of_values(values: Value, errors: Vec<FieldMessage>) -> Self {
        match values {
            Value::Object(values) => Self { values, errors },
            _ => Self { values: Map::new(), errors },
        }
    }

    /// The fields as they came.
    ///
    /// # Errors
    /// 400 when one is given more than once.
    pub fn into_values(self) -> Result<Map<String, Value>, Problem> {
        if self.errors.is_empty() { Ok(self.values) } else { Err(Problem::invalid(self.errors)) }
    }

    /// The fields that were not taken yet.
    #[must_use]
    pub const fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// One that is given twice is an error: another reader might take the other value.
    fn of_pairs(pairs: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut fields = Self { values: Map::new(), errors: Vec::new() };
        for (name, value) in pairs {
            if fields.values.contains_key(&name) {
                fields.wrong(&name, "is given more than once");
            }
            fields.values.insert(name, value);
        }
        fields
    }

    /// Takes a value that may be missing or `null`.
    pub fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        match self.values.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => match parse(&value) {
                Ok(parsed) => Some(parsed),
                Err(message) => {
                    self.wrong(name, message);
                    None
                }
            },
        }
    }

    /// Takes a value that must be there.
    pub fn required<T>(&mut self, name: &str, parse: impl FnOnce(&Value) -> Result<T, String>) -> Option<T> {
        if matches!(self.values.get(name), None | Some(Value::Null)) {
            self.values.remove(name);
            self.wrong(name, "is required");
            return None;
        }
        self.optional(name, parse)
    }

    /// Notes that a field is wrong.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        self.errors.push(FieldMessage { field: shortened(name), message: message.into() });
    }

    /// Whether nothing wrong was found about a field so far.
    #[must_use]
    pub fn is_right(&self, name: &str) -> bool {
        self.errors.iter().all(|error| error.field != name)
    }

    /// What is wrong so far.
    #[must_use]
    pub fn into_errors(self) -> Vec<FieldMessage> {
        self.errors
    }

    /// Gives `built` if no field was wrong. What was not taken is unknown, and wrong too.
    ///
    /// # Errors
    /// 400 that names every field that is wrong.
    pub fn finish<T>(mut self, built: Option<T>) -> Result<T, Problem> {
        for name in std::mem::take(&mut self.values).keys() {
            self.wrong(name, "is not a known field");
        }
        match built {
            _ if !self.errors.is_empty() => Err(Problem::invalid(self.errors)),
            Some(built) => Ok(built),
            None => Err(Problem::internal("a request had neither all its fields nor an error")),
        }
    }
}

impl fmt::Debug for Fields {
    /// The names alone: a value may be a key's text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.values.keys()).finish()
    }
}

/// The body as it came.
fn bytes_of(request: &Request) -> &[u8] {
    match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    }
}

/// Checks that a request which needs no body has none, or an empty object.
///
/// # Errors
/// 400 when it has one, 413 when that is over 64 KiB.
pub fn no_body(request: &Request) -> Result<(), Problem> {
    Fields::of_optional_body(request)?.finish(Some(()))
}

/// The members of a JSON object, repeated ones included.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = members.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// At most the first characters of a name that a stranger chose; control characters escaped.
fn shortened(name: &str) -> String {
    let start: String = name.chars().take(MAX_ECHO).collect();
    let escaped = start.escape_debug().to_string();
    if start.len() < name.len() { escaped + "…" } else { escaped }
}

/// Parses a JSON string as a `T`.
///
/// # Errors
/// What is wrong with it.
pub fn text<T>(value: &Value) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    value.as_str().ok_or("must be a string")?.parse().map_err(|error: T::Err| error.to_string())
}

/// Takes a JSON boolean.
///
/// # Errors
/// When it is none.
pub fn boolean(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "must be true or false".to_owned())
}

/// Takes a JSON list of strings, each parsed as a `T`, and makes a `C` of it.
///
/// # Errors
/// The first entry that is wrong, by its place, or what is wrong with the list.
pub fn list<T, C>(value: &Value) -> Result<C, String>
where
    T: FromStr,
    T::Err: Display,
    C: TryFrom<Vec<T>>,
    C::Error: Display,
{
    let entries = value.as_array().ok_or("must be a list of strings")?;
    let parsed = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| text::<T>(entry).map_err(|error| format!("entry {}: {error}", at + 1)));
    C::try_from(parsed.collect::<Result<Vec<T>, _>>()?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::label::Name;

    fn body(text: &str) -> Result<Fields, Problem> {
        Fields::of_body(&Request::new(Body::Text(text.to_owned())))
    }

    fn errors(problem: Problem) -> Value {
        let response = problem.into_response("");
        let Body::Text(text) = response.body() else { panic!("no text") };
        let body: Value = serde_json::from_str(text).unwrap();
        body["errors"].clone()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut fields = body(r#"{"name": 7, "enabled": "yes", "colour": 1, "other\u0000": 2}"#).unwrap();
        let name: Option<Name> = fields.required("name", text);
        fields.required("owner", text::<Name>);
        fields.optional("enabled", boolean);
        let found = errors(fields.finish(name).unwrap_err());
        assert_eq!(
            found,
            json!([
                {"field": "name", "message": "must be a string"},
                {"field": "owner", "message": "is required"},
                {"field": "enabled", "message": "must be true or false"},
                {"field": "colour", "message": "is not a known field"},
                {"field": "other\\0", "message": "is not a known field"},
            ])
        );
    }

    #[test]
    fn null_is_the_same_as_missing() {
        let mut fields = body(r#"{"name": null, "owner": null}"#).unwrap();
        assert_eq!(fields.optional::<Name>("name", text), None);
        assert_eq!(fields.required::<Name>("owner", text), None);
        assert_eq!(errors(fields.finish(Some(())).unwrap_err()), json!([{"field": "owner", "message": "is required"}]));
    }

    #[test]
    fn a_field_that_is_given_twice_is_wrong() {
        let mut fields = body(r#"{"name": "a", "name": "b"}"#).unwrap();
        let name = fields.required::<Name>("name", text);
        let found = errors(fields.finish(name).unwrap_err());
        assert_eq!(found, json!([{"field": "name", "message": "is given more than once"}]));
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for text in ["", "{", "[]", "null", "\"{}\"", "{} {}", "\u{0}", &"[".repeat(10_000), &r#"{"a":"#.repeat(10_000)]
        {
            assert_eq!(body(text).unwrap_err().into_response("").status(), 400);
        }
    }

    #[test]
    fn a_body_has_at_most_64_kibibytes() {
        let of_length = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert!(body(&of_length(MAX_BODY)).is_ok());
        assert_eq!(body(&of_length(MAX_BODY + 1)).unwrap_err().into_response("").status(), 413);
    }
}
