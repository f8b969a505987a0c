//! What keys can be made of, in an answer.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    edge::openapi::values::ScopeRegion,
    expiry::{PRESETS, Period},
    grant::Right,
    record::KeyType,
    scope::{
        ANY_REGION, Provider,
        catalogue::{PROVIDERS, regions},
    },
};

/// Whether the table answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthBody {
    /// `ok`; anything else is no 200.
    #[schema(pattern = "^ok$")]
    pub status: &'static str,
}

/// All that the API knows by name.
#[derive(Serialize, ToSchema)]
#[schema(as = Catalogue)]
pub struct CatalogueBody {
    /// Every provider.
    providers: Vec<ProviderBody>,
    /// Every type of key.
    #[schema(value_type = Vec<KeyType>)]
    key_types: [KeyType; 2],
    /// Lifetimes to choose from.
    expiry_presets: Vec<PresetBody>,
    /// Every right of the admin API.
    #[schema(value_type = Vec<Right>)]
    rights: Vec<&'static str>,
}

/// A provider and its regions.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueProvider)]
struct ProviderBody {
    #[schema(value_type = Provider)]
    provider: &'static str,
    /// `*`, then each region.
    regions: Vec<RegionBody>,
}

/// A region.
#[derive(Serialize, ToSchema)]
#[schema(as = CatalogueRegion)]
struct RegionBody {
    #[schema(value_type = ScopeRegion)]
    region: &'static str,
    /// What the provider calls it.
    name: &'static str,
}

/// A lifetime.
#[derive(Serialize, ToSchema)]
#[schema(as = CataloguePreset)]
struct PresetBody {
    /// What `expires_in` takes; `null` for a key that never expires.
    #[schema(value_type = Option<Period>)]
    expires_in: Option<&'static str>,
    /// What a person calls it.
    name: &'static str,
}

impl CatalogueBody {
    /// The whole catalogue.
    #[must_use]
    pub fn new() -> Self {
        let presets = PRESETS.iter().map(|(period, name)| PresetBody { expires_in: Some(period), name });
        Self {
            providers: PROVIDERS.into_iter().map(ProviderBody::new).collect(),
            key_types: [KeyType::SuperUser, KeyType::FineGrained],
            expiry_presets: presets.chain([PresetBody { expires_in: None, name: "never" }]).collect(),
            rights: Right::ALL.iter().map(|right| right.as_str()).collect(),
        }
    }
}

impl Default for CatalogueBody {
    fn default() -> Self {
        Self::new()
    }
}

impl ProviderBody {
    fn new(provider: Provider) -> Self {
        let any = RegionBody { region: ANY_REGION, name: "Any region" };
        let known = regions(provider).iter().map(|region| RegionBody { region: region.code, name: region.name });
        Self { provider: provider.as_str(), regions: std::iter::once(any).chain(known).collect() }
    }
}
