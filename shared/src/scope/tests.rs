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
        for given in ["", " ", "1", "-", "frankfurt", "tokyo", "london", "mars", "any", "all", "global", "null", "ü"] {
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
