//! How often a request of a key that was read before asks for memory. Other than times, that does not depend on the machine.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on stops")]

use std::sync::Arc;

use allocation_counter::measure;
use authorizer::Authorizer;
use local::stack::{Options, Stack, sdk};
use serde_json::{Value, json};
use shared::{clock::SystemClock, config::Config, edge::App, entropy::SystemEntropy, store::Patience};

/// The fields of an answer: that it is one, and what it tells of a key.
const FIELDS: u64 = 14;

fn event(credential: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/authorizer.http-2.0.json");
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["headers"]["authorization"] = json!(format!("Bearer {credential}"));
    event.to_string()
}

#[test]
fn a_known_key_takes_no_more_allocations_than_its_answer_has_fields() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let stack = runtime.block_on(Stack::start(Options::default())).unwrap();
    let settings = |name: &str| match name {
        "TABLE_NAME" => Some(stack.table_name().to_owned()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        // No read of the table falls into what is counted.
        "CACHE_TTL_SECONDS" => Some("3600".to_owned()),
        _ => None,
    };
    let app = App::new(
        Config::from_lookup(settings).unwrap(),
        &sdk(&stack.dynamodb_url()),
        Patience::Admin,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    );
    let authorizer = Authorizer::new(Arc::new(app));
    let event = event(stack.root_key());
    let answer = || runtime.block_on(authorizer.handle(&event)).unwrap();
    let first: Value = serde_json::from_str(answer().get()).unwrap();
    assert_eq!(1 + first["context"].as_object().unwrap().len() as u64, FIELDS);

    // Reading the event is counted apart: its lists grow with the caller's headers.
    let reading = measure(|| drop(serde_json::from_str::<serde_json_borrow::Value<'_>>(&event).unwrap()));
    let whole = measure(|| drop(answer()));
    let deciding = whole.count_total - reading.count_total;
    assert!(deciding <= FIELDS, "{deciding} allocations, and {} to read the event", reading.count_total);
}
