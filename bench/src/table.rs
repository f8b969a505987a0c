//! A table as a deployment has it after a while: thousands of keys, some of which can be presented, and ten API sets.

use aws_sdk_dynamodb::Client;
use jiff::Timestamp;
use local::{dynamodb::ensure_table, stack::sdk};
use shared::{
    clock::{Clock, SystemClock},
    store::{KeyTable, Patience},
};
use tempfile::TempDir;

use crate::{
    Error,
    service::Service,
    stock::{Keys, KnownKey, SERVICES, Writer, write_sets},
};

/// The table's name.
pub const NAME: &str = "latchkey";
/// How many API sets there are.
const SETS: usize = 10;
/// How many keys there are that nobody can present.
const OTHERS: u32 = 2_000;

/// A table in a `DynamoDB` of its own.
pub struct Table {
    service: Service,
    texts: Vec<String>,
    made_at: Timestamp,
    _folder: TempDir,
}

impl Table {
    /// A table with so many keys that can be presented, and as many others as a deployment may well have.
    ///
    /// # Errors
    /// When there is no service, or it does not take them.
    pub async fn filled(count: u32) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let service = Service::dynamodb(&folder.path().join("table")).await?;
        let made_at = SystemClock.now();
        let at_table = sdk(service.url());
        ensure_table(&at_table, NAME).await?;
        let services = SERVICES.get(..SETS).unwrap_or(&SERVICES);
        write_sets(&KeyTable::new(&at_table, NAME, Patience::Admin), services, made_at).await?;
        let mut writer = Writer::new(Client::new(&at_table), NAME);
        let others = Keys { seed: 1, count: OTHERS, until: made_at };
        for number in 0..OTHERS {
            writer.write(others.items(number)?).await?;
        }
        writer.finish().await?;
        let mut table = Self { service, texts: Vec::new(), made_at, _folder: folder };
        table.add(count).await?;
        Ok(table)
    }

    /// Adds keys until there are so many that can be presented.
    ///
    /// # Errors
    /// When the table does not take them.
    pub async fn add(&mut self, count: u32) -> Result<(), Error> {
        let mut writer = Writer::new(Client::new(&sdk(self.url())), NAME);
        for number in u32::try_from(self.texts.len())?..count {
            let KnownKey { text, items } = KnownKey::new(number, self.made_at)?;
            self.texts.push(text);
            writer.write(items).await?;
        }
        writer.finish().await
    }

    /// Where the `DynamoDB` answers.
    #[must_use]
    pub fn url(&self) -> &str {
        self.service.url()
    }

    /// The texts of the keys that can be presented.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }
}
