//! What is kept of what was read, and for how long: bounded in time by whoever asks, and in bytes here.

use std::{mem::size_of, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp as Moment};
use lru::LruCache;

use super::reader::Lookup;
use crate::{
    credential::Credential,
    grant::{ApiGrant, Permission},
    label::{ClientType, Description, Reason},
    postback::PostbackUrl,
    record::{KeyRecord, Revocation},
    terms::Terms,
};

/// How many bytes of records are kept at most: a thirty-second of the memory that the template gives the function. Records of
/// a usual size have about one kilobyte, the largest have thirty.
pub(super) const MOST: usize = 16 << 20;

/// How often in a second a record is read again because somebody presents a text that it does not know. The text may be one
/// that the key got just now, which works at once; or a stranger's, who shall not drive reads onto one item.
const STRANGERS: u8 = 5;

/// What was read, and when.
#[derive(Debug, Clone)]
pub(super) struct Kept<T> {
    pub(super) value: T,
    /// The moment just before it was read.
    pub(super) read_at: Moment,
}

impl<T: Clone> Kept<T> {
    /// What was kept, if it was read less than `age` ago. A clock that was set back makes it too old.
    pub(super) fn within(&self, now: Moment, age: Duration) -> Option<T> {
        let age = SignedDuration::try_from(age).ok()?;
        let elapsed = now.duration_since(self.read_at);
        (!elapsed.is_negative() && elapsed < age).then(|| self.value.clone())
    }
}

/// The records that were used last, as many as there is room for.
#[derive(Debug)]
pub(super) struct Records {
    by_lookup: LruCache<Lookup, Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    /// Nothing where the key is gone, so that a read of before that does not bring it back.
    kept: Kept<Option<Arc<Credential>>>,
    bytes: usize,
    /// In this second, it was read again so often for texts that it does not know.
    strangers: (i64, u8),
}

impl Default for Records {
    fn default() -> Self {
        Self { by_lookup: LruCache::unbounded(), bytes: 0 }
    }
}

impl Records {
    /// The record, if it was read less than `age` ago.
    pub(super) fn within(&mut self, lookup: Lookup, now: Moment, age: Duration) -> Option<Arc<Credential>> {
        self.by_lookup.get(&lookup)?.kept.within(now, age)?
    }

    /// Keeps what was read, unless something newer is kept already. What was not used for the longest time makes room.
    pub(super) fn keep(&mut self, lookup: Lookup, value: Arc<Credential>, read_at: Moment) {
        self.put(lookup, Some(value), read_at);
    }

    /// Forgets a key that is gone, unless something newer is kept. Of one that is not kept there is nothing to forget, or
    /// strangers would fill the room with ids that they make up.
    pub(super) fn forget(&mut self, lookup: Lookup, read_at: Moment) {
        if self.by_lookup.contains(&lookup) {
            self.put(lookup, None, read_at);
        }
    }

    fn put(&mut self, lookup: Lookup, value: Option<Arc<Credential>>, read_at: Moment) {
        let standing = self.by_lookup.peek(&lookup);
        if standing.is_some_and(|standing| standing.kept.read_at > read_at) {
            return;
        }
        let strangers = standing.map_or((0, 0), |standing| standing.strangers);
        let bytes = PLACE + value.as_deref().map_or(0, bytes_of);
        self.bytes += bytes;
        let entry = Entry { kept: Kept { value, read_at }, bytes, strangers };
        if let Some((_, replaced)) = self.by_lookup.push(lookup, entry) {
            self.bytes -= replaced.bytes;
        }
        while self.bytes > MOST
            && let Some((_, oldest)) = self.by_lookup.pop_lru()
        {
            self.bytes -= oldest.bytes;
        }
    }

    /// Whether a record that is kept may be read again in this second for a text that it does not know.
    pub(super) fn reads_for_a_stranger(&mut self, lookup: Lookup, now: Moment) -> bool {
        let Some(entry) = self.by_lookup.get_mut(&lookup) else { return true };
        let (second, reads) = &mut entry.strangers;
        if *second != now.as_second() {
            (*second, *reads) = (now.as_second(), 0);
        }
        *reads = reads.saturating_add(1);
        *reads <= STRANGERS
    }
}

/// How many bytes it takes to keep something, from above: its place in the table and the list. Twice the entry, because a table
/// grows by doubling and may be half empty; the two counters of an `Arc`.
const PLACE: usize = 2 * (size_of::<(Lookup, Entry)>() + 4 * size_of::<usize>()) + 2 * size_of::<usize>();

/// How many bytes a record takes beside its place, from above: itself, and what it points to.
fn bytes_of(credential: &Credential) -> usize {
    // What an allocator adds to each piece, and to the length of a text that it rounds up.
    const PIECE: usize = 32;

    // Without `..`, so that no later field is forgotten. Those that are not counted below point to nothing.
    let Credential { record, texts: _ } = credential;
    let KeyRecord {
        id: _,
        owner,
        scope: _,
        key_type: _,
        terms,
        hint,
        prefix: _,
        rotation: _,
        created_at: _,
        created_by,
        updated_at: _,
        revocation,
        version: _,
        is_root: _,
        is_brought: _,
    } = record;
    let Terms {
        name,
        description,
        client_type,
        permissions,
        apis,
        allowed_cidrs,
        off_the_record: _,
        postback_url,
        metadata,
        enabled: _,
        expiry: _,
    } = terms;
    let (by, reason) = match revocation {
        Some(Revocation { at: _, by, reason }) => (by.as_str(), reason.as_ref()),
        None => ("", None),
    };
    let texts = [
        name.as_str(),
        description.as_ref().map_or("", Description::as_str),
        client_type.as_ref().map_or("", ClientType::as_str),
        postback_url.as_ref().map_or("", PostbackUrl::as_str),
        metadata.as_json(),
        owner.as_str(),
        hint,
        // The prefix is shorter than what is added for a piece.
        "",
        created_by.as_str(),
        by,
        reason.map_or("", Reason::as_str),
    ];
    let text = |text: &str| PIECE + text.len();
    // A list grows by doubling, too, and by four at first.
    let place = |size: usize, length: usize| PIECE + size * (2 * length).max(4);
    size_of::<Credential>()
        + texts.into_iter().map(text).sum::<usize>()
        + place(size_of::<Permission>(), permissions.iter().len())
        + permissions.iter().map(|permission| text(permission.as_str())).sum::<usize>()
        + place(size_of::<ApiGrant>(), apis.iter().len())
        + apis.iter().map(|grant| text(grant.as_str())).sum::<usize>()
        + place(size_of::<crate::address::Cidr>(), allowed_cidrs.iter().len())
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;
    use crate::{credential::Texts, imprint::Imprint, metadata::Metadata, record::tests::example};

    const TEN: Duration = Duration::from_secs(10);

    fn id() -> Lookup {
        Lookup::Id(example().id)
    }

    fn numbered(number: u32) -> Lookup {
        Lookup::Id(format!("{number:016}").parse().unwrap())
    }

    fn at(second: i64) -> Moment {
        Moment::from_second(1_000_000 + second).unwrap()
    }

    fn credential(version: u64) -> Arc<Credential> {
        let record = KeyRecord { version, ..example() };
        Arc::new(Credential { record, texts: Texts::only(Imprint::of("text")) })
    }

    /// A record with as much in it as there can be.
    fn largest() -> KeyRecord {
        let list = |entry: &dyn Fn(usize) -> String, length| (0..length).map(entry).collect::<Vec<_>>().join(" ");
        let mut record = example();
        record.terms = Terms {
            name: "n".repeat(100).parse().unwrap(),
            description: Some("d".repeat(500).parse().unwrap()),
            client_type: Some("c".repeat(64).parse().unwrap()),
            permissions: list(&|number| format!("{number:0>64}/{:0>50}:read", 1), 100).parse().unwrap(),
            apis: list(&|number| format!("{number:0>64}"), 100).parse().unwrap(),
            allowed_cidrs: list(&|number| format!("2001:db8:{number:x}::/48"), 50).parse().unwrap(),
            metadata: Metadata::try_from(format!(r#"{{"m":"{}"}}"#, "m".repeat(4000))).unwrap(),
            ..record.terms
        };
        record
    }

    fn read(record: &KeyRecord) -> Arc<Credential> {
        Arc::new(Credential { record: record.clone(), texts: Texts::only(Imprint::of_hash(hash())) })
    }

    fn hash() -> crate::secret::SecretHash {
        crate::secret::SecretHash::from_bytes(&[7; 32]).unwrap()
    }

    #[test]
    fn a_record_is_used_until_its_time_is_over() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        assert!(records.within(id(), at(9), TEN).is_some());
        assert!(records.within(id(), at(10), TEN).is_none());
        assert!(records.within(id(), at(-1), TEN).is_none(), "the clock was set back");
    }

    #[test]
    fn a_cache_of_no_seconds_keeps_nothing_in_use() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        assert!(records.within(id(), at(0), Duration::ZERO).is_none());
    }

    #[test]
    fn a_slow_older_read_does_not_replace_a_newer_one() {
        let mut records = Records::default();
        records.keep(id(), credential(2), at(5));
        records.keep(id(), credential(1), at(1));
        assert_eq!(records.within(id(), at(6), TEN).unwrap().record.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_is_forgotten() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        records.forget(id(), at(2));
        records.keep(id(), credential(1), at(1));
        assert!(records.within(id(), at(2), TEN).is_none(), "an older read brought it back");
        records.keep(id(), credential(2), at(3));
        records.forget(id(), at(2));
        assert_eq!(records.within(id(), at(3), TEN).unwrap().record.version, 2);
    }

    #[test]
    fn a_key_that_is_gone_takes_a_place_and_one_that_never_was_takes_none() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        records.forget(id(), at(1));
        records.forget(numbered(1), at(1));
        assert_eq!((records.bytes, records.by_lookup.len()), (PLACE, 1));
    }

    #[test]
    fn a_record_is_read_again_for_unknown_texts_a_few_times_a_second_however_often_that_is() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        let mut reads = |second| {
            let reads = (0..20).filter(|_| {
                let may = records.reads_for_a_stranger(id(), at(second));
                records.keep(id(), credential(1), at(second));
                may
            });
            reads.count()
        };
        assert_eq!((reads(0), reads(0), reads(1)), (5, 0, 5));
    }

    #[test]
    fn the_records_that_were_used_last_stay() {
        let mut records = Records::default();
        records.keep(id(), credential(1), at(0));
        for number in 0..100_000 {
            assert!(records.within(id(), at(1), TEN).is_some());
            records.keep(numbered(number), credential(1), at(0));
        }
        assert!(records.within(numbered(99_999), at(1), TEN).is_some());
        assert!(records.within(numbered(0), at(1), TEN).is_none());
    }

    #[test]
    fn a_hundred_thousand_keys_or_the_largest_ones_take_no_more_bytes_than_there_is_room_for() {
        for (record, count) in [(example(), 100_000), (largest(), 2_000)] {
            let mut records = None;
            let used = allocation_counter::measure(|| {
                let records = records.insert(Records::default());
                for number in 0..count {
                    records.keep(numbered(number), read(&record), at(0));
                }
            });
            let records = records.unwrap();
            assert!(records.bytes <= MOST);
            assert_eq!(records.bytes, records.by_lookup.iter().map(|(_, entry)| entry.bytes).sum::<usize>());
            // Not only by its own account, and not for nothing.
            let used = usize::try_from(used.bytes_current).unwrap();
            assert!((MOST / 4..=MOST).contains(&used), "{used} bytes for {} records", records.by_lookup.len());
        }
    }

    #[test]
    fn an_account_of_bytes_is_never_too_low() {
        for record in [example(), largest()] {
            let mut kept = Vec::new();
            let used = allocation_counter::measure(|| kept.extend(iter::once(read(&record))));
            let used = usize::try_from(used.bytes_current).unwrap();
            assert!(used <= PLACE + bytes_of(kept.first().unwrap()), "{used} bytes");
        }
    }
}
