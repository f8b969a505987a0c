//! The keys that stand first in lists while these are measured: the same ones at every size of the table.

use aws_sdk_dynamodb::{
    Client,
    types::{Delete, Put, TransactWriteItem},
};
use local::stack::sdk;
use shared::{
    clock::{Clock, SystemClock},
    credential::Rotation,
    imprint::Imprint,
    key::KeyId,
    label::{Actor, Owner},
    record::{KeyRecord, KeyType},
    scope::Scope,
    store::{Attributes, items_of, messages, schema},
    terms::Terms,
};

use crate::{Error, table::NAME};

/// As many as a page of 25 reads, some of which it reads ahead.
const COUNT: u32 = 64;

/// Those keys, in the table until they are removed.
pub(super) struct Newest {
    client: Client,
    items: Vec<Attributes>,
}

impl Newest {
    /// Adds those of a round. Others have other ids, and so other shares of the list's partitions.
    pub(super) async fn add(table_url: &str, round: u32) -> Result<Self, Error> {
        let numbers = round * COUNT..(round + 1) * COUNT;
        let items = numbers.map(item).collect::<Result<Vec<_>, _>>()?;
        let newest = Self { client: Client::new(&sdk(table_url)), items };
        let puts = newest.items.iter().map(|item| {
            let put = Put::builder().table_name(NAME).set_item(Some(item.clone())).build()?;
            Ok(TransactWriteItem::builder().put(put).build())
        });
        newest.write(puts.collect::<Result<_, Error>>()?).await?;
        Ok(newest)
    }

    /// Takes them out again.
    pub(super) async fn remove(self) -> Result<(), Error> {
        let deletes = self.items.iter().map(|item| {
            let is_key = |name: &&String| [schema::PK, schema::SK].contains(&name.as_str());
            let key = item.iter().filter(|(name, _)| is_key(name)).map(|(name, value)| (name.clone(), value.clone()));
            let delete = Delete::builder().table_name(NAME).set_key(Some(key.collect())).build()?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        });
        self.write(deletes.collect::<Result<_, Error>>()?).await
    }

    async fn write(&self, items: Vec<TransactWriteItem>) -> Result<(), Error> {
        let written = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        written.map_err(|error| messages(&error))?;
        Ok(())
    }
}

/// The item of the key of this number.
fn item(number: u32) -> Result<Attributes, Error> {
    let id: KeyId = format!("{number:016}").parse()?;
    let made_at = SystemClock.now();
    let record = KeyRecord {
        id,
        owner: Owner::root(),
        scope: Scope::parse("aws", "*")?,
        key_type: KeyType::FineGrained,
        terms: Terms::named(format!("orders frontend production {number:06}").parse()?),
        hint: "lk_0000…0000".to_owned(),
        prefix: Some("lk".parse()?),
        rotation: Rotation::default(),
        created_at: made_at.into(),
        created_by: Actor::latchkey(),
        updated_at: made_at.into(),
        revocation: None,
        version: 1,
        is_root: false,
        is_brought: false,
    };
    // The text is known to everybody, and no text has its form.
    let items = items_of(&record, &Imprint::of(id.as_str()), made_at, &[])?;
    items.into_iter().next().ok_or_else(|| "a key has no item".into())
}
