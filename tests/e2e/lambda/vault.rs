//! The Secrets Manager that the events of `rotate-secret` are about: with an empty secret for the root key, and a rotation of
//! it begun.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_secretsmanager::Client;
use local::{secretsmanager::SecretsManager, stack::sdk};
use serde_json::Value;
use shared::clock::SystemClock;

use super::events;

/// It, and its one secret.
pub(super) struct Vault {
    manager: SecretsManager,
    client: Client,
    /// The secret's ARN, of which a part is chance.
    secret: String,
}

impl Vault {
    pub(super) async fn of_events() -> Self {
        let manager = SecretsManager::start_alone(Arc::new(SystemClock)).await.unwrap();
        let client = Client::new(&sdk(&manager.url()));
        let empty = r#"{"key_id":null,"key":null,"expires_at":null}"#;
        let made = client.create_secret().name("latchkey/root-key").secret_string(empty).send().await.unwrap();
        let first = events::of("rotate-secret", "1-create");
        let token = first["ClientRequestToken"].as_str().unwrap();
        let begun = client.rotate_secret().secret_id("latchkey/root-key").client_request_token(token).send().await;
        // The pending version is there; the steps are the events.
        begun.unwrap_err();
        Self { manager, client, secret: made.arn.unwrap() }
    }

    /// Where the function finds it, and which secret is the root key's.
    pub(super) fn environment(&self) -> BTreeMap<String, String> {
        let variables =
            [("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.manager.url()), ("ROOT_SECRET_ARN", self.secret.clone())];
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// An event that names this secret.
    pub(super) fn event(&self, mut event: Value) -> String {
        event["SecretId"] = self.secret.as_str().into();
        event.to_string()
    }

    /// An answer, with the ARN that the events have.
    pub(super) fn answer(&self, answer: &Value) -> Value {
        let named = events::of("rotate-secret", "1-create")["SecretId"].as_str().unwrap().to_owned();
        serde_json::from_str(&answer.to_string().replace(&self.secret, &named)).unwrap()
    }

    /// The root key's text, once the secret holds it.
    pub(super) async fn text(&self) -> Option<String> {
        let found = self.client.get_secret_value().secret_id(&self.secret).send().await.unwrap();
        let value: Value = serde_json::from_str(found.secret_string().unwrap()).unwrap();
        value["key"].as_str().map(str::to_owned)
    }
}
