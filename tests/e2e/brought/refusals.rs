//! Texts and hashes that cannot be brought, and nothing is written.

use serde_json::{Value, json};

use super::{FOREIGN, OTHER, OTHER_SHA256, VALUE, VALUE_SHA256, hashed};
use crate::support::{Answer, TestStack, hexadecimal, minimal_with};

async fn post(stack: &TestStack, fields: Value) -> Answer {
    stack.post("/keys", stack.root(), &minimal_with(fields)).await
}

/// Asserts that each of these is refused with an error about this field alone.
async fn assert_refused(field: &str, bodies: Vec<Value>) {
    let stack = TestStack::start().await;
    let before = stack.items().await;
    for body in bodies {
        let answer = post(&stack, body.clone()).await;
        assert_eq!(answer.wrong_fields(), [field], "{body}");
        if let Some(text) = body["value"].as_str().filter(|text| text.len() > 8) {
            assert!(!answer.text.contains(text), "a refusal shows the text: {answer:?}");
        }
    }
    assert!(stack.items().await == before, "the table has changed");
}

#[tokio::test]
async fn a_text_has_16_to_256_visible_characters() {
    let strong: String = VALUE.chars().chain(OTHER.chars()).cycle().take(257).collect();
    let mut wrong = vec![json!(7), json!([]), json!({}), json!(true), json!(""), json!(" ")];
    wrong.extend(
        [strong.split_at(15).0, &strong, &format!(" {VALUE}"), &format!("{VALUE} "), "k7Vq2Zr9 Xw4Bn8Lc3"]
            .map(|text| json!(text)),
    );
    wrong.extend(
        [
            "k7Vq2Zr9\tXw4Bn8Lc3",
            "k7Vq2Zr9\nXw4Bn8Lc3",
            "k7Vq2Zr9\u{0}Xw4Bn8Lc3",
            "k7Vq2Zr9éXw4Bn8Lc3",
            "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
        ]
        .map(|text| json!(text)),
    );
    assert_refused("value", wrong.into_iter().map(|value| json!({ "value": value })).collect()).await;
    let stack = TestStack::start().await;
    for text in [strong.split_at(256).0, VALUE.split_at(20).0, r##"!"#$%&'()*+,-./k7Vq2Zr9Xw4Bn8Lc3:;<=>?@[\]^_`{|}~"##]
    {
        assert_eq!(post(&stack, json!({ "value": text })).await.expect(201).json()["key"], text);
    }
}

#[tokio::test]
async fn a_text_that_is_easy_to_guess_is_refused() {
    let weak = [
        "aaaaaaaaaaaaaaaa",
        "passwordpassword",
        "Password123456789",
        "correct-horse-battery-staple",
        "1234567890123456",
        "qwertyuiopasdfghjkl",
        "latchkey-production-key",
        "abcabcabcabcabcabc",
        "2026-11-21T08:00:00Z",
        "00000000-0000-0000-0000-000000000000",
        "admin-admin-admin-admin",
    ];
    assert_refused("value", weak.map(|text| json!({ "value": text })).to_vec()).await;
}

#[tokio::test]
async fn a_text_of_the_generated_form_is_refused() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    // With the checksum or without: a typing error does not make one kind of text into the other.
    let mistyped = |text: &str| format!("{}{}", text.split_at(text.len() - 6).0, "000000");
    let texts = [FOREIGN.to_owned(), mistyped(FOREIGN), key.text.clone(), mistyped(&key.text), stack.root().to_owned()];
    assert_refused("value", texts.map(|text| json!({ "value": text })).to_vec()).await;
}

#[tokio::test]
async fn a_hash_is_64_hexadecimal_digits() {
    let short = VALUE_SHA256.split_at(63).0;
    let mut bodies: Vec<_> = [
        json!(VALUE_SHA256),
        json!(7),
        json!([]),
        json!({}),
        json!({"sha256": null}),
        json!({"sha256": 7}),
        json!({"sha512": VALUE_SHA256}),
        json!({"SHA256": VALUE_SHA256}),
        json!({"sha256": VALUE_SHA256, "salt": "x"}),
        json!({"sha256": VALUE_SHA256, "sha512": "x"}),
    ]
    .map(|hash| json!({ "hash": hash }))
    .to_vec();
    let texts = [
        "",
        short,
        &format!("{VALUE_SHA256}0"),
        &format!("{short}g"),
        &format!("{short} "),
        &format!("+{short}"),
        &format!("0x{}", short.split_at(62).0),
        &format!("{}é", short.split_at(62).0),
    ];
    bodies.extend(texts.map(hashed));
    assert_refused("hash", bodies).await;
}

#[tokio::test]
async fn a_text_comes_from_one_place() {
    let both = json!({"value": VALUE, "hash": {"sha256": OTHER_SHA256}});
    assert_refused("hash", vec![both, json!({"value": VALUE, "hash": {"sha256": VALUE_SHA256}})]).await;
    let mut with_prefix = hashed(VALUE_SHA256);
    with_prefix["prefix"] = json!("acme");
    assert_refused("prefix", vec![json!({"value": VALUE, "prefix": "acme"}), with_prefix]).await;
    // A null is the same as nothing.
    let stack = TestStack::start().await;
    let made = post(&stack, json!({"value": null, "hash": null, "prefix": "acme"})).await.expect(201).json();
    assert!(made["key"].as_str().unwrap().starts_with("acme_"));
    post(&stack, json!({"value": VALUE, "hash": null, "prefix": null})).await.expect(201);
}

#[tokio::test]
async fn a_text_is_one_keys() {
    for first in [json!({"value": VALUE}), hashed(VALUE_SHA256)] {
        let stack = TestStack::start().await;
        let id = post(&stack, first).await.expect(201).json()["id"].as_str().unwrap().to_owned();
        // As long as its record is kept, it is taken.
        for _ in 0..2 {
            let before = stack.items().await;
            for second in [json!({"value": VALUE}), hashed(VALUE_SHA256), hashed(&VALUE_SHA256.to_uppercase())] {
                let answer = post(&stack, second).await;
                let problem = answer.problem(409);
                assert_eq!(problem.get("key_id"), None, "another's key is nobody's business: {problem}");
                assert!(!answer.text.contains(&id) && !answer.text.contains(VALUE), "{answer:?}");
            }
            assert!(stack.items().await == before, "the table has changed");
            stack.revoke(&id, stack.root()).await.expect(200);
        }
    }
}

#[tokio::test]
async fn a_hash_of_a_key_that_is_here_already_takes_nothing_over() {
    let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
    let key = stack.create(json!({})).await;
    let items = stack.items().await;
    let item = items.iter().find(|item| format!("{item:?}").contains(&key.id) && item.contains_key("hash")).unwrap();
    let sha256 = hexadecimal(item["hash"].as_b().unwrap().as_ref());
    // Whether it is taken or not, the text stays the first key's, and ends with it.
    post(&stack, hashed(&sha256)).await;
    assert_eq!(stack.get("/demo/hello", &key.text).await.expect(200).json()["context"]["key_id"], json!(key.id));
    stack.revoke(&key.id, stack.root()).await.expect(200);
    stack.get("/demo/hello", &key.text).await.expect(401);
    assert_eq!(stack.verdict(&json!({"key": key.text})).await["code"], "REVOKED");
}
