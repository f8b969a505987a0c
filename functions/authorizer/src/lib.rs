//! The Lambda authorizer: decides whether a request with a key may go on, for every kind of API of API Gateway.
//!
//! It takes the event as plain JSON and tells the five shapes apart itself, because the ready-made types refuse or
//! misread some of them. Outside, all refusals of one class look the same; inside, each is logged with its code.

mod answer;
mod context;
mod credential;
mod door;
mod event;
mod policy;
mod rehearsal;

use std::{future::ready, sync::Arc};

use lambda_runtime::{LambdaEvent, Runtime, service_fn, tower::util::ThenLayer};
use serde_json::value::RawValue;
use shared::{
    edge::{App, Error, run_ahead_of_its_log, write_log},
    store::Patience,
};

pub use self::door::Authorizer;

/// Where the runtime logs the error of each call. A door's errors are its answers to strangers, and each is logged with its code.
const REFUSALS: &str = "lambda_runtime::layers::panic";

/// Serves the authorizer as a Lambda function, until Lambda ends it.
///
/// # Errors
/// When a setting is bad, or the runtime fails.
pub fn serve() -> Result<(), Error> {
    run_ahead_of_its_log(REFUSALS, async {
        let (app, sdk) = App::with_sdk_from_env(Patience::Door)?;
        let authorizer = &Authorizer::new(Arc::new(app));
        // Taken as text, an event is read in place. Without the runtime's layer of spans, a line of the log says what it says once.
        let handle = |event: LambdaEvent<Box<RawValue>>| async move { authorizer.handle(event.payload.get()).await };
        let and_then_log = ThenLayer::new(|answered| {
            write_log();
            ready(answered)
        });
        let runtime = Runtime::new(service_fn(handle)).layer(and_then_log);
        // The first TLS handshake takes longer than a request may wait for the table.
        if let Err(error) = authorizer.warm(&sdk).await {
            tracing::warn!(cause = %error, "the table did not answer while starting");
        }
        runtime.run().await
    })
}
