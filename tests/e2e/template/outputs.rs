//! What a stack tells whoever deployed it, and other stacks.

use serde_json::json;
use shared::admin;

use super::model::Template;

#[test]
fn other_stacks_can_import_what_they_need() {
    let template = Template::read();
    for (output, value) in [
        ("AuthorizerArn", json!({"Fn::GetAtt": "Authorizer.Arn"})),
        ("RotationFunctionArn", json!({"Fn::GetAtt": "RotateSecret.Arn"})),
        ("RootSecretArn", json!({"Ref": "RootSecret"})),
        ("TableName", json!({"Ref": "Table"})),
    ] {
        let output_of = template.at(&format!("/Outputs/{output}"));
        assert_eq!(output_of["Value"], value, "{output}");
        let name = format!("${{AWS::StackName}}-{output}");
        assert_eq!(output_of["Export"]["Name"], json!({"Fn::Sub": name}), "two stacks can stand beside each other");
        assert!(template.has(&format!("/Outputs/{output}")), "{output}");
    }
}

#[test]
fn the_addresses_are_at_the_domain_if_there_is_one() {
    let template = Template::read();
    for (output, path) in [("ApiUrl", ""), ("ConsoleUrl", admin::CONSOLE.path)] {
        let url = json!({"Fn::If": [
            "HasDomain",
            {"Fn::Sub": format!("https://${{DomainName}}{path}")},
            {"Fn::Sub": format!("https://${{Api}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}{path}")},
        ]});
        assert_eq!(template.at(&format!("/Outputs/{output}"))["Value"], url);
    }
}

#[test]
fn the_root_key_is_one_call_away_and_in_no_output() {
    let template = Template::read();
    let command = template.at("/Outputs/RootKeyCommand/Value/Fn::Sub").as_str().unwrap();
    assert!(command.starts_with("aws secretsmanager get-secret-value "), "{command}");
    assert!(command.contains("--secret-id ${RootSecret} "), "{command}");
    assert!(!template.at("/Outputs").to_string().contains("{{resolve:"), "an output is no place for a secret");
}

#[test]
fn every_output_is_described() {
    let template = Template::read();
    for (name, output) in template.at("/Outputs").as_object().unwrap() {
        assert!(output["Description"].as_str().is_some_and(|text| text.len() > 10), "{name}");
    }
}

#[test]
fn a_dashboard_is_made_when_it_is_asked_for() {
    let template = Template::read();
    for part in ["/Resources/StackDashboard", "/Outputs/DashboardUrl"] {
        assert!(!template.has(part), "AWS charges for it");
    }
    let template = template.with("Dashboard", "yes");
    for part in ["/Resources/StackDashboard", "/Outputs/DashboardUrl"] {
        assert!(template.has(part));
    }
    let body = template.at("/Resources/StackDashboard/Properties/DashboardBody/Fn::Sub").as_str().unwrap();
    let parsed: serde_json::Value = serde_json::from_str(body).expect("a dashboard is JSON");
    assert_eq!(parsed["widgets"].as_array().unwrap().len(), 6);
    for reference in body.split("${").skip(1) {
        let name = reference.split('}').next().unwrap();
        let is_known = name.starts_with("AWS::") || template.at("/Resources").get(name).is_some();
        assert!(is_known, "{name}");
    }
}
