//! How long a key lives that is rotated: as long as before, unless somebody asks for something else.

use serde_json::json;

use super::{DAY, Scene, after, previous_until};

#[tokio::test]
async fn no_text_works_past_the_end_of_its_key() {
    for overlap in ["2h", "30d", "3601s", "1h"] {
        let scene = Scene::start(json!({"expires_in": "1h"})).await;
        let new = scene.rotate(json!({"overlap": overlap})).await;
        assert_eq!(new.body["expires_at"], after(3600));
        assert_eq!(*previous_until(&new.body), json!(after(3600)), "{overlap}");
        scene.stack.clock.set(&after(3599));
        for text in [&new.text, &scene.key.text] {
            scene.assert_works(text).await;
        }
        scene.stack.clock.set(&after(3600));
        scene.assert_refused(&new.text, "EXPIRED").await;
        scene.assert_ended(&scene.key.text).await;
        assert_eq!(scene.record().await["rotation"], json!(null));
    }
}

#[tokio::test]
async fn a_key_whose_life_is_shortened_takes_its_previous_text_along() {
    let scene = Scene::start(json!({"expires_in": "30d"})).await;
    let new = scene.rotate(json!({"overlap": "2h"})).await;
    assert_eq!(*previous_until(&new.body), json!(after(7200)));
    assert_eq!(*previous_until(&scene.patch(json!({"expires_in": "1h"})).await), json!(after(3600)));
    assert_eq!(*previous_until(&scene.record().await), json!(after(3600)));
    scene.stack.clock.set(&after(3599));
    scene.assert_works(&scene.key.text).await;
    scene.stack.clock.set(&after(3600));
    scene.assert_ended(&scene.key.text).await;
    scene.assert_refused(&new.text, "EXPIRED").await;
}

#[tokio::test]
async fn a_key_whose_life_is_lengthened_leaves_its_previous_text_behind() {
    let scene = Scene::start(json!({"expires_in": "1h"})).await;
    let new = scene.rotate(json!({"overlap": "2h"})).await;
    for patch in [json!({"expires_in": "30d"}), json!({"expires_at": null})] {
        assert_eq!(*previous_until(&scene.patch(patch).await), json!(after(3600)));
    }
    scene.stack.clock.set(&after(3600));
    scene.assert_ended(&scene.key.text).await;
    scene.assert_works(&new.text).await;
}

#[tokio::test]
async fn a_rotation_by_itself_lengthens_no_life() {
    let scene = Scene::start(json!({"expires_in": "30d"})).await;
    for day in [1, 15, 29] {
        scene.stack.clock.set(&after(day * DAY));
        assert_eq!(scene.rotate(json!({"overlap": "0s"})).await.body["expires_at"], after(30 * DAY));
        let null = json!({"overlap": "0s", "expires_in": null, "expires_at": null});
        assert_eq!(scene.rotate(null).await.body["expires_at"], after(30 * DAY));
    }
    let endless = Scene::start(json!({})).await;
    assert_eq!(endless.rotate(json!({})).await.body["expires_at"], json!(null));
}

#[tokio::test]
async fn a_new_end_can_be_asked_for_with_the_new_text() {
    for fields in [json!({"expires_in": "30d"}), json!({})] {
        for (asked, end) in [
            (json!({"expires_in": "90d"}), after(91 * DAY)),
            (json!({"expires_in": "1h"}), after(DAY + 3600)),
            (json!({"expires_at": "2030-01-31T12:00:00.9+05:30"}), "2030-01-31T06:30:00Z".to_owned()),
        ] {
            let scene = Scene::start(fields.clone()).await;
            scene.stack.clock.set(&after(DAY));
            let new = scene.rotate(asked.clone()).await;
            assert_eq!(new.body["expires_at"], end, "{asked}");
            assert_eq!(scene.record().await["expires_at"], end, "{asked}");
            // The shorter of the overlap and the life.
            let until = if asked == json!({"expires_in": "1h"}) { after(DAY + 3600) } else { after(2 * DAY) };
            assert_eq!(*previous_until(&new.body), json!(until), "{asked}");
            scene.stack.clock.set(&end);
            scene.assert_refused(&new.text, "EXPIRED").await;
        }
    }
}

#[tokio::test]
async fn a_maximum_lifetime_holds_for_rotations() {
    let settings = [super::WITHOUT_CACHE, ("MAX_KEY_LIFETIME", "7d")];
    let scene = Scene::with(&settings, json!({"expires_in": "1d"})).await;
    scene.stack.clock.set(&after(3600));
    let before = scene.stack.items().await;
    for (body, field) in [
        (json!({"expires_in": "7d"}), "expires_in"),
        (json!({"expires_in": "168h"}), "expires_in"),
        (json!({"expires_at": after(7 * DAY + 1)}), "expires_at"),
    ] {
        let answer = scene.ask(body.clone()).await;
        assert_eq!(answer.wrong_fields(), [field], "{body}");
        assert!(answer.json()["errors"][0]["message"].as_str().unwrap().contains("7d"), "{answer:?}");
    }
    assert!(scene.stack.items().await == before, "the table has changed");
    // It is counted from when the key was made, as ever.
    assert_eq!(scene.rotate(json!({"expires_at": after(7 * DAY)})).await.body["expires_at"], after(7 * DAY));
    scene.stack.clock.set(&after(6 * DAY));
    assert_eq!(scene.rotate(json!({"expires_in": "1d"})).await.body["expires_at"], after(7 * DAY));
    // A key that is there is left its end, whatever has become the rule.
    assert_eq!(scene.rotate(json!({"end_previous": true})).await.body["expires_at"], after(7 * DAY));
}

#[tokio::test]
async fn an_expired_key_takes_a_new_end_with_its_new_text() {
    let scene = Scene::start(json!({"expires_in": "1h"})).await;
    scene.stack.clock.set(&after(3600));
    scene.assert_refused(&scene.key.text, "EXPIRED").await;
    let before = scene.stack.items().await;
    let problem = scene.ask(json!({"overlap": "0s", "end_previous": true})).await.problem(409);
    assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
    assert!(problem["detail"].as_str().unwrap().contains("expir"), "{problem}");
    assert!(scene.stack.items().await == before, "the table has changed");

    // The text that had ended with the key does not come back with it, whatever the overlap.
    let new = scene.rotate(json!({"expires_in": "1d", "overlap": "12h"})).await;
    assert_eq!((&new.body["state"], &new.body["expires_at"]), (&json!("active"), &json!(after(DAY + 3600))));
    assert_eq!(new.body["rotation"], json!(null));
    scene.assert_works(&new.text).await;
    scene.assert_ended(&scene.key.text).await;
}

#[tokio::test]
async fn the_end_that_a_key_had_is_that_of_its_previous_text() {
    let scene = Scene::start(json!({"expires_in": "1h"})).await;
    let new = scene.rotate(json!({"expires_in": "30d", "overlap": "12h"})).await;
    assert_eq!((&new.body["expires_at"], previous_until(&new.body)), (&json!(after(30 * DAY)), &json!(after(3600))));
    scene.stack.clock.set(&after(3599));
    scene.assert_works(&scene.key.text).await;
    scene.stack.clock.set(&after(3600));
    scene.assert_ended(&scene.key.text).await;
    scene.assert_works(&new.text).await;
}
