//! The settings that the template gives to the functions, and its parameters.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use shared::config::Config;

use super::model::{REGION, Template, function_names, pascal_case};

/// Set by Lambda itself, in every function.
const BY_LAMBDA: &str = "AWS_REGION";
/// Read by the code, but of no use to the functions that there are.
const UNUSED: &str = "ROTATION_OVERLAP";

/// Which settings a function needs, and why, beyond where it is and where its table is.
fn needed(function: &str) -> &'static [&'static str] {
    match function {
        // It decides how a key looks and how long it may live.
        "create-key" => &["KEY_PREFIX", "MAX_KEY_LIFETIME"],
        // It decides until when a key may live.
        "update-key" => &["MAX_KEY_LIFETIME"],
        // It looks for keys, trusts what it read for a while, and answers API Gateway.
        "authorizer" => {
            &["CACHE_TTL_SECONDS", "STALE_SECONDS", "KEY_HEADERS", "KEY_COOKIES", "UNAUTHENTICATED", "POLICY_SCOPE"]
        }
        "api-sets" | "audit-log" | "list-keys" | "revoke-key" | "verify-key" => &[],
        other => panic!("the test does not know what functions/{other} needs: add it here"),
    }
}

/// Every variable that the code reads.
pub(crate) fn known() -> BTreeSet<String> {
    let known = RefCell::new(BTreeSet::new());
    let lookup = |variable: &str| {
        known.borrow_mut().insert(variable.to_owned());
        ["TABLE_NAME", "DEPLOYMENT_REGION"].contains(&variable).then(|| REGION.to_owned())
    };
    Config::from_lookup(lookup).unwrap();
    known.into_inner()
}

/// The settings of a function in Lambda, as it would read them.
fn read(environment: &BTreeMap<String, String>) -> Result<Config, String> {
    let lookup = |variable: &str| match variable {
        BY_LAMBDA => Some(REGION.to_owned()),
        _ => environment.get(variable).cloned(),
    };
    Config::from_lookup(lookup).map_err(|error| error.to_string())
}

/// `KeyPrefix` for `KEY_PREFIX`.
fn parameter_of(variable: &str) -> String {
    pascal_case(variable.split('_'))
}

#[test]
fn every_function_is_given_the_settings_that_it_needs_and_no_other() {
    let template = Template::read();
    // No parameter at its default, so that none is left out.
    let template = template.with("MaxKeyLifetime", "90d").with("DeploymentRegion", REGION);
    let mut given = BTreeSet::from([BY_LAMBDA.to_owned(), UNUSED.to_owned()]);
    for function in function_names() {
        let everywhere = ["TABLE_NAME", "DEPLOYMENT_PROVIDER", "DEPLOYMENT_REGION"];
        let expected: BTreeSet<_> = everywhere.iter().chain(needed(&function)).map(|name| (*name).to_owned()).collect();
        let actual: BTreeSet<_> = template.environment(&function).into_keys().collect();
        assert_eq!(actual, expected, "{function}");
        given.extend(actual);
    }
    // So nothing is given that the code does not read, and nothing is read that nobody can set.
    assert_eq!(given, known());
}

#[test]
fn a_stack_that_nobody_configured_has_the_defaults_of_the_code() {
    let template = Template::read();
    for function in function_names() {
        let deployed = read(&template.environment(&function)).unwrap();
        let default = read(&BTreeMap::from([("TABLE_NAME".to_owned(), "Table".to_owned())])).unwrap();
        assert_eq!(format!("{deployed:?}"), format!("{default:?}"), "{function}");
    }
}

#[test]
fn every_parameter_reaches_the_setting_of_its_name() {
    for function in function_names() {
        let variables = Template::read().with("MaxKeyLifetime", "1d").environment(&function);
        for variable in variables.keys().filter(|variable| *variable != "TABLE_NAME") {
            let parameter = parameter_of(variable);
            let template = Template::read();
            assert!(template.at("/Parameters").get(&parameter).is_some(), "there is no parameter {parameter}");
            let environment = template.with(&parameter, "marked").environment(&function);
            assert_eq!(environment[variable], "marked", "{function}");
            let marked = environment.values().filter(|value| *value == "marked").count();
            assert_eq!(marked, 1, "{parameter} reaches other settings of {function}, too");
        }
    }
}

#[test]
fn an_empty_region_is_the_stacks_own_and_an_empty_lifetime_is_none() {
    let environment = Template::read().environment("create-key");
    assert_eq!(environment["DEPLOYMENT_REGION"], REGION);
    assert_eq!(environment.get("MAX_KEY_LIFETIME"), None, "an unset variable, not an empty one");
}

#[test]
fn a_parameter_takes_what_the_code_takes() {
    let template = Template::read();
    let authorizer = template.environment("authorizer");
    let with = |variable: &str, value: &str| {
        let mut environment = authorizer.clone();
        environment.insert(variable.to_owned(), value.to_owned());
        read(&environment)
    };
    for variable in needed("authorizer") {
        let parameter = template.at(&format!("/Parameters/{}", parameter_of(variable)));
        for value in parameter["AllowedValues"].as_array().into_iter().flatten() {
            with(variable, value.as_str().unwrap()).unwrap();
        }
        if parameter["Type"] == "Number" {
            let (least, most) = (parameter["MinValue"].as_i64().unwrap(), parameter["MaxValue"].as_i64().unwrap());
            for (value, is_right) in [(least - 1, false), (least, true), (most, true), (most + 1, false)] {
                assert_eq!(with(variable, &value.to_string()).is_ok(), is_right, "{variable}={value}");
            }
        }
    }
    for (provider, region) in [("aws", "us-east-1"), ("gcp", "us-east1"), ("azure", "eastus")] {
        assert!(
            template.at("/Parameters/DeploymentProvider/AllowedValues").as_array().unwrap().contains(&provider.into())
        );
        let template = Template::read().with("DeploymentProvider", provider).with("DeploymentRegion", region);
        for function in function_names() {
            read(&template.environment(&function)).unwrap();
        }
    }
}
