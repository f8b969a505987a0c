//! The secret of the root key, which may start without one, and may lose it.

use shared::{audit::Action, clock::Clock, decision::Code, record::KeyType};

use super::{
    bench::{EMPTY, holding, id_in},
    rotation::Rotation,
    token,
};
use crate::support::record::numbered;

#[tokio::test]
async fn the_first_rotation_makes_the_root_key() {
    let rotation = Rotation::start().await;
    let text = rotation.rotate(&rotation.root_secret, 1).await.unwrap();
    let value = rotation.value(&rotation.root_secret, "AWSCURRENT").await.unwrap();
    assert_eq!((&value["key_id"], &value["expires_at"]), (&id_in(&text).as_str().into(), &serde_json::Value::Null));
    let standing = rotation.standing(id_in(&text)).await;
    assert!(standing.record.is_root && standing.record.key_type == KeyType::SuperUser);
    assert_eq!(rotation.opens(&text).await, Code::Valid);
    let second = rotation.rotate(&rotation.root_secret, 2).await.unwrap();
    assert_eq!(id_in(&second), id_in(&text));
    assert_eq!((rotation.opens(&text).await, rotation.opens(&second).await), (Code::Valid, Code::Valid));
    let (made, rotated) = (rotation.events(Action::KeyCreated).await, rotation.events(Action::KeyRotated).await);
    assert_eq!((made.len(), rotated.len()), (1, 1));
}

#[tokio::test]
async fn a_secret_that_lost_the_root_key_gets_a_new_text_of_the_same_key() {
    let rotation = Rotation::start().await;
    let lost = rotation.rotate(&rotation.root_secret, 1).await.unwrap();
    let foreign = rotation.add_key(numbered(2).0, rotation.clock.now()).await;
    let unknown = crate::support::with_wrong_secret(&lost);
    // Emptied; overwritten with another key, with one that opens nothing, and with what is no key at all.
    let values = [EMPTY.to_owned(), holding(&foreign), holding(&unknown), "lost".to_owned(), "[]".to_owned()];
    for (number, value) in (2..).zip(values) {
        rotation.write(&rotation.root_secret, &value).await;
        let before = rotation.standing(id_in(&lost)).await.texts.current;
        let text = rotation.rotate(&rotation.root_secret, number).await.unwrap();
        assert_eq!(id_in(&text), id_in(&lost), "there is one root key");
        assert_eq!(rotation.opens(&text).await, Code::Valid);
        let standing = rotation.standing(id_in(&lost)).await;
        assert!(standing.texts.previous.unwrap().matches(&before), "what was in use works for the overlap");
    }
    assert_eq!(rotation.opens(&foreign).await, Code::Valid, "the other key is left alone");
    assert_eq!(rotation.events(Action::KeyCreated).await.len(), 2);
}

#[tokio::test]
async fn an_empty_secret_that_is_not_the_root_keys_is_refused() {
    let rotation = Rotation::start().await;
    let secret = rotation.add_secret("empty", EMPTY).await;
    let error = rotation.rotate(&secret, 1).await.unwrap_err();
    assert_eq!(error, "the secret holds no key, and is not the one of the root key");
    assert_eq!(rotation.items().await.len(), 0, "nothing was made");
    assert_eq!(rotation.root_id().await, None);
}

#[tokio::test]
async fn no_other_secret_rotates_the_root_key() {
    let rotation = Rotation::start().await;
    let text = rotation.rotate(&rotation.root_secret, 1).await.unwrap();
    let copy = rotation.add_secret("copy", &holding(&text)).await;
    let before = rotation.items().await;
    assert_eq!(rotation.rotate(&copy, 1).await.unwrap_err(), "the root key is rotated with its own secret alone");
    assert_eq!(rotation.items().await, before);
    let forged = rotation.add_secret("forged", &holding(&crate::support::with_wrong_secret(&text))).await;
    let error = rotation.rotate(&forged, 1).await.unwrap_err();
    assert_eq!(error, format!("the secret's text is not the present one of the key {}", id_in(&text)));
}

#[tokio::test]
async fn the_first_rotation_can_stop_after_any_step_and_another_one_make_the_key() {
    for steps in 1..=3 {
        let rotation = Rotation::start().await;
        rotation.under_way(&rotation.root_secret, &token(1), steps).await;
        let abandoned = rotation.pending(&rotation.root_secret).await;
        rotation.end(&rotation.root_secret, &token(1)).await;
        let text = rotation.rotate(&rotation.root_secret, 2).await.unwrap();
        assert_eq!(id_in(&text), id_in(&abandoned), "the id was claimed for good");
        assert_eq!(rotation.opens(&text).await, Code::Valid, "after {steps} steps");
        assert_eq!(rotation.root_id().await.as_deref(), Some(id_in(&text).as_str()));
        assert_eq!(rotation.events(Action::KeyCreated).await.len(), 1);
    }
}
