//! The Lambda authorizer: decides whether a request with a key may go on, for every kind of API of API Gateway.
//!
//! It takes the event as plain JSON and tells the five shapes apart itself, because the ready-made types refuse or
//! misread some of them. Outside, all refusals of one class look the same; inside, each is logged with its code.

mod answer;
mod credential;
mod event;

use std::sync::Arc;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use shared::{
    decision::{Class, Code, Request},
    edge::{App, Error, run},
    store::Patience,
    verify::{Verdict, Verifier},
};

use self::{
    credential::Presented,
    event::{Event, EventError},
};

/// The function with what it keeps between calls.
pub struct Authorizer {
    app: Arc<App>,
    verifier: Verifier,
}

/// An error that API Gateway answers with 500. The cause is in the log.
#[derive(Debug, thiserror::Error)]
#[error("the request could not be decided on")]
struct Undecided;

impl Authorizer {
    /// An authorizer with nothing kept yet.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let verifier = Verifier::new(app.table.clone(), &app.config);
        Self { app, verifier }
    }

    /// Answers one event as API Gateway expects it for the event's shape.
    ///
    /// # Errors
    /// `Unauthorized` for 401; any other error is a 500. Both refuse the request.
    pub async fn handle(&self, event: &Value) -> Result<Value, Error> {
        let config = &self.app.config;
        let event = match Event::read(event) {
            Ok(event) => event,
            Err(EventError::Field(shape, field)) => {
                tracing::info!(code = "BAD_EVENT", field, "decided");
                return answer::unauthenticated(shape, config.unauthenticated);
            }
            Err(EventError::Shape) => {
                tracing::error!("the event is none of an authorizer's");
                return Err(Undecided.into());
            }
        };
        let verdict = self.verdict(&event).await.map_err(|error| {
            tracing::error!(cause = %error, request_id = event.request_id(), "the key could not be checked");
            Error::from(Undecided)
        })?;
        note(&verdict, event.request_id());
        match (verdict.code.class(), verdict.record()) {
            (Class::Allowed, Some(record)) => Ok(answer::allow(&event, record, config.policy_scope)),
            (Class::NotAllowed, _) => Ok(answer::deny(event.shape)),
            (Class::Unauthenticated | Class::Allowed, _) => {
                answer::unauthenticated(event.shape, config.unauthenticated)
            }
        }
    }

    async fn verdict(&self, event: &Event<'_>) -> Result<Verdict, shared::store::StoreError> {
        let config = &self.app.config;
        let text = match credential::presented(event, &config.key_headers, &config.key_cookies) {
            Presented::One(text) => text,
            Presented::None => return Ok(Verdict::without_key(Code::NoKey)),
            Presented::Several => return Ok(Verdict::without_key(Code::SeveralKeys)),
        };
        let request = Request { deployment: config.deployment, method: event.method, paths: event.paths };
        self.verifier.verify(text, &request, &*self.app.clock).await
    }
}

/// Writes the outcome to the log, and to the span of whoever called, if that has room for it. Only the id is named,
/// which is public; the path is not, because strangers put secrets into paths.
fn note(verdict: &Verdict, request_id: &str) {
    let code = verdict.code.as_str();
    let span = tracing::Span::current();
    span.record("code", code);
    if let Some(id) = verdict.claimed {
        span.record("key_id", tracing::field::display(id));
    }
    tracing::info!(code, key_id = verdict.claimed.map(tracing::field::display), request_id, "decided");
}

/// Serves the authorizer as a Lambda function, until Lambda ends it.
///
/// # Errors
/// When a setting is bad, or the runtime fails.
pub fn serve() -> Result<(), Error> {
    run(async {
        let app = Arc::new(App::from_env(Patience::Door).await?);
        // The first TLS handshake takes longer than a request may wait for the table.
        if let Err(error) = app.table.warm().await {
            tracing::warn!(cause = %error, "the table did not answer while starting");
        }
        let authorizer = Authorizer::new(app);
        let authorizer = &authorizer;
        let handle = |event: LambdaEvent<Value>| async move { authorizer.handle(&event.payload).await };
        lambda_runtime::run(service_fn(handle)).await
    })
}
