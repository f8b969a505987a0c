//! `GET /catalogue`: what keys can be made of.

use serde::Serialize;
use shared::{
    expiry::PRESETS,
    grant::Right,
    record::KeyType,
    scope::{
        ANY_REGION,
        catalogue::{PROVIDERS, regions},
    },
};

#[derive(Serialize)]
pub(crate) struct CatalogueBody {
    providers: Vec<ProviderBody>,
    key_types: [KeyType; 2],
    expiry_presets: Vec<PresetBody>,
    rights: Vec<&'static str>,
}

#[derive(Serialize)]
struct ProviderBody {
    provider: &'static str,
    regions: Vec<RegionBody>,
}

#[derive(Serialize)]
struct RegionBody {
    region: &'static str,
    name: &'static str,
}

#[derive(Serialize)]
struct PresetBody {
    /// What `expires_in` takes; `null` for a key that never expires.
    expires_in: Option<&'static str>,
    name: &'static str,
}

/// The whole catalogue.
pub(crate) fn body() -> CatalogueBody {
    let any = RegionBody { region: ANY_REGION, name: "Any region" };
    let provider = |provider: &shared::scope::Provider| ProviderBody {
        provider: provider.as_str(),
        regions: std::iter::once(RegionBody { ..any })
            .chain(regions(*provider).iter().map(|region| RegionBody { region: region.code, name: region.name }))
            .collect(),
    };
    let presets = PRESETS.iter().map(|(period, name)| PresetBody { expires_in: Some(period), name });
    CatalogueBody {
        providers: PROVIDERS.iter().map(provider).collect(),
        key_types: [KeyType::SuperUser, KeyType::FineGrained],
        expiry_presets: presets.chain([PresetBody { expires_in: None, name: "never" }]).collect(),
        rights: Right::ALL.iter().map(|right| right.as_str()).collect(),
    }
}
