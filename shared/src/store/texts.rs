//! What is kept of a key's texts, as attributes of its item and back.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use super::{StoreError, error::corrupt, item::Attributes, schema};
use crate::{credential::Texts, imprint::Imprint, secret::SecretHash, token::PublicKey};

/// The attributes with what is kept of the present, the previous and the pending text: the hash, and the public key.
const TEXTS: [[&str; 2]; 3] = [
    [schema::HASH, schema::PUBLIC_KEY],
    [schema::PREVIOUS_HASH, schema::PREVIOUS_PUBLIC_KEY],
    [schema::PENDING_HASH, schema::PENDING_PUBLIC_KEY],
];

/// What is kept of a key's texts, attribute by attribute; what there is not has no value.
pub(super) fn kept(texts: &Texts) -> impl Iterator<Item = (&'static str, Option<AttributeValue>)> {
    let stored = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    let imprints = [Some(texts.current), texts.previous, texts.pending];
    TEXTS.into_iter().zip(imprints).flat_map(move |([hash, public_key], imprint)| {
        let of_hash = imprint.map(|imprint| stored(imprint.hash.as_bytes()));
        let of_key = imprint.and_then(|Imprint { hash, public_key }| {
            public_key.map(|key| stored(&[*key.as_bytes(), *hash.as_bytes()].concat()))
        });
        [(hash, of_hash), (public_key, of_key)]
    })
}

/// What is kept of the texts, taken back.
pub(super) fn texts_in(item: &Attributes) -> Result<Texts, StoreError> {
    let imprint = |[hash, public_key]: [&str; 2]| -> Result<Option<Imprint>, StoreError> {
        let Some(hash) = binary(item, hash, SecretHash::from_bytes)? else { return Ok(None) };
        let stored = binary(item, public_key, StoredPublicKey::from_bytes)?;
        Ok(Some(Imprint { hash, public_key: stored.and_then(|stored| stored.of(&hash)) }))
    };
    let [current, previous, pending] = TEXTS;
    Ok(Texts {
        current: imprint(current)?.ok_or_else(|| corrupt(item, &"no hash"))?,
        previous: imprint(previous)?,
        pending: imprint(pending)?,
    })
}

/// A public key beside the hash of the text that it is of. A writer that knows hashes alone, such as a version from before
/// there were tokens, leaves the key of a text behind that it replaces; with that one, nobody gets in.
struct StoredPublicKey {
    public_key: PublicKey,
    hash: SecretHash,
}

impl StoredPublicKey {
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (public_key, hash) = bytes.split_at_checked(32)?;
        Some(Self { public_key: PublicKey::from_bytes(public_key)?, hash: SecretHash::from_bytes(hash)? })
    }

    /// The key, if it is of this text.
    fn of(&self, hash: &SecretHash) -> Option<PublicKey> {
        self.hash.matches(hash).then_some(self.public_key)
    }
}

/// The bytes of an attribute, taken back as what they were, if it is there.
fn binary<T>(item: &Attributes, name: &str, from_bytes: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>, StoreError> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let found = value.as_b().ok().and_then(|bytes| from_bytes(bytes.as_ref()));
    found.map(Some).ok_or_else(|| corrupt(item, &format!("{name} is not of its form")))
}
