//! What a presented key takes before its record is looked at, and how its hash is compared: `cargo bench -p bench --bench key`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::hint::black_box;

use bench::{stock::KnownKey, verify::pieces::Scene};
use divan::{AllocProfiler, Bencher};
use shared::{
    clock::{Clock, SystemClock},
    key::PresentedKey,
    secret::SecretHash,
    store::credential_in,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn known() -> KnownKey {
    KnownKey::new(1, SystemClock.now()).unwrap()
}

#[divan::bench]
fn parse_with_checksum(bencher: Bencher<'_, '_>) {
    let key = known();
    bencher.bench(|| PresentedKey::parse(black_box(&key.text)).is_ok());
}

#[divan::bench]
fn sha_256(bencher: Bencher<'_, '_>) {
    let key = known();
    bencher.bench(|| SecretHash::of(black_box(&key.text)));
}

#[divan::bench]
fn compare(bencher: Bencher<'_, '_>) {
    let hash = SecretHash::of("one");
    bencher.bench(|| black_box(&hash).matches(black_box(&hash)));
}

/// All of them, as a request has them.
#[divan::bench]
fn parse_hash_and_compare(bencher: Bencher<'_, '_>) {
    let scene = Scene::with_sets(0).unwrap();
    bencher.bench(|| scene.recognise());
}

/// What a read of the table adds: from its item to the record.
#[divan::bench]
fn record_from_item(bencher: Bencher<'_, '_>) {
    let key = known();
    let item = key.items.first().unwrap();
    bencher.with_inputs(|| item.clone()).bench_values(|item| credential_in(item).unwrap());
}

fn main() {
    divan::main();
}
