//! What is refused, why, and that nothing has changed then.

use serde_json::{Value, json};
use shared::{clock::Clock, expiry::Expiry, record::Revocation};

use super::{
    STEPS,
    bench::{holding, id_in},
    rotation::{Rotation, event},
    token,
};
use crate::{
    lambda::{emulator::Emulator, events},
    support::{record::numbered, secret_of, with_unknown_id, with_wrong_secret},
};

#[tokio::test]
async fn a_key_that_is_not_in_force_is_not_rotated() {
    let rotation = Rotation::start().await;
    let now = rotation.now();
    let [mut revoked, mut disabled, mut expired] = [1, 2, 3].map(|number| numbered(number).0);
    revoked.revocation = Some(Revocation { at: now, by: shared::label::Actor::latchkey(), reason: None });
    disabled.terms.enabled = false;
    expired.terms.expiry = Expiry::At(now);
    for (record, code) in [(revoked, "REVOKED"), (disabled, "DISABLED"), (expired, "EXPIRED")] {
        let id = record.id;
        let (secret, _) = rotation.held(code, record).await;
        rotation.begin(&secret, &token(1)).await;
        let before =
            (rotation.labels(&secret).await, rotation.value(&secret, "AWSCURRENT").await, rotation.items().await);
        let error = rotation.steps(&secret, &token(1)).await.unwrap_err();
        assert_eq!(error, format!("the text of the key {id} is refused as {code}"));
        let after =
            (rotation.labels(&secret).await, rotation.value(&secret, "AWSCURRENT").await, rotation.items().await);
        assert_eq!(before, after);
        assert_eq!(rotation.value(&secret, "AWSPENDING").await, None, "no text was made");
    }
}

#[tokio::test]
async fn a_text_that_does_not_open_the_key_gets_no_other() {
    let rotation = Rotation::start().await;
    let (_, text) = rotation.any().await;
    for (name, wrong) in [("wrong", with_wrong_secret(&text)), ("unknown", with_unknown_id(&text))] {
        let secret = rotation.add_secret(name, &holding(&wrong)).await;
        let before = rotation.items().await;
        let error = rotation.rotate(&secret, 1).await.unwrap_err();
        assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&wrong)));
        assert_eq!(rotation.items().await, before);
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told_in_the_order_of_awss_templates() {
    let rotation = Rotation::start().await;
    let (secret, _) = rotation.any().await;
    let unknown = "arn:aws:secretsmanager:us-east-1:123456789012:secret:none-AbCdEf";
    let current = rotation.version_at(&secret, "AWSCURRENT").await.unwrap();
    let tell = async |step: &str, secret: &str, version: &str| {
        rotation.handle(&event(step, secret, version)).await.unwrap_err()
    };
    // All of it is wrong at first; then one thing after the other is put right.
    assert_eq!(tell("dropSecret", unknown, &token(9)).await, "the event is no step of a rotation of a secret");
    assert!(tell("createSecret", unknown, &token(9)).await.contains("ResourceNotFoundException"));
    assert_eq!(tell("createSecret", &secret, &token(9)).await, "the secret is not to be rotated");
    rotation.rotate(&secret, 1).await.unwrap();
    assert_eq!(tell("createSecret", &secret, &token(9)).await, "the secret has no such version");
    for step in STEPS {
        let error = tell(step, &secret, &current).await;
        assert_eq!(error, "the version is not the one that the rotation makes", "AWSPREVIOUS is not to be touched");
        rotation.step(step, &secret, &token(1)).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_event_is_refused_without_being_repeated() {
    let rotation = Rotation::start().await;
    let (secret, text) = rotation.any().await;
    let whole = event("createSecret", &secret, &token(1));
    let mut broken = vec![json!(null), json!([]), json!(text), json!({})];
    for field in ["Step", "SecretId", "ClientRequestToken"] {
        for value in [Value::Null, json!(1), json!({"key": text})] {
            let mut event = whole.clone();
            event[field] = value;
            broken.push(event);
        }
    }
    for event in broken {
        let error = rotation.handle(&event).await.unwrap_err();
        assert_eq!(error, "the event is no step of a rotation of a secret");
    }
    assert_eq!(rotation.gate.calls(), []);
}

#[tokio::test]
async fn a_step_without_the_one_before_it_is_refused() {
    let rotation = Rotation::start().await;
    let (secret, old) = rotation.any().await;
    rotation.begin(&secret, &token(1)).await;
    let before = rotation.items().await;
    for step in ["setSecret", "finishSecret"] {
        let error = rotation.step(step, &secret, &token(1)).await.unwrap_err();
        assert_eq!(error, "the version has no value; createSecret comes first");
    }
    // Secrets Manager tries this step alone when a rotation is set up to happen later.
    rotation.step("testSecret", &secret, &token(1)).await.unwrap();
    assert_eq!(rotation.items().await, before);
    rotation.step("createSecret", &secret, &token(1)).await.unwrap();
    for step in ["testSecret", "finishSecret"] {
        let error = rotation.step(step, &secret, &token(1)).await.unwrap_err();
        assert_eq!(error, format!("the text of the key {} is refused as NOT_FOUND", id_in(&old)));
    }
    assert_eq!(rotation.text(&secret).await, old);
    assert_eq!(rotation.items().await, before);
}

/// Values that hold a text, and are no value of a secret that holds a key.
fn malformed(text: &str) -> [String; 6] {
    let id = id_in(text);
    [
        text.to_owned(),
        json!(text).to_string(),
        json!([text]).to_string(),
        json!({"key_id": null, "key": text}).to_string(),
        json!({"key_id": text, "key": null}).to_string(),
        json!({"key_id": id, "key": {"text": text}}).to_string(),
    ]
}

#[tokio::test]
async fn a_secret_of_another_shape_is_refused_and_never_repeated() {
    let rotation = Rotation::start().await;
    let text = rotation.add_key(numbered(1).0, rotation.clock.now()).await;
    let mut environment = events::endpoint(&rotation.dynamodb_url());
    environment.insert("AWS_ENDPOINT_URL_SECRETS_MANAGER".to_owned(), rotation.vault_url());
    environment.insert("TABLE_NAME".to_owned(), super::bench::TABLE.to_owned());
    environment.insert("RUST_LOG".to_owned(), "TRACE".to_owned());
    let function = Emulator::start("rotate-secret", &environment).await;
    for (number, value) in malformed(&text).into_iter().enumerate() {
        let secret = rotation.add_secret(&format!("held-{number}"), &value).await;
        rotation.begin(&secret, &token(1)).await;
        let expected = "the secret must be a JSON object with key_id and key, both a text or both null";
        assert_eq!(rotation.steps(&secret, &token(1)).await.unwrap_err(), expected);
        let answer = function.invoke(&event("createSecret", &secret, &token(1)).to_string()).await;
        let told = answer["errorMessage"].as_str().unwrap();
        assert!(told.ends_with(expected) && !told.contains(secret_of(&text)), "{answer}");
    }
    let log = function.stop().await;
    assert!(log.contains("INVOKE RTDONE") && !log.contains(secret_of(&text)));
}
