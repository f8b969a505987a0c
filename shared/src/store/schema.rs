//! The names in the table. `template.yaml` and the local stack create what stands here; a test compares them.

use crate::{grant::ApiName, key::KeyId, label::Owner};

/// Partition key of the table.
pub const PK: &str = "pk";
/// Sort key of the table.
pub const SK: &str = "sk";
/// The record, a map; also the sort key's value of the item that holds it.
pub const RECORD: &str = "record";
/// SHA-256 of the key's text, 32 bytes.
pub const HASH: &str = "hash";
/// SHA-256 of the text before it, while the record says that it works.
pub const PREVIOUS_HASH: &str = "previous_hash";
/// SHA-256 of the text that is to follow it.
pub const PENDING_HASH: &str = "pending_hash";
/// `true` on the deployment's root key alone.
pub const ROOT: &str = "root";
/// Sort key of both indexes: a list position.
pub const LISTED: &str = "listed";
/// The index over all keys, and its partition key.
pub const ALL_INDEX: &str = "all";
/// Partition key of [`ALL_INDEX`].
pub const ALL_SHARD: &str = "all_shard";
/// The index by owner.
pub const OWNER_INDEX: &str = "owner";
/// Partition key of [`OWNER_INDEX`].
pub const OWNER_SHARD: &str = "owner_shard";
/// An audit event, a map.
pub const EVENT: &str = "event";
/// What the indexes copy: never the hash.
pub const INDEXED: [&str; 3] = [RECORD, ROOT, EVENT];
/// The public key of the present text's tokens, 32 bytes, and then the hash of that text.
pub const PUBLIC_KEY: &str = "public_key";
/// That of the previous text.
pub const PREVIOUS_PUBLIC_KEY: &str = "previous_public_key";
/// That of the pending text.
pub const PENDING_PUBLIC_KEY: &str = "pending_public_key";
/// When the table may forget an item, in seconds since 1970: its TTL attribute.
pub const PURGE_AT: &str = "purge_at";
/// The id of the key that an item leads to.
pub const KEY_ID: &str = "key_id";
/// Sort key of the item that leads from a hash to a key.
pub const POINTER: &str = "pointer";
/// Partition key of all API sets.
pub const APIS: &str = "apis";
/// Sort key of the item that counts them, and the attribute with their number.
pub const COUNT: &str = "count";
/// An API set, a map.
pub const API_SET: &str = "set";
/// How often an API set was written.
pub const VERSION: &str = "version";
/// Sort key of the item that remembers a request by its `Idempotency-Key`.
pub const ONCE: &str = "once";
/// SHA-256 of what such a request asked for.
pub const FINGERPRINT: &str = "fingerprint";
/// Both keys of the item with the deployment's own values.
pub const DEPLOYMENT: &str = "deployment";
/// The attribute of that item that names the root key.
pub const ROOT_ID: &str = "root_id";
/// The attribute of that item that signs cursors.
pub const CURSOR_KEY: &str = "cursor_key";

/// How many partitions each list spreads over: 8,000 new keys a second, and 8 small queries a page.
pub const SHARDS: u32 = 8;

/// The partition of a shard of all keys.
#[must_use]
pub fn all_shard(shard: u32) -> String {
    format!("{shard}")
}

/// The partition of a shard of an owner's keys. No owner's name has a `#`.
#[must_use]
pub fn owner_shard(owner: &Owner, shard: u32) -> String {
    format!("{owner}#{shard}")
}

/// The partition of a shard of all audit events.
#[must_use]
pub fn events_shard(shard: u32) -> String {
    format!("audit#{shard}")
}

/// The partition of a shard of the audit events of an owner's keys.
#[must_use]
pub fn owner_events_shard(owner: &Owner, shard: u32) -> String {
    format!("audit#{owner}#{shard}")
}

/// The partition of a key's items: its record and its audit events.
#[must_use]
pub fn key_partition(id: KeyId) -> String {
    format!("key#{id}")
}

/// The partition of an API set's audit events.
#[must_use]
pub fn api_partition(name: &ApiName) -> String {
    format!("api#{name}")
}

/// What the sort key of an audit event starts with; its position follows.
pub const AUDIT: &str = "audit#";

/// What the sort key of an API set starts with; its name follows.
pub const SET: &str = "set#";
