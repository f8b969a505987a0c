//! The function in this process, on a clock that can be set, and Secrets Manager's way to call it.

use std::{ops::Deref, sync::Arc};

use rotate_secret::Rotator;
use serde_json::{Value, json};
use shared::{
    clock::Clock, config::Config, decision::Code, edge::App, entropy::SystemEntropy, record::KeyRecord,
    store::Patience, timestamp::Timestamp,
};

use super::{
    STEPS,
    bench::{Bench, EMPTY, TABLE, holding},
    gate::{Fate, Gate},
    token,
};
use crate::support::{TestClock, TestStack, record::numbered, secret_of};

/// What Secrets Manager proves itself with.
pub(super) const PROOF: &str = "PROOF-of-Secrets-Manager";

/// A bench with the function on it.
pub(super) struct Rotation {
    pub(super) bench: Bench,
    pub(super) clock: Arc<TestClock>,
    pub(super) gate: Gate,
    /// The secret of the root key, which starts empty.
    pub(super) root_secret: String,
    rotator: Rotator,
}

impl Deref for Rotation {
    type Target = Bench;

    fn deref(&self) -> &Bench {
        &self.bench
    }
}

impl Rotation {
    pub(super) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// One with these settings.
    pub(super) async fn with(settings: &[(&str, &str)]) -> Self {
        let clock = TestClock::standing();
        let bench = Bench::start(Arc::clone(&clock) as Arc<dyn Clock>).await;
        Self::on(bench, clock, settings, None).await
    }

    /// One in which the answer to a call gets lost, counted from 0.
    pub(super) async fn losing(call: usize) -> Self {
        let clock = TestClock::standing();
        let bench = Bench::start(Arc::clone(&clock) as Arc<dyn Clock>).await;
        Self::on(bench, clock, &[], Some((call, Fate::Lost))).await
    }

    /// One with moto's Secrets Manager.
    pub(super) async fn in_moto() -> Self {
        Self::on(Bench::in_moto().await, TestClock::standing(), &[], None).await
    }

    async fn on(bench: Bench, clock: Arc<TestClock>, settings: &[(&str, &str)], spoilt: Option<(usize, Fate)>) -> Self {
        let root_secret = bench.add_secret("root", EMPTY).await;
        let gate = Gate::start(&bench, spoilt).await;
        let rotator = rotator(&gate.url(), &root_secret, settings, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { bench, clock, gate, root_secret, rotator }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now().into()
    }

    /// A key of this record in a secret of its own: the secret, and the text.
    pub(super) async fn held(&self, name: &str, record: KeyRecord) -> (String, String) {
        let text = self.add_key(record, self.clock.now()).await;
        (self.add_secret(name, &holding(&text)).await, text)
    }

    /// A key that can do little, in a secret of its own: the secret, and the text.
    pub(super) async fn any(&self) -> (String, String) {
        self.held("held", numbered(1).0).await
    }

    /// Calls the function with an event. What it says of a failure holds no text that was ever made here.
    pub(super) async fn handle(&self, event: &Value) -> Result<(), String> {
        let error = self.rotator.handle(event).await.err();
        error.map_or(Ok(()), |error| {
            let told = format!("{error} {error:?}");
            assert!(self.gate.texts().iter().all(|text| !told.contains(secret_of(text))));
            assert!(!told.contains(PROOF));
            // In front stands which step of what it was.
            let text = |field: &str| event[field].as_str().unwrap_or_default();
            let what = format!(" of version {} of {}: ", text("ClientRequestToken"), text("SecretId"));
            let told = error.to_string();
            Err(told.split_once(&what).map_or(told.clone(), |(_, why)| why.to_owned()))
        })
    }

    /// Calls one step.
    pub(super) async fn step(&self, step: &'static str, secret: &str, version: &str) -> Result<(), String> {
        self.handle(&event(step, secret, version)).await
    }

    /// Calls all steps, up to the first that fails.
    pub(super) async fn steps(&self, secret: &str, version: &str) -> Result<(), String> {
        for step in STEPS {
            self.step(step, secret, version).await?;
        }
        Ok(())
    }

    /// Begins a rotation and calls all steps: the new text.
    pub(super) async fn rotate(&self, secret: &str, number: u32) -> Result<String, String> {
        self.begin(secret, &token(number)).await;
        self.steps(secret, &token(number)).await?;
        self.end(secret, &token(number)).await;
        Ok(self.text(secret).await)
    }

    /// Begins a rotation and calls the first steps.
    pub(super) async fn under_way(&self, secret: &str, version: &str, steps: usize) {
        self.begin(secret, version).await;
        for step in &STEPS[..steps] {
            self.step(step, secret, version).await.unwrap();
        }
    }

    /// What a text opens now.
    pub(super) async fn opens(&self, text: &str) -> Code {
        self.code(text, self.now()).await
    }

    /// The text that a rotation has made, before it is in use.
    pub(super) async fn pending(&self, secret: &str) -> String {
        self.value(secret, "AWSPENDING").await.unwrap()["key"].as_str().unwrap().to_owned()
    }

    /// The admin API over the same table, on the same clock.
    pub(super) async fn api(&self) -> TestStack {
        let options = local::stack::Options { dynamodb: Some(self.dynamodb_url()), ..Default::default() };
        TestStack::with(&[("TABLE_NAME", TABLE)], Arc::clone(&self.clock), options).await
    }
}

/// The function, on services at this address.
fn rotator(url: &str, root_secret: &str, settings: &[(&str, &str)], clock: Arc<dyn Clock>) -> Rotator {
    let own = [("TABLE_NAME", TABLE), ("AWS_REGION", "us-east-1"), ("ROOT_SECRET_ARN", root_secret)];
    let config = Config::from_lookup(|wanted| {
        settings.iter().chain(&own).find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
    });
    let sdk = local::stack::sdk(url);
    let app = App::new(config.unwrap(), &sdk, Patience::Admin, clock, Arc::new(SystemEntropy));
    Rotator::new(Arc::new(app), &sdk)
}

/// What Secrets Manager sends.
pub(super) fn event(step: &str, secret: &str, version: &str) -> Value {
    json!({"Step": step, "SecretId": secret, "ClientRequestToken": version, "RotationToken": PROOF})
}
