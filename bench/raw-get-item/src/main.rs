//! A Lambda function that reads the item of the presented key from the table, and does nothing else: what every check of
//! a key in `DynamoDB` costs at the least. It is written as AWS's documentation shows it; it compares no hash, so that
//! nobody should let it decide anything.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_defaults(BehaviorVersion::v2026_01_12()).await;
    let client = &Client::new(&config);
    let table = &*std::env::var("TABLE_NAME")?;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let header = event.payload.pointer("/headers/authorization").and_then(Value::as_str).unwrap_or_default();
        let id = header.rsplit('_').nth(1).unwrap_or_default();
        let found = client
            .get_item()
            .table_name(table)
            .key("pk", AttributeValue::S(format!("key#{id}")))
            .key("sk", AttributeValue::S("record".to_owned()))
            .consistent_read(true)
            .send()
            .await?;
        Ok::<_, Error>(json!({"isAuthorized": found.item.is_some(), "context": {}}))
    }))
    .await
}
