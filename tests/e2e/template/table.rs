//! The table: the same in the template, in the code and in the local stack.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{GlobalSecondaryIndexDescription, KeySchemaElement, TableDescription};
use serde_json::{Value, json};
use shared::store::schema;

use super::model::Template;
use crate::lambda::events::Table;

/// The names and kinds of a key's two parts.
type Key = Vec<(String, String)>;

/// An index: its key, the projection's type, and what it copies.
type Index = (Key, String, BTreeSet<String>);

/// What makes a table this table.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    /// Names and types of all attributes that are part of a key.
    attributes: BTreeMap<String, String>,
    key: Key,
    indexes: BTreeMap<String, Index>,
    billing: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

impl Shape {
    /// What the code expects: every query and every write uses these names.
    fn of_code() -> Self {
        let name = |name: &str| name.to_owned();
        let key = |hash, range| vec![(name(hash), name("HASH")), (name(range), name("RANGE"))];
        let attributes = [schema::PK, schema::SK, schema::ALL_SHARD, schema::OWNER_SHARD, schema::LISTED];
        let copied: BTreeSet<_> = schema::INDEXED.map(name).into();
        let index = |hash| (key(hash, schema::LISTED), name("INCLUDE"), copied.clone());
        Self {
            attributes: attributes.into_iter().map(|attribute| (name(attribute), name("S"))).collect(),
            key: key(schema::PK, schema::SK),
            indexes: BTreeMap::from([
                (name(schema::ALL_INDEX), index(schema::ALL_SHARD)),
                (name(schema::OWNER_INDEX), index(schema::OWNER_SHARD)),
            ]),
            billing: name("PAY_PER_REQUEST"),
        }
    }

    fn of_template(table: &Value) -> Self {
        let list = |value: &Value| value.as_array().unwrap().clone();
        let key = |schema: &Value| {
            let elements = list(schema);
            elements.iter().map(|element| (text(&element["AttributeName"]), text(&element["KeyType"]))).collect()
        };
        let attributes = list(&table["AttributeDefinitions"]);
        let index = |index: &Value| {
            let projection = &index["Projection"];
            let copied = list(&projection["NonKeyAttributes"]).iter().map(text).collect();
            (text(&index["IndexName"]), (key(&index["KeySchema"]), text(&projection["ProjectionType"]), copied))
        };
        Self {
            attributes: attributes.iter().map(|a| (text(&a["AttributeName"]), text(&a["AttributeType"]))).collect(),
            key: key(&table["KeySchema"]),
            indexes: list(&table["GlobalSecondaryIndexes"]).iter().map(index).collect(),
            billing: text(&table["BillingMode"]),
        }
    }

    fn of_running(table: &TableDescription) -> Self {
        let key = |elements: &[KeySchemaElement]| {
            let name = |e: &KeySchemaElement| (e.attribute_name().to_owned(), e.key_type().as_str().to_owned());
            elements.iter().map(name).collect::<Vec<_>>()
        };
        let index = |index: &GlobalSecondaryIndexDescription| {
            let projection = index.projection().unwrap();
            let copied = projection.non_key_attributes().iter().cloned().collect();
            let kind = projection.projection_type().unwrap().as_str().to_owned();
            (index.index_name().unwrap().to_owned(), (key(index.key_schema()), kind, copied))
        };
        let attributes = table.attribute_definitions().iter();
        Self {
            attributes: attributes
                .map(|a| (a.attribute_name().to_owned(), a.attribute_type().as_str().to_owned()))
                .collect(),
            key: key(table.key_schema()),
            indexes: table.global_secondary_indexes().iter().map(index).collect(),
            billing: table.billing_mode_summary().unwrap().billing_mode().unwrap().as_str().to_owned(),
        }
    }
}

#[test]
fn the_template_deploys_the_table_that_the_code_expects() {
    let template = Template::read();
    let tables = template.resources("AWS::DynamoDB::Table");
    assert_eq!(tables.keys().collect::<Vec<_>>(), [&"Table"], "one table");
    assert_eq!(Shape::of_template(&tables["Table"]["Properties"]), Shape::of_code());
}

#[tokio::test]
async fn the_local_stack_makes_the_table_that_the_template_deploys() {
    let table = Table::empty("keys").await;
    let described = table.client().describe_table().table_name("keys").send().await.unwrap();
    let template = Template::read();
    let deployed = Shape::of_template(template.at("/Resources/Table/Properties"));
    assert_eq!(Shape::of_running(described.table().unwrap()), deployed);
}

#[test]
fn no_index_copies_a_hash() {
    let copied = Shape::of_template(Template::read().at("/Resources/Table/Properties")).indexes;
    for (index, (_, kind, copied)) in copied {
        assert_eq!(kind, "INCLUDE", "{index}");
        assert!(!copied.contains(schema::HASH), "{index}");
    }
}

#[test]
fn the_table_outlives_mistakes() {
    let template = Template::read();
    let table = template.at("/Resources/Table");
    let properties = &table["Properties"];
    assert_eq!((&table["DeletionPolicy"], &table["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
    assert_eq!(properties["DeletionProtectionEnabled"], true);
    assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(properties["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(properties["StreamSpecification"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(properties["TimeToLiveSpecification"]["Enabled"], true);
    assert!(properties.get("TableName").is_none(), "a name of its own would keep a second stack from being deployed");
}
