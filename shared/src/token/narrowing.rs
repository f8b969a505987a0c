//! How far a token narrows its key.

use crate::{
    address::Cidrs,
    grant::{Apis, Permissions},
    record::{KeyRecord, KeyType},
    terms::Terms,
};

/// What a token may do at most, in the fields that it names; what it does not name, it leaves as its key has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowing {
    /// What it may do.
    pub permissions: Option<Permissions>,
    /// Whose routes it may call.
    pub apis: Option<Apis>,
    /// From where it may be used; at least one network.
    pub allowed_cidrs: Option<Cidrs>,
}

impl Narrowing {
    /// What the key would be if it could do no more than the token: what both have.
    ///
    /// A super-user's key that is narrowed in what it may do or call is one no longer: it has what is named, and only the
    /// keys of its own owner. Where the networks of both are apart, the key's stay: [`Narrowing::admits`] refuses all.
    #[must_use]
    pub fn applied_to(&self, record: &KeyRecord) -> KeyRecord {
        let Self { permissions, apis, allowed_cidrs } = self;
        let mut narrowed = record.clone();
        let Terms { permissions: own_permissions, apis: own_apis, allowed_cidrs: own_cidrs, .. } = &mut narrowed.terms;
        let is_demoted = record.key_type == KeyType::SuperUser && (permissions.is_some() || apis.is_some());
        if is_demoted {
            narrowed.key_type = KeyType::FineGrained;
            (*own_permissions, *own_apis) = (Permissions::all(), Apis::all());
        }
        if let Some(permissions) = permissions {
            *own_permissions = own_permissions.in_common_with(permissions);
        }
        if let Some(apis) = apis {
            *own_apis = own_apis.in_common_with(apis);
        }
        if let Some(common) = allowed_cidrs.as_ref().and_then(|cidrs| own_cidrs.in_common_with(cidrs)) {
            *own_cidrs = common;
        }
        narrowed
    }

    /// Whether the token may be used from `source`, as far as the token says.
    #[must_use]
    pub fn admits(&self, source: Option<std::net::IpAddr>) -> bool {
        self.allowed_cidrs.as_ref().is_none_or(|cidrs| cidrs.admit(source))
    }
}
