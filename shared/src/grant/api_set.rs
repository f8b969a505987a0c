//! API sets: named lists of routes that keys are given access to.
//!
//! A key names the sets that it may call, or `*` for every route that is not an admin route. The admin routes are a set
//! of their own, `latchkey`, which is built in, cannot be written, and is reached by its name alone. Absence never
//! grants: a set that is gone, or that does not admit the key's client type, gives nothing.
//!
//! This module refuses to know the table and the request: it says which routes a list of names amounts to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{ApiName, RoutePattern, Spellings, api_name::MAX_NAME};
use crate::{
    bounded::bounded_list,
    label::{ClientType, Description},
    scope::nearest::nearest,
};

const ANY_SET: &str = "*";

/// One entry of a key's `apis`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ApiGrant {
    /// `*`: every route that is not an admin route.
    Any,
    /// The routes of one set.
    Set(ApiName),
}

/// The text is neither `*` nor the name of an API set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be \"*\" or the name of an API set: 1 to {MAX_NAME} of a-z 0-9 -")]
pub struct ApiGrantError;

impl ApiGrant {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Any => ANY_SET,
            Self::Set(name) => name.as_str(),
        }
    }
}

impl TryFrom<String> for ApiGrant {
    type Error = ApiGrantError;

    fn try_from(text: String) -> Result<Self, ApiGrantError> {
        if text == ANY_SET {
            return Ok(Self::Any);
        }
        ApiName::try_from(text).map(Self::Set).map_err(|_| ApiGrantError)
    }
}

impl FromStr for ApiGrant {
    type Err = ApiGrantError;

    fn from_str(text: &str) -> Result<Self, ApiGrantError> {
        Self::try_from(text.to_owned())
    }
}

impl From<ApiGrant> for String {
    fn from(grant: ApiGrant) -> Self {
        match grant {
            ApiGrant::Any => ANY_SET.to_owned(),
            ApiGrant::Set(name) => name.into(),
        }
    }
}

impl fmt::Display for ApiGrant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a key may call: at most 100 names of sets, or `*`. None of them means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<ApiGrant>", into = "Vec<ApiGrant>")]
pub struct Apis(Vec<ApiGrant>);

bounded_list!(Apis, ApiGrant, 100);

impl Apis {
    /// Whether `*` is among them.
    #[must_use]
    pub fn has_any(&self) -> bool {
        self.0.contains(&ApiGrant::Any)
    }

    /// Whether the set of this name is among them, by its name.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        self.sets().any(|own| own.as_str() == name)
    }

    /// Whether the built-in set of the admin routes is among them. `*` does not include it.
    #[must_use]
    pub fn has_latchkey(&self) -> bool {
        self.names(ApiName::LATCHKEY)
    }

    /// Those that reach beyond `ceiling`.
    pub fn excess_over<'a>(&'a self, ceiling: &'a Self) -> impl Iterator<Item = &'a ApiGrant> {
        let under_any = |grant: &ApiGrant| match grant {
            ApiGrant::Any => true,
            ApiGrant::Set(name) => !name.is_reserved(),
        };
        self.iter().filter(move |grant| !(ceiling.0.contains(grant) || (ceiling.has_any() && under_any(grant))))
    }

    /// `*` and the built-in set: every route that there is.
    #[must_use]
    pub fn all() -> Self {
        Self(vec![ApiGrant::Any, ApiGrant::Set(ApiName::latchkey())])
    }

    /// Those that lie within both.
    #[must_use]
    pub fn in_common_with(&self, other: &Self) -> Self {
        let within = |grants: &Self, ceiling: &Self| {
            let excess: Vec<_> = grants.excess_over(ceiling).collect();
            grants.iter().filter(|grant| !excess.contains(grant)).cloned().collect::<Vec<_>>()
        };
        let mut kept = within(self, other);
        kept.extend(within(other, self).into_iter().filter(|grant| !self.0.contains(grant)));
        kept.truncate(Self::MAX);
        Self(kept)
    }

    fn sets(&self) -> impl Iterator<Item = &ApiName> {
        self.iter().filter_map(|grant| match grant {
            ApiGrant::Any => None,
            ApiGrant::Set(name) => Some(name),
        })
    }
}

/// A named list of routes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiSet {
    /// What keys call it by.
    pub name: ApiName,
    /// What it is for.
    pub description: Option<Description>,
    /// The routes, at most [`Self::MAX_ROUTES`].
    pub routes: Vec<RoutePattern>,
    /// If there is any, only keys with one of these are admitted; at most [`Self::MAX_CLIENT_TYPES`].
    pub client_types: Vec<ClientType>,
    /// Whether the routes take a key at all. If not, they are open to everybody.
    pub key_required: bool,
}

impl ApiSet {
    /// At most so many routes in one set.
    pub const MAX_ROUTES: usize = 100;
    /// At most so many client types in one set.
    pub const MAX_CLIENT_TYPES: usize = 50;

    /// Whether a key of this client type may call the routes.
    #[must_use]
    pub fn admits(&self, client_type: Option<&ClientType>) -> bool {
        self.client_types.is_empty() || client_type.is_some_and(|own| self.client_types.contains(own))
    }
}

/// The API sets of a deployment, without the built-in one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiSets(Vec<ApiSet>);

impl From<Vec<ApiSet>> for ApiSets {
    fn from(sets: Vec<ApiSet>) -> Self {
        Self(sets)
    }
}

impl ApiSets {
    /// At most so many sets in a deployment. Who writes one counts them.
    pub const MAX: usize = 200;

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, ApiSet> {
        self.0.iter()
    }

    /// The set of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&ApiSet> {
        self.iter().find(|set| set.name.as_str() == name)
    }

    /// The routes of the sets that `apis` names, as far as these admit the client type. What `*` gives is not listed:
    /// it has no routes of its own.
    pub fn granted<'s>(
        &'s self,
        apis: &'s Apis,
        client_type: Option<&'s ClientType>,
    ) -> impl Iterator<Item = &'s RoutePattern> {
        let named = self.iter().filter(|set| apis.names(set.name.as_str()));
        named.filter(move |set| set.admits(client_type)).flat_map(|set| &set.routes)
    }

    /// The same sets with nothing but the routes that a call goes through, in any spelling of its path: no other one has a say
    /// in what reaches it. For who asks many keys about one call.
    #[must_use]
    pub fn on_the_way(&self, method: &str, path: &str) -> Self {
        let spellings = Spellings::of(path);
        let is_met = |route: &RoutePattern| spellings.iter().any(|path| route.matches(method, path));
        let with_met_routes = |set: &ApiSet| {
            let routes: Vec<_> = set.routes.iter().filter(|route| is_met(route)).cloned().collect();
            (!routes.is_empty()).then(|| ApiSet { routes, ..set.clone() })
        };
        Self(self.iter().filter_map(with_met_routes).collect())
    }

    /// The routes that take no key.
    pub fn open_routes(&self) -> impl Iterator<Item = &RoutePattern> {
        self.iter().filter(|set| !set.key_required).flat_map(|set| &set.routes)
    }

    /// The first name in `apis` that is no set's, neither one of these nor the built-in one.
    #[must_use]
    pub fn first_unknown<'a>(&self, apis: &'a Apis) -> Option<&'a ApiName> {
        apis.sets().find(|name| !name.is_reserved() && self.find(name.as_str()).is_none())
    }

    /// The set that somebody who wrote `unknown` probably meant.
    #[must_use]
    pub fn nearest(&self, unknown: &ApiName) -> Option<&str> {
        let known = self.iter().map(|set| set.name.as_str()).chain([ApiName::LATCHKEY]);
        nearest(unknown.as_str(), known)
    }
}

impl<'s> IntoIterator for &'s ApiSets {
    type Item = &'s ApiSet;
    type IntoIter = std::slice::Iter<'s, ApiSet>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests;
