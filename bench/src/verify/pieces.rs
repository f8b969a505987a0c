//! What the check of a key is made of, on a key whose record is at hand: for the report, and for `cargo bench -p bench`.

use std::{hint::black_box, time::Instant};

use shared::{
    clock::{Clock, SystemClock},
    credential::Credential,
    decision::{Bearer, Called, Code, Request, decide},
    grant::{ApiSet, ApiSets},
    presented::Presented,
    scope::{Deployment, Provider},
    store::credential_in,
    timestamp::Timestamp,
};

use crate::{Error, stock::KnownKey};

/// How many calls are timed at once: one alone is over before a clock ticks.
const BATCH: u32 = 1_000;

/// A key, its record, and the API sets that there are.
pub struct Scene {
    text: String,
    credential: Credential,
    sets: ApiSets,
    place: Deployment,
    now: Timestamp,
}

impl Scene {
    /// One with so many API sets of ten routes each. The key's own two come last, so that all are looked at.
    ///
    /// # Errors
    /// When the key or the sets cannot be made.
    pub fn with_sets(count: usize) -> Result<Self, Error> {
        let now = SystemClock.now();
        let key = KnownKey::new(1, now)?;
        let credential = credential_in(key.items.first().ok_or("a key has an item")?.clone())?;
        let others = (0..count.saturating_sub(2)).map(|number| format!("set-{number:03}"));
        let own = ["billing", "orders"].map(str::to_owned).into_iter().take(count);
        let sets = others.chain(own).map(|name| set(&name)).collect::<Result<Vec<_>, _>>()?;
        let place = Deployment::new(Provider::Aws, "us-east-1")?;
        Ok(Self { text: key.text, credential, sets: sets.into(), place, now: now.into() })
    }

    /// Takes the text apart, holds its checksum, hashes it and compares the hash.
    #[must_use]
    pub fn recognise(&self) -> bool {
        Presented::parse(black_box(&self.text)).is_ok_and(|presented| self.credential.recognise(&presented).is_known())
    }

    /// The same, and the whole decision.
    #[must_use]
    pub fn decide(&self) -> Code {
        let called = Called { method: "GET", path: "/orders/42/9", route: "/orders/{id}/{item}", is_own: false };
        let source = Some([203, 0, 113, 10].into());
        let request = Request { place: self.place, source, called: Some(called), permissions: &[] };
        let Ok(presented) = Presented::parse(black_box(&self.text)) else { return Code::Malformed };
        let bearer = Bearer::new(&presented, &self.credential, self.credential.recognise(&presented));
        decide(Some(&bearer), black_box(&request), &self.sets, self.now)
    }
}

fn set(name: &str) -> Result<ApiSet, Error> {
    let routes = (0..10).map(|number| format!("GET /{name}/{{id}}/{number}").parse());
    Ok(ApiSet {
        name: name.parse()?,
        description: None,
        routes: routes.collect::<Result<_, _>>()?,
        client_types: Vec::new(),
        key_required: true,
    })
}

/// How long one call takes, in microseconds: one value for each of so many batches.
pub(super) fn timed<T>(batches: u32, call: impl Fn() -> T) -> Vec<f64> {
    let batch = |_| {
        let start = Instant::now();
        (0..BATCH).for_each(|_| drop(black_box(call())));
        start.elapsed().as_secs_f64() * 1e6 / f64::from(BATCH)
    };
    (0..batches).map(batch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_let_in_by_the_last_of_the_sets_and_without_them_by_none() {
        for (count, code) in [(0, Code::RouteDenied), (10, Code::Valid), (100, Code::Valid)] {
            let scene = Scene::with_sets(count).unwrap();
            assert!(scene.recognise());
            assert_eq!(scene.decide(), code, "{count}");
        }
    }
}
