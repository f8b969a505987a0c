//! The table, as `template.yaml` deploys it; a test compares the two.

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, SdkError},
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
        ScalarAttributeType,
    },
};
use shared::store::{messages, schema};

/// Makes the table unless it is there.
///
/// # Errors
/// When `DynamoDB` does not do it.
pub async fn ensure_table(sdk: &aws_config::SdkConfig, name: &str) -> Result<(), String> {
    let client = Client::new(sdk);
    let made = create_table(&client, name).await;
    match made {
        Ok(()) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => Ok(()),
        Err(error) => Err(messages(&error)),
    }
}

async fn create_table(client: &Client, name: &str) -> Result<(), SdkError<CreateTableError>> {
    let attributes = [schema::PK, schema::SK, schema::ALL_SHARD, schema::OWNER_SHARD, schema::LISTED];
    let definitions: Result<Vec<_>, _> = attributes
        .iter()
        .map(|name| AttributeDefinition::builder().attribute_name(*name).attribute_type(ScalarAttributeType::S).build())
        .collect();
    client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(definitions?))
        .set_key_schema(Some(keys(schema::PK, schema::SK)?))
        .global_secondary_indexes(index(schema::ALL_INDEX, schema::ALL_SHARD)?)
        .global_secondary_indexes(index(schema::OWNER_INDEX, schema::OWNER_SHARD)?)
        .send()
        .await?;
    Ok(())
}

fn keys(hash: &str, range: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .into_iter()
        .map(|(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build())
        .collect()
}

fn index(name: &str, hash: &str) -> Result<GlobalSecondaryIndex, BuildError> {
    let copied = schema::INDEXED.map(str::to_owned).to_vec();
    let projection =
        Projection::builder().projection_type(ProjectionType::Include).set_non_key_attributes(Some(copied)).build();
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .set_key_schema(Some(keys(hash, schema::LISTED)?))
        .projection(projection)
        .build()
}
