//! What is in a secret, and which keys can be.

use serde_json::{Value, json};
use shared::{
    decision::{Code, Request},
    record::KeyRecord,
    scope::Scope,
    verify::verify_now,
};

use super::{
    STEPS,
    bench::{At, holding, id_in, place},
    rotation::{PROOF, Rotation},
    token,
};
use crate::support::{
    items,
    record::{insert, numbered},
    secret_of,
};

#[tokio::test]
async fn what_else_its_owner_keeps_in_a_secret_stays() {
    let rotation = Rotation::start().await;
    let text = rotation.add_key(numbered(1).0, shared::clock::Clock::now(&*rotation.clock)).await;
    let mut value: Value = serde_json::from_str(&holding(&text)).unwrap();
    value["endpoint"] = json!("https://api.example.com");
    value["nested"] = json!({"a": [1, null, "b"]});
    let secret = rotation.add_secret("held", &value.to_string()).await;
    let new = rotation.rotate(&secret, 1).await.unwrap();
    value["key"] = json!(new);
    assert_eq!(rotation.value(&secret, "AWSCURRENT").await.unwrap(), value);
}

#[tokio::test]
async fn a_new_text_begins_as_the_one_before() {
    let rotation = Rotation::with(&[("KEY_PREFIX", "other")]).await;
    let (secret, _) = rotation.any().await;
    assert!(rotation.rotate(&secret, 1).await.unwrap().starts_with("lk_"));
    // The root key's first one has nothing to follow.
    assert!(rotation.rotate(&rotation.root_secret, 1).await.unwrap().starts_with("other_"));
}

#[tokio::test]
async fn a_key_that_is_limited_to_a_place_or_an_address_is_rotated_wherever_the_function_runs() {
    let rotation = Rotation::start().await;
    let elsewhere = KeyRecord { scope: Scope::parse("gcp", "europe-west1").unwrap(), ..numbered(1).0 };
    let mut fenced = numbered(2).0;
    fenced.terms.allowed_cidrs = "203.0.113.0/24".parse().unwrap();
    for (name, record, outside) in [("elsewhere", elsewhere, Code::ScopeMismatch), ("fenced", fenced, Code::IpDenied)] {
        let (secret, old) = rotation.held(name, record.clone()).await;
        let new = rotation.rotate(&secret, 1).await.unwrap();
        assert_eq!((rotation.opens(&old).await, rotation.opens(&new).await), (outside, outside), "{name}");
        let standing = rotation.standing(record.id).await.record;
        assert_eq!((&standing.scope, &standing.terms), (&record.scope, &record.terms), "nothing of it is widened");
    }
    let source = Some("203.0.113.9".parse().unwrap());
    let request = Request { place: place(), source, called: None, permissions: &[] };
    let fenced = rotation.text("fenced").await;
    let verdict = verify_now(&fenced, &request, &rotation.keys, &At(rotation.now())).await.unwrap();
    assert_eq!(verdict.code, Code::Valid);
}

#[tokio::test]
async fn a_text_that_was_brought_is_followed_by_one_that_latchkey_makes() {
    const BROUGHT: &str = "Nightly7Batch-4Reports!Zebra";
    let rotation = Rotation::start().await;
    let record = KeyRecord { is_brought: true, prefix: None, ..numbered(1).0 };
    let imprint = shared::key::PresentedKey::parse(BROUGHT).unwrap().imprint();
    assert!(insert(&rotation.keys, &record, &imprint, shared::clock::Clock::now(&*rotation.clock)).await);
    assert_eq!(rotation.opens(BROUGHT).await, Code::Valid);
    let value = json!({"key_id": record.id, "key": BROUGHT, "expires_at": null});
    let secret = rotation.add_secret("held", &value.to_string()).await;
    let new = rotation.rotate(&secret, 1).await.unwrap();
    assert_eq!(id_in(&new), record.id);
    assert_eq!((rotation.opens(BROUGHT).await, rotation.opens(&new).await), (Code::Valid, Code::Valid));
    rotation.clock.advance_seconds(86_400);
    assert_eq!((rotation.opens(BROUGHT).await, rotation.opens(&new).await), (Code::NotFound, Code::Valid));
    let next = rotation.rotate(&secret, 2).await.unwrap();
    assert_eq!(rotation.opens(&next).await, Code::Valid);
}

#[tokio::test]
async fn the_proof_of_secrets_manager_goes_with_the_new_value_and_nowhere_else() {
    let rotation = Rotation::start().await;
    let (secret, old) = rotation.any().await;
    let new = rotation.rotate(&secret, 1).await.unwrap();
    assert_eq!(rotation.gate.rotation_tokens(), [Some(PROOF.to_owned())]);
    let table = format!("{:?}", items(&rotation.dynamodb_url(), super::bench::TABLE).await);
    assert!(!table.contains(PROOF) && !table.contains(secret_of(&old)) && !table.contains(secret_of(&new)));
    assert!(table.contains(id_in(&new).as_str()), "what was searched is the table");
}

#[tokio::test]
async fn an_event_without_that_proof_is_an_event_too() {
    let rotation = Rotation::start().await;
    let (secret, old) = rotation.any().await;
    rotation.begin(&secret, &token(1)).await;
    for step in STEPS {
        let event = json!({"Step": step, "SecretId": secret, "ClientRequestToken": token(1)});
        rotation.handle(&event).await.unwrap();
    }
    assert_eq!(rotation.gate.rotation_tokens(), [None]);
    assert_ne!(rotation.text(&secret).await, old);
}
