//! The settings that the template gives to the functions.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use shared::config::Config;

use serde_json::json;

use super::model::{REGION, ROOT_SECRET_ARN, Template, function_names, pascal_case};

/// Set by Lambda itself, in every function.
const BY_LAMBDA: &str = "AWS_REGION";
/// Names of other resources, which no parameter gives.
const RESOURCES: [&str; 2] = ["TABLE_NAME", "ROOT_SECRET_ARN"];

/// Which settings a function needs, and why, beyond where it is and where its table is.
pub(super) fn needed(function: &str) -> &'static [&'static str] {
    match function {
        // It decides how a key looks and how long it may live.
        "create-key" => &["KEY_PREFIX", "MAX_KEY_LIFETIME"],
        // It decides until when a key may live.
        "update-key" => &["MAX_KEY_LIFETIME"],
        // It decides on the new text, until when it may live, and how long the one before it works on.
        "rotate-key" => &["KEY_PREFIX", "MAX_KEY_LIFETIME", "ROTATION_OVERLAP"],
        // It makes new texts, and knows which secret may start without one.
        "rotate-secret" => &["KEY_PREFIX", "ROTATION_OVERLAP", "ROOT_SECRET_ARN"],
        // It looks for keys, trusts what it read for a while, and answers API Gateway.
        "authorizer" => {
            &["CACHE_TTL_SECONDS", "STALE_SECONDS", "KEY_HEADERS", "KEY_COOKIES", "UNAUTHENTICATED", "POLICY_SCOPE"]
        }
        // They look for the key that they sign with where the authorizer has found it.
        "console" | "issue-token" => &["KEY_HEADERS", "KEY_COOKIES"],
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
pub(super) fn read(environment: &BTreeMap<String, String>) -> Result<Config, String> {
    let lookup = |variable: &str| match variable {
        BY_LAMBDA => Some(REGION.to_owned()),
        _ => environment.get(variable).cloned(),
    };
    Config::from_lookup(lookup).map_err(|error| error.to_string())
}

/// `KeyPrefix` for `KEY_PREFIX`.
pub(super) fn parameter_of(variable: &str) -> String {
    pascal_case(variable.split('_'))
}

#[test]
fn every_function_is_given_the_settings_that_it_needs_and_no_other() {
    let template = Template::read();
    // No parameter at its default, so that none is left out.
    let template = template.with("MaxKeyLifetime", "90d").with("DeploymentRegion", REGION);
    let mut given = BTreeSet::from([BY_LAMBDA.to_owned()]);
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
        let mut environment = template.environment(&function);
        if function == "rotate-secret" {
            // The code knows no root key's secret by itself.
            assert_eq!(environment.remove("ROOT_SECRET_ARN").as_deref(), Some(ROOT_SECRET_ARN));
        }
        let deployed = read(&environment).unwrap();
        let default = read(&BTreeMap::from([("TABLE_NAME".to_owned(), "Table".to_owned())])).unwrap();
        assert_eq!(format!("{deployed:?}"), format!("{default:?}"), "{function}");
    }
}

#[test]
fn every_parameter_reaches_the_setting_of_its_name() {
    for function in function_names() {
        let variables = Template::read().with("MaxKeyLifetime", "1d").environment(&function);
        for variable in variables.keys().filter(|variable| !RESOURCES.contains(&variable.as_str())) {
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
fn nothing_points_a_deployed_function_elsewhere() {
    let template = Template::read();
    for function in function_names() {
        // Declared, so that `sam local` can set them; and absent in AWS, where an empty one would stop the function.
        let declared = template.declared(&function);
        let endpoints: BTreeMap<_, _> =
            declared.into_iter().filter(|(variable, _)| variable.starts_with("AWS_ENDPOINT_URL")).collect();
        let nothing = json!({"Ref": "AWS::NoValue"});
        let mut expected = BTreeMap::from([("AWS_ENDPOINT_URL_DYNAMODB", &nothing)]);
        if function == "rotate-secret" {
            expected.insert("AWS_ENDPOINT_URL_SECRETS_MANAGER", &nothing);
        }
        assert_eq!(endpoints, expected, "{function}");
        assert!(template.environment(&function).keys().all(|variable| !variable.contains("ENDPOINT")), "{function}");
    }
}
