//! The overlap: how long the previous text works, to the second.

use serde_json::{Value, json};

use super::{DAY, Scene, WITHOUT_CACHE, after, previous_until};

#[tokio::test]
async fn the_previous_text_works_until_its_last_second_and_not_after() {
    // It is decided on the record, so that a cached one does not make it longer.
    for settings in [&[WITHOUT_CACHE][..], &[], &[("CACHE_TTL_SECONDS", "300")]] {
        for (overlap, seconds) in [("1s", 1), ("90s", 90), ("2h", 7200), ("30d", 30 * DAY)] {
            let scene = Scene::with(settings, json!({})).await;
            let new = scene.rotate(json!({"overlap": overlap})).await;
            assert_eq!(*previous_until(&new.body), json!(after(seconds)), "{overlap}");
            scene.assert_works(&scene.key.text).await;
            let last = after(seconds - 1);
            for time in [last.clone(), last.replace('Z', ".999Z")] {
                scene.stack.clock.set(&time);
                scene.assert_works(&scene.key.text).await;
                scene.assert_works(&new.text).await;
            }
            for more in [0, 1, 10, 40 * DAY] {
                scene.stack.clock.set(&after(seconds + more));
                scene.assert_ended(&scene.key.text).await;
                scene.assert_works(&new.text).await;
                assert_eq!(*previous_until(&scene.record().await), json!(null), "{overlap}");
            }
        }
    }
}

#[tokio::test]
async fn without_an_overlap_the_previous_text_ends_at_once() {
    for overlap in ["0s", "0m", "0h", "0d"] {
        let scene = Scene::start(json!({})).await;
        scene.assert_works(&scene.key.text).await;
        let new = scene.rotate(json!({"overlap": overlap})).await;
        assert_eq!(new.body["rotation"], json!(null));
        scene.assert_ended(&scene.key.text).await;
        scene.assert_works(&new.text).await;
        assert_eq!(scene.record().await["rotation"], json!(null));
    }
}

#[tokio::test]
async fn a_text_that_ended_at_once_is_refused_after_the_cache_expires() {
    let scene = Scene::with(&[], json!({})).await;
    let door = async |text: &str| scene.stack.get("/demo/hello", text).await.status;
    assert_eq!(door(&scene.key.text).await, 200);
    let new = scene.rotate(json!({"overlap": "0s"})).await;
    // `/verify` reads the record each time.
    assert_eq!(scene.stack.verdict(&json!({"key": scene.key.text})).await["code"], "NOT_FOUND");
    scene.stack.clock.advance_seconds(9);
    assert_eq!(door(&scene.key.text).await, 200);
    scene.stack.clock.advance_seconds(1);
    assert_eq!(door(&scene.key.text).await, 401);
    assert_eq!(door(&new.text).await, 200);
}

#[tokio::test]
async fn the_new_text_makes_a_cached_record_known_to_be_old() {
    let scene = Scene::with(&[], json!({})).await;
    scene.stack.get("/demo/hello", &scene.key.text).await.expect(200);
    let new = scene.rotate(json!({"overlap": "0s"})).await;
    scene.stack.get("/demo/hello", &new.text).await.expect(200);
    // It was read again for the new text, long before the cache expired.
    scene.stack.get("/demo/hello", &scene.key.text).await.expect(401);
}

#[tokio::test]
async fn the_overlap_is_a_day_unless_the_deployment_or_the_caller_says_otherwise() {
    for (setting, asked, expected) in [
        (None, json!({}), Some(DAY)),
        (None, json!({"overlap": null}), Some(DAY)),
        (None, json!({"overlap": "24h"}), Some(DAY)),
        (None, json!({"overlap": "5m"}), Some(300)),
        (Some("2h"), json!({}), Some(7200)),
        (Some("2h"), json!({"overlap": null}), Some(7200)),
        (Some("2h"), json!({"overlap": "3h"}), Some(10_800)),
        (Some("2h"), json!({"overlap": "0s"}), None),
        (Some("0s"), json!({}), None),
        (Some("0s"), json!({"overlap": "1d"}), Some(DAY)),
        (Some("30d"), json!({}), Some(30 * DAY)),
    ] {
        let settings: Vec<_> =
            [Some(WITHOUT_CACHE), setting.map(|overlap| ("ROTATION_OVERLAP", overlap))].into_iter().flatten().collect();
        let scene = Scene::with(&settings, json!({})).await;
        let rotated = scene.rotate(asked.clone()).await;
        let expected = expected.map_or(Value::Null, |seconds| json!(after(seconds)));
        assert_eq!(*previous_until(&rotated.body), expected, "{setting:?} {asked}");
        if expected.is_null() {
            scene.assert_ended(&scene.key.text).await;
        } else {
            scene.assert_works(&scene.key.text).await;
        }
    }
}

#[tokio::test]
async fn the_overlap_begins_when_the_key_is_rotated() {
    let scene = Scene::start(json!({})).await;
    scene.stack.clock.set("2026-11-25T23:59:59.75Z");
    let rotated = scene.rotate(json!({"overlap": "1s"})).await;
    assert_eq!(*previous_until(&rotated.body), "2026-11-26T00:00:00Z");
    assert_eq!(rotated.body["updated_at"], "2026-11-25T23:59:59Z");
    assert_eq!(rotated.body["created_at"], scene.key.body["created_at"]);
}
