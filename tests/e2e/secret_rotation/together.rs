//! Rotations at the same time as others, and as other changes.

use std::time::Duration;

use serde_json::json;
use shared::{audit::Action, decision::Code};
use tokio::{join, task::JoinSet, time::sleep};

use super::{
    STEPS,
    bench::{holding, id_in},
    rotation::Rotation,
    token,
};
use crate::{owners::dice::Dice, support::record::numbered};

/// How often each race is run, each time with other delays.
const ROUNDS: u64 = 12;

/// A wait of up to three milliseconds: about as long as a step's calls take.
async fn hesitate(dice: &mut Dice) {
    sleep(Duration::from_micros(dice.below(3000) as u64)).await;
}

/// That the secret and the key agree after one rotation.
async fn assert_whole(rotation: &Rotation, secret: &str, old: &str, round: u64) {
    let (new, id) = (rotation.text(secret).await, id_in(old));
    assert_ne!(new, old, "round {round}");
    assert_eq!((rotation.opens(old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid), "round {round}");
    let standing = rotation.standing(id).await;
    assert!(standing.texts.pending.is_none() && standing.record.rotation.pending_since.is_none(), "round {round}");
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 1, "round {round}");
    let mut working = 0;
    for text in rotation.gate.texts() {
        working += u32::from(rotation.opens(&text).await == Code::Valid);
    }
    assert_eq!(working, 1, "one new text works: round {round}");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_and_changes_nothing() {
    let clean = Rotation::start().await;
    let (secret, _) = clean.any().await;
    clean.rotate(&secret, 1).await.unwrap();
    let calls = clean.gate.calls().len();
    assert!(calls > 12);
    let mut rotations = JoinSet::new();
    for call in 0..calls {
        rotations.spawn(async move {
            let rotation = Rotation::losing(call).await;
            let (secret, old) = rotation.any().await;
            rotation.rotate(&secret, 1).await.unwrap();
            assert_eq!(rotation.gate.calls().len(), calls + 1, "the SDK repeats the call");
            assert_whole(&rotation, &secret, &old, call as u64).await;
        });
    }
    while let Some(done) = rotations.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn two_calls_of_every_step_at_once_make_one_rotation() {
    for round in 0..ROUNDS {
        let (mut one, mut other) = (Dice(round), Dice(round + 1000));
        let rotation = Rotation::start().await;
        let (secret, old) = rotation.any().await;
        rotation.begin(&secret, &token(1)).await;
        for step in STEPS {
            let version = token(1);
            let called = join!(
                async {
                    hesitate(&mut one).await;
                    rotation.step(step, &secret, &version).await
                },
                async {
                    hesitate(&mut other).await;
                    rotation.step(step, &secret, &version).await
                },
            );
            assert_eq!(called, (Ok(()), Ok(())), "{step} in round {round}");
        }
        assert_whole(&rotation, &secret, &old, round).await;
    }
}

#[tokio::test]
async fn two_whole_rotations_with_one_token_make_one() {
    for round in 0..ROUNDS {
        let (mut one, mut other) = (Dice(round), Dice(round + 2000));
        let rotation = Rotation::start().await;
        let (secret, old) = rotation.any().await;
        rotation.begin(&secret, &token(1)).await;
        let run = async |dice: &mut Dice| {
            for step in STEPS {
                hesitate(dice).await;
                rotation.step(step, &secret, &token(1)).await?;
            }
            Ok::<_, String>(())
        };
        let done = join!(run(&mut one), run(&mut other));
        assert!(done.0.is_ok() || done.1.is_ok(), "{done:?} in round {round}");
        // Whoever was told of a failure repeats the rotation.
        rotation.steps(&secret, &token(1)).await.unwrap();
        assert_whole(&rotation, &secret, &old, round).await;
    }
}

#[tokio::test]
async fn of_two_secrets_with_the_same_key_one_is_rotated_at_a_time() {
    for round in 0..ROUNDS {
        let mut dice = Dice(round);
        let rotation = Rotation::start().await;
        let (first, old) = rotation.any().await;
        let second = rotation.add_secret("second", &holding(&old)).await;
        for secret in [&first, &second] {
            rotation.under_way(secret, &token(1), 1).await;
        }
        let version = token(1);
        let set = join!(rotation.step("setSecret", &first, &version), async {
            hesitate(&mut dice).await;
            rotation.step("setSecret", &second, &version).await
        });
        let (won, lost, error) = match set {
            (Ok(()), Err(error)) => (&first, &second, error),
            (Err(error), Ok(())) => (&second, &first, error),
            other => panic!("{other:?} in round {round}"),
        };
        assert_eq!(
            error,
            "a secret that holds the key is being rotated; try again when that is done, or after an hour"
        );
        rotation.steps(won, &token(1)).await.unwrap();
        // The text in the other one works for the overlap, and has no say any more in what comes next.
        assert_eq!((rotation.text(lost).await, rotation.opens(&old).await), (old.clone(), Code::Valid));
        let error = rotation.steps(lost, &token(1)).await.unwrap_err();
        assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&old)));
        // Once it has the key's own text, its turn comes.
        let theirs = rotation.text(won).await;
        rotation.write(lost, &holding(&theirs)).await;
        rotation.steps(lost, &token(1)).await.unwrap();
        let ours = rotation.text(lost).await;
        let opens = [rotation.opens(&old).await, rotation.opens(&theirs).await, rotation.opens(&ours).await];
        assert_eq!(opens, [Code::NotFound, Code::Valid, Code::Valid], "round {round}");
        assert_eq!(rotation.events(Action::KeyRotated).await.len(), 2);
    }
}

#[tokio::test]
async fn a_rotation_that_was_left_lying_is_in_nobodys_way_after_an_hour() {
    let rotation = Rotation::start().await;
    let (left, old) = rotation.any().await;
    let other = rotation.add_secret("other", &holding(&old)).await;
    rotation.under_way(&left, &token(1), 3).await;
    rotation.under_way(&other, &token(1), 1).await;
    rotation.clock.advance_seconds(3599);
    let error = rotation.step("setSecret", &other, &token(1)).await.unwrap_err();
    assert_eq!(error, "a secret that holds the key is being rotated; try again when that is done, or after an hour");
    rotation.clock.advance_seconds(1);
    rotation.steps(&other, &token(1)).await.unwrap();
    // What the first one had brought in is gone; it may not move its secret there.
    let error = rotation.step("finishSecret", &left, &token(1)).await.unwrap_err();
    assert_eq!(error, format!("the text of the key {} is refused as NOT_FOUND", id_in(&old)));
    assert_eq!((rotation.text(&left).await, rotation.opens(&old).await), (old.clone(), Code::Valid));
    let error = rotation.steps(&left, &token(1)).await.unwrap_err();
    assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&old)));
    assert_eq!(rotation.opens(&rotation.text(&other).await).await, Code::Valid);
}

#[tokio::test]
async fn a_secret_does_not_move_to_a_text_that_somebody_may_end_meanwhile() {
    let rotation = Rotation::start().await;
    let (secret, old) = rotation.any().await;
    rotation.under_way(&secret, &token(1), 3).await;
    rotation.clock.advance_seconds(3300);
    let error = rotation.step("finishSecret", &secret, &token(1)).await.unwrap_err();
    assert_eq!(error, "the rotation has taken too long to be finished, and is to be repeated");
    assert_eq!(rotation.text(&secret).await, old);
    rotation.steps(&secret, &token(1)).await.unwrap();
    let new = rotation.text(&secret).await;
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
}

#[tokio::test]
async fn a_rotation_that_is_repeated_after_half_an_hour_has_its_full_time_again() {
    let rotation = Rotation::start().await;
    let (secret, old) = rotation.any().await;
    let other = rotation.add_secret("other", &holding(&old)).await;
    rotation.under_way(&secret, &token(1), 2).await;
    rotation.under_way(&other, &token(1), 1).await;
    rotation.clock.advance_seconds(1800);
    rotation.step("setSecret", &secret, &token(1)).await.unwrap();
    rotation.clock.advance_seconds(3299);
    rotation.step("setSecret", &other, &token(1)).await.unwrap_err();
    rotation.step("finishSecret", &secret, &token(1)).await.unwrap();
    assert_eq!(rotation.opens(&rotation.text(&secret).await).await, Code::Valid);
}

#[tokio::test]
async fn a_rotation_that_races_a_revocation_an_edit_and_another_rotation_loses_none_of_them() {
    for round in 0..ROUNDS {
        let mut dice = Dice(round);
        let rotation = Rotation::start().await;
        let (secret, old) = rotation.held("held", numbered(1).0).await;
        let (api, id) = (rotation.api().await, id_in(&old));
        rotation.begin(&secret, &token(1)).await;
        let path = format!("/keys/{id}/rotate");
        let mut delays = [0_u64; 3].map(|_| Duration::from_micros(dice.below(60_000) as u64));
        delays.sort();
        let [edit, rotate, revoke] = delays;
        let (rotated, edited, taken, revoked) = join!(
            async { rotation.steps(&secret, &token(1)).await },
            async {
                sleep(edit).await;
                api.patch(id.as_str(), api.root(), &json!({"name": "edited"})).await
            },
            async {
                sleep(rotate).await;
                api.post(&path, api.root(), &json!({"end_previous": true})).await
            },
            async {
                sleep(revoke).await;
                api.revoke(id.as_str(), api.root()).await
            },
        );
        assert_eq!(revoked.status, 200, "round {round}");
        // What comes after the revocation is refused, and nothing else.
        assert!([edited.status, taken.status].iter().all(|status| [200, 409].contains(status)), "round {round}");
        let record = api.record(id.as_str()).await;
        let name = if edited.status == 200 { "edited" } else { "test" };
        assert_eq!((&record["name"], &record["state"]), (&json!(name), &json!("revoked")), "round {round}");

        api.restore(id.as_str(), api.root()).await.expect(200);
        let held = rotation.text(&secret).await;
        let whose = if rotated.is_ok() { "new" } else { "old" };
        assert_eq!(rotated.is_ok(), held != old, "the secret moved as told: round {round}, {rotated:?}");
        assert_eq!(rotation.opens(&held).await, Code::Valid, "the {whose} text in round {round}");
        if taken.status == 200 {
            let text = taken.json()["key"].as_str().unwrap().to_owned();
            assert_eq!(rotation.opens(&text).await, Code::Valid, "the other rotation's in round {round}");
        }
        api.stack.stop().await;
    }
}
