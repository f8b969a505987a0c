//! What the authorizer takes for one request when it has read the key before: with the key itself, and with a token of it.
//!
//! `cargo bench -p bench` prints both side by side; their ratio is what a token costs.
#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::{
    hint::black_box,
    sync::{Arc, LazyLock},
};

use divan::{AllocProfiler, Bencher};
use local::stack::{Options, Stack};
use serde_json::{Value, json, value::RawValue};
use shared::{
    clock::{Clock, SystemClock},
    config::Config,
    edge::App,
    entropy::SystemEntropy,
    store::Patience,
    token::{Claims, Lifetime, Narrowing, PlainToken},
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// A key of the example texts.
struct Door {
    runtime: tokio::runtime::Runtime,
    authorizer: authorizer::Authorizer,
    key: String,
    token: String,
    narrowed: String,
    _stack: Stack,
}

static DOOR: LazyLock<Door> = LazyLock::new(Door::open);

impl Door {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let stack = runtime.block_on(Stack::start(Options::default())).unwrap_or_else(|error| panic!("{error}"));
        let settings = |name: &str| match name {
            "TABLE_NAME" => Some(stack.table_name().to_owned()),
            "AWS_REGION" => Some("us-east-1".to_owned()),
            // No read of the table falls into the measurement.
            "CACHE_TTL_SECONDS" => Some("3600".to_owned()),
            _ => None,
        };
        let app = App::new(
            Config::from_lookup(settings).unwrap(),
            &local::stack::sdk(&stack.dynamodb_url()),
            Patience::Admin,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        );
        let key = stack.root_key().to_owned();
        let id = key.rsplit('_').nth(1).unwrap().parse().unwrap();
        let token = |narrowing: Narrowing| {
            let claims = Claims::new(narrowing, Lifetime::default(), SystemClock.now().into(), []).unwrap();
            PlainToken::mint(id, &key, &claims).unwrap().reveal().to_owned()
        };
        let narrowing = Narrowing {
            permissions: Some("orders:read".parse().unwrap()),
            apis: Some("*".parse().unwrap()),
            allowed_cidrs: Some("0.0.0.0/0 ::/0".parse().unwrap()),
        };
        let (token, narrowed) = (token(Narrowing::default()), token(narrowing));
        let door = Self {
            runtime,
            authorizer: authorizer::Authorizer::new(Arc::new(app)),
            key,
            token,
            narrowed,
            _stack: stack,
        };
        let context = |credential: &str| -> Value {
            let answer: Value = serde_json::from_str(door.ask(&event(credential)).get()).unwrap();
            answer["context"].clone()
        };
        assert_eq!(context(&door.token)["token"], "true");
        assert_eq!(context(&door.narrowed)["type"], "fine-grained");
        door
    }

    fn ask(&self, event: &str) -> Box<RawValue> {
        self.runtime.block_on(self.authorizer.handle(event)).unwrap()
    }
}

fn event(credential: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/authorizer.http-2.0.json");
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"] = json!({"authorization": format!("Bearer {credential}")});
    event["identitySource"] = json!(null);
    event.to_string()
}

fn answer(bencher: Bencher<'_, '_>, credential: &str) {
    let event = event(credential);
    bencher.bench(|| DOOR.ask(black_box(&event)));
}

#[divan::bench]
fn key(bencher: Bencher<'_, '_>) {
    answer(bencher, &DOOR.key);
}

#[divan::bench]
fn token(bencher: Bencher<'_, '_>) {
    answer(bencher, &DOOR.token);
}

#[divan::bench]
fn narrowed_token(bencher: Bencher<'_, '_>) {
    answer(bencher, &DOOR.narrowed);
}

fn main() {
    divan::main();
}
