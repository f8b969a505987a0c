//! A rotation function of Secrets Manager for secrets that hold a key: `{"key_id", "key", "expires_at"}`.
//!
//! Secrets Manager calls it once for each of four steps, and all four again when one fails. What the steps do to the key is
//! [`shared::secret_rotation`]'s; what they do to the secret is decided here, in the order of AWS's own templates:
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>.

mod content;
mod event;
mod rotator;
mod vault;

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{
    edge::{App, Error, run},
    store::Patience,
};

pub use self::rotator::Rotator;

/// Serves the rotation as a Lambda function, until Lambda ends it.
///
/// # Errors
/// When a setting is bad, or the runtime fails.
pub fn serve() -> Result<(), Error> {
    run(async {
        let (app, sdk) = App::with_sdk_from_env(Patience::Admin)?;
        let rotator = &Rotator::new(Arc::new(app), &sdk);
        let handle = |event: LambdaEvent<Value>| async move { rotator.handle(&event.payload).await };
        lambda_runtime::run(service_fn(handle)).await
    })
}
