//! The secret of the root key, and its rotation.

use serde_json::{Value, json};

use super::model::Template;

/// The value that the secret starts with. It must never become another one: a stack update writes the value when it differs
/// from the template before, and with it over the root key.
const FIRST_VALUE: &str = r#"{"key_id":null,"key":null,"expires_at":null}"#;

fn only<'t>(template: &'t Template, kind: &str) -> (&'t str, &'t Value) {
    let found = template.resources(kind);
    assert_eq!(found.len(), 1, "{kind}");
    found.into_iter().next().unwrap()
}

#[test]
fn the_secret_starts_without_a_key_and_no_update_writes_over_it() {
    let template = Template::read();
    let (_, secret) = only(&template, "AWS::SecretsManager::Secret");
    // A text, and no function of a parameter: nothing that is given to a stack changes it.
    assert_eq!(secret["Properties"]["SecretString"], FIRST_VALUE);
    assert!(secret["Properties"].get("GenerateSecretString").is_none());
    let value: Value = serde_json::from_str(FIRST_VALUE).unwrap();
    assert_eq!(value, json!({"key_id": null, "key": null, "expires_at": null}));
}

#[test]
fn the_secret_is_replaced_only_when_another_name_is_asked_for() {
    let template = Template::read();
    let (_, secret) = only(&template, "AWS::SecretsManager::Secret");
    // The name is the one property whose change makes another secret.
    let name = &secret["Properties"]["Name"]["Fn::If"];
    assert_eq!((&name[0], &name[1]), (&json!("HasRootSecretName"), &json!({"Ref": "RootSecretName"})));
    let named_by_the_stack = name[2]["Fn::Sub"].to_string();
    assert!(named_by_the_stack.contains("${AWS::StackName}/root-key/${Part}"), "{named_by_the_stack}");
    // A stack's name and id stay for its life, and another stack of the same name has another id.
    assert!(named_by_the_stack.contains(r#"{"Ref":"AWS::StackId"}"#), "{named_by_the_stack}");
    assert!(!named_by_the_stack.contains("Timestamp"));
}

#[test]
fn the_secret_goes_with_the_stack() {
    let template = Template::read();
    let (_, secret) = only(&template, "AWS::SecretsManager::Secret");
    assert_eq!((&secret["DeletionPolicy"], &secret["UpdateReplacePolicy"]), (&json!("Delete"), &json!("Delete")));
}

#[test]
fn the_first_deployment_makes_the_root_key_and_the_schedule_rotates_it() {
    let template = Template::read();
    let (secret, _) = only(&template, "AWS::SecretsManager::Secret");
    let (_, rotation) = only(&template, "AWS::SecretsManager::RotationSchedule");
    let expected = json!({
        "SecretId": {"Ref": secret},
        "RotationLambdaARN": {"Fn::GetAtt": "RotateSecret.Arn"},
        "RotateImmediatelyOnUpdate": true,
        "RotationRules": {"ScheduleExpression": {"Ref": "RootRotationSchedule"}},
    });
    assert_eq!(rotation["Properties"], expected);
    assert_eq!(
        template.function("rotate-secret")["Environment"]["Variables"]["ROOT_SECRET_ARN"],
        json!({"Ref": secret})
    );
}

#[test]
fn the_permission_to_call_the_function_is_there_before_the_schedule() {
    let template = Template::read();
    let (permission, granted) = only(&template, "AWS::Lambda::Permission");
    let (_, rotation) = only(&template, "AWS::SecretsManager::RotationSchedule");
    assert_eq!(rotation["DependsOn"], permission, "Secrets Manager calls as soon as there is a schedule");
    let expected = json!({
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": "RotateSecret.Arn"},
        "Principal": "secretsmanager.amazonaws.com",
        // Without it, a secret of any account could have the function called.
        "SourceAccount": {"Ref": "AWS::AccountId"},
    });
    assert_eq!(granted["Properties"], expected);
}

#[test]
fn nobody_but_secrets_manager_calls_the_rotation() {
    let template = Template::read();
    assert!(template.function("rotate-secret").get("Events").is_none());
    assert!(template.function("rotate-secret").get("FunctionUrlConfig").is_none());
}
