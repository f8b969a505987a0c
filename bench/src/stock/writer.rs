//! Writes items many at once, and several times so many at the same time.
//!
//! In transactions, not in batches: the embedded `DynamoDB` commits each item of a batch by itself, and in memory a commit
//! takes the longer the more there is.

use aws_sdk_dynamodb::{
    Client,
    types::{Put, TransactWriteItem},
};
use shared::store::{Attributes, messages};
use tokio::task::JoinSet;

use crate::Error;

/// `DynamoDB` takes no more at once.
const TOGETHER: usize = 100;
/// So many transactions are under way at the same time.
const SIDE_BY_SIDE: usize = 4;

/// A table that is filled.
pub struct Writer {
    client: Client,
    table: String,
    waiting: Vec<TransactWriteItem>,
    under_way: JoinSet<Result<(), Error>>,
}

impl Writer {
    /// A writer that has nothing to write yet.
    #[must_use]
    pub fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned(), waiting: Vec::new(), under_way: JoinSet::new() }
    }

    /// Writes items, now or with later ones.
    ///
    /// # Errors
    /// When earlier ones could not be written.
    pub async fn write(&mut self, items: Vec<Attributes>) -> Result<(), Error> {
        for item in items {
            let put = Put::builder().table_name(&self.table).set_item(Some(item)).build()?;
            self.waiting.push(TransactWriteItem::builder().put(put).build());
            if self.waiting.len() == TOGETHER {
                self.send().await?;
            }
        }
        Ok(())
    }

    /// Waits until all items are written.
    ///
    /// # Errors
    /// When some could not be.
    pub async fn finish(mut self) -> Result<(), Error> {
        if !self.waiting.is_empty() {
            self.send().await?;
        }
        while let Some(written) = self.under_way.join_next().await {
            written??;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Error> {
        while self.under_way.len() >= SIDE_BY_SIDE {
            if let Some(written) = self.under_way.join_next().await {
                written??;
            }
        }
        let request = self.client.transact_write_items().set_transact_items(Some(std::mem::take(&mut self.waiting)));
        self.under_way.spawn(async move {
            request.send().await.map_err(|error| messages(&error))?;
            Ok(())
        });
        Ok(())
    }
}
