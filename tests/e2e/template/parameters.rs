//! The parameters: what they take is what the code takes, and a stranger finds the way through them.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

use super::{
    model::{Template, function_names},
    settings::{needed, parameter_of, read},
};

/// Whether a function that is given this environment takes a setting with this value.
fn accepts(environment: &BTreeMap<String, String>, variable: &str, value: &str) -> bool {
    let mut environment = environment.clone();
    environment.insert(variable.to_owned(), value.to_owned());
    read(&environment).is_ok()
}

/// What a parameter's pattern takes: the whole value, as `CloudFormation` has it.
fn pattern(parameter: &str) -> Regex {
    let template = Template::read();
    let text = template.at(&format!("/Parameters/{parameter}/AllowedPattern")).as_str().unwrap().to_owned();
    assert!(text.starts_with('^') && text.ends_with('$'), "{parameter}: {text}");
    Regex::new(&text).unwrap()
}

fn parameters(template: &Template) -> &serde_json::Map<String, Value> {
    template.at("/Parameters").as_object().unwrap()
}

#[test]
fn every_parameter_stands_in_one_group_is_described_and_has_a_default() {
    let template = Template::read();
    let groups = template.at("/Metadata/AWS::CloudFormation::Interface/ParameterGroups");
    let groups = groups.as_array().unwrap();
    let shown: Vec<_> = groups.iter().flat_map(|group| group["Parameters"].as_array().unwrap()).collect();
    let mut shown: Vec<_> = shown.into_iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    shown.sort();
    let mut all: Vec<_> = parameters(&template).keys().cloned().collect();
    all.sort();
    assert_eq!(shown, all);
    for (name, parameter) in parameters(&template) {
        assert!(parameter["Description"].as_str().is_some_and(|text| text.len() > 20), "{name}");
        // So that a stack can be deployed without an answer to any of them.
        assert!(!parameter["Default"].is_null(), "{name}");
    }
}

#[test]
fn every_parameter_is_bounded_and_its_default_is_within() {
    let template = Template::read();
    for (name, parameter) in parameters(&template) {
        let default = &parameter["Default"];
        if let Some(values) = parameter["AllowedValues"].as_array() {
            assert!(values.contains(default), "{name}");
        } else if parameter["Type"] == "Number" {
            let bound = |field: &str| parameter[field].as_i64().unwrap();
            assert!((bound("MinValue")..=bound("MaxValue")).contains(&default.as_i64().unwrap()), "{name}");
        } else {
            assert!(pattern(name).is_match(default.as_str().unwrap()), "{name}");
            assert!(
                parameter["ConstraintDescription"].as_str().is_some_and(|text| text.starts_with("must ")),
                "{name}"
            );
        }
    }
}

#[test]
fn every_parameter_is_of_use() {
    let template = Template::read();
    for (name, _) in parameters(&template) {
        let reference = format!(r#"{{"Ref":"{name}"}}"#);
        let uses = ["/Conditions", "/Resources", "/Globals"].map(|part| template.at(part).to_string());
        assert!(uses.iter().any(|part| part.contains(&reference)), "{name}");
    }
}

#[test]
fn a_setting_takes_the_numbers_and_words_that_its_parameter_takes() {
    let template = Template::read();
    let environment = template.environment("authorizer");
    for variable in needed("authorizer") {
        let parameter = template.at(&format!("/Parameters/{}", parameter_of(variable)));
        for value in parameter["AllowedValues"].as_array().into_iter().flatten() {
            assert!(accepts(&environment, variable, value.as_str().unwrap()), "{variable}={value}");
        }
        if parameter["Type"] == "Number" {
            let (least, most) = (parameter["MinValue"].as_i64().unwrap(), parameter["MaxValue"].as_i64().unwrap());
            for (value, is_right) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
                assert_eq!(accepts(&environment, variable, &value.to_string()), is_right, "{variable}={value}");
            }
        }
    }
}

#[test]
fn a_setting_takes_the_texts_that_the_pattern_of_its_parameter_takes_and_no_other() {
    let (longest, longer) = ("a".repeat(16), "a".repeat(17));
    for (function, variable, values) in [
        (
            "create-key",
            "KEY_PREFIX",
            &["lk", "a", "l_k", "lk_", "_lk", "1k", "LK", "l-k", "l k", &longest, &longer][..],
        ),
        ("create-key", "MAX_KEY_LIFETIME", &["", "90d", "d", "90", "90 d", "-90d", "90D", "1w", "1.5d", "+9d", "90dd"]),
        (
            "rotate-key",
            "ROTATION_OVERLAP",
            &["24h", "h", "24", "24 h", "-1h", "24H", "1w", "1.5h", "+9h", "24hh", "1h1m"],
        ),
        (
            "authorizer",
            "KEY_HEADERS",
            &["", "a", "a,b", "x-key,y_key", "a,", ",a", "a,,b", "a;b", "a b", "a:b", "~!#$%&'*+.^`|"],
        ),
        (
            "authorizer",
            "KEY_COOKIES",
            &["", "a", "a,b", "x-key,y_key", "a,", ",a", "a,,b", "a;b", "a b", "a=b", "~!#$%&'*+.^`|"],
        ),
    ] {
        let (pattern, environment) = (pattern(&parameter_of(variable)), Template::read().environment(function));
        for value in values {
            assert_eq!(pattern.is_match(value), accepts(&environment, variable, value), "{variable}={value:?}");
        }
    }
}

#[test]
fn a_period_is_bounded_by_its_pattern_where_the_code_bounds_it() {
    for (function, variable, days) in
        [("rotate-key", "ROTATION_OVERLAP", 30_u64), ("create-key", "MAX_KEY_LIFETIME", 36_525)]
    {
        let (pattern, environment) = (pattern(&parameter_of(variable)), Template::read().environment(function));
        for (unit, most) in [("d", days), ("h", days * 24), ("m", days * 1440), ("s", days * 86_400)] {
            // Where a digit changes and around the bound, beside the first ones.
            let tens = (1..=11).map(|digits| 10_u64.pow(digits));
            let places = tens.chain([most]).flat_map(|place| place.saturating_sub(2)..=place + 2).chain(0..=120);
            for number in places {
                let value = format!("{number}{unit}");
                assert_eq!(pattern.is_match(&value), accepts(&environment, variable, &value), "{variable}={value}");
            }
        }
    }
}

#[test]
fn a_schedule_is_one_that_secrets_manager_takes() {
    let pattern = pattern("RootRotationSchedule");
    for right in [
        "rate(30 days)",
        "rate(1 day)",
        "rate(4 hours)",
        "rate(999 days)",
        "cron(0 4 ? * MON *)",
        "cron(0 0/8 1,15 * ? *)",
    ] {
        assert!(pattern.is_match(right), "{right}");
    }
    for wrong in [
        "",
        "30 days",
        "rate(0 days)",
        "rate(1 days)",
        "rate(3 hours)",
        "rate(30 minutes)",
        "rate(1000 days)",
        "rate( 30 days)",
        "cron()",
        "cron(0 4 ? * MON *",
        "rate(30 days) or so",
    ] {
        assert!(!pattern.is_match(wrong), "{wrong}");
    }
}

#[test]
fn an_address_a_domain_and_an_arn_are_told_from_what_is_none() {
    for (parameter, right, wrong) in [
        ("AlarmEmail", "ops@example.com", &["ops", "ops@example", "a b@example.com"][..]),
        (
            "AlarmTopicArn",
            "arn:aws:sns:eu-west-1:123456789012:alarms",
            &["alarms", "arn:aws:sqs:eu-west-1:123456789012:a"],
        ),
        (
            "DomainName",
            "keys.example.com",
            &["https://keys.example.com", "Keys.example.com", "localhost", "*.example.com"],
        ),
        (
            "CertificateArn",
            "arn:aws:acm:eu-west-1:123456789012:certificate/0f1e2d3c-0000-4000-8000-123456789012",
            &["certificate", "arn:aws:iam::123456789012:server-certificate/a"],
        ),
        ("HostedZoneId", "Z0123456789ABCDEFGHIJ", &["/hostedzone/Z0123456789ABCDEFGHIJ", "example.com"]),
        ("RootSecretName", "team/latchkey-root", &["a b", "a*", "a?", "a:b"]),
    ] {
        let pattern = pattern(parameter);
        assert!(pattern.is_match(right) && pattern.is_match(""), "{parameter}: {right}");
        for wrong in wrong {
            assert!(!pattern.is_match(wrong), "{parameter}: {wrong}");
        }
    }
}

#[test]
fn every_place_that_the_parameters_name_is_one_of_the_code() {
    for (provider, region) in [("aws", "us-east-1"), ("gcp", "us-east1"), ("azure", "eastus")] {
        let template = Template::read().with("DeploymentProvider", provider).with("DeploymentRegion", region);
        let providers = template.at("/Parameters/DeploymentProvider/AllowedValues").as_array().unwrap();
        assert!(providers.contains(&provider.into()));
        for function in function_names() {
            read(&template.environment(&function)).unwrap();
        }
        assert!(pattern("DeploymentRegion").is_match(region));
    }
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_made() {
    let template = Template::read();
    let rules = template.at("/Rules").as_object().unwrap();
    let about: BTreeMap<_, BTreeSet<_>> = rules
        .iter()
        .map(|(name, rule)| {
            let parameters = parameters(&template).keys();
            let used = parameters.filter(|parameter| rule.to_string().contains(&format!(r#"{{"Ref":"{parameter}"}}"#)));
            let assertions = rule["Assertions"].as_array().unwrap();
            assert!(assertions.iter().all(|one| one["AssertDescription"].is_string()), "{name}");
            (name.as_str(), used.map(String::as_str).collect())
        })
        .collect();
    let expected = BTreeMap::from([
        ("AnotherProviderNeedsItsRegion", BTreeSet::from(["DeploymentProvider", "DeploymentRegion"])),
        ("ADomainNeedsItsCertificate", BTreeSet::from(["DomainName", "CertificateArn"])),
        ("ACertificateOrAZoneIsForADomain", BTreeSet::from(["DomainName", "CertificateArn", "HostedZoneId"])),
        ("AlarmsGoToOnePlace", BTreeSet::from(["AlarmEmail", "AlarmTopicArn"])),
    ]);
    assert_eq!(about, expected);
}
