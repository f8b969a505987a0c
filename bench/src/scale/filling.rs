//! Filling a table with very many keys: past `DynamoDB`'s requests, straight into the file of the embedded one.

use std::{
    ops::Range,
    path::PathBuf,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

use aws_sdk_dynamodb::types::AttributeValue;
use dynoxide::{AttributeValue as Stored, Database, ImportOptions, Item};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use shared::store::Attributes;

use crate::{Error, progress, stock::Keys, table::NAME};

/// So many keys are written in one transaction.
const TOGETHER: u32 = 2_000;
/// So many such are made ahead.
const AHEAD: usize = 4;

/// Where a table is, while no service has it open.
pub(super) struct Place {
    pub(super) file: PathBuf,
    /// When its newest keys were made.
    pub(super) until: Timestamp,
}

impl Place {
    /// How large its file is.
    pub(super) fn bytes(&self) -> Result<u64, Error> {
        Ok(self.file.metadata()?.len())
    }
}

/// Adds the keys of these numbers. They spread over the same two years as those before.
pub(super) async fn fill(place: &Place, numbers: Range<u32>) -> Result<(), Error> {
    let (file, until) = (place.file.clone(), place.until);
    tokio::task::spawn_blocking(move || {
        let (send, made) = sync_channel(AHEAD);
        let count = numbers.end - numbers.start;
        // Another seed, another row of keys.
        let keys = Keys { seed: u64::from(numbers.end), count, until };
        thread::scope(|scope| {
            // It ends early only when the other end has.
            scope.spawn(move || {
                (0..count).step_by(TOGETHER as usize).all(|first| send.send(items(&keys, first)).is_ok())
            });
            write(&file, count, &made)
        })
    })
    .await?
}

/// The items of the keys from this number on.
fn items(keys: &Keys, first: u32) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for number in first..keys.count.min(first + TOGETHER) {
        for item in keys.items(number)? {
            items.push(stored(item)?);
        }
    }
    Ok(items)
}

fn write(file: &std::path::Path, count: u32, made: &Receiver<Result<Vec<Item>, Error>>) -> Result<(), Error> {
    let database = Database::new(&file.to_string_lossy())?;
    // Nothing is lost with a file that is made anew for each measurement.
    database.enable_bulk_loading()?;
    let bar = ProgressBar::new(count.into());
    bar.set_style(ProgressStyle::with_template("scale: {pos} of {len} keys {wide_bar} {eta}")?);
    let mut told = 0;
    for items in made {
        database.import_items(NAME, items?, ImportOptions::default())?;
        bar.inc(u64::from(TOGETHER).min(u64::from(count) - bar.position()));
        // Where there is no terminal, a line now and then.
        let tenths = bar.position() * 10 / u64::from(count.max(1));
        if bar.is_hidden() && tenths > told {
            told = tenths;
            progress(&format!("scale: {} of {count} keys", bar.position()));
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// The same item in the words of the embedded `DynamoDB`.
fn stored(item: Attributes) -> Result<Item, Error> {
    item.into_iter().map(|(name, value)| Ok((name, stored_value(value)?))).collect()
}

fn stored_value(value: AttributeValue) -> Result<Stored, Error> {
    Ok(match value {
        AttributeValue::S(text) => Stored::S(text),
        AttributeValue::N(number) => Stored::N(number),
        AttributeValue::B(bytes) => Stored::B(bytes.into_inner()),
        AttributeValue::Bool(truth) => Stored::BOOL(truth),
        AttributeValue::Null(null) => Stored::NULL(null),
        AttributeValue::L(list) => Stored::L(list.into_iter().map(stored_value).collect::<Result<_, _>>()?),
        AttributeValue::M(map) => Stored::M(stored(map)?),
        _ => return Err("an item has a set in it".into()),
    })
}
