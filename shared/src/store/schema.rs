//! The names in the table. `template.yaml` and the local stack create what stands here; a test compares them.

use crate::label::Owner;

/// Partition key of the table.
pub const PK: &str = "pk";
/// Sort key of the table.
pub const SK: &str = "sk";
/// The record, a map; also the sort key's value of the item that holds it.
pub const RECORD: &str = "record";
/// SHA-256 of the key's text, 32 bytes.
pub const HASH: &str = "hash";
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
/// What the indexes copy: never the hash.
pub const INDEXED: [&str; 2] = [RECORD, ROOT];
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
