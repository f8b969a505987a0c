//! The way of one event through the authorizer: read it, find its key, decide, answer.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use serde_json_borrow::Value;
use shared::{
    decision::{Class, Code, Request, is_admin, open_route},
    edge::{App, Error, SdkConfig},
    store::StoreError,
    verify::{Verdict, Verifier},
};

use crate::{
    answer::{self, Answer},
    context::Known,
    credential::{self, Presented},
    event::{self, Event, EventError},
    rehearsal::rehearse,
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
    pub async fn handle(&self, event: &str) -> Result<Box<RawValue>, Error> {
        let config = &self.app.config;
        let json: Value<'_> = serde_json::from_str(event).map_err(|error| {
            // Where, and not what: there is a key in it.
            tracing::error!(line = error.line(), column = error.column(), "the event is no JSON");
            Undecided
        })?;
        let event = match Event::read(&json) {
            Ok(event) => event,
            Err(EventError::Field(shape, field)) => {
                tracing::info!(code = "BAD_EVENT", field, request_id = event::request_id(&json), "decided");
                return written(&answer::unauthenticated(shape, config.unauthenticated)?);
            }
            Err(EventError::Shape) => {
                tracing::error!(request_id = event::request_id(&json), "the event is none of an authorizer's");
                return Err(Undecided.into());
            }
        };
        let undecided = |error: StoreError| {
            tracing::error!(cause = %error, request_id = event.request_id(), "the request could not be decided on");
            Error::from(Undecided)
        };
        let verdict = self.verdict(&event).await.map_err(undecided)?;
        let known = verdict.record().map(|record| Known { record, token_expires_at: verdict.token_expires_at() });
        if let (Class::Allowed, Some(known)) = (verdict.code.class(), known) {
            note(&verdict, event.request_id(), false);
            let sets = verdict.sets.clone().unwrap_or_default();
            return written(&answer::allow(&event, known, &sets, config.policy_scope));
        }
        // Who may not come in by a key may still come in where everybody may, which no set can say of an admin route. Where
        // nobody can say, the refusal stands.
        let sets = match verdict.sets.clone() {
            Some(sets) => sets,
            None if is_admin(event.called()) => Arc::default(),
            None => self.verifier.sets(&*self.app.clock).await.unwrap_or_else(|error| {
                tracing::warn!(cause = %error, request_id = event.request_id(), "the API sets cannot be read; none is open");
                Arc::default()
            }),
        };
        let open = open_route(event.called(), &sets);
        note(&verdict, event.request_id(), open.is_some());
        written(&match (open, verdict.code, known) {
            (Some(route), ..) => answer::allow_anyone(&event, route),
            (None, Code::RouteDenied | Code::InsufficientPermissions, Some(known)) => {
                answer::deny_this(&event, known, &sets, config.policy_scope)
            }
            (None, code, _) if code.class() == Class::NotAllowed => answer::deny(event.shape),
            _ => answer::unauthenticated(event.shape, config.unauthenticated)?,
        })
    }

    async fn verdict(&self, event: &Event<'_>) -> Result<Verdict, StoreError> {
        let config = &self.app.config;
        let text = match credential::presented(event, &config.key_headers, &config.key_cookies) {
            // A browser sends a cookie along with what another site makes it ask for; the header, it does not.
            Presented::Cookie(_) if event.is_own_write() && !credential::has_console_header(event) => {
                return Ok(Verdict::without_key(Code::NoConsoleHeader));
            }
            Presented::One(text) | Presented::Cookie(text) => text,
            Presented::None => return Ok(Verdict::without_key(Code::NoKey)),
            Presented::Several => return Ok(Verdict::without_key(Code::SeveralKeys)),
        };
        let request = Request {
            place: config.deployment,
            source: event.source(),
            called: Some(event.called()),
            permissions: &[],
        };
        self.verifier.verify(text, &request, &*self.app.clock).await
    }

    /// Does what can be done before the first request comes, a rehearsal of one included. `sdk` is how AWS is reached.
    ///
    /// # Errors
    /// When the table does not answer; requests may fare better.
    pub(crate) async fn warm(&self, sdk: &SdkConfig) -> Result<(), StoreError> {
        // A rehearsal's future has many kilobytes, which nothing needs after it.
        self.verifier.warm(Box::pin(rehearse(&self.app.config, sdk)), &*self.app.clock).await
    }
}

/// The answer as JSON.
fn written(answer: &Answer<'_>) -> Result<Box<RawValue>, Error> {
    Ok(to_raw_value(answer)?)
}

/// Writes the outcome to the log, and to the span of whoever called, if that has room for it. Only the id is named,
/// which is public; the path is not, because strangers put secrets into paths.
fn note(verdict: &Verdict, request_id: &str, is_open: bool) {
    let code = verdict.code.as_str();
    let span = tracing::Span::current();
    span.record("code", code);
    if let Some(id) = verdict.claimed {
        span.record("key_id", tracing::field::display(id));
    }
    let key_id = verdict.claimed.map(tracing::field::display);
    tracing::info!(code, key_id, is_open, request_id, "decided");
}
