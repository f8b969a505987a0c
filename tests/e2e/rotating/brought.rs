//! Keys whose text somebody brought, which get one that Latchkey makes.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::secret::SecretHash;

use super::{Scene, WITHOUT_CACHE, after, previous_until};
use crate::support::{START, TestStack, hexadecimal, id_of, minimal_with, shape};

/// A text that a random generator made.
const VALUE: &str = "w2Hn8Rk5Tz7Qc4Vx9Lb3Mf6Jp1Ys0Dg";
/// A text that Latchkey made in another deployment, and that names another id.
const FOREIGN: &str = "acme_live_Zq7Lk2Vn9Xw4Bt8R_k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0PjA4RGDyX";

fn sha256(text: &str) -> String {
    hexadecimal(SecretHash::of(text).as_bytes())
}

/// The ways to bring a text: the text, and the fields to do it with.
fn ways() -> [(&'static str, Value); 3] {
    let hashed = |text| json!({"hash": {"sha256": sha256(text)}});
    [(VALUE, json!({"value": VALUE})), (VALUE, hashed(VALUE)), (FOREIGN, hashed(FOREIGN))]
}

impl Scene {
    /// One whose key's text was brought.
    async fn brought(settings: &[(&str, &str)], text: &str, fields: Value) -> Self {
        let stack = TestStack::with_settings(settings).await;
        let answer = stack.post("/keys", stack.root(), &minimal_with(fields)).await.expect(201);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let key = crate::support::Key { id, text: text.to_owned(), body: answer.json() };
        Self { stack, key }
    }

    /// When the table may forget what leads from the brought text to the key.
    async fn forgets_at(&self) -> Option<i64> {
        let pk = AttributeValue::S(format!("hash#{}", sha256(&self.key.text)));
        let item = self.stack.items().await.into_iter().find(|item| item["pk"] == pk).unwrap();
        item.get("purge_at").map(|at| at.as_n().unwrap().parse().unwrap())
    }
}

#[tokio::test]
async fn a_brought_text_is_followed_by_one_that_latchkey_makes() {
    for settings in [&[WITHOUT_CACHE][..], &[]] {
        for (text, fields) in ways() {
            let scene = Scene::brought(settings, text, fields).await;
            scene.assert_works(text).await;
            let new = scene.rotate(json!({"overlap": "1h"})).await;
            assert!(shape::is_key("lk", &new.text) && id_of(&new.text) == scene.key.id, "it names another key");
            assert!(shape::is_hint("lk", new.body["hint"].as_str().unwrap()), "{}", new.body["hint"]);
            assert_eq!(*previous_until(&new.body), json!(after(3600)));
            for seconds in [0, 3599] {
                scene.stack.clock.set(&after(seconds));
                scene.assert_works(&new.text).await;
                scene.assert_works(text).await;
            }
            for seconds in [3600, 86_400] {
                scene.stack.clock.set(&after(seconds));
                scene.assert_ended(text).await;
                scene.assert_works(&new.text).await;
            }
        }
    }
}

#[tokio::test]
async fn without_an_overlap_a_brought_text_ends_at_once() {
    for (text, fields) in ways() {
        let scene = Scene::brought(&[WITHOUT_CACHE], text, fields).await;
        let new = scene.rotate(json!({"overlap": "0s"})).await;
        scene.assert_ended(text).await;
        scene.assert_works(&new.text).await;
        // As with any other key, the next one ends this one.
        let third = scene.rotate(json!({"overlap": "0s"})).await;
        scene.assert_ended(text).await;
        scene.assert_ended(&new.text).await;
        scene.assert_works(&third.text).await;
    }
}

#[tokio::test]
async fn a_key_that_was_brought_lives_on_like_any_other() {
    for (text, fields) in ways() {
        let scene = Scene::brought(&[WITHOUT_CACHE], text, fields).await;
        let (stack, id) = (&scene.stack, &scene.key.id);
        let new = scene.rotate(json!({"overlap": "1h"})).await;
        stack.revoke(id, stack.root()).await.expect(200);
        for refused in [text, &new.text] {
            scene.assert_refused(refused, "REVOKED").await;
        }
        stack.restore(id, stack.root()).await.expect(200);
        scene.patch(json!({"enabled": false})).await;
        for refused in [text, &new.text] {
            scene.assert_refused(refused, "DISABLED").await;
        }
        scene.patch(json!({"enabled": true, "name": "other"})).await;
        for works in [text, &new.text] {
            scene.assert_works(works).await;
        }
        // The brought text is the first that another rotation ends.
        let third = scene.rotate(json!({"end_previous": true})).await;
        scene.assert_ended(text).await;
        for works in [&new.text, &third.text] {
            scene.assert_works(works).await;
        }
        stack.revoke(id, stack.root()).await.expect(200);
        scene.assert_ended(text).await;
        scene.assert_refused(&third.text, "REVOKED").await;
        stack.restore(id, stack.root()).await.expect(200);
        scene.assert_ended(text).await;
        scene.assert_works(&third.text).await;
        assert_eq!(stack.events(id).await.len(), 9);
    }
}

#[tokio::test]
async fn the_table_may_forget_a_brought_text_when_it_ends() {
    let start = START.parse::<jiff::Timestamp>().unwrap().as_second();
    for (text, fields) in ways() {
        for (body, end) in [
            (json!({"overlap": "1h"}), 3600),
            (json!({"overlap": "0s"}), 0),
            // A life that was shortened can be lengthened again, and the text with it.
            (json!({"overlap": "30d", "expires_in": "2h"}), 30 * 86_400),
        ] {
            let scene = Scene::brought(&[WITHOUT_CACHE], text, fields.clone()).await;
            assert_eq!(scene.forgets_at().await, None);
            let new = scene.rotate(body.clone()).await;
            assert_eq!(scene.forgets_at().await, Some(start + end), "{body}");
            // What becomes of the key afterwards changes nothing of that.
            scene.stack.revoke(&scene.key.id, scene.stack.root()).await.expect(200);
            scene.stack.restore(&scene.key.id, scene.stack.root()).await.expect(200);
            assert_eq!(scene.forgets_at().await, Some(start + end), "{body}");
            scene.assert_works(&new.text).await;
            // Until then it is nobody else's, and then it can be brought again, though the table is slow to forget.
            let brought_again = minimal_with(fields.clone());
            if end > 0 {
                scene.stack.clock.set(&after(u64::try_from(end).unwrap() - 1));
                scene.stack.post("/keys", scene.stack.root(), &brought_again).await.problem(409);
            }
            scene.stack.clock.set(&after(u64::try_from(end).unwrap()));
            let other = scene.stack.post("/keys", scene.stack.root(), &brought_again).await.expect(201).json();
            let verdict = scene.stack.verdict(&json!({"key": text})).await;
            assert_eq!((&verdict["code"], &verdict["key_id"]), (&json!("VALID"), &other["id"]), "{body}");
            assert_ne!(other["id"], scene.key.id, "{body}");
        }
    }
}

#[tokio::test]
async fn a_text_begins_as_before_or_as_asked_for() {
    let settings = [WITHOUT_CACHE, ("KEY_PREFIX", "acme_test")];
    for (fields, asked, expected) in [
        (json!({}), None, "acme_test"),
        (json!({"prefix": "x9_y"}), None, "x9_y"),
        (json!({"prefix": "x9_y"}), Some("z"), "z"),
        (json!({}), Some("abcdefghijklmnop"), "abcdefghijklmnop"),
        (json!({"value": VALUE}), None, "acme_test"),
        (json!({"value": VALUE}), Some("x9_y"), "x9_y"),
        (json!({"hash": {"sha256": sha256(FOREIGN)}}), None, "acme_test"),
    ] {
        let scene = Scene::brought(&settings, "", fields.clone()).await;
        let asked = asked.map_or(json!({"overlap": "0s"}), |prefix| json!({"overlap": "0s", "prefix": prefix}));
        let new = scene.rotate(asked).await;
        assert!(shape::is_key(expected, &new.text), "{fields} does not begin with {expected}");
        assert!(shape::is_hint(expected, new.body["hint"].as_str().unwrap()), "{}", new.body["hint"]);
        scene.assert_works(&new.text).await;
        // And so does the one after it.
        let next = scene.rotate(json!({"overlap": "0s"})).await;
        assert!(shape::is_key(expected, &next.text), "{fields} does not go on with {expected}");
        scene.assert_works(&next.text).await;
    }
}
