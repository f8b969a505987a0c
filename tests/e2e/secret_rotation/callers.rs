//! The rotation of a secret and the admin API on the same key.

use serde_json::{Value, json};
use shared::{audit::Action, decision::Code};

use super::{
    bench::{holding, id_in},
    rotation::Rotation,
    token,
};

const HOUR: u64 = 3600;

#[tokio::test]
async fn a_key_that_is_revoked_meanwhile_keeps_its_secret_and_goes_on_once_it_is_restored() {
    for steps in 1..=3 {
        let rotation = Rotation::start().await;
        let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
        let id = id_in(&old);
        rotation.under_way(&secret, &token(1), steps).await;
        api.revoke(id.as_str(), api.root()).await.expect(200);
        let error = rotation.steps(&secret, &token(1)).await.unwrap_err();
        // The text that stands in the way is the secret's before there is another in the table.
        assert_eq!(error, format!("the text of the key {id} is refused as REVOKED"));
        let error = rotation.step("finishSecret", &secret, &token(1)).await.unwrap_err();
        assert!(error.starts_with(&format!("the text of the key {id} is refused as ")), "{error}");
        assert_eq!(rotation.text(&secret).await, old, "a secret never moves to a text that opens nothing");
        assert_eq!(rotation.opens(&old).await, Code::Revoked);

        api.restore(id.as_str(), api.root()).await.expect(200);
        assert_eq!(rotation.opens(&old).await, Code::Valid);
        rotation.steps(&secret, &token(1)).await.unwrap();
        let new = rotation.text(&secret).await;
        assert_ne!(new, old);
        assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
        api.stack.stop().await;
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_after_its_secret_has_moved_is_told_of_the_move_and_stays_revoked() {
    let rotation = Rotation::start().await;
    let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
    rotation.under_way(&secret, &token(1), 3).await;
    rotation.move_to(&secret, &token(1)).await;
    api.revoke(id_in(&old).as_str(), api.root()).await.expect(200);
    rotation.steps(&secret, &token(1)).await.unwrap();
    let new = rotation.text(&secret).await;
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Revoked, Code::Revoked));
    api.restore(id_in(&old).as_str(), api.root()).await.expect(200);
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
    assert!(rotation.standing(id_in(&old)).await.texts.pending.is_none());
    api.stack.stop().await;
}

#[tokio::test]
async fn a_key_that_is_disabled_meanwhile_keeps_its_secret() {
    let rotation = Rotation::start().await;
    let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
    rotation.under_way(&secret, &token(1), 3).await;
    api.patch(id_in(&old).as_str(), api.root(), &json!({"enabled": false})).await.expect(200);
    let error = rotation.step("finishSecret", &secret, &token(1)).await.unwrap_err();
    assert_eq!(error, format!("the text of the key {} is refused as DISABLED", id_in(&old)));
    assert_eq!(rotation.text(&secret).await, old);
    api.patch(id_in(&old).as_str(), api.root(), &json!({"enabled": true})).await.expect(200);
    rotation.steps(&secret, &token(1)).await.unwrap();
    assert_eq!(rotation.opens(&rotation.text(&secret).await).await, Code::Valid);
    api.stack.stop().await;
}

#[tokio::test]
async fn an_edit_between_two_steps_is_kept() {
    let rotation = Rotation::start().await;
    let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
    rotation.begin(&secret, &token(1)).await;
    for (step, name) in super::STEPS.into_iter().zip(["one", "two", "three", "four"]) {
        api.patch(id_in(&old).as_str(), api.root(), &json!({"name": name})).await.expect(200);
        rotation.step(step, &secret, &token(1)).await.unwrap();
        assert_eq!(api.record(id_in(&old).as_str()).await["name"], name);
    }
    let record = api.record(id_in(&old).as_str()).await;
    assert_eq!(record["version"], 7, "four edits and the two of the rotation");
    assert_eq!(record["rotation"], json!({"previous_valid_until": "2026-11-22T08:00:00Z"}));
    api.stack.stop().await;
}

#[tokio::test]
async fn nobody_else_rotates_a_key_for_an_hour_while_its_secret_is_rotated() {
    let rotation = Rotation::start().await;
    let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
    let path = format!("/keys/{}/rotate", id_in(&old));
    rotation.under_way(&secret, &token(1), 2).await;
    let new = rotation.pending(&secret).await;
    for body in [json!({}), json!({"end_previous": true})] {
        let problem = api.post(&path, api.root(), &body).await.expect(409).json();
        assert_eq!(
            problem["detail"],
            "A secret that holds the key is being rotated; try again when that is done, or after an hour."
        );
    }
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
    rotation.clock.advance_seconds(HOUR);
    api.post(&path, api.root(), &json!({})).await.expect(409);
    let taken: Value = api.post(&path, api.root(), &json!({"end_previous": true})).await.expect(200).json();

    // Whoever did this has the key's new text; the secret stays where it is.
    let error = rotation.step("finishSecret", &secret, &token(1)).await.unwrap_err();
    assert_eq!(error, format!("the text of the key {} is refused as NOT_FOUND", id_in(&old)));
    assert_eq!(rotation.text(&secret).await, old);
    let taken = taken["key"].as_str().unwrap();
    let opens = [rotation.opens(&old).await, rotation.opens(&new).await, rotation.opens(taken).await];
    assert_eq!(opens, [Code::Valid, Code::NotFound, Code::Valid]);
    // The secret's text works for the overlap still, and has no say in what comes next.
    let error = rotation.steps(&secret, &token(1)).await.unwrap_err();
    assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&old)));
    rotation.write(&secret, &holding(taken)).await;
    rotation.steps(&secret, &token(1)).await.unwrap();
    assert_eq!((rotation.text(&secret).await, rotation.opens(&new).await), (new, Code::Valid));
    api.stack.stop().await;
}

#[tokio::test]
async fn a_rotation_of_the_secret_after_one_of_the_key_needs_the_text_that_the_key_has() {
    let rotation = Rotation::start().await;
    let (api, (secret, old)) = (rotation.api().await, rotation.any().await);
    let path = format!("/keys/{}/rotate", id_in(&old));
    let rotated = api.post(&path, api.root(), &json!({"overlap": "1m"})).await.expect(200).json();
    rotation.clock.advance_seconds(60);
    let error = rotation.rotate(&secret, 1).await.unwrap_err();
    assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&old)));
    rotation.end(&secret, &token(1)).await;
    rotation.write(&secret, &holding(rotated["key"].as_str().unwrap())).await;
    let new = rotation.rotate(&secret, 2).await.unwrap();
    assert_eq!(rotation.opens(&new).await, Code::Valid);
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 2);
    api.stack.stop().await;
}

#[tokio::test]
async fn the_root_key_is_rotated_by_its_secret_alone() {
    let rotation = Rotation::start().await;
    let text = rotation.rotate(&rotation.root_secret, 1).await.unwrap();
    let api = rotation.api().await;
    let path = format!("/keys/{}/rotate", id_in(&text));
    api.post(&path, &text, &json!({"end_previous": true})).await.expect(409);
    let new = rotation.rotate(&rotation.root_secret, 2).await.unwrap();
    assert_eq!((rotation.opens(&text).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
    api.get("/keys", &new).await.expect(200);
    api.stack.stop().await;
}
