//! What a rotation can be asked with, and what it refuses.

use reqwest::Method;
use serde_json::{Value, json};

use super::Scene;
use crate::support::{Answer, send};

impl Scene {
    /// Asks for a new text with bytes that may be anything.
    async fn ask_with(&self, body: impl Into<reqwest::Body>) -> Answer {
        self.stack.post_bytes(&format!("/keys/{}/rotate", self.key.id), self.stack.root(), body).await
    }

    /// The fields that are wrong with a body, which changes nothing.
    async fn wrong(&self, body: &str) -> Vec<String> {
        let before = self.stack.items().await;
        let fields = self.ask_with(body.to_owned()).await.wrong_fields();
        assert!(self.stack.items().await == before, "the table has changed");
        self.assert_works(&self.key.text).await;
        fields
    }
}

#[tokio::test]
async fn nothing_need_be_asked_for() {
    for body in [
        None,
        Some(json!({})),
        Some(json!({"overlap": null, "end_previous": null, "expires_in": null, "expires_at": null, "prefix": null})),
    ] {
        let scene = Scene::start(json!({"expires_at": "2027-01-01T00:00:00Z"})).await;
        let path = format!("/keys/{}/rotate", scene.key.id);
        let request = scene.stack.request_with(Method::POST, &path, scene.stack.root());
        let rotated = send(match &body {
            Some(body) => request.json(body),
            None => request,
        });
        let rotated = rotated.await.expect(200).json();
        assert_eq!(rotated["expires_at"], "2027-01-01T00:00:00Z", "{body:?}");
        assert_eq!(*super::previous_until(&rotated), "2026-11-22T08:00:00Z", "{body:?}");
        scene.assert_works(rotated["key"].as_str().unwrap()).await;
    }
}

#[tokio::test]
async fn a_field_that_is_wrong_is_named() {
    let scene = Scene::start(json!({})).await;
    for (field, wrong) in [
        ("overlap", vec![json!("31d"), json!("721h"), json!("2592001s"), json!("-1"), json!("-1s"), json!("soon")]),
        ("overlap", vec![json!(""), json!("30"), json!("1.5h"), json!("+1h"), json!(" 1h"), json!("1H"), json!("1w")]),
        ("overlap", vec![json!(24), json!(0), json!(true), json!([]), json!({}), json!("99999999999999999999d")]),
        ("end_previous", vec![json!("true"), json!(1), json!([]), json!({})]),
        ("expires_in", vec![json!("soon"), json!(1), json!("0s"), json!("36526d"), json!("-1d"), json!(false)]),
        ("expires_at", vec![json!("soon"), json!(1), json!("2020-01-01T00:00:00Z"), json!("2026-11-21T08:00:00Z")]),
        (
            "prefix",
            vec![json!(""), json!("Lk"), json!("1k"), json!("lk_"), json!("l-k"), json!("a".repeat(17)), json!(7)],
        ),
    ] {
        for value in wrong {
            assert_eq!(scene.wrong(&json!({ field: value }).to_string()).await, [field], "{value}");
        }
    }
    let both = json!({"expires_in": "1d", "expires_at": "2027-01-01T00:00:00Z"});
    assert_eq!(scene.wrong(&both.to_string()).await, ["expires_in"]);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_rotation_is_told_at_once() {
    let scene = Scene::start(json!({})).await;
    let body = json!({
        "overlap": "31d", "end_previous": "yes", "expires_in": 7, "expires_at": "soon", "prefix": "Lk",
        "value": "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj", "hash": {}, "name": "other", "permissions": [], "Overlap": "1h"
    });
    let mut wrong = scene.wrong(&body.to_string()).await;
    wrong.sort();
    let all =
        ["Overlap", "end_previous", "expires_at", "expires_in", "hash", "name", "overlap", "permissions", "prefix"];
    assert_eq!(wrong, [&all[..], &["value"]].concat());
}

#[tokio::test]
async fn what_a_rotation_does_not_know_is_refused() {
    let scene = Scene::start(json!({})).await;
    for name in
        ["id", "key", "name", "owner", "value", "hash", "metadata", "version", "enabled", "rotation", "previous"]
    {
        for value in [json!("x"), Value::Null] {
            let answer = scene.ask(json!({ name: value })).await;
            assert_eq!(answer.wrong_fields(), [name], "{value}");
            assert_eq!(answer.json()["errors"][0]["message"], "is not a known field", "{name}");
        }
    }
    for query in ["overlap=1h", "end_previous=true", "expires_in=1d", "prefix=lk", "key=x"] {
        let path = format!("/keys/{}/rotate?{query}", scene.key.id);
        let wrong = scene.stack.post(&path, scene.stack.root(), &json!({})).await.wrong_fields();
        assert_eq!(wrong, [query.split_once('=').unwrap().0]);
    }
    assert_eq!(scene.record().await["version"], 1);
}

#[tokio::test]
async fn a_body_that_is_no_object_or_says_a_thing_twice_is_refused() {
    let scene = Scene::start(json!({})).await;
    for body in ["[]", "null", "\"24h\"", "24", "{", "{} {}", "\u{0}", "overlap=1h", " "] {
        assert_eq!(scene.wrong(body).await, [""], "{body:?}");
    }
    assert_eq!(scene.wrong(r#"{"overlap":"1h","overlap":"1h"}"#).await, ["overlap"]);
    assert_eq!(scene.wrong(r#"{"end_previous":true,"end_previous":null}"#).await, ["end_previous"]);
}

#[tokio::test]
async fn a_body_of_a_rotation_has_at_most_64_kibibytes() {
    let scene = Scene::start(json!({})).await;
    let filled = |length: usize| {
        let body = r#"{"overlap":"1h"}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    scene.ask_with(filled(64 * 1024 + 1)).await.problem(413);
    scene.ask_with("x".repeat(1024 * 1024)).await.problem(413);
    assert_eq!(scene.record().await["version"], 1);
    scene.ask_with(filled(64 * 1024)).await.expect(200);
}
