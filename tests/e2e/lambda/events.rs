//! The files in `events/`, and the key that they carry.

use std::{collections::BTreeMap, fs};

use aws_sdk_dynamodb::Client;
use local::{
    dynamodb::{DynamoDb, ensure_table},
    stack::sdk,
};
use serde_json::Value;
use shared::{
    audit::{Action, AuditEvent, Origin, Target},
    entropy::SystemEntropy,
    expiry::Expiry,
    grant::ApiSet,
    key::PresentedKey,
    label::Actor,
    metadata::Metadata,
    record::{KeyRecord, KeyType},
    scope::Scope,
    store::{KeyTable, Patience, SetWritten, VersionedSet},
    terms::Terms,
};

use crate::{support::record::insert, template::model::repository};

/// The key that the events carry. It is published, so it must never open anything but a test.
pub(crate) const EXAMPLE_KEY: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";

/// What the token in the events ends in. Nobody's key made it.
pub(crate) const EXAMPLE_SIGNATURE: &str =
    "VGhpcyBpcyBhbiBleGFtcGxlLCBhbmQgbm8gc2lnbmF0dXJlIG9mIGFueXRoaW5nIGF0IGFsbC4gUmVhbGx5Lg";

/// The authorizer's events with the example key, one for each shape.
pub(crate) const SHAPES: [&str; 5] = ["http-2.0", "http-1.0", "rest-request", "rest-token", "websocket-connect"];

/// One file.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// The file's name without `.json`.
    pub(crate) name: String,
    /// The function that it is for.
    pub(crate) function: String,
    /// The rest of the name.
    pub(crate) case: String,
    /// The file as it is.
    pub(crate) text: String,
}

impl Event {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("events/{}.json: {error}", self.name))
    }
}

/// Every file, sorted by name.
pub(crate) fn all() -> Vec<Event> {
    let files = fs::read_dir(repository().join("events")).unwrap().map(|entry| entry.unwrap().path());
    let mut events: Vec<_> = files
        .map(|file| {
            let name = file.file_name().unwrap().to_str().unwrap();
            let parts = name.strip_suffix(".json").and_then(|name| name.split_once('.').map(|parts| (name, parts)));
            let Some((name, (function, case))) = parts else { panic!("events/{name} is not <function>.<case>.json") };
            let text = fs::read_to_string(&file).unwrap();
            Event { name: name.to_owned(), function: function.to_owned(), case: case.to_owned(), text }
        })
        .collect();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!events.is_empty());
    events
}

/// The event of a function's case.
pub(crate) fn of(function: &str, case: &str) -> Value {
    let found = all().into_iter().find(|event| event.function == function && event.case == case);
    found.unwrap_or_else(|| panic!("events/{function}.{case}.json is missing")).json()
}

/// The example key's record: fine-grained, for `aws` / `us-east-1`, with every field that the context tells.
pub(crate) fn example_record() -> KeyRecord {
    let presented = PresentedKey::parse(EXAMPLE_KEY).unwrap();
    let created_at = "2026-01-15T10:00:00Z".parse().unwrap();
    KeyRecord {
        id: presented.id().unwrap(),
        owner: "example-team".parse().unwrap(),
        scope: Scope::parse("aws", "us-east-1").unwrap(),
        key_type: KeyType::FineGrained,
        terms: Terms {
            description: Some("What the events carry".parse().unwrap()),
            client_type: Some("partner".parse().unwrap()),
            permissions: "orders:read".parse().unwrap(),
            apis: "*".parse().unwrap(),
            metadata: Metadata::try_from(r#"{"team":"billing"}"#.to_owned()).unwrap(),
            expiry: Expiry::At("2099-01-01T00:00:00Z".parse().unwrap()),
            ..Terms::named("Example".parse().unwrap())
        },
        hint: presented.hint(),
        prefix: presented.prefix(),
        rotation: shared::credential::Rotation::default(),
        created_at,
        created_by: Actor::latchkey(),
        updated_at: created_at,
        revocation: None,
        version: 1,
        is_root: false,
        is_brought: false,
    }
}

/// An embedded `DynamoDB` with a table of its own.
pub(crate) struct Table {
    dynamodb: DynamoDb,
    pub(crate) keys: KeyTable,
}

impl Table {
    /// One with nothing in it but the example key.
    pub(crate) async fn with_example(name: &str) -> Self {
        let table = Self::empty(name).await;
        table.add(EXAMPLE_KEY, &example_record()).await;
        table
    }

    /// One with what the events name: the example key, and an API set.
    pub(crate) async fn of_events(name: &str) -> Self {
        let table = Self::with_example(name).await;
        table.add_set("orders", &["GET /orders"], &[], true).await;
        table
    }

    pub(crate) async fn empty(name: &str) -> Self {
        let dynamodb = DynamoDb::start(None).await.unwrap();
        let sdk = sdk(&dynamodb.url());
        ensure_table(&sdk, name).await.unwrap();
        Self { dynamodb, keys: KeyTable::new(&sdk, name, Patience::Admin) }
    }

    pub(crate) async fn add(&self, text: &str, record: &KeyRecord) {
        let imprint = PresentedKey::parse(text).unwrap().imprint();
        let made_at = record.created_at.to_string().parse().unwrap();
        assert!(insert(&self.keys, record, &imprint, made_at).await);
    }

    /// Adds an API set.
    pub(crate) async fn add_set(&self, name: &str, routes: &[&str], client_types: &[&str], key_required: bool) {
        let set = ApiSet {
            name: name.parse().unwrap(),
            description: None,
            routes: routes.iter().map(|route| route.parse().unwrap()).collect(),
            client_types: client_types.iter().map(|client_type| client_type.parse().unwrap()).collect(),
            key_required,
        };
        let (who, target) = ((Actor::latchkey(), Origin::default()), Target::Api(set.name.clone()));
        let made_at = "2026-01-15T10:00:00Z".parse().unwrap();
        let event = AuditEvent::new(made_at, Action::ApiCreated, who, target, &["routes"], &SystemEntropy).unwrap();
        let set = VersionedSet { set, version: 1 };
        assert_eq!(self.keys.write_set(None, &set, &event).await.unwrap(), SetWritten::Done);
    }

    pub(crate) fn url(&self) -> String {
        self.dynamodb.url()
    }

    /// The SDK's own client, for what Latchkey's has no word for.
    pub(crate) fn client(&self) -> Client {
        Client::new(&sdk(&self.url()))
    }

    /// How a Lambda function is pointed at this table; the rest of its environment is the template's.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        endpoint(&self.url())
    }
}

/// What AWS's SDK needs to talk to a `DynamoDB` at `url`.
pub(crate) fn endpoint(url: &str) -> BTreeMap<String, String> {
    let variables = [
        ("AWS_ENDPOINT_URL_DYNAMODB", url),
        ("AWS_REGION", crate::template::model::REGION),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
    ];
    variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
