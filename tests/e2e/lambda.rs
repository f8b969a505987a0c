//! The release binaries as Lambda runs them: each under AWS's Runtime Interface Emulator, with the settings that
//! `template.yaml` gives it, on an embedded `DynamoDB`, fed with every file in `events/`.
//!
//! `scripts/test` installs the emulator and builds the binaries. Without them these tests fail; none is skipped.

pub(crate) mod emulator;
pub(crate) mod events;
mod page;
mod secrecy;
mod settings;
mod vault;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use insta::{Settings, assert_json_snapshot, dynamic_redaction, internals::Redaction};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, SystemClock},
    key::PresentedKey,
    timestamp::Timestamp,
    token::PresentedToken,
};

use self::{
    emulator::Emulator,
    events::{EXAMPLE_KEY, Event, SHAPES, Table, example_record},
    vault::Vault,
};
use crate::{
    support::{secret_of, shape},
    template::model::{Template, function_names, repository},
};

/// The name that [`Template::environment`] gives the table.
pub(crate) const TABLE: &str = "Table";

/// A function's whole environment: the template's, what Lambda adds, and where the table is.
pub(crate) fn environment(
    function: &str,
    table: &BTreeMap<String, String>,
    more: &[(&str, &str)],
) -> BTreeMap<String, String> {
    let mut environment = Template::read().environment(function);
    environment.extend(table.clone());
    environment.insert("AWS_LAMBDA_LOG_FORMAT".to_owned(), "JSON".to_owned());
    environment.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    environment
}

/// When the example key was made.
const MADE_AT: &str = "2026-01-15T10:00:00Z";

/// What came of posting all events of one function.
struct Run {
    /// By the names of the events.
    answers: BTreeMap<String, Value>,
    output: String,
    /// The text that it put into a secret.
    held: Option<String>,
}

impl Run {
    /// Posts every event of `function` in the order of their names, on a table of its own.
    async fn of(function: &str, more: &[(&str, &str)]) -> Self {
        let table = Table::of_events(TABLE).await;
        let vault = if function == "rotate-secret" { Some(Vault::of_events().await) } else { None };
        let mut environment = environment(function, &table.environment(), more);
        environment.extend(vault.iter().flat_map(Vault::environment));
        let emulator = Emulator::start(function, &environment).await;
        let mut answers = BTreeMap::new();
        for event in events::all().into_iter().filter(|event| event.function == function) {
            let text = vault.as_ref().map_or_else(|| page::fitted(&event.text), |vault| vault.event(event.json()));
            let answer = with_body(emulator.invoke(&text).await);
            answers.insert(event.name, vault.as_ref().map_or(answer.clone(), |vault| vault.answer(&answer)));
        }
        let held = match &vault {
            Some(vault) => Some(vault.text().await.expect("the events are a whole rotation")),
            None => None,
        };
        Self { answers, output: emulator.stop().await, held }
    }

    /// The secrets of the keys that it made, and the signatures of the tokens.
    fn created(&self) -> Vec<&str> {
        let shown = self.answers.values().filter_map(|answer| answer["body"]["key"].as_str());
        let signatures = self.answers.values().filter_map(token).filter_map(|token| token.rsplit('.').next());
        shown.chain(self.held.as_deref()).map(secret_of).chain(signatures).collect()
    }
}

/// The answer with its body, if it is JSON, in place of its text.
fn with_body(mut answer: Value) -> Value {
    let is_json = answer["headers"]["content-type"].as_str().is_some_and(|kind| kind.contains("json"));
    if let Some(text) = answer.get("body").and_then(Value::as_str).filter(|_| is_json) {
        answer["body"] = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    answer
}

/// The token that an answer hands over, in its body or in a cookie.
fn token(answer: &Value) -> Option<&str> {
    let cookie = || answer["cookies"][0].as_str()?.strip_prefix("latchkey-console=")?.split(';').next();
    answer["body"]["token"].as_str().or_else(cookie).filter(|token| !token.is_empty())
}

/// A time of this test run, to the second. One of what was there before is left as it is.
fn during(from: Timestamp) -> Redaction {
    dynamic_redaction(move |value, path| {
        let Some(text) = value.as_str().filter(|text| *text != MADE_AT) else { return value };
        let (time, now): (Timestamp, Timestamp) = (text.parse().unwrap(), SystemClock.now().into());
        assert!(shape::is_time(text) && from <= time && time <= now, "{path} is not the present: {text}");
        "[now]".into()
    })
}

/// Something that Latchkey made, which begins with its prefix. What was brought is left as it is.
fn made(shown: &'static str, is_right: fn(&str, &str) -> bool) -> Redaction {
    dynamic_redaction(move |value, path| {
        let Some(text) = value.as_str().filter(|text| text.starts_with("lk_")) else { return value };
        assert!(is_right("lk", text), "{path} has another shape: {text}");
        shown.into()
    })
}

/// Something that is there or not.
fn some(shown: &'static str) -> Redaction {
    dynamic_redaction(move |value, _| if value.is_nil() { value } else { shown.into() })
}

/// A token of the example key, alone or as the value of a cookie, whose signature differs with its times.
fn token_of_example() -> Redaction {
    dynamic_redaction(|value, path| {
        let text = value.as_str().unwrap();
        let (before, token) = text.find("eyJ").map_or((text, ""), |at| text.split_at(at));
        let (token, after) = token.find(';').map_or((token, ""), |at| token.split_at(at));
        let is_whole = PresentedToken::parse(token).is_ok_and(|token| token.key_id() == example_record().id);
        assert!(is_whole || token.is_empty(), "{path} is no token of the example key: {text}");
        if token.is_empty() { value } else { format!("{before}[token]{after}").into() }
    })
}

/// A time after this test run. One that an event names is left as it is.
fn ending_later() -> Redaction {
    dynamic_redaction(|value, _| {
        let end: Timestamp = value.as_str().unwrap().parse().unwrap();
        if end > SystemClock.now().into() { "[end]".into() } else { value }
    })
}

/// What differs from run to run in the answers of a function, each with its shape.
fn varying(function: &str, from: Timestamp) -> Vec<(&'static str, Redaction)> {
    match function {
        "create-key" => vec![
            (".body.id", shape::id()),
            (".body.key", made("[key]", shape::is_key)),
            (".body.hint", made("[hint]", shape::is_hint)),
            (".body.created_at", during(from)),
            (".body.updated_at", during(from)),
            (".body.expires_at", some("[expiry]")),
            (".headers.location", "/keys/[id]".into()),
        ],
        "update-key" => vec![(".body.updated_at", during(from)), (".body.expires_at", some("[expiry]"))],
        "revoke-key" => vec![(".body.revoked_at", during(from)), (".body.updated_at", during(from))],
        "rotate-key" => vec![
            (".body.key", made("[key]", shape::is_key)),
            (".body.hint", made("[hint]", shape::is_hint)),
            (".body.updated_at", during(from)),
            (".body.expires_at", some("[expiry]")),
            (".body.rotation.previous_valid_until", some("[end]")),
        ],
        "issue-token" => vec![(".body.token", token_of_example()), (".body.expires_at", some("[expiry]"))],
        "console" => vec![(".cookies[]", token_of_example()), (".body.token_expires_at", ending_later())],
        "audit-log" => vec![(".body.events[].id", shape::id()), (".body.next_cursor", some("[cursor]"))],
        // The emulator tells the error's Rust type, which is nobody's contract.
        "authorizer" | "rotate-secret" => vec![(".errorType", "[type]".into())],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn every_event_gets_the_answer_of_its_snapshot() {
    for function in function_names() {
        let from = SystemClock.now().into();
        let run = Run::of(&function, &[]).await;
        let mut settings = Settings::clone_current();
        settings.set_sort_maps(true);
        settings.set_omit_expression(true);
        for (selector, redaction) in varying(&function, from) {
            settings.add_redaction(selector, redaction);
        }
        for (event, answer) in run.answers {
            let mut answer = page::unfitted(&answer);
            // The document has a file of its own.
            if answer["body"]["openapi"].is_string() {
                assert_eq!(answer["body"], crate::openapi::snapshot(), "{event}");
                answer["body"] = "[openapi.json]".into();
            }
            settings.bind(|| assert_json_snapshot!(event.clone(), answer));
        }
    }
}

#[test]
fn every_snapshot_belongs_to_an_event() {
    let expected: BTreeSet<_> = events::all().iter().map(|event| format!("e2e__lambda__{}.snap", event.name)).collect();
    let files = fs::read_dir(repository().join("tests/e2e/snapshots")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<_> = names.filter(|name| name.starts_with("e2e__lambda__")).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_function_has_an_event_and_the_authorizer_one_for_each_shape() {
    let events = events::all();
    let with_events: BTreeSet<_> = events.iter().map(|event| event.function.clone()).collect();
    assert_eq!(with_events, function_names().into_iter().collect());
    let cases: BTreeSet<_> = events.iter().filter(|e| e.function == "authorizer").map(|e| e.case.as_str()).collect();
    for shape in SHAPES {
        assert!(cases.contains(shape), "events/authorizer.{shape}.json is missing");
        assert!(events::of("authorizer", shape).to_string().contains(EXAMPLE_KEY), "{shape}");
    }
    // Each is what it is called (aws-facts.md, "Lambda authorizer events").
    let event = |case| events::of("authorizer", case);
    assert_eq!((&event("http-2.0")["version"], &event("http-1.0")["version"]), (&json!("2.0"), &json!("1.0")));
    assert_eq!((&event("rest-token")["type"], &event("rest-request")["type"]), (&json!("TOKEN"), &json!("REQUEST")));
    assert!(event("rest-request").get("version").is_none());
    assert_eq!(event("websocket-connect")["requestContext"]["eventType"], "CONNECT");
}

#[tokio::test]
async fn a_new_key_is_told_about_itself_consistently() {
    let run = Run::of("create-key", &[]).await;
    let full = &run.answers["create-key.full"]["body"];
    let presented = PresentedKey::parse(full["key"].as_str().unwrap()).unwrap();
    let id = presented.id().unwrap();
    assert_eq!(full["id"], id.as_str());
    assert_eq!(full["hint"], presented.hint());
    assert_eq!(run.answers["create-key.full"]["headers"]["location"], format!("/keys/{id}"));
    let time = |field: &str| full[field].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert_eq!(time("expires_at"), time("created_at").plus_seconds(30 * 86_400).unwrap());
    assert_eq!(time("updated_at"), time("created_at"));
    assert_eq!(run.created().len(), 5);
}

#[tokio::test]
async fn a_key_that_one_function_made_opens_another_until_a_third_revokes_it() {
    let table = Table::empty(TABLE).await;
    let start = async |function| {
        Emulator::start(function, &environment(function, &table.environment(), &[("CACHE_TTL_SECONDS", "0")])).await
    };
    let (create, authorize, revoke) = (start("create-key").await, start("authorizer").await, start("revoke-key").await);

    let mut minimal = event("create-key.minimal").json();
    let mut body: Value = serde_json::from_str(minimal["body"].as_str().unwrap()).unwrap();
    body["apis"] = json!(["*"]);
    minimal["body"] = json!(body.to_string());
    let made = with_body(create.invoke(&minimal.to_string()).await);
    let (key, id) = (made["body"]["key"].as_str().unwrap(), made["body"]["id"].as_str().unwrap());
    let call = event("authorizer.http-2.0").text.replace(EXAMPLE_KEY, key);
    let answer = authorize.invoke(&call).await;
    assert_eq!((&answer["isAuthorized"], &answer["context"]["key_id"]), (&json!(true), &json!(id)), "{answer}");

    let end = event("revoke-key.revoke").json();
    let end = with_id(end, id);
    let ended = with_body(revoke.invoke(&end.to_string()).await);
    assert_eq!((&ended["statusCode"], &ended["body"]["state"]), (&json!(200), &json!("revoked")), "{ended}");
    assert_eq!(authorize.invoke(&call).await["errorMessage"], "Unauthorized");
}

/// The event for another key than the example.
fn with_id(mut event: Value, id: &str) -> Value {
    event["pathParameters"]["id"] = json!(id);
    for pointer in ["/rawPath", "/requestContext/http/path"] {
        *event.pointer_mut(pointer).unwrap() = json!(format!("/keys/{id}"));
    }
    event
}

pub(crate) fn event(name: &str) -> Event {
    events::all()
        .into_iter()
        .find(|event| event.name == name)
        .unwrap_or_else(|| panic!("events/{name}.json is missing"))
}

#[tokio::test]
async fn an_authorizer_without_its_table_fails_and_never_allows() {
    // Port 9 of loopback discards, or refuses.
    let unreachable = events::endpoint("http://127.0.0.1:9");
    let emulator = Emulator::start("authorizer", &environment("authorizer", &unreachable, &[])).await;
    for shape in SHAPES {
        let answer = emulator.invoke(&event(&format!("authorizer.{shape}")).text).await;
        let message = answer["errorMessage"].as_str().unwrap_or_else(|| panic!("{shape}: {answer}"));
        // Any other error than `Unauthorized` becomes a 500, which tells the caller to try again, not to give up its key.
        assert_ne!(message, "Unauthorized", "{shape}");
        for told in ["127.0.0.1", "refused", "DynamoDB", "table"] {
            assert!(!message.contains(told), "{shape} tells of the inside: {message}");
        }
    }
    // What needs no read is still decided.
    for case in ["no-key", "malformed"] {
        let answer = emulator.invoke(&event(&format!("authorizer.{case}")).text).await;
        assert_eq!(answer["errorMessage"], "Unauthorized", "{case}");
    }
    assert!(emulator.stop().await.contains("the table did not answer while starting"));
}
