//! What the decision takes, with so many API sets of ten routes each: `cargo bench -p bench --bench decision`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use bench::verify::pieces::Scene;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// From the text to the verdict, with the record at hand.
#[divan::bench(args = [0, 10, 100])]
fn cached_key(bencher: Bencher<'_, '_>, count: usize) {
    let scene = Scene::with_sets(count).unwrap();
    bencher.bench(|| scene.decide());
}

fn main() {
    divan::main();
}
