//! A key whose secret is being rotated: it has a text beside its present one, which is not to be lost.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use serde_json::json;
use shared::secret::SecretHash;

use super::{Scene, after, previous_until};
use crate::support::{START, with_wrong_secret};

impl Scene {
    /// Leaves the key as the rotation of a secret does between its second and its last step, and gives the pending text.
    async fn stage(&self) -> String {
        let text = with_wrong_secret(&self.key.text);
        self.assert_ended(&text).await;
        let update = self.stack.dynamodb().update_item().table_name(self.stack.stack.table_name());
        update
            .key("pk", AttributeValue::S(format!("key#{}", self.key.id)))
            .key("sk", AttributeValue::S("record".to_owned()))
            .update_expression("SET pending_hash = :hash, #record.pending_since = :now")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#record", "record")
            .expression_attribute_values(":hash", AttributeValue::B(Blob::new(SecretHash::of(&text).as_bytes())))
            .expression_attribute_values(":now", AttributeValue::S(START.to_owned()))
            .send()
            .await
            .unwrap();
        text
    }
}

#[tokio::test]
async fn a_pending_text_works_beside_the_present_one_and_is_not_shown() {
    let scene = Scene::start(json!({})).await;
    let pending = scene.stage().await;
    for text in [&scene.key.text, &pending] {
        scene.assert_works(text).await;
    }
    // What is told of a rotation is about the previous text, and there is none.
    assert_eq!(scene.record().await["rotation"], json!(null));
    scene.stack.revoke(&scene.key.id, scene.stack.root()).await.expect(200);
    for text in [&scene.key.text, &pending] {
        scene.assert_refused(text, "REVOKED").await;
    }
}

#[tokio::test]
async fn for_an_hour_nobody_disturbs_the_rotation_of_a_secret() {
    let scene = Scene::start(json!({})).await;
    let pending = scene.stage().await;
    let before = scene.stack.items().await;
    for seconds in [0, 1, 3599] {
        scene.stack.clock.set(&after(seconds));
        for body in [json!({}), json!({"end_previous": true}), json!({"overlap": "0s", "end_previous": true})] {
            let problem = scene.ask(body).await.problem(409);
            assert_eq!(problem["type"], "urn:latchkey:problem:conflict");
            assert!(problem["detail"].as_str().unwrap().contains("secret"), "{problem}");
        }
    }
    assert!(scene.stack.items().await == before, "the table has changed");
    for text in [&scene.key.text, &pending] {
        scene.assert_works(text).await;
    }
}

#[tokio::test]
async fn a_rotation_that_was_never_finished_can_be_ended_after_an_hour() {
    let scene = Scene::start(json!({})).await;
    let pending = scene.stage().await;
    scene.stack.clock.set(&after(3600));
    let problem = scene.ask(json!({})).await.problem(409);
    assert!(problem["detail"].as_str().unwrap().contains("end_previous"), "{problem}");
    for text in [&scene.key.text, &pending] {
        scene.assert_works(text).await;
    }
    let new = scene.rotate(json!({"end_previous": true, "overlap": "1h"})).await;
    scene.assert_ended(&pending).await;
    assert_eq!(*previous_until(&new.body), json!(after(7200)));
    for text in [&scene.key.text, &new.text] {
        scene.assert_works(text).await;
    }
    // Nothing of it is left in anybody's way.
    scene.stack.clock.set(&after(7200));
    scene.rotate(json!({})).await;
}
