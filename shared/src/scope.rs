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
            nearest: catalogue::nearest(given, PROVIDERS.into_iter().map(Self::as_str)),
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
        nearest: catalogue::nearest(given, codes),
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
mod tests {
    use super::*;

    fn scope(provider: &str, region: &str) -> Scope {
        Scope::parse(provider, region).unwrap()
    }

    fn deployment(provider: &str, region: &str) -> Deployment {
        Deployment::new(provider.parse().unwrap(), region).unwrap()
    }

    fn refusal(provider: &str, region: &str) -> String {
        Scope::parse(provider, region).unwrap_err().to_string()
    }

    #[test]
    fn a_scope_covers_a_deployment_of_its_provider_in_its_region() {
        let here = deployment("aws", "us-east-1");
        let table = [
            // provider, region of the key; whether it is valid in aws us-east-1
            ("aws", "us-east-1", true),
            ("aws", "us-west-2", false),
            ("aws", "*", true),
            ("gcp", "us-east1", false),
            ("gcp", "europe-west1", false),
            ("gcp", "*", false),
            ("azure", "eastus", false),
            ("azure", "*", false),
        ];
        for (provider, region, covered) in table {
            assert_eq!(scope(provider, region).covers(here), covered, "{provider} {region}");
        }
    }

    #[test]
    fn a_key_for_any_region_covers_every_region_of_its_provider() {
        for provider in PROVIDERS {
            let any = Scope::new(provider, ANY_REGION).unwrap();
            for other in PROVIDERS {
                for region in catalogue::regions(other) {
                    let place = Deployment::new(other, region.code).unwrap();
                    assert_eq!(any.covers(place), provider == other, "{provider} {other} {}", region.code);
                }
            }
        }
    }

    #[test]
    fn a_key_for_one_region_covers_that_region_alone() {
        for provider in PROVIDERS {
            for region in catalogue::regions(provider) {
                let one = Scope::new(provider, region.code).unwrap();
                let covered = catalogue::regions(provider)
                    .iter()
                    .filter(|place| one.covers(Deployment::new(provider, place.code).unwrap()))
                    .map(|place| place.code);
                assert_eq!(covered.collect::<Vec<_>>(), [region.code]);
            }
        }
    }

    #[test]
    fn a_scope_gives_back_the_texts_it_was_parsed_from() {
        for provider in PROVIDERS {
            let codes = catalogue::regions(provider).iter().map(|region| region.code);
            for code in codes.chain([ANY_REGION]) {
                let scope = scope(provider.as_str(), code);
                assert_eq!((scope.provider(), scope.region()), (provider, code));
            }
        }
    }

    #[test]
    fn a_deployment_is_a_concrete_place() {
        let place = deployment("azure", "westeurope");
        assert_eq!((place.provider(), place.region()), (Provider::Azure, "westeurope"));

        let error = Deployment::new(Provider::Aws, "*").unwrap_err();
        assert_eq!(error.to_string(), r#"unknown region "*" for aws; it must be one region of the catalogue"#);
        let error = Deployment::new(Provider::Aws, "us-east1").unwrap_err();
        assert_eq!(error.to_string(), r#"unknown region "us-east1" for aws; did you mean "us-east-1"?"#);
    }

    #[test]
    fn names_match_exactly() {
        for region in ["US-EAST-1", "us-east-1 ", " us-east-1", "us-east-1\0", "us-east-1a", "", "**", " *", "us-*"] {
            assert!(Scope::new(Provider::Aws, region).is_err(), "{region:?}");
            assert!(Deployment::new(Provider::Aws, region).is_err(), "{region:?}");
        }
        for provider in ["AWS", "aws ", "Aws", "", "*", "amazon"] {
            assert!(provider.parse::<Provider>().is_err(), "{provider:?}");
        }
    }

    #[test]
    fn a_region_is_known_to_its_own_provider_alone() {
        assert!(Scope::new(Provider::Gcp, "us-east-1").is_err());
        assert!(Scope::new(Provider::Aws, "us-east1").is_err());
        assert!(Scope::new(Provider::Azure, "us-east1").is_err());
    }

    #[test]
    fn an_error_tells_the_provider_from_the_region() {
        assert!(matches!(Scope::parse("awz", "nowhere"), Err(ScopeError::Provider(_))));
        assert!(matches!(Scope::parse("aws", "nowhere"), Err(ScopeError::Region(_))));
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_nearest_one() {
        assert_eq!(refusal("AWS", "*"), r#"unknown provider "AWS"; did you mean "aws"?"#);
        assert_eq!(refusal("aws", "us-eest-1"), r#"unknown region "us-eest-1" for aws; did you mean "us-east-1"?"#);
    }

    #[test]
    fn with_nothing_near_the_refusal_says_what_is_possible() {
        assert_eq!(refusal("ibm", "*"), r#"unknown provider "ibm"; known: aws, gcp, azure"#);
        assert_eq!(refusal("aws", "frankfurt"), r#"unknown region "frankfurt" for aws; "*" means any"#);
    }

    #[test]
    fn the_nearest_provider_is_found() {
        let near = [("Azure", "azure"), ("azur", "azure"), ("asw", "aws"), (" gcp", "gcp"), ("gpc", "gcp")];
        for (given, meant) in near {
            assert_eq!(given.parse::<Provider>().unwrap_err().nearest, Some(meant), "{given}");
        }
        for given in ["", "*", "amazon", "google", "microsoft", "ibm", "oracle", "any"] {
            assert_eq!(given.parse::<Provider>().unwrap_err().nearest, None, "{given}");
        }
    }

    #[test]
    fn the_nearest_region_is_found() {
        let near = [
            ("aws", "us-east1", "us-east-1"),
            ("aws", "US-EAST-1", "us-east-1"),
            ("aws", "us_west_2", "us-west-2"),
            ("aws", "us-east", "us-east-1"),
            ("aws", "us-east-1a", "us-east-1"),
            ("aws", "eu-cental-1", "eu-central-1"),
            ("aws", "ap-south-east-2", "ap-southeast-2"),
            ("aws", "sa-west-1", "sa-east-1"),
            ("aws", "eastus2", "us-east-2"),
            ("gcp", "europe-west-1", "europe-west1"),
            ("gcp", "eu-west1", "europe-west1"),
            ("gcp", "us-east1-b", "us-east1"),
            ("azure", "useast", "eastus"),
            ("azure", "us-west-3", "westus3"),
            ("azure", "East US 2", "eastus2"),
            ("azure", "swedencentrel", "swedencentral"),
        ];
        for (provider, given, meant) in near {
            let error = Scope::new(provider.parse().unwrap(), given).unwrap_err();
            assert_eq!(error.nearest, Some(meant), "{provider} {given}");
        }
    }

    #[test]
    fn nonsense_suggests_no_region() {
        for provider in PROVIDERS {
            for given in
                ["", " ", "1", "-", "frankfurt", "tokyo", "london", "mars", "any", "all", "global", "null", "ü"]
            {
                let error = Scope::new(provider, given).unwrap_err();
                assert_eq!(error.nearest, None, "{provider} {given}");
            }
        }
    }

    #[test]
    fn every_code_is_its_own_nearest_in_upper_case() {
        for provider in PROVIDERS {
            for region in catalogue::regions(provider) {
                let error = Scope::new(provider, &region.code.to_uppercase()).unwrap_err();
                assert_eq!(error.nearest, Some(region.code));
            }
        }
    }

    #[test]
    fn what_was_given_is_echoed_escaped() {
        let refusal = refusal("aws", "a\"\r\n\u{1b}[31m\u{202e}b\0");
        assert_eq!(refusal, r#"unknown region "a\"\r\n\u{1b}[31m\u{202e}b\0" for aws; "*" means any"#);
        let refusal = self::refusal("a\nws", "*");
        assert_eq!(refusal, r#"unknown provider "a\nws"; did you mean "aws"?"#);
    }

    #[test]
    fn what_was_given_is_echoed_shortened() {
        let x = "x".repeat(40);
        assert!(refusal("aws", &x).contains(&format!("\"{x}\"")));
        for long in ["x".repeat(60_000), "é".repeat(60_000), "\u{10ffff}".repeat(60_000), "\n".repeat(60_000)] {
            for refusal in [refusal("aws", &long), refusal(&long, "*")] {
                assert!(refusal.contains("…\"") && refusal.chars().count() < 110, "{refusal}");
            }
            let kept = format!("{:?}", Scope::parse("aws", &long));
            assert!(kept.chars().count() < 300, "{kept}");
        }
    }

    #[test]
    fn a_text_too_long_to_be_a_name_is_compared_with_none() {
        let padded = |blanks| Scope::new(Provider::Aws, &format!("us-east-1{}", " ".repeat(blanks))).unwrap_err();
        assert_eq!(padded(55).nearest, Some("us-east-1"));
        assert_eq!(padded(56).nearest, None);
    }

    #[test]
    fn serde_goes_through_the_parser() {
        for provider in PROVIDERS {
            let text = format!("\"{provider}\"");
            assert_eq!(serde_json::to_string(&provider).unwrap(), text);
            assert_eq!(serde_json::from_str::<Provider>(&text).unwrap(), provider);
        }
        let error = serde_json::from_str::<Provider>("\"AWS\"").unwrap_err().to_string();
        assert!(error.starts_with(r#"unknown provider "AWS"; did you mean "aws"?"#), "{error}");
        assert!(serde_json::from_str::<Provider>("1").is_err());
    }
}
