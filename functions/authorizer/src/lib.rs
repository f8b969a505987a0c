//! The Lambda authorizer: decides whether a request with a key may go on, for every kind of API of API Gateway.
//!
//! It takes the event as plain JSON and tells the five shapes apart itself, because the ready-made types refuse or
//! misread some of them. Outside, all refusals of one class look the same; inside, each is logged with its code.

mod answer;
mod credential;
mod door;
mod event;
mod policy;

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{
    edge::{App, Error, run},
    store::Patience,
};

pub use self::door::Authorizer;

/// Serves the authorizer as a Lambda function, until Lambda ends it.
///
/// # Errors
/// When a setting is bad, or the runtime fails.
pub fn serve() -> Result<(), Error> {
    run(async {
        let app = Arc::new(App::from_env(Patience::Door).await?);
        let authorizer = Authorizer::new(app);
        // The first TLS handshake takes longer than a request may wait for the table.
        if let Err(error) = authorizer.warm().await {
            tracing::warn!(cause = %error, "the table did not answer while starting");
        }
        let authorizer = &authorizer;
        let handle = |event: LambdaEvent<Value>| async move { authorizer.handle(&event.payload).await };
        lambda_runtime::run(service_fn(handle)).await
    })
}
