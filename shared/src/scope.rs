//! Where a key is valid: one cloud provider, and one of its regions or any.
//!
//! A [`Scope`] belongs to a key, a [`Deployment`] to an installed stack; a key works in a
//! deployment that its scope covers. Both hold only providers and regions of the [`catalogue`],
//! checked once, where text comes in: there is no other way to make one. Names match exactly, case
//! included; an unknown one is refused with the nearest known one.
//!
//! What was given is hostile text: the errors keep a short, escaped excerpt of it, and nothing here
//! does more work for a long text than for a short one.
//!
//! This module refuses to know HTTP, the AWS SDK and any JSON library: errors say which of the two
//! names is wrong, and the edge decides at which field to report it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub mod catalogue;
pub(crate) mod nearest;

use catalogue::PROVIDERS;

/// The region of a [`Scope`] that is valid in all regions of its provider.
pub const ANY_REGION: &str = "*";

/// A cloud provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Gcp,
    /// Microsoft Azure.
    Azure,
}

impl Provider {
    /// The provider's name in requests, records and settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let known = PROVIDERS.into_iter().find(|provider| provider.as_str() == given);
        known.ok_or_else(|| UnknownProvider {
            given: excerpt(given),
            nearest: nearest::nearest(given, PROVIDERS.into_iter().map(Self::as_str)),
        })
    }
}

impl TryFrom<String> for Provider {
    type Error = UnknownProvider;

    fn try_from(given: String) -> Result<Self, Self::Error> {
        given.parse()
    }
}

impl From<Provider> for &'static str {
    fn from(provider: Provider) -> Self {
        provider.as_str()
    }
}

/// Where a key is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    provider: Provider,
    /// `None` is any region of the provider.
    region: Option<&'static str>,
}

impl Scope {
    /// A scope from the two texts of a request or a record.
    ///
    /// # Errors
    /// [`ScopeError`] says which of the two is unknown. The region is looked at only when the
    /// provider is known.
    pub fn parse(provider: &str, region: &str) -> Result<Self, ScopeError> {
        Ok(Self::new(provider.parse()?, region)?)
    }

    /// The scope of one region of `provider`, or of all of them with [`ANY_REGION`].
    ///
    /// # Errors
    /// [`UnknownRegion`] when the provider has no such region.
    pub fn new(provider: Provider, region: &str) -> Result<Self, UnknownRegion> {
        let region = if region == ANY_REGION { None } else { Some(known_region(provider, region, "\"*\" means any")?) };
        Ok(Self { provider, region })
    }

    /// The provider in which the key is valid.
    #[must_use]
    pub const fn provider(self) -> Provider {
        self.provider
    }

    /// The region in which the key is valid, or [`ANY_REGION`].
    #[must_use]
    pub fn region(self) -> &'static str {
        self.region.unwrap_or(ANY_REGION)
    }

    /// Whether a key of this scope is valid wherever one of `other` is.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.provider == other.provider && (self.region.is_none() || self.region == other.region)
    }

    /// Whether a key of this scope is valid in `deployment`.
    #[must_use]
    pub fn covers(self, deployment: Deployment) -> bool {
        self.provider == deployment.provider && self.region.is_none_or(|region| region == deployment.region)
    }
}

/// A concrete place: a provider and one region of it, never [`ANY_REGION`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Deployment {
    provider: Provider,
    region: &'static str,
}

impl Deployment {
    /// The place `region` of `provider`.
    ///
    /// # Errors
    /// [`UnknownRegion`] when the provider has no such region; [`ANY_REGION`] is none.
    pub fn new(provider: Provider, region: &str) -> Result<Self, UnknownRegion> {
        let region = known_region(provider, region, "it must be one region of the catalogue")?;
        Ok(Self { provider, region })
    }

    /// The provider.
    #[must_use]
    pub const fn provider(self) -> Provider {
        self.provider
    }

    /// The region's code.
    #[must_use]
    pub const fn region(self) -> &'static str {
        self.region
    }
}

/// Why two texts are not a [`Scope`]. Each variant is about one of them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScopeError {
    /// The provider is not in the catalogue.
    #[error(transparent)]
    Provider(#[from] UnknownProvider),
    /// The provider has no such region.
    #[error(transparent)]
    Region(#[from] UnknownRegion),
}

/// A provider that is not in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown provider \"{given}\"; {}", advice(*.nearest, "known: aws, gcp, azure"))]
pub struct UnknownProvider {
    given: String,
    nearest: Option<&'static str>,
}

/// A region that its provider does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown region \"{given}\" for {provider}; {}", advice(*.nearest, .otherwise))]
pub struct UnknownRegion {
    provider: Provider,
    given: String,
    nearest: Option<&'static str>,
    otherwise: &'static str,
}

fn known_region(provider: Provider, given: &str, otherwise: &'static str) -> Result<&'static str, UnknownRegion> {
    let codes = catalogue::regions(provider).iter().map(|region| region.code);
    codes.clone().find(|code| *code == given).ok_or_else(|| UnknownRegion {
        provider,
        given: excerpt(given),
        nearest: nearest::nearest(given, codes),
        otherwise,
    })
}

fn advice(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or_else(|| otherwise.to_owned(), |name| format!("did you mean \"{name}\"?"))
}

/// The beginning of a hostile text, fit to be echoed: escaped, and about 40 characters at most.
fn excerpt(given: &str) -> String {
    let mut shown = String::new();
    for character in given.chars() {
        if shown.len() >= 40 {
            shown.push('…');
            break;
        }
        shown.extend(character.escape_debug());
    }
    shown
}

#[cfg(test)]
mod tests;
