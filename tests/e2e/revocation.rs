//! The revocation bound, by the real clock: what was taken away is refused `CACHE_TTL_SECONDS` after the answer that says
//! so, however busy it is, and never comes back. The whole stack is a process of its own, called over HTTP without a break.

mod case;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::clock::{Clock, SystemClock};
use tokio::{sync::watch, task::JoinSet, time::sleep};

use self::case::{CASES, Case, Standing};
use crate::support::{
    Api,
    command::{Home, Latchkey},
};

/// Between two calls.
const PAUSE: Duration = Duration::from_millis(10);
/// So many calls are made before something is taken away, and at least so many that must be refused.
const ENOUGH: usize = 5;

/// One call, and what came of it.
#[derive(Debug, Clone, Copy)]
struct Call {
    begun: Timestamp,
    ended: Timestamp,
    status: u16,
}

/// What was seen of one case.
struct Seen {
    case: &'static Case,
    calls: Vec<Call>,
    /// Until when nothing was taken away: that was asked for then, or it ended by itself.
    untouched: Timestamp,
    /// Since when it is taken away: that was answered by then, and it had ended.
    taken: Timestamp,
}

/// Calls without a break until enough is `true`, telling how many calls there were.
async fn call_on(
    api: Api,
    standing: Standing,
    told: watch::Sender<usize>,
    mut enough: watch::Receiver<bool>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    while !*enough.borrow_and_update() {
        let begun = SystemClock.now();
        let status = api.get(&standing.path, &standing.text).await.status;
        calls.push(Call { begun, ended: SystemClock.now(), status });
        told.send_replace(calls.len());
        sleep(PAUSE).await;
    }
    calls
}

/// Uses something all the time while it is taken away.
async fn watch(api: Api, case: &'static Case, ttl: SignedDuration) -> Seen {
    let standing = case.stand(&api).await;
    let ((told, mut count), (enough, until)) = (watch::channel(0), watch::channel(false));
    let calls = tokio::spawn(call_on(api.clone(), standing.clone(), told, until));
    count.wait_for(|count| *count >= ENOUGH).await.unwrap();
    let asked = SystemClock.now();
    let end = case.take(&api, &standing).await;
    let answered = SystemClock.now();
    // What ends by itself at a time ends then, not when that was said.
    let (untouched, taken) = end.map_or((asked, answered), |end| (asked.min(end), answered.max(end)));
    let over = taken + ttl;
    while SystemClock.now() < over {
        sleep(PAUSE).await;
    }
    let so_far = *count.borrow_and_update();
    // Those that must be refused, and some more, in which it might come back.
    count.wait_for(|count| *count >= so_far + 1 + 4 * ENOUGH).await.unwrap();
    enough.send_replace(true);
    Seen { case, calls: calls.await.unwrap(), untouched, taken }
}

impl Seen {
    /// Asserts the bound, and gives what is told of it.
    fn check(&self, ttl: SignedDuration) -> String {
        let Self { case: Case { name, refusal, .. }, calls, untouched, taken } = self;
        let is_known = |call: &Call| [200, *refusal].contains(&call.status);
        assert!(calls.iter().all(is_known), "{name}: {:?}", calls.iter().find(|call| !is_known(call)));
        // Of what ends by itself, how many there are is a matter of the machine.
        let mut early = calls.iter().filter(|call| call.ended < *untouched);
        assert!(early.all(|call| call.status == 200), "{name}: refused before anything was taken away");
        let late = calls.iter().filter(|call| call.begun >= *taken + ttl);
        for call in late.clone() {
            let since = call.begun.duration_since(*taken).as_millis();
            assert_eq!(call.status, *refusal, "{name}: allowed in a call begun {since} ms after the answer");
        }
        assert!(late.count() >= ENOUGH, "{name}");
        let first = calls.iter().position(|call| call.status == *refusal).unwrap();
        assert!(first > 0, "{name}: it never opened anything");
        let back = calls[first..].iter().find(|call| call.status == 200);
        assert!(back.is_none(), "{name}: it came back: {back:?}");
        let refused = calls[first].ended.duration_since(*taken).as_millis();
        let longest = calls.iter().map(|call| call.ended.duration_since(call.begun).as_millis()).max().unwrap();
        let after = calls.len() - first;
        format!("{name:<42} {refused:>6} ms {longest:>6} ms {first:>7} {after:>7}")
    }
}

/// Takes everything away that can be, all at the same time, and tells how long it took.
async fn measure(ttl: SignedDuration) {
    let home = Home::new();
    let seconds = ttl.as_secs().to_string();
    let latchkey: Latchkey = home.start(&["--ephemeral"], &[("CACHE_TTL_SECONDS", &seconds)]).await;
    let under_way: JoinSet<_> = CASES.iter().map(|case| watch(Api::clone(&latchkey), case, ttl)).collect();
    let mut seen = under_way.join_all().await;
    seen.sort_by_key(|seen| seen.case.name);
    println!("CACHE_TTL_SECONDS={seconds}{:>32} {:>9} {:>7} {:>7}", "until", "longest", "allowed", "refused");
    for seen in &seen {
        println!("{}", seen.check(ttl));
    }
    latchkey.get("/demo/hello", &latchkey.create(json!({})).await.text).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_away_is_refused_within_the_cache_time() {
    measure(SignedDuration::from_secs(1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cache_the_very_next_call_is_refused() {
    measure(SignedDuration::ZERO).await;
}
