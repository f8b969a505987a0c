//! How AWS is reached, as the environment of a Lambda function says it.
//!
//! The variables are those of AWS's SDKs. Credentials come from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
//! `AWS_SESSION_TOKEN`, which Lambda sets, and from nowhere else. The SDK's own loader also looks for them in places that a
//! function does not have, such as a profile, a single sign-on or a container's address; what it takes for that would be a
//! third of the function and a fifth of its start.

use aws_config::{BehaviorVersion, Region, SdkConfig, environment::EnvironmentVariableCredentialsProvider};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::trust;
use crate::config::from_env;

/// What the environment says.
pub(super) fn sdk() -> SdkConfig {
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(setting("AWS_REGION").or_else(|| setting("AWS_DEFAULT_REGION")).map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .service_config(Environment)
        .use_fips(is_on("AWS_USE_FIPS_ENDPOINT"))
        .use_dual_stack(is_on("AWS_USE_DUALSTACK_ENDPOINT"));
    sdk.set_http_client(trust::client(setting));
    sdk.build()
}

/// A variable that says something: templates cannot leave one out.
fn setting(variable: &str) -> Option<String> {
    from_env(variable).filter(|value| !value.is_empty())
}

fn is_on(variable: &str) -> bool {
    setting(variable).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// What is asked for by each service.
#[derive(Debug)]
struct Environment;

impl Environment {
    const ENDPOINT: &str = "AWS_ENDPOINT_URL";

    /// The address of a service: its own, or else that of all.
    fn endpoint(service: &str) -> Option<String> {
        if is_on("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            return None;
        }
        let own = format!("{}_{}", Self::ENDPOINT, service.to_uppercase().replace(' ', "_"));
        setting(&own).or_else(|| setting(Self::ENDPOINT))
    }
}

impl LoadServiceConfig for Environment {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.env() == Self::ENDPOINT { Self::endpoint(key.service_id()) } else { setting(key.env()) }
    }
}
