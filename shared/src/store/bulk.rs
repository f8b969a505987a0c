//! Keys as items, for who fills a table with many at once, past the transactions: to measure on it. Nothing that serves
//! requests writes in this way.

use super::{
    StoreError,
    event::event_item,
    item::{Attributes, new_item},
    schema,
    write::{pointer_to, seconds},
};
use crate::{audit::AuditEvent, imprint::Imprint, record::KeyRecord};

/// All items that a key has in the table once it was made and became what its record says: the key, what leads to it if
/// its text was brought, and the events of it.
///
/// # Errors
/// When a value cannot be written as an attribute.
pub fn items_of(
    record: &KeyRecord,
    imprint: &Imprint,
    made_at: jiff::Timestamp,
    events: &[AuditEvent],
) -> Result<Vec<Attributes>, StoreError> {
    let mut items = vec![new_item(record, imprint, made_at)?];
    if record.is_brought {
        items.push(pointer_to(record.id, &imprint.hash));
    }
    if let Some(at) = record.purge_at() {
        for item in &mut items {
            item.insert(schema::PURGE_AT.to_owned(), seconds(at));
        }
    }
    for event in events {
        items.push(event_item(event)?);
    }
    Ok(items)
}
