//! Moto's Secrets Manager, which others wrote, in place of our own: what works in both does not rest on a mistake of ours.

use std::{collections::BTreeSet, env, path::PathBuf, process::Stdio, time::Duration};

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use reqwest::Method;
use serde_json::{Value, json};
use shared::{audit::Action, decision::Code};
use tempfile::NamedTempFile;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use super::{
    STEPS,
    bench::{Bench, EMPTY, FUNCTION, id_in},
    rotation::Rotation,
    token,
};
use crate::{lambda::emulator::free_port, support::record::numbered};

/// No start takes this long on any machine.
const DEADLINE: Duration = Duration::from_mins(1);

/// A running moto server. Dropping it ends it.
pub(super) struct Moto {
    url: String,
    _process: Child,
}

impl Moto {
    /// Starts one that knows the rotation function by name; the steps are called by the test.
    pub(super) async fn start() -> Self {
        let program = PathBuf::from(env::var_os("LATCHKEY_MOTO").unwrap_or_else(|| {
            panic!("LATCHKEY_MOTO does not name moto's server: run scripts/test, which installs it")
        }));
        assert!(program.is_file(), "LATCHKEY_MOTO names {}, which is no file: run scripts/test", program.display());
        let (port, log) = (free_port(), NamedTempFile::new().unwrap());
        let mut process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(log.reopen().unwrap())
            .stderr(log.reopen().unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (url, client) = (format!("http://127.0.0.1:{port}"), crate::support::client());
        let end = Instant::now() + DEADLINE;
        while client.get(format!("{url}/moto-api/data.json")).send().await.is_err() {
            let running = process.try_wait().unwrap().is_none() && Instant::now() < end;
            assert!(running, "moto does not start: {}", std::fs::read_to_string(log.path()).unwrap());
            sleep(Duration::from_millis(50)).await;
        }
        let started = Self { url, _process: process };
        started.add_function().await;
        started
    }

    pub(super) fn url(&self) -> String {
        self.url.clone()
    }

    /// `RotateSecret` wants a function to call. This one answers without doing anything, and needs no Docker.
    async fn add_function(&self) {
        self.ask("", Method::POST, "/moto-api/config", json!({"lambda": {"use_docker": false}}).to_string()).await;
        let role = "Action=CreateRole&Version=2010-05-08&RoleName=role&AssumeRolePolicyDocument=%7B%7D".to_owned();
        self.ask("iam", Method::POST, "/", role).await;
        let function = json!({
            "FunctionName": FUNCTION.rsplit(':').next(),
            "Runtime": "provided.al2023",
            "Handler": "bootstrap",
            "Role": "arn:aws:iam::123456789012:role/role",
            "Code": {"ZipFile": ""},
        });
        self.ask("lambda", Method::POST, "/2015-03-31/functions", function.to_string()).await;
    }

    /// Moto tells the service from the scope of the signature, which it does not check.
    async fn ask(&self, service: &str, method: Method, path: &str, body: String) {
        let scope = format!("Credential=nobody/20260101/us-east-1/{service}/aws4_request");
        let request = crate::support::client().request(method, format!("{}{path}", self.url)).body(body);
        let request = request.header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=, Signature="));
        let form = if service == "iam" { "application/x-www-form-urlencoded" } else { "application/json" };
        let answer = request.header("content-type", form).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }
}

#[tokio::test]
async fn a_key_is_rotated_in_motos_secrets_manager_too_however_often_steps_are_repeated() {
    let rotation = Rotation::in_moto().await;
    let (secret, old) = rotation.held("held", numbered(1).0).await;
    rotation.begin(&secret, &token(1)).await;
    assert_eq!(rotation.value(&secret, "AWSPENDING").await, None);
    let mut made = BTreeSet::new();
    for last in 1..=STEPS.len() {
        // Each time from the first step on, as Secrets Manager does, and one step further; the last one twice.
        for step in STEPS[..last].iter().chain(&STEPS[last - 1..last]) {
            rotation.step(step, &secret, &token(1)).await.unwrap();
            assert_eq!(rotation.opens(&old).await, Code::Valid);
            made.insert(rotation.pending(&secret).await);
        }
        let is_old = rotation.text(&secret).await == old;
        assert_eq!(is_old, last < STEPS.len(), "only the last step moves the secret");
    }
    assert_eq!((made.len(), rotation.gate.texts()), (1, made.clone()), "one text is made, and put once");
    let new = rotation.text(&secret).await;
    assert!(made.contains(&new));
    assert_eq!((id_in(&new), rotation.opens(&new).await), (id_in(&old), Code::Valid));
    let (staged, rotated) = (rotation.events(Action::KeyStaged).await, rotation.events(Action::KeyRotated).await);
    assert_eq!((staged.len(), rotated.len()), (1, 1));
    rotation.end(&secret, &token(1)).await;

    let third = rotation.rotate(&secret, 2).await.unwrap();
    let opens = [rotation.opens(&old).await, rotation.opens(&new).await, rotation.opens(&third).await];
    assert_eq!(opens, [Code::NotFound, Code::Valid, Code::Valid]);
    rotation.clock.advance_seconds(86_400);
    assert_eq!((rotation.opens(&new).await, rotation.opens(&third).await), (Code::NotFound, Code::Valid));
}

#[tokio::test]
async fn the_root_key_is_made_in_motos_secrets_manager_too() {
    let rotation = Rotation::in_moto().await;
    let text = rotation.rotate(&rotation.root_secret, 1).await.unwrap();
    assert!(rotation.standing(id_in(&text)).await.record.is_root);
    rotation.write(&rotation.root_secret, EMPTY).await;
    let second = rotation.rotate(&rotation.root_secret, 2).await.unwrap();
    assert_eq!(id_in(&second), id_in(&text));
    assert_eq!((rotation.opens(&text).await, rotation.opens(&second).await), (Code::Valid, Code::Valid));
    assert_eq!(rotation.events(Action::KeyCreated).await.len(), 1);
}

#[tokio::test]
async fn both_secrets_managers_answer_alike_what_a_rotation_asks() {
    let clock = crate::support::TestClock::standing();
    let (own, moto) = (Bench::start(clock).await, Bench::in_moto().await);
    assert_eq!(transcript(&own).await, transcript(&moto).await);
}

/// What a rotation asks for, and things near it, with the answers.
async fn transcript(bench: &Bench) -> Vec<Value> {
    let (secrets, mut told) = (&bench.secrets, Vec::new());
    let secret = bench.add_secret("compared", "{}").await;
    let first = bench.version_at(&secret, "AWSCURRENT").await.unwrap();
    told.push(json!(describe(secrets, &secret).await));
    bench.begin(&secret, &token(1)).await;
    told.push(json!(describe(secrets, &secret).await));
    for (version, stage) in [
        (None, "AWSCURRENT"),
        (None, "AWSPENDING"),
        (Some(token(1)), "AWSPENDING"),
        (Some(token(1)), "AWSCURRENT"),
        (Some(token(2)), "AWSPENDING"),
    ] {
        let read = secrets.get_secret_value().secret_id(&secret).set_version_id(version).version_stage(stage);
        told.push(json!([stage, answer(read.send().await.map(|read| read.secret_string))]));
    }
    let put = |version: u32, value: &str| {
        let put = secrets.put_secret_value().secret_id(&secret).client_request_token(token(version));
        put.version_stages("AWSPENDING").secret_string(value).rotation_token("PROOF").send()
    };
    told.push(answer(put(1, r#"{"a":1}"#).await.map(|put| put.version_stages)));
    told.push(answer(put(1, r#"{"a":1}"#).await.map(|put| put.version_stages)));
    let moved = |from: &str, to: &str| {
        let moved = secrets.update_secret_version_stage().secret_id(&secret).version_stage("AWSCURRENT");
        moved.move_to_version_id(to).remove_from_version_id(from).send()
    };
    // To a version that there is: moto takes the label off before it finds out that there is none.
    told.push(answer(moved(&first, &token(1)).await.map(|_| None::<String>)));
    bench.end(&secret, &token(1)).await;
    told.push(json!(bench.value(&secret, "AWSCURRENT").await));
    told.push(json!(bench.labels(&secret).await[&first]));
    // A version that is no longer pending has its value for good.
    told.push(answer(put(1, r#"{"a":2}"#).await.map(|put| put.version_stages)));
    told.push(json!(bench.value(&secret, "AWSCURRENT").await));
    told
}

/// Whether the secret is rotated, and how many versions it has.
async fn describe(secrets: &Client, secret: &str) -> (bool, usize) {
    let described = secrets.describe_secret().secret_id(secret).send().await.unwrap();
    (described.rotation_enabled.unwrap_or(false), described.version_ids_to_stages.unwrap().len())
}

/// What was answered, or the code of the refusal.
fn answer<T: Into<Value>, E: ProvideErrorMetadata>(answered: Result<Option<T>, E>) -> Value {
    match answered {
        Ok(answer) => answer.map_or(Value::Null, Into::into),
        Err(error) => json!(error.code()),
    }
}
