//! `template.yaml` against the code: what is deployed is what was written and tested.

mod alarms;
mod api;
pub(crate) mod model;
mod outputs;
mod parameters;
mod recorder;
mod rights;
mod secret;
pub(crate) mod settings;
mod table;
mod vault;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::{
    admin,
    grant::{Access, Route},
};

use self::model::{Template, function_names, logical_id};

const FUNCTION: &str = "AWS::Serverless::Function";

/// The routes that a function serves.
fn routes_of(function: &str) -> &'static [Route] {
    match function {
        // The one stands before the routes of others, and Secrets Manager calls the other.
        "authorizer" | "rotate-secret" => &[],
        "api-sets" => api_sets::ROUTES,
        "audit-log" => audit_log::ROUTES,
        "console" => console::ROUTES,
        "create-key" => create_key::ROUTES,
        "issue-token" => issue_token::ROUTES,
        "list-keys" => list_keys::ROUTES,
        "revoke-key" => revoke_key::ROUTES,
        "rotate-key" => rotate_key::ROUTES,
        "update-key" => update_key::ROUTES,
        "verify-key" => verify_key::ROUTES,
        other => panic!("the test does not know the routes of functions/{other}: add it here"),
    }
}

/// The events of a function, each with its properties.
fn events<'t>(template: &'t Template, function: &str) -> Vec<&'t Value> {
    let id = logical_id(function);
    let events = template.at(&format!("/Resources/{id}/Properties/Events")).as_object().into_iter().flatten();
    events
        .map(|(name, event)| {
            assert_eq!(event["Type"], "HttpApi", "{id} {name}");
            &event["Properties"]
        })
        .collect()
}

#[test]
fn every_folder_in_functions_is_a_function_and_nothing_else_is() {
    let template = Template::read();
    let deployed = template.resources(FUNCTION);
    let expected: BTreeSet<_> = function_names().iter().map(|name| logical_id(name)).collect();
    assert_eq!(deployed.keys().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(), expected);
    for name in function_names() {
        let function = deployed[logical_id(&name).as_str()];
        let built = json!({"BuildMethod": "rust-cargolambda", "BuildProperties": {"Binary": name}});
        assert_eq!(function["Metadata"], built, "{name}");
        assert!(function["Properties"]["Description"].is_string(), "{name}");
    }
    let globals = template.at("/Globals/Function");
    assert_eq!(globals["CodeUri"], ".", "one target folder serves every build");
    assert_eq!((&globals["Handler"], &globals["Runtime"]), (&json!("bootstrap"), &json!("provided.al2023")));
    assert_eq!(globals["LoggingConfig"]["LogFormat"], "JSON");
}

#[test]
fn a_function_is_called_for_the_routes_that_it_serves() {
    let template = Template::read();
    for name in function_names() {
        let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
        let mut deployed: Vec<_> =
            events(&template, &name).iter().map(|event| text(event, "Method") + " " + &text(event, "Path")).collect();
        let mut served: Vec<_> = routes_of(&name).iter().map(ToString::to_string).collect();
        deployed.sort();
        served.sort();
        assert_eq!(deployed, served, "{name}");
    }
}

#[test]
fn every_route_of_the_admin_api_is_served_by_one_function() {
    let mut served: Vec<_> =
        function_names().iter().flat_map(|name| routes_of(name)).map(ToString::to_string).collect();
    let mut all: Vec<_> = admin::ROUTES.iter().map(ToString::to_string).collect();
    served.sort();
    all.sort();
    assert_eq!(served, all);
}

#[test]
fn every_route_but_the_open_ones_is_behind_the_authorizer() {
    let template = Template::read();
    let api = template.at("/Resources/Api/Properties");
    let auth = &api["Auth"];
    let authorizer = &auth["Authorizers"][auth["DefaultAuthorizer"].as_str().unwrap()];
    assert_eq!(auth["Authorizers"].as_object().unwrap().len(), 1);
    assert_eq!(authorizer["FunctionArn"], json!({"Fn::GetAtt": "Authorizer.Arn"}));
    for name in function_names() {
        for event in events(&template, &name) {
            assert_eq!(event["ApiId"], json!({"Ref": "Api"}), "{name} {event}");
            let route =
                routes_of(&name).iter().find(|route| event["Method"] == route.method && event["Path"] == route.path);
            let expected =
                if route.unwrap().access == Access::Open { json!({"Authorizer": "NONE"}) } else { Value::Null };
            assert_eq!(event["Auth"], expected, "{name} {event}");
        }
    }
}

#[test]
fn the_api_asks_the_authorizer_as_it_expects_to_be_asked() {
    let template = Template::read();
    let authorizer = template.at("/Resources/Api/Properties/Auth/Authorizers/Latchkey");
    let expected = json!({
        "FunctionArn": {"Fn::GetAtt": "Authorizer.Arn"},
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": true,
        // Without this every call is a 500.
        "EnableFunctionDefaultPermissions": true,
        // Nothing is kept, so a revocation takes effect within the function's own bound; and no identity source is named,
        // because a key may be in one of several places.
        "Identity": {"ReauthorizeEvery": 0},
    });
    assert_eq!(*authorizer, expected);
}

#[test]
fn every_function_says_how_much_memory_and_time_it_has() {
    let template = Template::read();
    for name in function_names() {
        let function = template.function(&name);
        let (memory, timeout) = (function["MemorySize"].as_u64().unwrap(), function["Timeout"].as_u64().unwrap());
        assert!((256..=1024).contains(&memory), "{name}: {memory} MB");
        // Whoever calls it waits no longer: API Gateway for an authorizer 10 seconds and otherwise 30; Secrets Manager for
        // as long as the function may run, and a step is a few requests that may take some seconds each.
        let bounds = match name.as_str() {
            "authorizer" => 1..10,
            "rotate-secret" => 30..120,
            _ => 7..30,
        };
        assert!(bounds.contains(&timeout), "{name}: {timeout} s");
    }
    for given in ["MemorySize", "Timeout"] {
        assert!(template.at("/Globals/Function").get(given).is_none(), "{given} is a function's own");
    }
}

#[test]
fn the_processor_is_arm_unless_asked_otherwise() {
    let template = Template::read();
    assert_eq!(*template.at("/Globals/Function/Architectures"), json!([{"Ref": "Architecture"}]));
    assert_eq!(*template.at("/Parameters/Architecture/Default"), "arm64");
    assert_eq!(*template.at("/Parameters/Architecture/AllowedValues"), json!(["arm64", "x86_64"]));
    for name in function_names() {
        let function = template.function(&name);
        for settled in ["Architectures", "Runtime", "CodeUri", "Handler"] {
            assert!(function.get(settled).is_none(), "{name}: {settled} is the same for all");
        }
        for limit in ["ReservedConcurrentExecutions", "ProvisionedConcurrencyConfig"] {
            assert!(function.get(limit).is_none(), "{name}: {limit} would take from the account's other functions");
        }
    }
}

#[test]
fn every_function_writes_to_a_log_that_is_kept_for_a_chosen_time() {
    let template = Template::read();
    for name in function_names() {
        let group = template.function(&name)["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap().to_owned();
        let properties = &template.resources("AWS::Logs::LogGroup")[group.as_str()]["Properties"];
        let log_name = format!("/aws/lambda/${{AWS::StackName}}-{name}");
        assert_eq!(properties["LogGroupName"], json!({"Fn::Sub": log_name}), "{name}");
        assert_eq!(properties["RetentionInDays"], json!({"Ref": "LogRetentionDays"}), "{name}");
    }
}
