//! What the decision takes, with so many API sets of ten routes each: `cargo bench -p bench --bench decision`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use std::hint::black_box;

use bench::stock::KnownKey;
use divan::{AllocProfiler, Bencher};
use shared::{
    clock::{Clock, SystemClock},
    decision::{Bearer, Called, Code, Request, decide},
    grant::{ApiSet, ApiSets},
    presented::Presented,
    scope::{Deployment, Provider},
    store::credential_in,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// The key's own sets come last, so that all are looked at.
fn sets(count: usize) -> ApiSets {
    let named = |name: &str| ApiSet {
        name: name.parse().unwrap(),
        description: None,
        routes: (0..10).map(|number| format!("GET /{name}/{{id}}/{number}").parse().unwrap()).collect(),
        client_types: Vec::new(),
        key_required: true,
    };
    let others = (0..count).map(|number| format!("set-{number:03}"));
    let mut sets: Vec<_> = others.map(|name| named(&name)).collect();
    let own = sets.len().saturating_sub(2);
    for (set, name) in sets.iter_mut().skip(own).zip(["billing", "orders"]) {
        *set = named(name);
    }
    sets.into()
}

/// From the text to the verdict, with the record at hand.
#[divan::bench(args = [0, 10, 100])]
fn cached_key(bencher: Bencher<'_, '_>, count: usize) {
    let sets = sets(count);
    let now = SystemClock.now();
    let key = KnownKey::new(1, now).unwrap();
    let credential = credential_in(key.items.first().unwrap().clone()).unwrap();
    let called = Called { method: "GET", path: "/orders/42/9", route: "/orders/{id}/{item}", is_own: false };
    let request = Request {
        place: Deployment::new(Provider::Aws, "us-east-1").unwrap(),
        source: Some("203.0.113.10".parse().unwrap()),
        called: Some(called),
        permissions: &[],
    };
    let decide = || {
        let presented = Presented::parse(black_box(&key.text)).unwrap();
        let bearer = Bearer::new(&presented, &credential, credential.recognise(&presented));
        decide(Some(&bearer), black_box(&request), &sets, now.into())
    };
    assert_eq!(decide(), if count == 0 { Code::RouteDenied } else { Code::Valid });
    bencher.bench(decide);
}

fn main() {
    divan::main();
}
