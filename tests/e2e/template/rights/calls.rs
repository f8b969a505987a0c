//! What the functions ask of AWS: their release binaries run under the emulator, and everything that there is to do is done.

use serde_json::{Value, json};
use shared::{key::PresentedKey, record::KeyRecord};

use crate::{
    lambda::{
        emulator::Emulator,
        environment,
        events::{self, EXAMPLE_KEY, Event, Table, endpoint, example_record},
    },
    template::{
        model::ROOT_SECRET_ARN,
        recorder::{Call, Recorder},
    },
};

/// The name that the template's environment gives the table.
const TABLE: &str = "Table";
/// The id of the key that the events are about.
const EXAMPLE_ID: &str = "ExampleKey000001";
/// A key whose text was brought, which is found by its hash.
const BROUGHT: (&str, &str) = ("ExampleKey000002", "brought-9Zk3vQ7tXw2LmB4eRs8Y");
/// A secret that holds it.
const BROUGHT_SECRET_ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:brought-AbCdEf";

/// Everything that a function asks for.
pub(super) async fn calls(function: &str) -> Vec<Call> {
    let table = Table::of_events(TABLE).await;
    table.add(BROUGHT.1, &brought_record()).await;
    let recorder = Recorder::start(table.url()).await;
    let secrets_manager = ("AWS_ENDPOINT_URL_SECRETS_MANAGER", recorder.url());
    let environment = environment(function, &endpoint(recorder.url()), &[secrets_manager]);
    let emulator = Emulator::start(function, &environment).await;
    if function == "rotate-secret" {
        rotate_secrets(&emulator, &recorder).await;
    } else {
        for event in events::all().into_iter().filter(|event| event.function == function) {
            emulator.invoke(&event.text).await;
            for variation in variations(&event) {
                emulator.invoke(&variation.to_string()).await;
            }
        }
    }
    emulator.stop().await;
    recorder.calls()
}

fn brought_record() -> KeyRecord {
    let presented = PresentedKey::parse(BROUGHT.1).unwrap();
    KeyRecord {
        id: BROUGHT.0.parse().unwrap(),
        hint: presented.hint(),
        prefix: presented.prefix(),
        is_brought: true,
        ..example_record()
    }
}

/// The root key is made and rotated, and then a key that was brought.
async fn rotate_secrets(emulator: &Emulator, recorder: &Recorder) {
    let held = |id: Value, key: Value| json!({"key_id": id, "key": key, "expires_at": null}).to_string();
    recorder.vault().add(ROOT_SECRET_ARN, &held(Value::Null, Value::Null));
    recorder.vault().add(BROUGHT_SECRET_ARN, &held(json!(BROUGHT.0), json!(BROUGHT.1)));
    for arn in [ROOT_SECRET_ARN, ROOT_SECRET_ARN, BROUGHT_SECRET_ARN] {
        let before = recorder.vault().current(arn);
        let token = recorder.vault().begin(arn);
        for step in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            let event = json!({"Step": step, "SecretId": arn, "ClientRequestToken": token});
            let answer = emulator.invoke(&event.to_string()).await;
            assert!(answer.is_null(), "{step} of {arn}: {answer}");
        }
        let after = recorder.vault().current(arn);
        assert!(after["key"].is_string() && after["key"] != before["key"], "{arn} was rotated");
    }
}

/// What a function is asked here, beyond its files in `events/`, so that it shows all that it does.
fn variations(event: &Event) -> Vec<Value> {
    let with_query = |query: &str| {
        let mut json = event.json();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        json["queryStringParameters"] = pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        json["rawQueryString"] = json!(query);
        json
    };
    let with_text = |old: &str, new: &str| -> Value {
        assert!(event.text.contains(old), "events/{}.json", event.name);
        serde_json::from_str(&event.text.replace(old, new)).unwrap()
    };
    match event.name.as_str() {
        "list-keys.list" => {
            let queries = ["owner=example-team&limit=1", "name=x", "cursor=x", "method=GET&path=/orders/7"];
            queries.map(with_query).to_vec()
        }
        // Again, when there is nothing left to do; and a key that something leads to.
        "revoke-key.revoke" => vec![with_query(""), with_text(EXAMPLE_ID, BROUGHT.0)],
        // A text without an id is found by its hash.
        "authorizer.http-2.0" | "verify-key.verify" => vec![with_text(EXAMPLE_KEY, BROUGHT.1)],
        "create-key.idempotent" => vec![event.json()],
        // Whoever is no super-user is told of the own owner's keys.
        "audit-log.list" => {
            let mut json = event.json();
            let context = &mut json["requestContext"]["authorizer"]["lambda"];
            (context["type"], context["permissions"], context["apis"]) =
                (json!("fine-grained"), json!("audit:read"), json!("latchkey"));
            vec![json]
        }
        _ if event.function == "rotate-key" && event.text.contains(EXAMPLE_ID) => {
            vec![with_text(EXAMPLE_ID, BROUGHT.0)]
        }
        _ => Vec::new(),
    }
}
