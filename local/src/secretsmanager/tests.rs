use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, Weak},
};

use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    edge::Error,
    entropy::SystemEntropy,
    key::{KeyId, PlainKey, PresentedKey},
    timestamp::Timestamp,
};

use super::{Guard, Kept, Pending, ROOT_SECRET, RotationFunction};
use crate::data::DataFolder;

const NAME: &str = "a-secret";
/// Tokens: made up, of the right length.
const FIRST: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

/// A guard with a secret of the value `one`, whose version is the first thing returned.
async fn guarded() -> (String, Arc<Guard>) {
    let guard = Guard::new(None, Kept::Nowhere, Arc::new(SystemClock), Arc::new(SystemEntropy)).await.unwrap();
    let guard = Arc::new(guard);
    let made = good(&guard, "CreateSecret", json!({"Name": NAME, "SecretString": "one"})).await;
    (made["VersionId"].as_str().unwrap().to_owned(), guard)
}

async fn ask(guard: &Guard, operation: &str, body: Value) -> (u16, Value) {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-target", HeaderValue::from_str(&format!("secretsmanager.{operation}")).unwrap());
    let answer = guard.answer(headers, body.to_string().into()).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

/// The fields of a request about the secret.
fn on_secret(mut fields: Value) -> Value {
    fields["SecretId"] = json!(NAME);
    fields
}

async fn good(guard: &Guard, operation: &str, body: Value) -> Value {
    let (status, answer) = ask(guard, operation, body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

async fn refused(guard: &Guard, operation: &str, fields: Value) -> String {
    let before = stages(guard).await;
    let (status, answer) = ask(guard, operation, on_secret(fields)).await;
    assert_eq!(status, 400, "{operation}: {answer}");
    assert_eq!(stages(guard).await, before, "{operation} was refused and changed something");
    answer["__type"].as_str().unwrap().to_owned()
}

async fn put(guard: &Guard, token: &str, value: &str, stages: &[&str]) -> Value {
    let fields = json!({"ClientRequestToken": token, "SecretString": value, "VersionStages": stages});
    good(guard, "PutSecretValue", on_secret(fields)).await
}

async fn value(guard: &Guard, fields: Value) -> String {
    let read = good(guard, "GetSecretValue", on_secret(fields)).await;
    read["SecretString"].as_str().unwrap().to_owned()
}

/// What `DescribeSecret` shows of the versions, with the labels of each sorted.
async fn stages(guard: &Guard) -> Value {
    let mut shown = good(guard, "DescribeSecret", on_secret(json!({}))).await["VersionIdsToStages"].take();
    for labels in shown.as_object_mut().unwrap().values_mut() {
        labels.as_array_mut().unwrap().sort_by_key(Value::to_string);
    }
    shown
}

/// A rotation function that does to the secret what AWS's templates do, and nothing to any key.
struct Template {
    guard: Weak<Guard>,
    events: Mutex<Vec<Value>>,
    /// Where it is to fail: before a step, or after it.
    failure: Mutex<Option<(&'static str, bool)>>,
}

impl Template {
    /// One that rotates the secrets of `guard`.
    fn on(guard: &Arc<Guard>) -> Arc<Self> {
        let (events, failure) = (Mutex::default(), Mutex::default());
        let template = Arc::new(Self { guard: Arc::downgrade(guard), events, failure });
        guard.rotate_with(Arc::clone(&template) as Arc<dyn RotationFunction>);
        template
    }

    fn fail(&self, step: &'static str, is_done: bool) {
        *self.failure.lock().unwrap() = Some((step, is_done));
    }

    fn fails(&self, step: &str, is_done: bool) -> bool {
        self.failure.lock().unwrap().take_if(|(failing, when)| *failing == step && *when == is_done).is_some()
    }

    /// The steps that it was called for so far, with the tokens; forgotten afterwards.
    fn steps(&self) -> Vec<(String, String)> {
        let field = |event: &Value, name: &str| event[name].as_str().unwrap().to_owned();
        let events = std::mem::take(&mut *self.events.lock().unwrap());
        events.iter().map(|event| (field(event, "Step"), field(event, "ClientRequestToken"))).collect()
    }

    async fn act(&self, guard: &Guard, step: &str, token: &str) {
        match step {
            "createSecret" => {
                let pending = on_secret(json!({"VersionId": token, "VersionStage": "AWSPENDING"}));
                let (status, _) = ask(guard, "GetSecretValue", pending).await;
                if status == 400 {
                    put(guard, token, &format!("made for {token}"), &["AWSPENDING"]).await;
                }
            }
            "finishSecret" => {
                let shown = stages(guard).await;
                let current = shown.as_object().unwrap().iter().find(|(_, labels)| holds(labels, "AWSCURRENT"));
                let current = current.unwrap().0;
                let fields =
                    json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": token, "RemoveFromVersionId": current});
                good(guard, "UpdateSecretVersionStage", on_secret(fields)).await;
            }
            _ => {}
        }
    }
}

fn holds(labels: &Value, label: &str) -> bool {
    labels.as_array().unwrap().contains(&json!(label))
}

impl RotationFunction for Template {
    fn step(&self, event: Value) -> Pending<'_, Result<(), Error>> {
        Box::pin(async move {
            let (step, token) = (event["Step"].as_str().unwrap(), event["ClientRequestToken"].as_str().unwrap());
            self.events.lock().unwrap().push(event.clone());
            if self.fails(step, false) {
                return Err("out of order".into());
            }
            self.act(&self.guard.upgrade().unwrap(), step, token).await;
            if self.fails(step, true) { Err("cut off".into()) } else { Ok(()) }
        })
    }

    fn previous_until(&self, _: String) -> Pending<'_, Option<Timestamp>> {
        Box::pin(async { Some("2030-01-01T00:00:00Z".parse().unwrap()) })
    }
}

fn all_steps(token: &str) -> Vec<(String, String)> {
    let steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];
    steps.map(|step| (step.to_owned(), token.to_owned())).to_vec()
}

#[tokio::test]
async fn a_value_that_was_put_is_never_replaced() {
    let (_, guard) = guarded().await;
    let once = put(&guard, FIRST, "two", &["AWSPENDING"]).await;
    assert_eq!(put(&guard, FIRST, "two", &["AWSPENDING"]).await, once);
    // Not even under another label.
    let before = stages(&guard).await;
    put(&guard, FIRST, "two", &["AWSCURRENT"]).await;
    assert_eq!(stages(&guard).await, before);
    let other = json!({"ClientRequestToken": FIRST, "SecretString": "three", "VersionStages": ["AWSPENDING"]});
    assert_eq!(refused(&guard, "PutSecretValue", other).await, "ResourceExistsException");
    assert_eq!(value(&guard, json!({"VersionId": FIRST})).await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_values_put_at_once_one_stays() {
    let (_, guard) = guarded().await;
    let puts: Vec<_> = (0..20)
        .map(|number| {
            let guard = Arc::clone(&guard);
            tokio::spawn(async move {
                let text = format!("value {number}");
                let fields =
                    json!({"ClientRequestToken": FIRST, "SecretString": text, "VersionStages": ["AWSPENDING"]});
                let (status, _) = ask(&guard, "PutSecretValue", on_secret(fields)).await;
                (status == 200).then_some(text)
            })
        })
        .collect();
    let mut taken = Vec::new();
    for put in puts {
        taken.extend(put.await.unwrap());
    }
    assert_eq!(taken, [value(&guard, json!({"VersionId": FIRST})).await]);
}

#[tokio::test]
async fn a_put_needs_a_value_and_a_token_of_awss_length() {
    let (_, guard) = guarded().await;
    assert_eq!(refused(&guard, "PutSecretValue", json!({})).await, "InvalidRequestException");
    let short = json!({"ClientRequestToken": "short", "SecretString": "two"});
    assert_eq!(refused(&guard, "PutSecretValue", short).await, "InvalidParameterException");
    let binary = json!({"ClientRequestToken": FIRST, "SecretBinary": "dHdv"});
    assert_eq!(refused(&guard, "PutSecretValue", binary).await, "InvalidParameterException");
}

#[tokio::test]
async fn a_put_without_labels_is_current_and_only_one_version_is_previous() {
    let (zeroth, guard) = guarded().await;
    for (token, text) in [(FIRST, "two"), (SECOND, "three")] {
        let fields = json!({"ClientRequestToken": token, "SecretString": text});
        good(&guard, "PutSecretValue", on_secret(fields)).await;
    }
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
    assert_eq!(refused(&guard, "GetSecretValue", json!({"VersionId": zeroth})).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_version_answers_to_its_own_labels_alone() {
    let (zeroth, guard) = guarded().await;
    assert_eq!(value(&guard, json!({"VersionId": zeroth, "VersionStage": "AWSCURRENT"})).await, "one");
    for (fields, error) in [
        (json!({"VersionId": zeroth, "VersionStage": "AWSPENDING"}), "InvalidRequestException"),
        (json!({"VersionStage": "AWSPENDING"}), "ResourceNotFoundException"),
        (json!({"VersionId": FIRST}), "ResourceNotFoundException"),
        (json!({"VersionId": FIRST, "VersionStage": "AWSCURRENT"}), "ResourceNotFoundException"),
    ] {
        assert_eq!(refused(&guard, "GetSecretValue", fields.clone()).await, error, "{fields}");
    }
}

#[tokio::test]
async fn labels_move_as_with_aws() {
    let (zeroth, guard) = guarded().await;
    put(&guard, FIRST, "two", &["AWSPENDING"]).await;
    let move_to = |to: &str, from: Option<&str>| json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": to, "RemoveFromVersionId": from});
    for fields in [
        move_to(FIRST, None),
        move_to(FIRST, Some(FIRST)),
        move_to(SECOND, Some(&zeroth)),
        json!({"VersionStage": "AWSCURRENT", "RemoveFromVersionId": zeroth}),
        json!({"VersionStage": "AWSPENDING", "RemoveFromVersionId": zeroth}),
        json!({"VersionStage": "AWSPENDING"}),
    ] {
        let error = refused(&guard, "UpdateSecretVersionStage", fields.clone()).await;
        assert_eq!(error, "InvalidParameterException", "{fields}");
    }
    good(&guard, "UpdateSecretVersionStage", on_secret(move_to(FIRST, Some(&zeroth)))).await;
    let moved = json!({FIRST: ["AWSCURRENT", "AWSPENDING"], zeroth.clone(): ["AWSPREVIOUS"]});
    assert_eq!(stages(&guard).await, moved);
    // Again, whatever the caller thinks where it was.
    for from in [Some(&*zeroth), None] {
        good(&guard, "UpdateSecretVersionStage", on_secret(move_to(FIRST, from))).await;
        assert_eq!(stages(&guard).await, moved);
    }
    let off = json!({"VersionStage": "AWSPENDING", "RemoveFromVersionId": FIRST});
    good(&guard, "UpdateSecretVersionStage", on_secret(off)).await;
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}));
}

#[tokio::test]
async fn a_rotation_calls_the_four_steps_in_order() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    let answer = good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
    assert_eq!((&answer["Name"], &answer["VersionId"]), (&json!(NAME), &json!(FIRST)));
    assert!(template.events.lock().unwrap().iter().all(|event| event["SecretId"] == answer["ARN"]));
    assert!(template.events.lock().unwrap().iter().all(|event| event["RotationToken"].is_string()));
    assert_eq!(template.steps(), all_steps(FIRST));
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}));
    assert_eq!(value(&guard, json!({})).await, format!("made for {FIRST}"));

    let shown = good(&guard, "DescribeSecret", on_secret(json!({}))).await;
    assert_eq!(shown["RotationEnabled"], true);
    assert!(shown["LastRotatedDate"].is_number());
    assert_eq!(shown["Tags"], json!([{"Key": "latchkey:previous-valid-until", "Value": "2030-01-01T00:00:00Z"}]));
    // The same request again, as a client sends it that heard no answer.
    assert_eq!(good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await, answer);
    assert_eq!(template.steps(), []);
}

#[tokio::test]
async fn a_version_of_a_rotation_is_a_uuid_unless_named() {
    let (_, guard) = guarded().await;
    Template::on(&guard);
    let one = good(&guard, "RotateSecret", on_secret(json!({}))).await["VersionId"].as_str().unwrap().to_owned();
    let two = good(&guard, "RotateSecret", on_secret(json!({}))).await["VersionId"].as_str().unwrap().to_owned();
    assert_ne!(one, two);
    for version in [one, two] {
        let parts: Vec<_> = version.split('-').collect();
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{version}");
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']), "{version}");
    }
}

#[tokio::test]
async fn a_rotation_that_failed_is_taken_up_with_its_own_token() {
    for (step, is_done) in [
        ("createSecret", false),
        ("createSecret", true),
        ("setSecret", false),
        ("testSecret", true),
        ("finishSecret", false),
    ] {
        let (zeroth, guard) = guarded().await;
        let template = Template::on(&guard);
        template.fail(step, is_done);
        let (status, answer) = ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("InvalidRequestException")), "{step}");
        assert!(answer["message"].as_str().unwrap().contains(step), "{answer}");
        assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPENDING"], zeroth.clone(): ["AWSCURRENT"]}), "{step}");
        template.steps();

        let answer = good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": SECOND}))).await;
        assert_eq!(answer["VersionId"], FIRST, "{step}");
        assert_eq!(template.steps(), all_steps(FIRST), "{step}");
        assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}), "{step}");
    }
}

#[tokio::test]
async fn a_rotation_cut_off_after_it_moved_is_repeated_before_the_next() {
    let (_, guard) = guarded().await;
    let template = Template::on(&guard);
    template.fail("finishSecret", true);
    assert_eq!(ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await.0, 400);
    assert_eq!(stages(&guard).await[FIRST], json!(["AWSCURRENT", "AWSPENDING"]));
    template.steps();
    good(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": SECOND}))).await;
    assert_eq!(template.steps(), [all_steps(FIRST), all_steps(SECOND)].concat());
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
}

#[tokio::test]
async fn a_version_is_pending_without_a_value_while_the_first_step_runs() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    template.fail("createSecret", false);
    ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": FIRST}))).await;
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPENDING"], zeroth.clone(): ["AWSCURRENT"]}));
    for fields in [
        json!({"VersionId": FIRST, "VersionStage": "AWSPENDING"}),
        json!({"VersionId": FIRST}),
        json!({"VersionStage": "AWSPENDING"}),
    ] {
        assert_eq!(refused(&guard, "GetSecretValue", fields.clone()).await, "ResourceNotFoundException", "{fields}");
    }
    let early = json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": FIRST, "RemoveFromVersionId": zeroth});
    assert_eq!(refused(&guard, "UpdateSecretVersionStage", early).await, "InvalidRequestException");
}

#[tokio::test]
async fn a_rotation_for_later_is_tested_and_leaves_nothing_pending() {
    let (zeroth, guard) = guarded().await;
    let template = Template::on(&guard);
    for fails in [false, true] {
        if fails {
            template.fail("testSecret", false);
        }
        let fields = json!({"RotateImmediately": false, "RotationRules": {"ScheduleExpression": "rate(30 days)"}});
        let (status, _) = ask(&guard, "RotateSecret", on_secret(fields)).await;
        assert_eq!(status, if fails { 400 } else { 200 });
        let steps: Vec<_> = template.steps().into_iter().map(|(step, _)| step).collect();
        assert_eq!(steps, ["testSecret"]);
        assert_eq!(stages(&guard).await, json!({zeroth.clone(): ["AWSCURRENT"]}));
    }
    let shown = good(&guard, "DescribeSecret", on_secret(json!({}))).await;
    assert_eq!(shown["RotationRules"]["ScheduleExpression"], "rate(30 days)");
    good(&guard, "CancelRotateSecret", on_secret(json!({}))).await;
    assert_eq!(good(&guard, "DescribeSecret", on_secret(json!({}))).await["RotationEnabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rotations_follow_one_another() {
    let (_, guard) = guarded().await;
    let template = Template::on(&guard);
    let rotate = |token: &'static str| {
        let guard = Arc::clone(&guard);
        tokio::spawn(
            async move { ask(&guard, "RotateSecret", on_secret(json!({"ClientRequestToken": token}))).await.0 },
        )
    };
    let (one, two) = (rotate(FIRST), rotate(SECOND));
    assert_eq!((one.await.unwrap(), two.await.unwrap()), (200, 200));
    let steps = template.steps();
    let first = steps[0].1.clone();
    let second = if first == FIRST { SECOND } else { FIRST };
    assert_eq!(steps, [all_steps(&first), all_steps(second)].concat());
}

#[tokio::test]
async fn what_cannot_be_rotated_is_refused() {
    let (_, guard) = guarded().await;
    assert_eq!(refused(&guard, "RotateSecret", json!({})).await, "InvalidRequestException");
    let template = Template::on(&guard);
    let short = json!({"ClientRequestToken": "short"});
    assert_eq!(refused(&guard, "RotateSecret", short).await, "InvalidParameterException");
    let (status, answer) = ask(&guard, "RotateSecret", json!({"SecretId": "nobody"})).await;
    assert_eq!((status, &answer["__type"]), (400, &json!("ResourceNotFoundException")));
    good(&guard, "DeleteSecret", on_secret(json!({}))).await;
    assert_eq!(ask(&guard, "RotateSecret", on_secret(json!({}))).await.0, 400);
    assert_eq!(template.steps(), []);
}

/// A data folder with a root key in it, and a guard that keeps its secrets there.
async fn kept_in(folder: &Path) -> (Arc<DataFolder>, Guard) {
    let folder = Arc::new(DataFolder::open(folder).unwrap());
    let (secrets, kept) = (folder.secrets().unwrap(), Kept::Folder(Arc::clone(&folder)));
    let guard = Guard::new(secrets, kept, Arc::new(SystemClock), Arc::new(SystemEntropy)).await.unwrap();
    (folder, guard)
}

fn root_text() -> String {
    let id = KeyId::generate(&SystemEntropy).unwrap();
    PlainKey::generate(&"lk".parse().unwrap(), id, &SystemEntropy).unwrap().reveal().to_owned()
}

fn written(file: PathBuf) -> String {
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fs::read_to_string(file).unwrap()
}

#[tokio::test]
async fn every_change_is_on_the_disk_when_it_is_answered() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (root_text(), root_text());
    let arn = {
        let (_folder, guard) = kept_in(home.path()).await;
        let arn = guard.hold_root(&PresentedKey::parse(&old).unwrap(), &old).await.unwrap();
        assert!(written(home.path().join("secretsmanager.json")).contains(&old));
        assert_eq!(written(home.path().join("root-key")).trim(), old);
        let value = json!({"key_id": null, "key": new, "expires_at": null}).to_string();
        good(&guard, "PutSecretValue", json!({"SecretId": ROOT_SECRET, "SecretString": value})).await;
        assert_eq!(written(home.path().join("root-key")).trim(), new);
        arn
    };
    let (_folder, guard) = kept_in(home.path()).await;
    let read = good(&guard, "GetSecretValue", json!({"SecretId": arn})).await;
    assert!(read["SecretString"].as_str().unwrap().contains(&new));
    let previous = good(&guard, "GetSecretValue", json!({"SecretId": arn, "VersionStage": "AWSPREVIOUS"})).await;
    assert!(previous["SecretString"].as_str().unwrap().contains(&old));
}

#[tokio::test]
async fn what_cannot_be_written_is_not_answered_for() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, guard) = kept_in(home.path()).await;
    good(&guard, "CreateSecret", json!({"Name": NAME, "SecretString": "one"})).await;
    // A folder where the draft of the file goes.
    fs::create_dir(home.path().join("secretsmanager.new")).unwrap();
    let fields = json!({"ClientRequestToken": FIRST, "SecretString": "two"});
    let (status, answer) = ask(&guard, "PutSecretValue", on_secret(fields)).await;
    assert_eq!((status, &answer["__type"]), (500, &json!("InternalServiceError")));
    assert_eq!(value(&guard, json!({})).await, "one");
    fs::remove_dir(home.path().join("secretsmanager.new")).unwrap();
    guard.close().await;
    let (status, _) = ask(&guard, "PutSecretValue", on_secret(json!({"SecretString": "two"}))).await;
    assert_eq!(status, 500, "the folder is another's by now");
}

#[tokio::test]
async fn the_secrets_and_the_root_keys_file_change_together() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (root_text(), root_text());
    let (_folder, guard) = kept_in(home.path()).await;
    guard.hold_root(&PresentedKey::parse(&old).unwrap(), &old).await.unwrap();
    let before = written(home.path().join("secretsmanager.json"));
    fs::create_dir(home.path().join("root-key.new")).unwrap();
    let value = json!({"key_id": null, "key": new, "expires_at": null}).to_string();
    let fields = json!({"SecretId": ROOT_SECRET, "SecretString": value});
    assert_eq!(ask(&guard, "PutSecretValue", fields.clone()).await.0, 500);
    assert_eq!(written(home.path().join("secretsmanager.json")), before);
    assert_eq!(written(home.path().join("root-key")).trim(), old);
    fs::remove_dir(home.path().join("root-key.new")).unwrap();
    good(&guard, "PutSecretValue", fields).await;
    assert_eq!(written(home.path().join("root-key")).trim(), new);
}
