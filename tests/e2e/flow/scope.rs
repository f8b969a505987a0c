//! A key works where its provider and region say, and nowhere else.

use serde_json::json;

use crate::support::{TestStack, with_wrong_secret};

#[tokio::test]
async fn a_key_of_another_provider_or_region_is_not_allowed() {
    let stack = TestStack::start().await;
    for (provider, region, status) in [
        ("aws", "us-east-1", 200),
        ("aws", "*", 200),
        ("aws", "us-west-2", 403),
        ("gcp", "us-east1", 403),
        ("gcp", "*", 403),
        ("azure", "eastus", 403),
        ("azure", "*", 403),
    ] {
        for key_type in ["fine-grained", "super-user"] {
            let key = stack.create(json!({"provider": provider, "region": region, "type": key_type})).await.text;
            let answer = stack.get("/demo/hello", &key).await.expect(status);
            if status == 403 {
                assert_eq!(answer.text, r#"{"message":"Forbidden"}"#);
                stack.get("/keys", &key).await.expect(403);
            }
            // Whoever has not the secret does not learn where the key would work.
            stack.get("/demo/hello", &with_wrong_secret(&key)).await.expect(401);
        }
    }
}

#[tokio::test]
async fn the_settings_say_where_the_deployment_stands() {
    let settings = [("DEPLOYMENT_PROVIDER", "azure"), ("DEPLOYMENT_REGION", "westeurope")];
    let stack = TestStack::with_settings(&settings).await;
    stack.get("/demo/hello", stack.root()).await.expect(200);
    for (provider, region, status) in [
        ("azure", "westeurope", 200),
        ("azure", "*", 200),
        ("azure", "northeurope", 403),
        ("aws", "us-east-1", 403),
        ("aws", "*", 403),
    ] {
        let key = stack.create(json!({"provider": provider, "region": region})).await.text;
        stack.get("/demo/hello", &key).await.expect(status);
    }
}

#[tokio::test]
async fn a_region_alone_can_be_set() {
    let stack = TestStack::with_settings(&[("DEPLOYMENT_REGION", "eu-central-1")]).await;
    let here = stack.create(json!({"region": "eu-central-1"})).await.text;
    stack.get("/demo/hello", &here).await.expect(200);
    let elsewhere = stack.create(json!({"region": "us-east-1"})).await.text;
    stack.get("/demo/hello", &elsewhere).await.expect(403);
}
