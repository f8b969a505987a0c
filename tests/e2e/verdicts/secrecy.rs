//! What nobody learns from `/verify`.

use serde_json::{Value, json};

use super::{ask, asker, code};
use crate::support::{TestStack, secret_of, with_unknown_id, with_wrong_secret};

/// The names of what a verdict has beside the code.
const DETAILS: [&str; 9] =
    ["key_id", "owner", "client_type", "type", "permissions", "apis", "metadata", "expires_at", "token_expires_at"];

/// Everything that the answers to these texts could be told apart by.
async fn tells(stack: &TestStack, key: &str, texts: &[String]) -> Vec<(u16, String, Vec<(String, String)>)> {
    let mut told = Vec::new();
    for text in texts {
        for more in [json!({}), json!({"method": "GET", "path": "/keys", "permissions": ["a:b"], "ip": "192.0.2.1"})] {
            let mut question = json!({"key": text});
            question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let answer = ask(stack, key, &question).await;
            told.push((answer.status, answer.text.clone(), answer.telling_headers()));
        }
    }
    told.dedup();
    told
}

#[tokio::test]
async fn what_is_not_found_is_not_found_in_one_way() {
    let stack = TestStack::start().await;
    let asker = asker(&stack, "team").await;
    let mut texts = Vec::new();
    for fields in [
        json!({"owner": "others", "metadata": {"plan": "gold"}, "expires_in": "30d"}),
        json!({"owner": "others", "type": "super-user"}),
        json!({"owner": "others", "enabled": false}),
        json!({"owner": "others", "allowed_cidrs": ["10.0.0.0/8"]}),
        json!({"owner": "others", "off_the_record": true}),
        json!({"owner": "others", "value": "Brought-By-Somebody-9f3kQz7vT2mXw8Lp"}),
    ] {
        let key = stack.create(fields.clone()).await;
        if fields.get("value").is_none() {
            texts.extend([with_wrong_secret(&key.text), with_unknown_id(&key.text)]);
        }
        texts.push(key.text);
    }
    let own = stack.create(json!({"owner": "team"})).await;
    texts.extend([with_wrong_secret(&own.text), with_wrong_secret(stack.root()), stack.root().to_owned()]);
    texts.extend([with_wrong_secret(&asker.text), "Brought-By-Nobody-9f3kQz7".to_owned()]);

    let told = tells(&stack, &asker.text, &texts).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    let (status, text, _) = &told[0];
    let mut expected = json!({"valid": false, "code": "NOT_FOUND"});
    for detail in DETAILS {
        expected[detail] = Value::Null;
    }
    assert_eq!((*status, serde_json::from_str::<Value>(text).unwrap()), (200, expected));
}

#[tokio::test]
async fn what_is_malformed_is_so_in_one_way() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({"owner": "team"})).await.text;
    let cut = key.split_at(key.len() - 6).0;
    let texts: Vec<_> = ["", "x", " ", "two words and more of them", &format!("{cut}000000"), &"y".repeat(300)]
        .map(str::to_owned)
        .to_vec();
    let told = tells(&stack, stack.root(), &texts).await;
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].1.contains(r#""code":"MALFORMED""#), "{told:?}");
    assert!(!told[0].1.contains("team"), "{told:?}");
}

#[tokio::test]
async fn a_super_user_is_told_of_everybodys_keys_and_an_owner_of_its_own() {
    let stack = TestStack::start().await;
    let asker = asker(&stack, "team").await;
    let details = json!({
        "owner": "team", "client_type": "mobile", "permissions": ["cache:read"], "apis": ["latchkey"],
        "metadata": {"plan": "gold"}, "expires_at": "2027-01-01T00:00:00Z"
    });
    let key = stack.create(details.clone()).await;
    for caller in [stack.root(), &asker.text] {
        let verdict = ask(&stack, caller, &json!({"key": key.text})).await.expect(200).json();
        let mut expected = details.clone();
        expected["valid"] = json!(true);
        expected["code"] = json!("VALID");
        expected["key_id"] = json!(key.id);
        expected["type"] = json!("fine-grained");
        expected["token_expires_at"] = json!(null);
        assert_eq!(verdict, expected);
    }
}

#[tokio::test]
async fn a_keys_text_is_never_said_again() {
    let stack = TestStack::start().await;
    let text = stack.create(json!({})).await.text;
    let wrong = with_wrong_secret(&text);
    let brought = "Brought-By-Somebody-9f3kQz7vT2mXw8Lp";
    stack.create(json!({"value": brought})).await;
    // What is no provider and no region is named in the error, cut short; a key that Latchkey made is longer than that.
    for text in [&*text, &wrong] {
        for question in [
            json!({"key": text, "provider": text, "region": text}),
            json!({"key": text, "provider": "aws", "region": text}),
        ] {
            let answer = ask(&stack, stack.root(), &question).await;
            assert!(!answer.text.contains(secret_of(text)), "{answer:?}");
        }
    }
    for text in [&*text, &wrong, brought] {
        for question in [
            json!({"key": text}),
            json!({"key": [text]}),
            json!({"key": {"text": text}}),
            json!({"key": text, "ip": text}),
            json!({"key": text, "method": text, "path": text}),
            json!({"key": text, "method": "GET", "path": format!("/{text}")}),
            json!({"key": text, "permissions": [text]}),
            json!({"key": text, "permissions": text}),
            json!({"key": text, "other": text}),
        ] {
            let answer = ask(&stack, stack.root(), &question).await;
            assert!([200, 400].contains(&answer.status), "{answer:?}");
            let whole = format!("{answer:?}");
            assert!(!whole.contains(text), "{question}: {answer:?}");
            if text != brought {
                assert!(!whole.contains(secret_of(text)), "{question}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn verify_sees_at_once_what_the_door_sees_after_a_while() {
    let stack = TestStack::start().await;
    let key = stack.create(json!({})).await;
    let question = json!({"key": key.text});
    let path = format!("/keys/{}", key.id);
    stack.get("/demo/x", &key.text).await.expect(200);
    assert_eq!(code(&stack, &question).await, "VALID");

    stack.delete(&path, stack.root()).await.expect(200);
    assert_eq!(code(&stack, &question).await, "REVOKED");
    stack.get("/demo/x", &key.text).await.expect(200);
    stack.clock.advance_seconds(9);
    stack.get("/demo/x", &key.text).await.expect(200);
    stack.clock.advance_seconds(1);
    stack.get("/demo/x", &key.text).await.expect(401);

    stack.post(&format!("{path}/restore"), stack.root(), &json!({})).await.expect(200);
    assert_eq!(code(&stack, &question).await, "VALID");
    stack.get("/demo/x", &key.text).await.expect(401);
    stack.clock.advance_seconds(10);
    stack.get("/demo/x", &key.text).await.expect(200);
}
