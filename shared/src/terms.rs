//! What can be changed about a key after it was made.

use crate::{
    address::Cidrs,
    expiry::Expiry,
    grant::{Apis, Permissions},
    label::{ClientType, Description, Name},
    metadata::Metadata,
    postback::PostbackUrl,
};

/// What can be changed about a key: how it is called, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// What it is called.
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// What kind of client uses it.
    pub client_type: Option<ClientType>,
    /// What it may do, beyond calling routes.
    pub permissions: Permissions,
    /// Whose routes it may call.
    pub apis: Apis,
    /// From where it may be used; anywhere if there are none.
    pub allowed_cidrs: Cidrs,
    /// Whether its use leaves no trace.
    pub off_the_record: bool,
    /// Who wants to be told of what becomes of it.
    pub postback_url: Option<PostbackUrl>,
    /// What its owner hung on it.
    pub metadata: Metadata,
    /// `false` while somebody has switched it off.
    pub enabled: bool,
    /// When it ends.
    pub expiry: Expiry,
}

impl Terms {
    /// The terms of a key that is called `name`, and may do nothing yet.
    #[must_use]
    pub fn named(name: Name) -> Self {
        Self {
            name,
            description: None,
            client_type: None,
            permissions: Permissions::default(),
            apis: Apis::default(),
            allowed_cidrs: Cidrs::default(),
            off_the_record: false,
            postback_url: None,
            metadata: Metadata::default(),
            enabled: true,
            expiry: Expiry::Never,
        }
    }

    /// The names of the fields in which two terms differ.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        [
            ("name", self.name != other.name),
            ("description", self.description != other.description),
            ("client_type", self.client_type != other.client_type),
            ("permissions", self.permissions != other.permissions),
            ("apis", self.apis != other.apis),
            ("allowed_cidrs", self.allowed_cidrs != other.allowed_cidrs),
            ("off_the_record", self.off_the_record != other.off_the_record),
            ("postback_url", self.postback_url != other.postback_url),
            ("metadata", self.metadata != other.metadata),
            ("enabled", self.enabled != other.enabled),
            ("expires_at", self.expiry != other.expiry),
        ]
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
    }
}
