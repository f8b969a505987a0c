//! The providers and regions there are, and which one an unknown name was probably meant to be.
//!
//! A plain list, each provider's regions sorted by code. It holds what is open to customers: the
//! public regions, those with restricted access, and the government, China and sovereign ones whose
//! codes the vendor publishes. Announced regions join it when they open. Last checked in November
//! 2026 against the partitions of the AWS SDK (1.136) and copies of Microsoft's list of Azure
//! regions (September 2026) and of the locations of Cloud Run (October 2026).
//!
//! It knows names only: not what a scope is, nor what a key may do.

use super::Provider;

/// Every provider, in the order in which they are listed to people.
pub const PROVIDERS: [Provider; 3] = [Provider::Aws, Provider::Gcp, Provider::Azure];

/// One region of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The provider's own code for it, such as `us-east-1`.
    pub code: &'static str,
    /// What the provider calls it towards people, such as `US East (N. Virginia)`.
    pub name: &'static str,
}

/// The regions of a provider, sorted by code.
#[must_use]
pub fn regions(provider: Provider) -> &'static [Region] {
    match provider {
        Provider::Aws => AWS,
        Provider::Gcp => GCP,
        Provider::Azure => AZURE,
    }
}

const fn region(code: &'static str, name: &'static str) -> Region {
    Region { code, name }
}

const AWS: &[Region] = &[
    region("af-south-1", "Africa (Cape Town)"),
    region("ap-east-1", "Asia Pacific (Hong Kong)"),
    region("ap-east-2", "Asia Pacific (Taipei)"),
    region("ap-northeast-1", "Asia Pacific (Tokyo)"),
    region("ap-northeast-2", "Asia Pacific (Seoul)"),
    region("ap-northeast-3", "Asia Pacific (Osaka)"),
    region("ap-south-1", "Asia Pacific (Mumbai)"),
    region("ap-south-2", "Asia Pacific (Hyderabad)"),
    region("ap-southeast-1", "Asia Pacific (Singapore)"),
    region("ap-southeast-2", "Asia Pacific (Sydney)"),
    region("ap-southeast-3", "Asia Pacific (Jakarta)"),
    region("ap-southeast-4", "Asia Pacific (Melbourne)"),
    region("ap-southeast-5", "Asia Pacific (Malaysia)"),
    region("ap-southeast-6", "Asia Pacific (New Zealand)"),
    region("ap-southeast-7", "Asia Pacific (Thailand)"),
    region("ca-central-1", "Canada (Central)"),
    region("ca-west-1", "Canada West (Calgary)"),
    region("cn-north-1", "China (Beijing)"),
    region("cn-northwest-1", "China (Ningxia)"),
    region("eu-central-1", "Europe (Frankfurt)"),
    region("eu-central-2", "Europe (Zurich)"),
    region("eu-north-1", "Europe (Stockholm)"),
    region("eu-south-1", "Europe (Milan)"),
    region("eu-south-2", "Europe (Spain)"),
    region("eu-west-1", "Europe (Ireland)"),
    region("eu-west-2", "Europe (London)"),
    region("eu-west-3", "Europe (Paris)"),
    region("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
    region("il-central-1", "Israel (Tel Aviv)"),
    region("me-central-1", "Middle East (UAE)"),
    region("me-south-1", "Middle East (Bahrain)"),
    region("mx-central-1", "Mexico (Central)"),
    region("sa-east-1", "South America (São Paulo)"),
    region("us-east-1", "US East (N. Virginia)"),
    region("us-east-2", "US East (Ohio)"),
    region("us-gov-east-1", "AWS GovCloud (US-East)"),
    region("us-gov-west-1", "AWS GovCloud (US-West)"),
    region("us-west-1", "US West (N. California)"),
    region("us-west-2", "US West (Oregon)"),
];

const GCP: &[Region] = &[
    region("africa-south1", "Johannesburg, South Africa"),
    region("asia-east1", "Changhua County, Taiwan"),
    region("asia-east2", "Hong Kong"),
    region("asia-northeast1", "Tokyo, Japan"),
    region("asia-northeast2", "Osaka, Japan"),
    region("asia-northeast3", "Seoul, South Korea"),
    region("asia-south1", "Mumbai, India"),
    region("asia-south2", "Delhi, India"),
    region("asia-southeast1", "Jurong West, Singapore"),
    region("asia-southeast2", "Jakarta, Indonesia"),
    region("asia-southeast3", "Bangkok, Thailand"),
    region("australia-southeast1", "Sydney, Australia"),
    region("australia-southeast2", "Melbourne, Australia"),
    region("europe-central2", "Warsaw, Poland"),
    region("europe-north1", "Hamina, Finland"),
    region("europe-north2", "Stockholm, Sweden"),
    region("europe-southwest1", "Madrid, Spain"),
    region("europe-west1", "St. Ghislain, Belgium"),
    region("europe-west10", "Berlin, Germany"),
    region("europe-west12", "Turin, Italy"),
    region("europe-west2", "London, England"),
    region("europe-west3", "Frankfurt, Germany"),
    region("europe-west4", "Eemshaven, Netherlands"),
    region("europe-west6", "Zurich, Switzerland"),
    region("europe-west8", "Milan, Italy"),
    region("europe-west9", "Paris, France"),
    region("me-central1", "Doha, Qatar"),
    region("me-central2", "Dammam, Saudi Arabia"),
    region("me-west1", "Tel Aviv, Israel"),
    region("northamerica-northeast1", "Montréal, Québec"),
    region("northamerica-northeast2", "Toronto, Ontario"),
    region("northamerica-south1", "Querétaro, Mexico"),
    region("southamerica-east1", "Osasco, São Paulo, Brazil"),
    region("southamerica-west1", "Santiago, Chile"),
    region("us-central1", "Council Bluffs, Iowa"),
    region("us-east1", "Moncks Corner, South Carolina"),
    region("us-east4", "Ashburn, Virginia"),
    region("us-east5", "Columbus, Ohio"),
    region("us-south1", "Dallas, Texas"),
    region("us-west1", "The Dalles, Oregon"),
    region("us-west2", "Los Angeles, California"),
    region("us-west3", "Salt Lake City, Utah"),
    region("us-west4", "Las Vegas, Nevada"),
];

const AZURE: &[Region] = &[
    region("australiacentral", "Australia Central"),
    region("australiacentral2", "Australia Central 2"),
    region("australiaeast", "Australia East"),
    region("australiasoutheast", "Australia Southeast"),
    region("austriaeast", "Austria East"),
    region("belgiumcentral", "Belgium Central"),
    region("brazilsouth", "Brazil South"),
    region("brazilsoutheast", "Brazil Southeast"),
    region("canadacentral", "Canada Central"),
    region("canadaeast", "Canada East"),
    region("centralindia", "Central India"),
    region("centralus", "Central US"),
    region("chilecentral", "Chile Central"),
    region("chinaeast", "China East"),
    region("chinaeast2", "China East 2"),
    region("chinaeast3", "China East 3"),
    region("chinanorth", "China North"),
    region("chinanorth2", "China North 2"),
    region("chinanorth3", "China North 3"),
    region("denmarkeast", "Denmark East"),
    region("eastasia", "East Asia"),
    region("eastus", "East US"),
    region("eastus2", "East US 2"),
    region("francecentral", "France Central"),
    region("francesouth", "France South"),
    region("germanynorth", "Germany North"),
    region("germanywestcentral", "Germany West Central"),
    region("indiasouthcentral", "India South Central"),
    region("indonesiacentral", "Indonesia Central"),
    region("israelcentral", "Israel Central"),
    region("italynorth", "Italy North"),
    region("japaneast", "Japan East"),
    region("japanwest", "Japan West"),
    region("jioindiacentral", "Jio India Central"),
    region("jioindiawest", "Jio India West"),
    region("koreacentral", "Korea Central"),
    region("koreasouth", "Korea South"),
    region("malaysiawest", "Malaysia West"),
    region("mexicocentral", "Mexico Central"),
    region("newzealandnorth", "New Zealand North"),
    region("northcentralus", "North Central US"),
    region("northeurope", "North Europe"),
    region("norwayeast", "Norway East"),
    region("norwaywest", "Norway West"),
    region("polandcentral", "Poland Central"),
    region("qatarcentral", "Qatar Central"),
    region("southafricanorth", "South Africa North"),
    region("southafricawest", "South Africa West"),
    region("southcentralus", "South Central US"),
    region("southeastasia", "Southeast Asia"),
    region("southindia", "South India"),
    region("spaincentral", "Spain Central"),
    region("swedencentral", "Sweden Central"),
    region("swedensouth", "Sweden South"),
    region("switzerlandnorth", "Switzerland North"),
    region("switzerlandwest", "Switzerland West"),
    region("uaecentral", "UAE Central"),
    region("uaenorth", "UAE North"),
    region("uksouth", "UK South"),
    region("ukwest", "UK West"),
    region("usdodcentral", "US DoD Central"),
    region("usdodeast", "US DoD East"),
    region("usgovarizona", "US Gov Arizona"),
    region("usgovtexas", "US Gov Texas"),
    region("usgovvirginia", "US Gov Virginia"),
    region("westcentralus", "West Central US"),
    region("westeurope", "West Europe"),
    region("westindia", "West India"),
    region("westus", "West US"),
    region("westus2", "West US 2"),
    region("westus3", "West US 3"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(provider: Provider) -> impl Iterator<Item = &'static str> {
        regions(provider).iter().map(|region| region.code)
    }

    fn is_lower(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
    }

    fn is_number(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    }

    #[test]
    fn every_provider_is_listed_once() {
        let mut listed = PROVIDERS.to_vec();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed, [Provider::Aws, Provider::Gcp, Provider::Azure]);
    }

    #[test]
    fn regions_are_sorted_by_code_and_unique() {
        for provider in PROVIDERS {
            assert!(codes(provider).is_sorted_by(|a, b| a < b), "{provider}");
        }
    }

    #[test]
    fn names_are_unique_and_fit_to_be_shown() {
        for provider in PROVIDERS {
            let mut names: Vec<_> = regions(provider).iter().map(|region| region.name).collect();
            for name in &names {
                assert!(name.starts_with(char::is_uppercase), "{name}");
                assert!(!name.ends_with(char::is_whitespace), "{name}");
                assert!(!name.chars().any(char::is_control), "{name}");
            }
            let listed = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), listed, "{provider}");
        }
    }

    #[test]
    fn no_list_has_lost_regions() {
        assert!(codes(Provider::Aws).count() >= 39);
        assert!(codes(Provider::Gcp).count() >= 43);
        assert!(codes(Provider::Azure).count() >= 71);
    }

    #[test]
    fn an_aws_code_is_words_and_a_number_joined_by_hyphens() {
        for code in codes(Provider::Aws) {
            let (words, number) = code.rsplit_once('-').unwrap();
            assert!(words.contains('-') && words.split('-').all(is_lower), "{code}");
            assert!(is_number(number), "{code}");
        }
    }

    #[test]
    fn a_gcp_code_is_a_continent_and_a_numbered_direction() {
        for code in codes(Provider::Gcp) {
            let (place, direction) = code.split_once('-').unwrap();
            let word = direction.trim_end_matches(|c: char| c.is_ascii_digit());
            assert!(is_lower(place) && is_lower(word), "{code}");
            assert!(is_number(direction.strip_prefix(word).unwrap()), "{code}");
        }
    }

    #[test]
    fn an_azure_code_is_its_name_run_together() {
        for region in regions(Provider::Azure) {
            assert_eq!(region.code, region.name.replace(' ', "").to_lowercase());
            assert!(is_lower(region.code.trim_end_matches(|c: char| c.is_ascii_digit())));
        }
    }
}
