//! What the backend behind an authorizer is told of a key.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};
use shared::{
    address::Cidrs,
    grant::{Apis, Permissions},
    label::ClientType,
    record::KeyRecord,
    terms::Terms,
    timestamp::Timestamp,
};

/// Whose key or token it is.
#[derive(Clone, Copy)]
pub(crate) struct Known<'v> {
    /// The key, as far as a token leaves it.
    pub(crate) record: &'v KeyRecord,
    /// When the token ends, if it is one.
    pub(crate) token_expires_at: Option<Timestamp>,
}

/// What the backend is told.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Context<'a> {
    /// Nothing: an object that is empty, and never `null`.
    Nothing {},
    /// Of the key.
    Key(KeyContext<'a>),
}

/// Strings alone, because a REST API takes nothing else; what there is not is an empty one.
#[derive(Debug, Serialize)]
pub(crate) struct KeyContext<'a> {
    key_id: &'a str,
    owner: &'a str,
    client_type: &'a str,
    r#type: &'static str,
    #[serde(serialize_with = "as_text")]
    permissions: &'a Permissions,
    #[serde(serialize_with = "as_text")]
    apis: &'a Apis,
    #[serde(serialize_with = "as_text")]
    allowed_cidrs: &'a Cidrs,
    provider: &'static str,
    region: &'a str,
    metadata: &'a str,
    #[serde(serialize_with = "as_text")]
    expires_at: OrEmpty,
    token: &'static str,
    #[serde(serialize_with = "as_text")]
    token_expires_at: OrEmpty,
}

impl<'a> Known<'a> {
    /// What the backend is told.
    pub(crate) fn context(self) -> Context<'a> {
        let Known { record, token_expires_at } = self;
        let Terms { client_type, permissions, apis, allowed_cidrs, metadata, expiry, .. } = &record.terms;
        Context::Key(KeyContext {
            key_id: record.id.as_str(),
            owner: record.owner.as_str(),
            client_type: client_type.as_ref().map_or("", ClientType::as_str),
            r#type: record.key_type.as_str(),
            permissions,
            apis,
            allowed_cidrs,
            provider: record.scope.provider().as_str(),
            region: record.scope.region(),
            metadata: metadata.as_json(),
            expires_at: OrEmpty(expiry.at()),
            token: if token_expires_at.is_some() { "true" } else { "false" },
            token_expires_at: OrEmpty(token_expires_at),
        })
    }
}

fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// A time, or an empty text where there is none.
#[derive(Debug)]
struct OrEmpty(Option<Timestamp>);

impl fmt::Display for OrEmpty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |time| time.fmt(formatter))
    }
}
