//! One instance of the authorizer, as Lambda runs it and by the real clock, on a table that fails in every way.

mod process;

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::clock::{Clock, SystemClock};
use tokio::time::sleep;

use crate::{
    lambda::{
        emulator::Emulator,
        environment,
        events::{self, EXAMPLE_KEY, endpoint},
    },
    support::{
        TestStack,
        proxy::{Mode, Proxy},
    },
};

/// So many attempts at an operation the authorizer makes.
const ATTEMPTS: usize = 3;
/// How long it remembers that the table let it wait in vain.
const SILENCE: Duration = Duration::from_secs(2);
/// What it logs of a read that it did not wait for to its end.
const NOT_WAITED_FOR: &str = "waited for no longer";

/// A decision, as API Gateway is told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Allowed,
    /// 401.
    Refused,
    /// 500.
    Failed,
}

/// The authorizer's release binary under AWS's emulator, which gives it one request at a time.
struct Instance(Emulator);

impl Instance {
    /// One on the table at `url`.
    async fn start(url: &str, settings: &[(&str, &str)]) -> Self {
        let settings = [settings, &[("TABLE_NAME", "latchkey")]].concat();
        Self(Emulator::start("authorizer", &environment("authorizer", &endpoint(url), &settings)).await)
    }

    async fn call(&self, text: &str) -> Decision {
        let event = events::of("authorizer", "http-2.0").to_string().replace(EXAMPLE_KEY, text);
        let answer = self.0.invoke(&event).await;
        match (answer["isAuthorized"].as_bool(), answer["errorMessage"].as_str()) {
            (Some(true), None) => Decision::Allowed,
            (None, Some("Unauthorized")) => Decision::Refused,
            (None, Some(_)) => Decision::Failed,
            _ => panic!("{answer}"),
        }
    }

    /// A call and how long it took.
    async fn timed(&self, text: &str) -> (Decision, Duration) {
        let begun = Instant::now();
        let decision = self.call(text).await;
        (decision, begun.elapsed())
    }
}

/// An instance without a cache on a table that can fail, and the functions that always reach that.
struct Scene {
    proxy: Proxy,
    admin: TestStack,
    instance: Instance,
}

impl Scene {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let proxy = Proxy::start().await;
        let admin = TestStack::on_table(proxy.direct_url(), &[]).await;
        let instance = Instance::start(&proxy.url(), settings).await;
        Self { proxy, admin, instance }
    }
}

async fn fail_and_come_back(mode: Mode) -> String {
    let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "3600")]).await;
    let Scene { proxy, admin, instance } = &scene;
    let (used, doomed, unused) =
        (admin.create(json!({})).await, admin.create(json!({})).await, admin.create(json!({})).await);
    for key in [&used, &doomed] {
        assert_eq!(instance.call(&key.text).await, Decision::Allowed);
    }
    proxy.set(mode);
    proxy.forget();
    let (decision, waited) = instance.timed(&used.text).await;
    assert_eq!(decision, Decision::Allowed, "{mode:?}");
    assert!(proxy.total() <= ATTEMPTS, "{mode:?}: {:?}", proxy.counts());
    admin.revoke(&doomed.id, admin.root()).await.expect(200);
    // Nobody can know that by now.
    assert_eq!(instance.call(&doomed.text).await, Decision::Allowed, "{mode:?}");
    let (decision, unknown) = instance.timed(&unused.text).await;
    assert_eq!(decision, Decision::Failed, "{mode:?}");
    assert_eq!(instance.call("hello").await, Decision::Refused, "{mode:?}: what needs no table waits for it");

    proxy.set(Mode::Pass);
    let back = Instant::now();
    let mut calls = 1;
    let until = loop {
        let begun = back.elapsed();
        if instance.call(&doomed.text).await != Decision::Allowed {
            break back.elapsed();
        }
        // Only of a table that was silent nothing is expected at first, and for no longer than that is remembered.
        assert!([Mode::Hang, Mode::Stall, Mode::Drip].contains(&mode), "{mode:?}");
        assert!(begun < SILENCE, "{mode:?}: allowed in a call begun {begun:?} after the table was back");
        calls += 1;
    };
    for _ in 0..3 {
        assert_eq!(instance.call(&doomed.text).await, Decision::Refused, "{mode:?}: it came back");
        assert_eq!(instance.call(&used.text).await, Decision::Allowed, "{mode:?}");
    }
    assert_eq!(instance.call(&unused.text).await, Decision::Allowed, "{mode:?}");
    let mode = format!("{mode:?}");
    format!("{mode:<10} {waited:>9.0?} {unknown:>9.0?} {until:>9.0?} {calls:>6}")
}

#[tokio::test(flavor = "multi_thread")]
async fn however_the_table_fails_a_known_key_is_served_and_an_unknown_one_is_not() {
    let mut told = Vec::new();
    for mode in [Mode::Refuse, Mode::CutShort, Mode::Fail, Mode::Throttle, Mode::Hang, Mode::Stall, Mode::Drip] {
        told.push(fail_and_come_back(mode).await);
    }
    println!("{:<10} {:>9} {:>9} {:>9} {:>6}", "table", "known", "unknown", "back", "calls");
    println!("{}", told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_key_does_not_wait_each_time_for_a_table_that_hangs() {
    const CALLS: usize = 20;
    let scene = Scene::start(&[("CACHE_TTL_SECONDS", "0"), ("STALE_SECONDS", "3600")]).await;
    let Scene { proxy, admin, instance } = scene;
    let begun = Instant::now();
    let mut reads_in_vain = 0;
    let path = events::of("authorizer", "http-2.0")["rawPath"].as_str().unwrap().to_owned();
    admin.put_set("orders", admin.root(), &json!({"routes": [format!("GET {path}")]})).await.expect(201);
    // The one needs its record, the other the API sets as well.
    for (what, reads, fields) in [("a record", 1, json!({})), ("a record and sets", 2, json!({"apis": ["orders"]}))] {
        proxy.set(Mode::Pass);
        let key = admin.create(fields).await;
        assert_eq!(instance.call(&key.text).await, Decision::Allowed);
        proxy.set(Mode::Hang);
        let mut took = Vec::new();
        for _ in 0..CALLS {
            let (decision, waited) = instance.timed(&key.text).await;
            assert_eq!(decision, Decision::Allowed);
            took.push(waited);
        }
        let all: Duration = took.iter().sum();
        took.sort_unstable();
        let (median, longest) = (took[took.len() / 2], took[took.len() - 1]);
        println!("{CALLS} calls that need {what}: {all:.1?} in all, median {median:.0?}, longest {longest:.0?}");
        reads_in_vain += CALLS * reads;
    }
    let log = instance.0.stop().await;
    let told: Vec<_> = log.lines().filter(|line| line.contains("the table does not answer; ")).collect();
    assert_eq!(told.len(), reads_in_vain, "{log}");
    // However slow the machine is: after each that it waited for, it does not for a while. The table hung twice.
    let waited_for = told.iter().filter(|line| !line.contains(NOT_WAITED_FOR)).count();
    println!("{waited_for} of {reads_in_vain} reads were waited for to their end");
    let most = begun.elapsed().as_millis() / SILENCE.as_millis() + 2;
    assert!(waited_for as u128 <= most, "{waited_for} in {:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stale_is_served_until_its_time_is_over_and_no_longer() {
    for mode in [Mode::Refuse, Mode::Hang] {
        let scene = Scene::start(&[("CACHE_TTL_SECONDS", "1"), ("STALE_SECONDS", "4")]).await;
        let age = SignedDuration::from_secs(1 + 4);
        let key = scene.admin.create(json!({})).await;
        // Its record is read between these two.
        let earliest = SystemClock.now();
        assert_eq!(scene.instance.call(&key.text).await, Decision::Allowed);
        let latest = SystemClock.now();
        scene.proxy.set(mode);
        let (mut allowed, mut failed) = (0, 0);
        let mut last: Option<Timestamp> = None;
        while failed < 3 {
            let begun = SystemClock.now();
            let decision = scene.instance.call(&key.text).await;
            let ended = SystemClock.now();
            if ended < earliest + age {
                assert_eq!(decision, Decision::Allowed, "{mode:?}");
                allowed += 1;
                last = Some(ended);
            } else if begun >= latest + age {
                assert_eq!(decision, Decision::Failed, "{mode:?}");
                failed += 1;
            }
            sleep(Duration::from_millis(10)).await;
        }
        assert!(allowed > 0, "{mode:?}");
        let last = last.map(|last| last.duration_since(earliest).as_millis());
        println!("{mode:?}: allowed {allowed} times, last {last:?} ms after it was read");
    }
}
