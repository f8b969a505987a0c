//! A table and a Secrets Manager with nothing before them, and ways to look at what stands in both.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_secretsmanager::{Client, types::RotationRulesType};
use local::{
    dynamodb::{DynamoDb, ensure_table},
    secretsmanager::SecretsManager,
    stack::sdk,
};
use serde_json::{Value, json};
use shared::{
    audit::Action,
    clock::Clock,
    credential::Credential,
    decision::{Code, Request},
    entropy::SystemEntropy,
    key::{KeyId, PlainKey, PresentedKey},
    record::KeyRecord,
    root,
    scope::{Deployment, Provider},
    store::{KeyTable, Patience},
    timestamp::Timestamp,
    verify::verify_now,
};

use super::moto::Moto;
use crate::support::{Items, items, record};

/// The table's name.
pub(super) const TABLE: &str = "keys";
/// The value of a secret in which no key was ever.
pub(super) const EMPTY: &str = r#"{"key_id":null,"key":null,"expires_at":null}"#;

/// The function that the secrets name.
pub(super) const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotate-secret";

/// Both services, in memory.
pub(super) struct Bench {
    dynamodb: DynamoDb,
    vault: Vault,
    pub(super) keys: KeyTable,
    pub(super) secrets: Client,
}

/// A Secrets Manager.
enum Vault {
    Own(SecretsManager),
    Moto(Moto),
}

/// A clock that stands at one time, to ask what was and what will be.
pub(super) struct At(pub(super) Timestamp);

impl Clock for At {
    fn now(&self) -> jiff::Timestamp {
        self.0.to_string().parse().unwrap()
    }
}

impl Vault {
    fn url(&self) -> String {
        match self {
            Self::Own(own) => own.url(),
            Self::Moto(moto) => moto.url(),
        }
    }
}

impl Bench {
    pub(super) async fn start(clock: Arc<dyn Clock>) -> Self {
        Self::with(Vault::Own(SecretsManager::start_alone(clock).await.unwrap())).await
    }

    /// One with moto's Secrets Manager.
    pub(super) async fn in_moto() -> Self {
        Self::with(Vault::Moto(Moto::start().await)).await
    }

    async fn with(vault: Vault) -> Self {
        let dynamodb = DynamoDb::start(None).await.unwrap();
        let at_table = sdk(&dynamodb.url());
        ensure_table(&at_table, TABLE).await.unwrap();
        let (keys, secrets) = (KeyTable::new(&at_table, TABLE, Patience::Admin), Client::new(&sdk(&vault.url())));
        Self { dynamodb, vault, keys, secrets }
    }

    /// Where the table answers.
    pub(super) fn dynamodb_url(&self) -> String {
        self.dynamodb.url()
    }

    /// Where Secrets Manager answers.
    pub(super) fn vault_url(&self) -> String {
        self.vault.url()
    }

    /// Makes a key, and gives its text.
    pub(super) async fn add_key(&self, record: KeyRecord, now: jiff::Timestamp) -> String {
        let text = PlainKey::generate(&"lk".parse().unwrap(), record.id, &SystemEntropy).unwrap();
        let presented = text.as_presented();
        let (hint, prefix) = (presented.hint(), presented.prefix());
        let times = (now.into(), now.into());
        let record = KeyRecord { hint, prefix, created_at: times.0, updated_at: times.1, ..record };
        assert!(record::insert(&self.keys, &record, &presented.imprint(), now).await);
        text.reveal().to_owned()
    }

    /// Makes the root key, and gives its text.
    pub(super) async fn add_root(&self, clock: &dyn Clock) -> String {
        let id = KeyId::generate(&SystemEntropy).unwrap();
        let text = PlainKey::generate(&"lk".parse().unwrap(), id, &SystemEntropy).unwrap();
        root::claim(id, &self.keys).await.unwrap();
        root::ensure(&text.as_presented(), place(), &self.keys, clock, &SystemEntropy).await.unwrap();
        text.reveal().to_owned()
    }

    /// Makes a secret with this value, and gives its ARN.
    pub(super) async fn add_secret(&self, name: &str, value: &str) -> String {
        let created = self.secrets.create_secret().name(name).secret_string(value);
        created.send().await.unwrap().arn.unwrap()
    }

    /// Has Secrets Manager begin a rotation: there is a pending version without a value.
    pub(super) async fn begin(&self, secret: &str, token: &str) {
        let rules = RotationRulesType::builder().automatically_after_days(30).build();
        let begun = self.secrets.rotate_secret().secret_id(secret).client_request_token(token);
        let begun = begun.rotation_lambda_arn(FUNCTION).rotation_rules(rules).send().await;
        match (&self.vault, begun) {
            (Vault::Own(_), Err(error)) => assert!(format!("{error:?}").contains("calls its steps"), "{error:?}"),
            // Its function does nothing, which it takes for success.
            (Vault::Moto(_), Ok(_)) => {}
            (_, begun) => panic!("{begun:?}"),
        }
        assert_eq!(self.labels(secret).await[token], ["AWSPENDING"]);
    }

    /// Has the version pending no more, as Secrets Manager does after a rotation, and as one does who gives it up.
    pub(super) async fn end(&self, secret: &str, token: &str) {
        let ended = self.secrets.update_secret_version_stage().secret_id(secret).version_stage("AWSPENDING");
        ended.remove_from_version_id(token).send().await.unwrap();
    }

    /// Moves the secret to a version without the key being told: what a function leaves that is killed in between.
    pub(super) async fn move_to(&self, secret: &str, token: &str) {
        let old = self.version_at(secret, "AWSCURRENT").await;
        let moved = self.secrets.update_secret_version_stage().secret_id(secret).version_stage("AWSCURRENT");
        moved.move_to_version_id(token).set_remove_from_version_id(old).send().await.unwrap();
    }

    /// The versions of a secret with their labels, sorted.
    pub(super) async fn labels(&self, secret: &str) -> BTreeMap<String, Vec<String>> {
        let described = self.secrets.describe_secret().secret_id(secret).send().await.unwrap();
        let versions = described.version_ids_to_stages.unwrap_or_default().into_iter();
        versions
            .map(|(version, mut stages)| {
                stages.sort();
                (version, stages)
            })
            .collect()
    }

    /// The version with a label, if there is one.
    pub(super) async fn version_at(&self, secret: &str, label: &str) -> Option<String> {
        let labels = self.labels(secret).await;
        labels.into_iter().find(|(_, stages)| stages.iter().any(|stage| stage == label)).map(|(version, _)| version)
    }

    /// The value at a label; none where the version has none, or there is no such version.
    pub(super) async fn value(&self, secret: &str, label: &str) -> Option<Value> {
        match self.secrets.get_secret_value().secret_id(secret).version_stage(label).send().await {
            Ok(found) => Some(serde_json::from_str(&found.secret_string.unwrap()).unwrap()),
            Err(error) => {
                assert!(error.as_service_error().unwrap().is_resource_not_found_exception(), "{error:?}");
                None
            }
        }
    }

    /// The key's text in a secret, as it is in use.
    pub(super) async fn text(&self, secret: &str) -> String {
        text_in(&self.value(secret, "AWSCURRENT").await.unwrap()).unwrap()
    }

    /// Writes a value into a secret as its owner would, which makes it the one in use.
    pub(super) async fn write(&self, secret: &str, value: &str) {
        self.secrets.put_secret_value().secret_id(secret).secret_string(value).send().await.unwrap();
    }

    /// What a text opens at a time, as the functions decide it.
    pub(super) async fn code(&self, text: &str, now: Timestamp) -> Code {
        let request = Request { place: place(), source: None, called: None, permissions: &[] };
        verify_now(text, &request, &self.keys, &At(now)).await.unwrap().code
    }

    pub(super) async fn standing(&self, id: KeyId) -> Credential {
        self.keys.credential(id).await.unwrap().unwrap()
    }

    /// Every item of the table.
    pub(super) async fn items(&self) -> Items {
        items(&self.dynamodb_url(), TABLE).await
    }

    /// The times of all audit events of an action.
    pub(super) async fn events(&self, action: Action) -> Vec<Timestamp> {
        let items = self.items().await;
        let events = items.iter().filter_map(|item| item.get("event")?.as_m().ok());
        let told =
            |event: &std::collections::HashMap<String, AttributeValue>, name: &str| event[name].as_s().unwrap().clone();
        let wanted = events.filter(|event| told(event, "action") == action.to_string());
        wanted.map(|event| told(event, "at").parse().unwrap()).collect()
    }

    /// The id that the deployment knows as its root key's.
    pub(super) async fn root_id(&self) -> Option<String> {
        let items = self.items().await;
        let deployment = items.iter().find(|item| item["pk"].as_s().unwrap() == "deployment")?;
        Some(deployment.get("root_id")?.as_s().unwrap().clone())
    }
}

/// Where the keys are used.
pub(super) fn place() -> Deployment {
    Deployment::new(Provider::Aws, "us-east-1").unwrap()
}

/// What a secret holds for a key.
pub(super) fn holding(text: &str) -> String {
    let id = PresentedKey::parse(text).unwrap().id().unwrap();
    json!({"key_id": id, "key": text, "expires_at": null}).to_string()
}

/// The key's text in a secret's value.
pub(super) fn text_in(value: &Value) -> Option<String> {
    value["key"].as_str().map(str::to_owned)
}

/// The id in a text that Latchkey made.
pub(super) fn id_in(text: &str) -> KeyId {
    PresentedKey::parse(text).unwrap().id().unwrap()
}
