//! What a key may do, and whether that lies within what another may: nobody hands on more than they have.

use std::fmt;

use crate::{
    address::Cidrs,
    expiry::Expiry,
    grant::{Apis, Permissions},
    label::ClientType,
    record::KeyType,
    scope::Scope,
};

/// Everything that a key may do, and where, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    /// What kind of key it is.
    pub key_type: KeyType,
    /// Where it is valid.
    pub scope: Scope,
    /// Which API sets admit it, as some admit only certain clients.
    pub client_type: Option<ClientType>,
    /// What it may do.
    pub permissions: Permissions,
    /// Whose routes it may call.
    pub apis: Apis,
    /// From where.
    pub allowed_cidrs: Cidrs,
    /// Until when.
    pub expiry: Expiry,
}

/// Where grants reach beyond others: the field of the API, and what is too much in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// The field, as the API calls it.
    pub field: &'static str,
    /// What of it is beyond.
    pub what: String,
}

impl fmt::Display for Excess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.what)
    }
}

impl Grants {
    /// In which fields these grants reach beyond `ceiling`. What a super-user's key says in a field is no grant, but it is
    /// compared like any other: it may be the limit that keeps the key in its place.
    #[must_use]
    pub fn excess_over(&self, ceiling: &Self) -> Vec<Excess> {
        let mut excess = Vec::new();
        let mut exceeds = |field, what: String| excess.push(Excess { field, what });
        if self.key_type == KeyType::SuperUser && ceiling.key_type != KeyType::SuperUser {
            exceeds("type", self.key_type.to_string());
        }
        if !ceiling.scope.contains(self.scope) {
            exceeds("region", format!("{} of {}", self.scope.region(), self.scope.provider()));
        }
        // A key without a client type is admitted by fewer sets than any other.
        if let Some(client_type) = self.client_type.as_ref().filter(|own| Some(*own) != ceiling.client_type.as_ref()) {
            exceeds("client_type", client_type.to_string());
        }
        for permission in self.permissions.excess_over(&ceiling.permissions) {
            exceeds("permissions", permission.to_string());
        }
        for api in self.apis.excess_over(&ceiling.apis) {
            exceeds("apis", api.to_string());
        }
        for addresses in self.allowed_cidrs.excess_over(&ceiling.allowed_cidrs) {
            exceeds("allowed_cidrs", addresses);
        }
        match (self.expiry.at(), ceiling.expiry.at()) {
            (None, Some(_)) => exceeds("expires_at", "never".to_owned()),
            (Some(own), Some(latest)) if own > latest => exceeds("expires_at", own.to_string()),
            _ => {}
        }
        excess
    }

    /// Whether these grants reach nowhere beyond `ceiling`.
    #[must_use]
    pub fn are_within(&self, ceiling: &Self) -> bool {
        self.excess_over(ceiling).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::example;

    fn some() -> Grants {
        Grants {
            client_type: Some("mobile".parse().unwrap()),
            permissions: "cache/*:read keys:create".parse().unwrap(),
            apis: "orders reports".parse().unwrap(),
            allowed_cidrs: "10.0.0.0/8".parse().unwrap(),
            expiry: Expiry::At("2027-01-01T00:00:00Z".parse().unwrap()),
            ..example().grants()
        }
    }

    fn fields(grants: &Grants) -> Vec<&'static str> {
        grants.excess_over(&some()).into_iter().map(|excess| excess.field).collect()
    }

    #[test]
    fn grants_are_within_themselves() {
        assert!(some().are_within(&some()));
        let boss = Grants { key_type: KeyType::SuperUser, ..some() };
        assert!(boss.are_within(&boss));
        assert!(some().are_within(&boss));
    }

    #[test]
    fn a_super_users_limits_are_limits() {
        let boss = Grants { key_type: KeyType::SuperUser, ..some() };
        let freed = Grants { expiry: Expiry::Never, allowed_cidrs: Cidrs::default(), ..boss.clone() };
        assert_eq!(freed.excess_over(&boss).len(), 2);
    }

    #[test]
    fn less_is_within() {
        let less = Grants {
            client_type: None,
            permissions: "cache/a:read".parse().unwrap(),
            apis: "orders".parse().unwrap(),
            allowed_cidrs: "10.1.0.0/16".parse().unwrap(),
            expiry: Expiry::At("2026-12-01T00:00:00Z".parse().unwrap()),
            ..some()
        };
        assert!(less.are_within(&some()));
    }

    #[test]
    fn each_field_that_reaches_further_is_named() {
        for (field, more) in [
            ("type", Grants { key_type: KeyType::SuperUser, ..some() }),
            ("region", Grants { scope: Scope::parse("aws", "*").unwrap(), ..some() }),
            ("region", Grants { scope: Scope::parse("aws", "eu-west-1").unwrap(), ..some() }),
            ("region", Grants { scope: Scope::parse("gcp", "*").unwrap(), ..some() }),
            ("client_type", Grants { client_type: Some("partner".parse().unwrap()), ..some() }),
            ("permissions", Grants { permissions: "cache/*:write".parse().unwrap(), ..some() }),
            ("permissions", Grants { permissions: "*:read".parse().unwrap(), ..some() }),
            ("apis", Grants { apis: "*".parse().unwrap(), ..some() }),
            ("apis", Grants { apis: "latchkey".parse().unwrap(), ..some() }),
            ("allowed_cidrs", Grants { allowed_cidrs: Cidrs::default(), ..some() }),
            ("allowed_cidrs", Grants { allowed_cidrs: "10.0.0.0/7".parse().unwrap(), ..some() }),
            ("expires_at", Grants { expiry: Expiry::Never, ..some() }),
            ("expires_at", Grants { expiry: Expiry::At("2027-01-01T00:00:01Z".parse().unwrap()), ..some() }),
        ] {
            assert_eq!(fields(&more), [field], "{more:?}");
        }
    }
}
