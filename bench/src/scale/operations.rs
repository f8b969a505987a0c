//! The operations that are measured, each over HTTP through the local stack's gateway.

use std::{future::ready, time::Instant};

use jiff::{SignedDuration, Timestamp};
use local::stack::{Stack, sdk};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    config::Config,
    cursor::{CursorKey, Position},
    entropy::{Entropy, SystemEntropy},
    key::PresentedKey,
    label::Owner,
    list::Filter,
    record::KeyState,
    store::{KeyTable, Listing, Patience},
    verify::Verifier,
};

use super::{costs::Usage, meter::Meter, newest::Newest, results::Size};
use crate::{Error, table::NAME};

/// What is measured, in the order of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    VerifyNew,
    VerifyKnown,
    FirstPage,
    MiddlePage,
    FilteredPage,
    RarePage,
    Create,
    Update,
    Rotate,
    Revoke,
    ColdStart,
}

impl Operation {
    pub(super) const ALL: [Self; 11] = [
        Self::VerifyNew,
        Self::VerifyKnown,
        Self::FirstPage,
        Self::MiddlePage,
        Self::FilteredPage,
        Self::RarePage,
        Self::Create,
        Self::Update,
        Self::Rotate,
        Self::Revoke,
        Self::ColdStart,
    ];

    /// What it is called in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::VerifyNew => "verify a key that is not cached",
            Self::VerifyKnown => "verify a cached key",
            Self::FirstPage => "list: first page of 25",
            Self::MiddlePage => "list: page of 25 from the first half",
            Self::FilteredPage => "list: 25 revoked keys from there",
            Self::RarePage => "list: first page of a rare name",
            Self::Create => "create a key",
            Self::Update => "update a key",
            Self::Rotate => "rotate a key",
            Self::Revoke => "revoke a key",
            Self::ColdStart => "cold start: 10 API sets",
        }
    }
}

/// Over so long a time the loaded keys were made.
const SPAN: SignedDuration = SignedDuration::from_hours(730 * 24);

/// Whoever does them.
pub(super) struct Operations<'m> {
    client: Client,
    url: String,
    root: String,
    table_url: String,
    meter: Option<&'m Meter>,
    /// When the newest of the loaded keys were made.
    until: Timestamp,
    cursors: CursorKey,
}

impl<'m> Operations<'m> {
    /// Does everything once that a stack does only once.
    pub(super) async fn new(
        stack: &Stack,
        table_url: &str,
        until: Timestamp,
        meter: Option<&'m Meter>,
    ) -> Result<Self, Error> {
        let mut fresh = [0; 64];
        SystemEntropy.fill(&mut fresh)?;
        let operations = Self {
            client: Client::builder().no_proxy().build()?,
            url: stack.url(),
            root: stack.root_key().to_owned(),
            table_url: table_url.to_owned(),
            meter,
            until,
            cursors: KeyTable::new(&sdk(table_url), NAME, Patience::Admin).cursor_key(fresh).await?,
        };
        let set = json!({"routes": ["GET /demo/scale"]});
        operations.administer(Method::PUT, "/apis/scale", Some(set)).await?;
        let key = operations.create().await?;
        operations.call(Method::GET, "/demo/scale", &key, None).await?;
        operations.page(&Filter::default(), "", 0.0).await?;
        operations.usage();
        Ok(operations)
    }

    /// Does each of them once, in the round of this number: at every size, a round has the same newest keys, so that a page of
    /// them differs by nothing but the size. The other lists begin so far through the first half of the keys, of 1.
    pub(super) async fn run(&self, number: u32, depth: f64, size: &mut Size) -> Result<(), Error> {
        let key = self.measured(size, Operation::Create, self.create()).await?;
        let path = format!("/keys/{}", PresentedKey::parse(&key)?.id().ok_or("a key has no id")?);
        let verify = || self.call(Method::GET, "/demo/scale", &key, None);
        self.measured(size, Operation::VerifyNew, verify()).await?;
        self.measured(size, Operation::VerifyKnown, verify()).await?;
        let newest = Newest::add(&self.table_url, number).await?;
        self.usage();
        self.lists(depth, size).await?;
        newest.remove().await?;
        self.usage();
        let update = self.administer(Method::PATCH, &path, Some(json!({"description": "another"})));
        self.measured(size, Operation::Update, update).await?;
        let rotation = format!("{path}/rotate");
        self.measured(size, Operation::Rotate, self.administer(Method::POST, &rotation, Some(json!({})))).await?;
        self.measured(size, Operation::Revoke, self.administer(Method::DELETE, &path, None)).await?;
        self.measured(size, Operation::ColdStart, self.warm()).await
    }

    async fn lists(&self, depth: f64, size: &mut Size) -> Result<(), Error> {
        let any = Filter::default();
        let revoked = Filter { state: Some(KeyState::Revoked), ..Filter::default() };
        self.measured(size, Operation::FirstPage, self.administer(Method::GET, "/keys", None)).await?;
        // How a page's keys share out over the list's partitions is chance, which takes several pages to even out.
        for further in [0.0, 0.317, 0.643] {
            let page = self.page(&any, "", (depth + further).fract());
            self.measured(size, Operation::MiddlePage, page).await?;
        }
        self.measured(size, Operation::FilteredPage, self.page(&revoked, "&state=revoked", depth)).await?;
        let rare = self.administer(Method::GET, "/keys?name=orders%20exporter", None);
        self.measured(size, Operation::RarePage, rare).await?;
        Ok(())
    }

    /// Does it, and notes what it used and how long it took.
    async fn measured<T>(
        &self,
        size: &mut Size,
        operation: Operation,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let begun = Instant::now();
        let done = work.await?;
        let took = begun.elapsed();
        let seen = size.seen(operation);
        match self.usage() {
            Some(usage) => seen.usages.push(usage),
            None => seen.seconds.push(took.as_secs_f64()),
        }
        Ok(done)
    }

    /// What was used since this was last asked, where there is a meter.
    fn usage(&self) -> Option<Usage> {
        self.meter.map(Meter::take)
    }

    /// Makes a key that may call one route, and gives its text.
    async fn create(&self) -> Result<String, Error> {
        let body = json!({
            "name": "scale", "provider": "aws", "region": "us-east-1", "type": "fine-grained", "apis": ["scale"],
            "expires_in": "90d"
        });
        let made = self.administer(Method::POST, "/keys", Some(body)).await?;
        Ok(made.get("key").and_then(Value::as_str).ok_or("a key has no text")?.to_owned())
    }

    /// A page of those keys that were made earlier than so much of the newer half, as if the pages before had been turned.
    async fn page(&self, filter: &Filter, query: &str, depth: f64) -> Result<Value, Error> {
        let moment = self.until - SPAN.mul_f64(depth / 2.0);
        let question = format!("{NAME} {} {:?} {filter:?}", Owner::root(), Listing::Keys);
        let cursor = self.cursors.seal(&Position::of(moment, "0000000000000000".parse()?), &question);
        self.administer(Method::GET, &format!("/keys?cursor={cursor}{query}"), None).await
    }

    /// What an instance of the authorizer asks the table before its first request.
    async fn warm(&self) -> Result<(), Error> {
        let settings = [("TABLE_NAME", NAME), ("AWS_REGION", "us-east-1")];
        let setting =
            |wanted: &str| settings.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        let table = KeyTable::new(&sdk(&self.table_url), NAME, Patience::Door);
        Verifier::new(table, &Config::from_lookup(setting)?).warm(ready(()), &SystemClock).await?;
        Ok(())
    }

    /// A call by the root key.
    async fn administer(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Error> {
        self.call(method, path, &self.root, body).await
    }

    async fn call(&self, method: Method, path: &str, key: &str, body: Option<Value>) -> Result<Value, Error> {
        let request = self.client.request(method.clone(), format!("{}{path}", self.url)).bearer_auth(key);
        let response = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()).send().await?,
            None => request.send().await?,
        };
        let status = response.status();
        if !status.is_success() {
            return Err(format!("{method} {path} was answered with {status}").into());
        }
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }
}
