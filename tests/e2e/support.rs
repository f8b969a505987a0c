//! What the tests share: a stack in this process, a clock that can be set, and ways to call over real HTTP.
//!
//! Nothing in here stands in for a part of Latchkey. The [`proxy`] stands before the embedded `DynamoDB`, counts what is
//! asked of it, and can be told to fail.

mod answer;
mod api;
mod change;
pub(crate) mod command;
pub(crate) mod proxy;
pub(crate) mod record;
pub(crate) mod shape;
mod text;

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use local::stack::{Options, Stack, sdk};
use shared::clock::Clock;

pub(crate) use self::{
    answer::Answer,
    api::{Api, Key, client, minimal, minimal_with, send},
    text::{hexadecimal, id_of, secret_of, with_unknown_id, with_wrong_secret},
};

/// When a [`TestClock`] starts.
pub(crate) const START: &str = "2026-11-21T08:00:00Z";

/// A clock that stands still until it is told otherwise.
pub(crate) struct TestClock {
    now: Mutex<Timestamp>,
    /// How far each look at it moves it on.
    step: SignedDuration,
}

impl TestClock {
    /// One that stands at [`START`].
    pub(crate) fn standing() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(START.parse().unwrap()), step: SignedDuration::ZERO })
    }

    /// One that begins at [`START`] and moves on a millisecond with each look at it.
    pub(crate) fn ticking() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(START.parse().unwrap()), step: SignedDuration::from_millis(1) })
    }

    /// Sets it to an RFC 3339 time.
    pub(crate) fn set(&self, time: &str) {
        *self.now.lock().unwrap() = time.parse().unwrap();
    }

    /// Moves it on.
    pub(crate) fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }

    /// Moves it on by whole seconds.
    pub(crate) fn advance_seconds(&self, seconds: u64) {
        self.advance(Duration::from_secs(seconds));
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(self.step).unwrap();
        *now
    }
}

/// A stack in this process, on any port, in memory unless told otherwise.
pub(crate) struct TestStack {
    pub(crate) stack: Stack,
    pub(crate) clock: Arc<TestClock>,
    api: Api,
}

impl Deref for TestStack {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl TestStack {
    /// One with default settings and a standing clock.
    pub(crate) async fn start() -> Self {
        Self::with_settings(&[]).await
    }

    /// One with these settings and a standing clock.
    pub(crate) async fn with_settings(settings: &[(&str, &str)]) -> Self {
        Self::with(settings, TestClock::standing(), Options::default()).await
    }

    /// One with these settings, whose table is reached at `url`.
    pub(crate) async fn on_table(url: String, settings: &[(&str, &str)]) -> Self {
        let options = Options { dynamodb: Some(url), ..Options::default() };
        Self::with(settings, TestClock::standing(), options).await
    }

    /// One with everything chosen; `options` gives all but the settings and the clock.
    pub(crate) async fn with(settings: &[(&str, &str)], clock: Arc<TestClock>, options: Options) -> Self {
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let lookup =
            move |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let options = Options { settings: Box::new(lookup), clock: Arc::clone(&clock) as Arc<dyn Clock>, ..options };
        let stack = Stack::start(options).await.unwrap_or_else(|error| panic!("the stack does not start: {error}"));
        let api = Api::new(stack.url(), stack.root_key());
        Self { stack, clock, api }
    }

    /// Every item of the table that the stack embeds.
    pub(crate) async fn items(&self) -> Items {
        items(&self.stack.dynamodb_url(), self.stack.table_name()).await
    }

    /// A client of the table that the stack embeds, to do what Latchkey would not.
    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&sdk(&self.stack.dynamodb_url()))
    }
}

/// Items as the SDK has them.
pub(crate) type Items = Vec<HashMap<String, aws_sdk_dynamodb::types::AttributeValue>>;

/// Every item of a table, sorted so that two scans can be compared.
pub(crate) async fn items(url: &str, table: &str) -> Items {
    let client = aws_sdk_dynamodb::Client::new(&sdk(url));
    let pages = client.scan().table_name(table).into_paginator().items().send();
    let mut items = pages.collect::<Result<Items, _>>().await.unwrap();
    items.sort_by_key(|item| format!("{:?}{:?}", item["pk"], item["sk"]));
    items
}
