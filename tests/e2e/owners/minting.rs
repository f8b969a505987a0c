//! Many hands make no new right: what keys can do together is what one of those that they came from could do alone.
//!
//! What a key reaches is asked of `POST /verify`, over a grid of routes, permissions, addresses and times. A key reaches a
//! combination of them if it reaches each, because a verdict is the first check that fails; [`Reach`] holds the parts.
//! A combination that no single one of the first keys had is a right that somebody made.

use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::{Key, TestStack};

const ROUTES: [(&str, &str); 9] = [
    ("GET", "/orders"),
    ("POST", "/orders/7"),
    ("GET", "/reports/2026/11"),
    ("GET", "/mobile/start"),
    ("DELETE", "/anything"),
    ("GET", "/keys"),
    ("POST", "/keys"),
    ("PATCH", "/keys/0000000000000000"),
    ("PUT", "/apis/orders"),
];
const PERMISSIONS: [&str; 7] =
    ["orders:read", "orders:write", "orders/a:read", "reports/a/b:read", "keys:create", "keys:revoke", "apis:write"];
const ADDRESSES: [&str; 4] = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "2001:db8::1"];
/// When keys are asked about: now, and after each end that there is.
const TIMES: [&str; 3] = ["2026-11-21T12:00:00Z", "2026-11-23T12:00:00Z", "2026-12-03T12:00:00Z"];

/// Which places of the grid a key reaches, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    routes: u32,
    permissions: u32,
    addresses: u32,
    times: u32,
}

impl Reach {
    /// Whether there is no combination at all; a key need not be asked about a route or a permission to be valid.
    const fn is_nothing(self) -> bool {
        self.addresses == 0 || self.times == 0
    }

    /// Whether every combination of this is one of `other`.
    const fn is_within(self, other: Self) -> bool {
        self.is_nothing()
            || (self.routes & !other.routes
                | self.permissions & !other.permissions
                | self.addresses & !other.addresses
                | self.times & !other.times)
                == 0
    }
}

const WANTED_PERMISSIONS: [&str; 13] = [
    "orders:read",
    "orders:write",
    "orders/*:read",
    "orders:*",
    "*:read",
    "*:*",
    "reports/*:read",
    "reports/a/b:read",
    "keys:*",
    "keys:create",
    "keys:revoke",
    "apis:*",
    "apis:write",
];
const WANTED_APIS: [&str; 7] = ["latchkey", "orders", "reports", "mobile", "shared", "new", "*"];
const WANTED_CIDRS: [&str; 7] =
    ["127.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "0.0.0.0/0", "::/0", "2001:db8::/32"];
const WANTED_ROUTES: [&str; 9] = [
    "GET /orders",
    "ANY /orders/{id}",
    "GET /reports/*",
    "GET /reports/2026/{month}",
    "GET /mobile/{page}",
    "ANY /*",
    "DELETE /anything",
    "GET /keys",
    "POST /keys",
];

impl Dice {
    /// A value for a field that says what a key may do.
    fn grant(&mut self) -> (&'static str, Value) {
        match self.below(6) {
            0 => ("permissions", json!(self.some(&WANTED_PERMISSIONS))),
            1 => ("apis", json!(self.some(&WANTED_APIS))),
            2 => ("allowed_cidrs", json!(self.some(&WANTED_CIDRS))),
            3 => ("client_type", self.one(&[json!(null), json!("mobile"), json!("partner")]).clone()),
            4 => (
                "expires_at",
                self.one(&[json!(null), json!("2026-11-22T08:00:00Z"), json!("2026-12-01T08:00:00Z")]).clone(),
            ),
            _ => ("enabled", json!(self.below(4) > 0)),
        }
    }

    fn set(&mut self) -> Value {
        let client_types = self.one(&[json!([]), json!(["mobile"]), json!(["mobile", "partner"])]).clone();
        json!({
            "routes": (0..=self.below(2)).map(|_| self.one(&WANTED_ROUTES)).collect::<Vec<_>>(), "client_types": client_types, "key_required": self.below(8) > 0
        })
    }
}

/// How many keys everything begins with.
const FIRST: usize = 5;

/// Those keys: each lacks something that another has.
fn first() -> [Value; FIRST] {
    let own = json!(["127.0.0.0/8", "10.0.0.0/8"]);
    [
        json!({
            "permissions": ["keys:*", "orders:read"], "apis": ["latchkey", "orders"], "allowed_cidrs": own,
            "expires_at": "2026-12-01T08:00:00Z"
        }),
        json!({
            "permissions": ["keys:*", "apis:*", "orders:write"], "apis": ["latchkey", "orders", "shared"],
            "allowed_cidrs": ["127.0.0.0/8", "192.168.0.0/16"], "client_type": "partner"
        }),
        json!({
            "permissions": ["keys:create", "keys:update", "keys:revoke", "reports/*:read"], "apis": ["latchkey", "*"],
            "expires_at": "2026-11-22T08:00:00Z"
        }),
        json!({
            "permissions": ["keys:*", "apis:write", "*:read"], "apis": ["latchkey", "reports", "mobile", "shared"],
            "client_type": "mobile", "allowed_cidrs": ["127.0.0.1", "2001:db8::/32"]
        }),
        json!({"permissions": ["keys:*"], "apis": ["latchkey", "mobile", "reports"], "allowed_cidrs": ["0.0.0.0/0"]}),
    ]
}

/// The last kind of call: writing an API set.
const SETS: usize = 4;

/// A deployment in which all keys of one owner act.
struct Play {
    stack: TestStack,
    keys: Vec<Key>,
    dice: Dice,
    /// How many calls of each kind took effect.
    effects: [usize; 5],
}

impl Play {
    async fn start(seed: u64) -> Self {
        let stack = TestStack::with_settings(&[("CACHE_TTL_SECONDS", "0")]).await;
        for (name, set) in [
            ("orders", json!({"routes": ["GET /orders", "ANY /orders/{id}"]})),
            ("reports", json!({"routes": ["GET /reports/*"]})),
            ("mobile", json!({"routes": ["GET /mobile/{page}"], "client_types": ["mobile"]})),
            ("shared", json!({"routes": ["GET /shared"]})),
        ] {
            stack.put_set(name, stack.root(), &set).await.expect(201);
        }
        let mut keys = Vec::new();
        for mut fields in first() {
            fields["owner"] = json!("a-team");
            keys.push(stack.create(fields).await);
        }
        Self { stack, keys, dice: Dice(seed), effects: [0; 5] }
    }

    /// One call by any of the keys, of any of the keys. The first ones call more often and are seldom called upon, or
    /// soon there would be none left that may do anything.
    async fn step(&mut self, kinds: usize) {
        let Self { stack, keys, dice, .. } = self;
        let (old, new) = keys.split_at(FIRST);
        let kind = dice.below(kinds);
        let callers = match kind {
            // Only those that may write sets at all.
            SETS if dice.below(4) > 0 => [&old[1], &old[3]].map(Clone::clone).to_vec(),
            _ if dice.below(3) > 0 || new.is_empty() => old.to_vec(),
            _ => new.to_vec(),
        };
        let caller = dice.one(&callers).clone();
        let targets = if dice.below(50) == 0 || new.is_empty() { &*keys } else { new };
        let target = dice.one(targets).id.clone();
        let answer = match kind {
            0 => {
                let mut body = crate::support::minimal();
                // Chance alone would hardly ever ask for what the caller may give: mostly it is what the caller had.
                let model = if dice.below(4) > 0 { &caller } else { dice.one(keys) }.body.clone();
                for field in ["permissions", "apis", "allowed_cidrs", "client_type", "expires_at"] {
                    body[field] = model[field].clone();
                }
                for _ in 0..dice.below(2) {
                    let (field, value) = dice.grant();
                    body[field] = value;
                }
                let answer = stack.post("/keys", &caller.text, &body).await;
                if answer.status == 201 {
                    let body = answer.json();
                    let text = |name: &str| body[name].as_str().unwrap().to_owned();
                    keys.push(Key { id: text("id"), text: text("key"), body: body.clone() });
                }
                answer
            }
            1 => {
                let mut patch = json!({});
                for _ in 0..=dice.below(2) {
                    let (field, value) = dice.grant();
                    patch[field] = value;
                }
                stack.patch(&target, &caller.text, &patch).await
            }
            2 if dice.below(2) == 0 => stack.revoke(&target, &caller.text).await,
            2 | 3 => stack.restore(&target, &caller.text).await,
            _ => {
                let set = dice.set();
                let name = *dice.one(&["orders", "reports", "mobile", "shared", "new", "newer"]);
                stack.put_set(name, &caller.text, &set).await
            }
        };
        assert!([200, 201, 400, 401, 403, 409].contains(&answer.status), "{answer:?}");
        self.effects[kind] += usize::from(answer.status < 300);
    }

    /// What each key reaches; at the end the clock stands at the last of [`TIMES`].
    async fn reaches(&self) -> Vec<Reach> {
        let mut reaches = Vec::new();
        for key in &self.keys {
            reaches.push(Reach { routes: 0, permissions: 0, addresses: 0, times: 0 });
            let reach = reaches.last_mut().unwrap();
            self.stack.clock.set(TIMES[0]);
            reach.addresses = self.bits(key, ADDRESSES.map(|ip| json!({ "ip": ip }))).await;
            let mut admitted = ADDRESSES.iter().enumerate().filter(|(place, _)| reach.addresses & (1 << place) != 0);
            let Some((_, ip)) = admitted.next() else { continue };
            let routes = ROUTES.map(|(method, path)| json!({"ip": ip, "method": method, "path": path}));
            reach.routes = self.bits(key, routes).await;
            let permissions = PERMISSIONS.map(|permission| json!({"ip": ip, "permissions": [permission]}));
            reach.permissions = self.bits(key, permissions).await;
            for (place, time) in TIMES.iter().enumerate() {
                self.stack.clock.set(time);
                reach.times |= self.bits(key, [json!({"ip": ip})]).await << place;
            }
        }
        self.stack.clock.set(TIMES[0]);
        reaches
    }

    async fn bits<const N: usize>(&self, key: &Key, questions: [Value; N]) -> u32 {
        let mut bits = 0;
        for (place, mut question) in questions.into_iter().enumerate() {
            question["key"] = json!(key.text);
            bits |= u32::from(self.stack.verdict(&question).await["valid"] == true) << place;
        }
        bits
    }
}

/// Lets the keys do `steps` things, and finds the rights that came of it.
async fn play(seed: u64, steps: usize, kinds: usize) {
    let mut play = Play::start(seed).await;
    play.stack.clock.set(TIMES[0]);
    let had = play.reaches().await;
    for (place, reach) in had.iter().enumerate() {
        assert!(!reach.is_nothing(), "{place}");
        assert!(had.iter().filter(|other| reach.is_within(**other)).count() == 1, "{place} is within another");
    }
    for step in 1..=steps {
        play.step(kinds).await;
        if step % (steps / 4) == 0 {
            for (key, reach) in play.keys.iter().zip(play.reaches().await) {
                let is_had = had.iter().any(|had| reach.is_within(*had));
                let record = play.stack.record(&key.id).await;
                assert!(is_had, "seed {seed}, step {step}: {reach:?} is minted: {record}\nof {had:?}");
            }
        }
    }
    let Play { keys, effects, .. } = play;
    assert!(
        keys.len() > 2 * FIRST && effects[..kinds].iter().all(|effects| *effects > 0),
        "{} {effects:?}",
        keys.len()
    );
}

#[tokio::test]
async fn no_combination_of_fine_grained_keys_can_mint_a_right_that_none_of_them_had() {
    play(1, 160, SETS).await;
}

#[tokio::test]
async fn nor_can_they_by_writing_api_sets() {
    play(13, 160, SETS + 1).await;
}
