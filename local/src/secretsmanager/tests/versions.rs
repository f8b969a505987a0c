//! Versions, their values and their labels, as AWS has them.

use super::*;

#[tokio::test]
async fn a_value_that_was_put_is_never_replaced() {
    let (_, guard) = guarded().await;
    let once = put(&guard, FIRST, "two", &["AWSPENDING"]).await;
    assert_eq!(put(&guard, FIRST, "two", &["AWSPENDING"]).await, once);
    // Not even under another label.
    let before = stages(&guard).await;
    put(&guard, FIRST, "two", &["AWSCURRENT"]).await;
    assert_eq!(stages(&guard).await, before);
    let other = json!({"ClientRequestToken": FIRST, "SecretString": "three", "VersionStages": ["AWSPENDING"]});
    assert_eq!(refused(&guard, "PutSecretValue", other).await, "ResourceExistsException");
    assert_eq!(value(&guard, json!({"VersionId": FIRST})).await, "two");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_values_put_at_once_one_stays() {
    let (_, guard) = guarded().await;
    let puts: Vec<_> = (0..20)
        .map(|number| {
            let guard = Arc::clone(&guard);
            tokio::spawn(async move {
                let text = format!("value {number}");
                let fields =
                    json!({"ClientRequestToken": FIRST, "SecretString": text, "VersionStages": ["AWSPENDING"]});
                let (status, _) = ask(&guard, "PutSecretValue", on_secret(fields)).await;
                (status == 200).then_some(text)
            })
        })
        .collect();
    let mut taken = Vec::new();
    for put in puts {
        taken.extend(put.await.unwrap());
    }
    assert_eq!(taken, [value(&guard, json!({"VersionId": FIRST})).await]);
}

#[tokio::test]
async fn a_put_needs_a_value_and_a_token_of_awss_length() {
    let (_, guard) = guarded().await;
    assert_eq!(refused(&guard, "PutSecretValue", json!({})).await, "InvalidRequestException");
    let short = json!({"ClientRequestToken": "short", "SecretString": "two"});
    assert_eq!(refused(&guard, "PutSecretValue", short).await, "InvalidParameterException");
    let binary = json!({"ClientRequestToken": FIRST, "SecretBinary": "dHdv"});
    assert_eq!(refused(&guard, "PutSecretValue", binary).await, "InvalidParameterException");
}

#[tokio::test]
async fn a_put_without_labels_is_current_and_only_one_version_is_previous() {
    let (zeroth, guard) = guarded().await;
    for (token, text) in [(FIRST, "two"), (SECOND, "three")] {
        let fields = json!({"ClientRequestToken": token, "SecretString": text});
        good(&guard, "PutSecretValue", on_secret(fields)).await;
    }
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"]}));
    assert_eq!(refused(&guard, "GetSecretValue", json!({"VersionId": zeroth})).await, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_version_answers_to_its_own_labels_alone() {
    let (zeroth, guard) = guarded().await;
    assert_eq!(value(&guard, json!({"VersionId": zeroth, "VersionStage": "AWSCURRENT"})).await, "one");
    for (fields, error) in [
        (json!({"VersionId": zeroth, "VersionStage": "AWSPENDING"}), "InvalidRequestException"),
        (json!({"VersionStage": "AWSPENDING"}), "ResourceNotFoundException"),
        (json!({"VersionId": FIRST}), "ResourceNotFoundException"),
        (json!({"VersionId": FIRST, "VersionStage": "AWSCURRENT"}), "ResourceNotFoundException"),
    ] {
        assert_eq!(refused(&guard, "GetSecretValue", fields.clone()).await, error, "{fields}");
    }
}

#[tokio::test]
async fn labels_move_as_with_aws() {
    let (zeroth, guard) = guarded().await;
    put(&guard, FIRST, "two", &["AWSPENDING"]).await;
    let move_to = |to: &str, from: Option<&str>| json!({"VersionStage": "AWSCURRENT", "MoveToVersionId": to, "RemoveFromVersionId": from});
    for fields in [
        move_to(FIRST, None),
        move_to(FIRST, Some(FIRST)),
        move_to(SECOND, Some(&zeroth)),
        json!({"VersionStage": "AWSCURRENT", "RemoveFromVersionId": zeroth}),
        json!({"VersionStage": "AWSPENDING", "RemoveFromVersionId": zeroth}),
        json!({"VersionStage": "AWSPENDING"}),
    ] {
        let error = refused(&guard, "UpdateSecretVersionStage", fields.clone()).await;
        assert_eq!(error, "InvalidParameterException", "{fields}");
    }
    good(&guard, "UpdateSecretVersionStage", on_secret(move_to(FIRST, Some(&zeroth)))).await;
    let moved = json!({FIRST: ["AWSCURRENT", "AWSPENDING"], zeroth.clone(): ["AWSPREVIOUS"]});
    assert_eq!(stages(&guard).await, moved);
    // Again, whatever the caller thinks where it was.
    for from in [Some(&*zeroth), None] {
        good(&guard, "UpdateSecretVersionStage", on_secret(move_to(FIRST, from))).await;
        assert_eq!(stages(&guard).await, moved);
    }
    let off = json!({"VersionStage": "AWSPENDING", "RemoveFromVersionId": FIRST});
    good(&guard, "UpdateSecretVersionStage", on_secret(off)).await;
    assert_eq!(stages(&guard).await, json!({FIRST: ["AWSCURRENT"], zeroth: ["AWSPREVIOUS"]}));
}
