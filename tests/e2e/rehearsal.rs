//! The rehearsal with which the authorizer starts: it goes the whole way, and nothing of it stays.

use std::sync::Arc;

use authorizer::Authorizer;
use local::stack::sdk;
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    config::Config,
    edge::{App, on_stage},
    entropy::SystemEntropy,
    store::Patience,
};

use crate::lambda::{
    TABLE,
    emulator::Emulator,
    environment, event,
    events::{SHAPES, Table},
};

#[tokio::test]
async fn the_table_of_the_play_has_the_key_of_the_events_and_a_set_that_lets_it_in() {
    let setting = |wanted: &str| match wanted {
        "TABLE_NAME" => Some("keys".to_owned()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        _ => None,
    };
    // Port 9 of loopback discards, or refuses.
    let nowhere = on_stage(&sdk("http://127.0.0.1:9"));
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let app = App::new(Config::from_lookup(setting).unwrap(), &nowhere, Patience::Door, clock, entropy);
    let answer = Authorizer::new(Arc::new(app)).handle(&event("authorizer.http-2.0").text).await.unwrap();
    let answer: Value = serde_json::from_str(answer.get()).unwrap();
    let context = &answer["context"];
    assert_eq!(
        (&answer["isAuthorized"], &context["key_id"], &context["apis"]),
        (&json!(true), &json!("ExampleKey000001"), &json!("orders")),
        "{answer}"
    );
}

#[tokio::test]
async fn the_key_of_the_play_opens_nothing_in_a_function_that_has_played() {
    let table = Table::empty(TABLE).await;
    let emulator = Emulator::start("authorizer", &environment("authorizer", &table.environment(), &[])).await;
    for shape in SHAPES {
        let answer = emulator.invoke(&event(&format!("authorizer.{shape}")).text).await;
        assert_eq!(answer["errorMessage"], "Unauthorized", "{shape}: {answer}");
    }
}
