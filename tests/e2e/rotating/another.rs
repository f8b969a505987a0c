//! Another rotation while the previous text is still alive.

use serde_json::json;

use super::{DAY, Scene, after, previous_until};

#[tokio::test]
async fn a_key_has_one_previous_text_at_a_time() {
    let scene = Scene::start(json!({})).await;
    let second = scene.rotate(json!({"overlap": "1h"})).await;
    let before = scene.stack.items().await;
    for seconds in [0, 1, 3599] {
        scene.stack.clock.set(&after(seconds));
        for body in [json!({}), json!({"overlap": "0s"}), json!({"end_previous": false}), json!({"expires_in": "1d"})] {
            let problem = scene.ask(body).await.problem(409);
            assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
            let detail = problem["detail"].as_str().unwrap();
            // It says until when, and how it can be done nevertheless.
            assert!(detail.contains(&after(3600)) && detail.contains("end_previous"), "{detail}");
        }
    }
    assert!(scene.stack.items().await == before, "the table has changed");
    for text in [&scene.key.text, &second.text] {
        scene.assert_works(text).await;
    }
    // From the second on in which it ends.
    scene.stack.clock.set(&after(3600));
    let third = scene.rotate(json!({"overlap": "1h"})).await;
    scene.assert_ended(&scene.key.text).await;
    for text in [&second.text, &third.text] {
        scene.assert_works(text).await;
    }
    scene.stack.clock.set(&after(7200));
    scene.assert_ended(&second.text).await;
    scene.assert_works(&third.text).await;
}

#[tokio::test]
async fn the_previous_text_can_be_ended_by_another_rotation() {
    let scene = Scene::start(json!({})).await;
    let second = scene.rotate(json!({"overlap": "30d"})).await;
    scene.stack.clock.set(&after(60));
    let third = scene.rotate(json!({"end_previous": true, "overlap": "1h"})).await;
    // The first text ends at once, although it was promised more; the second one is the previous one now.
    assert_eq!(*previous_until(&third.body), json!(after(3660)));
    scene.assert_ended(&scene.key.text).await;
    for text in [&second.text, &third.text] {
        scene.assert_works(text).await;
    }
    let fourth = scene.rotate(json!({"end_previous": true, "overlap": "0s"})).await;
    assert_eq!(fourth.body["rotation"], json!(null));
    for text in [&scene.key.text, &second.text, &third.text] {
        scene.assert_ended(text).await;
    }
    scene.assert_works(&fourth.text).await;
    scene.stack.clock.set(&after(30 * DAY));
    scene.assert_works(&fourth.text).await;
    assert_eq!(fourth.body["version"], 4);
}

#[tokio::test]
async fn there_need_be_no_previous_text_to_end() {
    let scene = Scene::start(json!({})).await;
    let second = scene.rotate(json!({"end_previous": true})).await;
    // The present text is not what is ended by that.
    scene.assert_works(&scene.key.text).await;
    scene.assert_works(&second.text).await;
    assert_eq!(*previous_until(&second.body), json!(after(DAY)));
}

#[tokio::test]
async fn a_text_that_ended_at_once_is_in_nobodys_way() {
    let scene = Scene::start(json!({})).await;
    let mut texts = vec![scene.key.text.clone()];
    for version in 2..6 {
        let new = scene.rotate(json!({"overlap": "0s"})).await;
        assert_eq!(new.body["version"], version);
        for ended in &texts {
            assert_ne!(*ended, new.text);
            scene.assert_ended(ended).await;
        }
        scene.assert_works(&new.text).await;
        texts.push(new.text);
    }
}

#[tokio::test]
async fn a_previous_text_that_ended_with_a_shortened_life_is_in_nobodys_way() {
    let scene = Scene::start(json!({})).await;
    let second = scene.rotate(json!({"overlap": "30d"})).await;
    scene.patch(json!({"expires_in": "1h"})).await;
    scene.ask(json!({"expires_in": "1d"})).await.problem(409);
    scene.stack.clock.set(&after(3600));
    scene.assert_refused(&second.text, "EXPIRED").await;
    let third = scene.rotate(json!({"expires_in": "90d", "overlap": "1h"})).await;
    // The text that had ended with the key does not come back with it.
    scene.assert_ended(&scene.key.text).await;
    scene.assert_works(&third.text).await;
}
