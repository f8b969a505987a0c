//! Rehearsing, while nobody waits.
//!
//! What a process does for the first time takes several times as long as ever after, and Lambda gives a function more of the
//! processor while it starts than later. So before the first request, an event goes the whole way of one, to a table that
//! is a part of the play. Nothing of it is kept: it is played by a door of its own, on which nobody can knock.

use std::sync::Arc;

use serde_json::value::RawValue;
use shared::{
    clock::SystemClock,
    config::Config,
    edge::{App, Error, SdkConfig},
    entropy::SystemEntropy,
    store::{Patience, on_stage},
};

use crate::Authorizer;

/// A request with the key that the table of the play has.
const EVENT: &str = include_str!("../../../events/authorizer.http-2.0.json");
/// How often it is played. The last time takes hardly longer than any after it.
const TIMES: usize = 3;

/// Plays it as the function is set up, with the whole log that comes of it.
pub(crate) async fn rehearse(config: &Config, sdk: &SdkConfig) {
    let app = staged(config, sdk);
    for _ in 0..TIMES {
        // What it says does not matter: a deployment may be none for this key.
        let _ = play(&app).await;
    }
}

fn staged(config: &Config, sdk: &SdkConfig) -> Arc<App> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    Arc::new(App::new(config.clone(), &on_stage(sdk), Patience::Door, clock, entropy))
}

/// Plays it once, by a door that has not read the key yet.
async fn play(app: &Arc<App>) -> Result<Box<RawValue>, Error> {
    Authorizer::new(Arc::clone(app)).handle(EVENT).await
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};

    use super::*;

    #[tokio::test]
    async fn the_key_of_the_play_is_found_and_let_in_by_its_api_set() {
        let nobody = Credentials::new("a", "b", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .build();
        let setting = |variable: &str| match variable {
            "TABLE_NAME" => Some("keys".to_owned()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            _ => None,
        };
        let config = Config::from_lookup(setting).unwrap();
        let answer = play(&staged(&config, &sdk)).await.unwrap();
        let start = r#"{"isAuthorized":true,"context":{"key_id":"ExampleKey000001","owner":"root","#;
        assert!(answer.get().starts_with(start), "{answer}");
        assert!(answer.get().contains(r#""apis":"orders""#), "{answer}");
    }
}
