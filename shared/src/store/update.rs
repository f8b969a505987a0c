//! Updates of items, put together attribute by attribute.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update, builders::UpdateBuilder};

use super::{StoreError, item::Attributes, write::incomplete};

/// What an update sets and removes.
#[derive(Default)]
pub(super) struct Changes {
    set: Vec<String>,
    remove: Vec<String>,
    names: HashMap<String, String>,
    values: Attributes,
}

impl Changes {
    /// Sets an attribute, or removes it if there is no value.
    pub(super) fn set(&mut self, name: &str, value: Option<AttributeValue>) {
        self.names.insert(format!("#{name}"), name.to_owned());
        match value {
            Some(value) => {
                self.set.push(format!("#{name} = :{name}"));
                self.values.insert(format!(":{name}"), value);
            }
            None => self.remove.push(format!("#{name}")),
        }
    }

    /// The update of an item.
    pub(super) fn update(self, table: &str, keys: Attributes) -> UpdateBuilder {
        let clause = |verb: &str, parts: &[String]| match parts {
            [] => String::new(),
            parts => format!("{verb} {} ", parts.join(", ")),
        };
        let expression = clause("SET", &self.set) + &clause("REMOVE", &self.remove);
        Update::builder()
            .table_name(table)
            .set_key(Some(keys))
            .update_expression(expression.trim_end())
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values(Some(self.values).filter(|values| !values.is_empty()))
    }
}

/// The update as a part of a transaction.
pub(super) fn in_transaction(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    let update = update.build().map_err(|error| incomplete(&error))?;
    Ok(TransactWriteItem::builder().update(update).build())
}
