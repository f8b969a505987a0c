//! When a text ends, and what becomes of a rotation that stopped half way.

use shared::{audit::Action, decision::Code, expiry::Expiry, timestamp::Timestamp};

use super::{bench::id_in, rotation::Rotation, token};
use crate::support::record::numbered;

const DAY: u64 = 86_400;

#[tokio::test]
async fn the_old_text_works_until_the_second_in_which_the_overlap_ends() {
    let rotation = Rotation::with(&[("ROTATION_OVERLAP", "90s")]).await;
    let (secret, old) = rotation.any().await;
    let new = rotation.rotate(&secret, 1).await.unwrap();
    assert_ne!(old, new);
    assert_eq!(id_in(&old), id_in(&new));
    rotation.clock.advance_seconds(89);
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
    rotation.clock.advance_seconds(1);
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::NotFound, Code::Valid));
}

#[tokio::test]
async fn the_overlap_begins_when_the_secret_has_moved_and_not_before() {
    let rotation = Rotation::with(&[("ROTATION_OVERLAP", "90s")]).await;
    let (secret, old) = rotation.any().await;
    rotation.under_way(&secret, &token(1), 3).await;
    // A rotation can hang for days between two steps.
    rotation.clock.advance_seconds(3 * DAY);
    assert_eq!(rotation.opens(&old).await, Code::Valid);
    rotation.steps(&secret, &token(1)).await.unwrap();
    rotation.clock.advance_seconds(89);
    assert_eq!(rotation.opens(&old).await, Code::Valid);
}

#[tokio::test]
async fn two_rotations_in_a_row_end_the_first_text() {
    let rotation = Rotation::start().await;
    let (secret, first) = rotation.any().await;
    let second = rotation.rotate(&secret, 1).await.unwrap();
    assert_eq!(rotation.opens(&first).await, Code::Valid);
    let third = rotation.rotate(&secret, 2).await.unwrap();
    let opens = [rotation.opens(&first).await, rotation.opens(&second).await, rotation.opens(&third).await];
    assert_eq!(opens, [Code::NotFound, Code::Valid, Code::Valid]);
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 2);
}

#[tokio::test]
async fn no_text_outlives_the_key() {
    let rotation = Rotation::start().await;
    let mut record = numbered(1).0;
    let end: Timestamp = rotation.now().plus_seconds(3600).unwrap();
    record.terms.expiry = Expiry::At(end);
    let (secret, old) = rotation.held("held", record).await;
    let new = rotation.rotate(&secret, 1).await.unwrap();
    assert_eq!(rotation.standing(id_in(&old)).await.record.rotation.previous_until, Some(end));
    assert_eq!(rotation.value(&secret, "AWSCURRENT").await.unwrap()["expires_at"], end.to_string());
    rotation.clock.advance_seconds(3600);
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::NotFound, Code::Expired));
}

#[tokio::test]
async fn without_an_overlap_the_old_text_ends_with_the_rotation() {
    let rotation = Rotation::with(&[("ROTATION_OVERLAP", "0s")]).await;
    let (secret, old) = rotation.any().await;
    rotation.under_way(&secret, &token(1), 3).await;
    assert_eq!(rotation.opens(&old).await, Code::Valid);
    let new = rotation.pending(&secret).await;
    rotation.step("finishSecret", &secret, &token(1)).await.unwrap();
    assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (Code::NotFound, Code::Valid));
}

#[tokio::test]
async fn a_key_that_was_never_told_that_its_secret_moved_is_told_by_the_next_rotation() {
    let rotation = Rotation::start().await;
    let (secret, first) = rotation.any().await;
    rotation.under_way(&secret, &token(1), 3).await;
    let second = rotation.pending(&secret).await;
    rotation.move_to(&secret, &token(1)).await;
    rotation.end(&secret, &token(1)).await;
    assert!(rotation.standing(id_in(&first)).await.texts.pending.is_some());
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 0);

    rotation.under_way(&secret, &token(2), 2).await;
    let third = rotation.pending(&secret).await;
    for text in [&first, &second, &third] {
        assert_eq!(rotation.opens(text).await, Code::Valid, "the first was never given its overlap, so it has it now");
    }
    rotation.steps(&secret, &token(2)).await.unwrap();
    let opens = [rotation.opens(&first).await, rotation.opens(&second).await, rotation.opens(&third).await];
    assert_eq!(opens, [Code::NotFound, Code::Valid, Code::Valid]);
    assert_eq!(rotation.text(&secret).await, third);
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 2);
}

#[tokio::test]
async fn finishing_again_tells_the_key_and_gives_no_second_overlap() {
    let rotation = Rotation::with(&[("ROTATION_OVERLAP", "90s")]).await;
    let (secret, old) = rotation.any().await;
    rotation.under_way(&secret, &token(1), 3).await;
    rotation.move_to(&secret, &token(1)).await;
    rotation.steps(&secret, &token(1)).await.unwrap();
    rotation.clock.advance_seconds(80);
    rotation.steps(&secret, &token(1)).await.unwrap();
    rotation.clock.advance_seconds(10);
    assert_eq!(rotation.opens(&old).await, Code::NotFound);
    assert_eq!(rotation.events(Action::KeyRotated).await.len(), 1);
}
