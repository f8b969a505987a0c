//! One cell of the matrix: a rotation, killed once or never, and all that must hold meanwhile and at the end.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::{
    audit::Action,
    clock::{Clock, SystemClock},
    decision::Code,
    timestamp::Timestamp,
};

use super::scene::{Held, Scene, Stage};
use crate::{
    lambda::emulator::Emulator,
    secret_rotation::{
        STEPS,
        bench::text_in,
        gate::{Call, Fate, Gate},
        token,
    },
    support::secret_of,
};

/// What Secrets Manager proves itself with.
const PROOF: &str = "PROOF-of-Secrets-Manager";

/// What came of a cell.
pub(super) struct Outcome {
    /// Every call of both processes.
    pub(super) calls: Vec<Call>,
    /// Whether AWSCURRENT had moved at the kill.
    pub(super) moved: bool,
    /// Whether the old text worked then.
    pub(super) old_worked: bool,
    /// How many texts were made.
    pub(super) made: usize,
    /// How many of them work at the end.
    pub(super) working: usize,
}

/// Rotates, is killed at a call, and rotates again. `clean` are the calls of a rotation that nothing disturbs.
pub(super) async fn run(scene: &Scene, killed_at: Option<(usize, Fate)>, clean: Option<&[Call]>) -> Outcome {
    let stage = scene.set().await;
    stage.bench.begin(&stage.secret, &token(1)).await;
    let gate = Gate::start(&stage.bench, killed_at).await;
    let environment = scene.environment(&stage, &gate.url());
    let mut log = String::new();
    let mut at_kill = (false, false);
    loop {
        let killed = process(&stage, &gate, &environment, &mut log).await;
        let Some(seen) = killed else { break };
        at_kill = seen;
        let (number, _) = killed_at.unwrap();
        // The SDK's own repetitions would be calls of another rotation than the clean one.
        assert_eq!(gate.calls()[..], clean.unwrap()[..=number]);
        gate.cut();
    }
    assert!(gate.calls().len() > clean.map_or(0, <[Call]>::len), "the rotation came to its end");
    let working = settled(scene, &stage, &gate).await;
    nothing_is_told(&stage, &gate, &log).await;
    Outcome { calls: gate.calls(), moved: at_kill.0, old_worked: at_kill.1, made: gate.texts().len(), working }
}

/// Calls all steps of a new process. If it is killed meanwhile: whether AWSCURRENT has moved by then, and whether the old
/// text works.
async fn process(
    stage: &Stage,
    gate: &Gate,
    environment: &BTreeMap<String, String>,
    log: &mut String,
) -> Option<(bool, bool)> {
    let function = Emulator::start("rotate-secret", environment).await;
    for step in STEPS {
        gate.enter(step);
        let event = json!({
            "Step": step, "SecretId": stage.secret, "ClientRequestToken": token(1), "RotationToken": PROOF,
        });
        let event = event.to_string();
        // The emulator ends a function whose caller goes away, so that the caller has to stay for the kill.
        let mut answer = std::pin::pin!(function.post(&event));
        tokio::select! {
            answer = &mut answer => assert_eq!(answer, (200, "null".to_owned()), "{step}"),
            () = gate.held() => {
                let seen = look(stage).await;
                log.push_str(&function.kill().await);
                // Nothing happens by itself.
                assert_eq!(look(stage).await, seen);
                return Some(seen);
            }
        }
        look(stage).await;
    }
    log.push_str(&function.stop().await);
    None
}

/// Whether AWSCURRENT has moved, and whether the old text works. That the text in the secret works, whichever it is, holds
/// always.
async fn look(stage: &Stage) -> (bool, bool) {
    let now = SystemClock.now().into();
    let moved = stage.bench.version_at(&stage.secret, "AWSCURRENT").await.unwrap() == token(1);
    let worked = match &stage.old {
        Some(old) => stage.bench.code(old, now).await == Code::Valid,
        None => false,
    };
    let current = stage.bench.value(&stage.secret, "AWSCURRENT").await.unwrap();
    match text_in(&current) {
        Some(text) => assert_eq!(stage.bench.code(&text, now).await, Code::Valid),
        None => assert!(stage.old.is_none() && !moved),
    }
    (moved, worked)
}

/// What holds after the rotation; how many of the texts that it made work.
async fn settled(scene: &Scene, stage: &Stage, gate: &Gate) -> usize {
    let (bench, id, now) = (&stage.bench, stage.key().await.unwrap(), SystemClock.now().into());
    let mut working = Vec::new();
    for text in gate.texts() {
        match bench.code(&text, now).await {
            Code::Valid => working.push(text),
            code => assert_eq!(code, Code::NotFound),
        }
    }
    assert_eq!(working, [bench.text(&stage.secret).await], "one of the new texts works, and it is the secret's");
    let mut labels = bench.labels(&stage.secret).await;
    assert!(labels.remove(&token(1)).unwrap().contains(&"AWSCURRENT".to_owned()));
    assert_eq!(labels.into_values().collect::<Vec<_>>(), [["AWSPREVIOUS"]], "AWSPENDING is nowhere else");
    let items = bench.items().await;
    let is_key = |item: &&std::collections::HashMap<String, AttributeValue>| {
        item["pk"].as_s().unwrap() == &format!("key#{id}") && item["sk"].as_s().unwrap() == "record"
    };
    let item = items.iter().find(is_key).unwrap();
    assert!(!item.contains_key("pending_hash"));
    let standing = bench.standing(id).await;
    assert_eq!(standing.record.rotation.pending_since, None);
    assert_eq!(standing.record.is_root, scene.held != Held::Key);
    let created = bench.events(Action::KeyCreated).await.len();
    let (staged, rotated) = (bench.events(Action::KeyStaged).await, bench.events(Action::KeyRotated).await);
    let expected = if scene.is_first() { (1, 0, 0, 1) } else { (1, 1, 1, 3) };
    assert_eq!((created, staged.len(), rotated.len(), standing.record.version), expected);
    if scene.held != Held::Key {
        assert_eq!(bench.root_id().await.as_deref(), Some(id.as_str()));
    }
    match &stage.old {
        Some(old) => ends(scene, stage, old, rotated[0]).await,
        None => assert!(standing.texts.previous.is_none() && standing.record.rotation.previous_until.is_none()),
    }
    working.len()
}

/// The old text ends when the overlap does, counted from when the key was told.
async fn ends(scene: &Scene, stage: &Stage, old: &str, rotated: Timestamp) {
    let standing = stage.bench.standing(stage.key().await.unwrap()).await;
    let end = rotated.plus_seconds(scene.overlap.1).unwrap();
    assert_eq!(stage.bench.code(old, end).await, Code::NotFound);
    if scene.overlap.1 == 0 {
        assert!(standing.texts.previous.is_none() && standing.record.rotation.previous_until.is_none());
        return;
    }
    assert_eq!(standing.record.rotation.previous_until, Some(end));
    let last = rotated.plus_seconds(scene.overlap.1 - 1).unwrap();
    assert_eq!(stage.bench.code(old, last).await, Code::Valid);
}

/// No text is in the table or the log, and Secrets Manager's proof goes where it belongs.
async fn nothing_is_told(stage: &Stage, gate: &Gate, log: &str) {
    let table = format!("{:?}", stage.bench.items().await);
    for text in gate.texts().iter().chain(&stage.old) {
        assert!(!table.contains(secret_of(text)) && !log.contains(secret_of(text)));
    }
    assert!(!log.contains(PROOF) && log.contains("Finish of version"), "what was searched is the log");
    assert!(gate.rotation_tokens().iter().all(|proof| proof.as_deref() == Some(PROOF)));
}
