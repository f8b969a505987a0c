//! What can be taken away, and how: each case makes something that opens a door, and ends that.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use crate::support::{Api, Key};

/// A text like those that other systems make.
const BROUGHT: &str = "k7Vq2Zr9Xw4Bn8Lc3Td6Hs1Fy5Gm0Pj";

/// One way to lose a door.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The status afterwards.
    pub(super) refusal: u16,
    held: Held,
    lost: Lost,
}

/// What opens the door.
#[derive(Debug, Clone, Copy)]
enum Held {
    Key,
    /// A key that ends in a while.
    Ending,
    /// A key whose text was brought.
    Brought,
    /// A token of a key.
    Token,
    /// A key for an API set of this name, which has the route `GET /demo/<name>`.
    InSet(&'static str),
    /// Nothing, where a set of this name is open to all.
    Open(&'static str),
}

/// How it is lost.
#[derive(Debug, Clone, Copy)]
enum Lost {
    Revoked,
    /// A merge patch of the key.
    Patched(&'static str),
    /// It is given an end soon.
    GivenEnd,
    /// It has had one from the beginning.
    Ended,
    Rotated,
    /// Its set is written anew.
    Rewritten(&'static str),
    SetRemoved,
}

pub(super) const CASES: [Case; 14] = [
    Case { name: "key: revoked", refusal: 401, held: Held::Key, lost: Lost::Revoked },
    Case { name: "key: disabled", refusal: 401, held: Held::Key, lost: Lost::Patched(r#"{"enabled":false}"#) },
    Case { name: "key: given an end", refusal: 401, held: Held::Key, lost: Lost::GivenEnd },
    Case { name: "key: expired by itself", refusal: 401, held: Held::Ending, lost: Lost::Ended },
    Case { name: "key: rotated without overlap", refusal: 401, held: Held::Key, lost: Lost::Rotated },
    Case { name: "key: loses its API sets", refusal: 403, held: Held::Key, lost: Lost::Patched(r#"{"apis":[]}"#) },
    Case {
        name: "key: bound to another network",
        refusal: 403,
        held: Held::Key,
        lost: Lost::Patched(r#"{"allowed_cidrs":["10.0.0.0/8"]}"#),
    },
    Case { name: "key with a brought text: revoked", refusal: 401, held: Held::Brought, lost: Lost::Revoked },
    Case { name: "token: its key revoked", refusal: 401, held: Held::Token, lost: Lost::Revoked },
    Case { name: "token: its key rotated without overlap", refusal: 401, held: Held::Token, lost: Lost::Rotated },
    Case {
        name: "API set: loses the route",
        refusal: 403,
        held: Held::InSet("changed"),
        lost: Lost::Rewritten(r#"{"routes":["GET /demo/another"]}"#),
    },
    Case {
        name: "API set: narrowed to other clients",
        refusal: 403,
        held: Held::InSet("narrowed"),
        lost: Lost::Rewritten(r#"{"routes":["GET /demo/narrowed"],"client_types":["mobile"]}"#),
    },
    Case { name: "API set: removed", refusal: 403, held: Held::InSet("removed"), lost: Lost::SetRemoved },
    Case {
        name: "API set: no longer open to all",
        refusal: 401,
        held: Held::Open("open"),
        lost: Lost::Rewritten(r#"{"routes":["GET /demo/open"]}"#),
    },
];

/// Something that opens a door.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    pub(super) path: String,
    /// What is presented; empty for nothing.
    pub(super) text: String,
    /// The key behind it.
    key: Option<Key>,
}

impl Case {
    /// Makes what opens the door.
    pub(super) async fn stand(&self, api: &Api) -> Standing {
        let of = |key: Key| Standing { path: "/demo/hello".to_owned(), text: key.text.clone(), key: Some(key) };
        match self.held {
            Held::Key => of(api.create(json!({})).await),
            Held::Ending => of(api.create(json!({"expires_in": "4s"})).await),
            Held::Brought => of(api.create(json!({"value": BROUGHT})).await),
            Held::Token => {
                let key = api.create(json!({})).await;
                let made = api.post("/tokens", &key.text, &json!({})).await.expect(201).json();
                Standing { text: made["token"].as_str().unwrap().to_owned(), ..of(key) }
            }
            Held::InSet(name) => {
                let path = format!("/demo/{name}");
                write(api, name, &json!({"routes": [format!("GET {path}")]})).await;
                Standing { path, ..of(api.create(json!({"apis": [name]})).await) }
            }
            Held::Open(name) => {
                let path = format!("/demo/{name}");
                write(api, name, &json!({"routes": [format!("GET {path}")], "key_required": false})).await;
                Standing { path, text: String::new(), key: None }
            }
        }
    }

    /// Takes that away. Gives the moment of the end, where the answer is not what ends it.
    pub(super) async fn take(&self, api: &Api, standing: &Standing) -> Option<Timestamp> {
        let id = standing.key.as_ref().map_or("", |key| &key.id);
        let name = standing.path.trim_start_matches("/demo/");
        let patch = async |patch: &Value| api.patch(id, api.root(), patch).await.expect(200).json();
        let end = |record: &Value| record["expires_at"].as_str().unwrap().parse().unwrap();
        match self.lost {
            Lost::Revoked => {
                api.revoke(id, api.root()).await.expect(200);
            }
            Lost::Patched(fields) => {
                patch(&fields.parse().unwrap()).await;
            }
            Lost::GivenEnd => {
                // To the second, and not in the past by then.
                let soon = SystemClock.now() + Duration::from_secs(5);
                let soon = Timestamp::from_second(soon.as_second()).unwrap();
                return Some(end(&patch(&json!({"expires_at": soon.to_string()})).await));
            }
            Lost::Ended => return Some(end(&standing.key.as_ref().unwrap().body)),
            Lost::Rotated => {
                let body = json!({"overlap": "0s"});
                api.post(&format!("/keys/{id}/rotate"), api.root(), &body).await.expect(200);
            }
            Lost::Rewritten(set) => write(api, name, &set.parse().unwrap()).await,
            Lost::SetRemoved => {
                api.delete(&format!("/apis/{name}?force=true"), api.root()).await.expect(200);
            }
        }
        None
    }
}

async fn write(api: &Api, name: &str, set: &Value) {
    let answer = api.put_set(name, api.root(), set).await;
    assert!([200, 201].contains(&answer.status), "{answer:?}");
}
