//! Keys whose texts are known, so that they can be presented.

use jiff::{SignedDuration, Timestamp};
use shared::{
    entropy::SystemEntropy,
    expiry::Expiry,
    key::{KeyId, KeyPrefix, PlainKey},
    label::Actor,
    record::{KeyRecord, KeyType},
    scope::Scope,
    store::{Attributes, items_of},
    terms::Terms,
};

use crate::Error;

/// How long such a key lives, in hours.
const LIFE: i64 = 365 * 24;

/// A key with its text. It does not print itself.
pub struct KnownKey {
    /// The text; the table that it opens is gone with the measurement.
    pub text: String,
    /// What stands in the table.
    pub items: Vec<Attributes>,
}

impl KnownKey {
    /// A fine-grained key for `aws` / `us-east-1` that may call the routes of two API sets, with as many fields as a key
    /// has that somebody thought about.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new(number: u32, made_at: Timestamp) -> Result<Self, Error> {
        let id = KeyId::generate(&SystemEntropy)?;
        let prefix: KeyPrefix = "lk".parse()?;
        let plain = PlainKey::generate(&prefix, id, &SystemEntropy)?;
        let presented = plain.as_presented();
        let record = KeyRecord {
            id,
            owner: format!("team-{:02}", number % 60).parse()?,
            scope: Scope::parse("aws", "us-east-1")?,
            key_type: KeyType::FineGrained,
            terms: terms(number, made_at)?,
            hint: presented.hint(),
            prefix: Some(prefix),
            rotation: shared::credential::Rotation::default(),
            created_at: made_at.into(),
            created_by: Actor::latchkey(),
            updated_at: made_at.into(),
            revocation: None,
            version: 1,
            is_root: false,
            is_brought: false,
        };
        let items = items_of(&record, &presented.imprint(), made_at, &[])?;
        Ok(Self { text: plain.reveal().to_owned(), items })
    }
}

fn terms(number: u32, made_at: Timestamp) -> Result<Terms, Error> {
    Ok(Terms {
        description: Some("Places orders for the web shop".parse()?),
        client_type: Some("backend".parse()?),
        permissions: "orders:read orders:write cache/sessions:read".parse()?,
        apis: "orders billing".parse()?,
        metadata: format!(r#"{{"ticket":"OPS-{number}","cost_center":{}}}"#, number % 90).try_into()?,
        expiry: Expiry::At((made_at + SignedDuration::from_hours(LIFE)).into()),
        ..Terms::named(format!("orders frontend production {number:06}").parse()?)
    })
}
