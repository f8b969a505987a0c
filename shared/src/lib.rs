//! The domain of Latchkey: every rule lives in this crate, once.
//!
//! | layer | modules | knows |
//! |---|---|---|
//! | values | [`key`] [`secret`] [`token`] [`imprint`] [`presented`] [`scope`] [`label`] [`address`] [`postback`] [`metadata`] [`timestamp`] [`expiry`] [`bounded`] [`named`] [`grant`] [`terms`] [`record`] [`credential`] [`ceiling`] [`caller`] [`carried`] [`audit`] [`admin`] [`cursor`] [`precondition`] [`once`] [`clock`] [`entropy`] [`config`] | nothing but each other |
//! | decision | [`decision`] | values |
//! | store | [`store`] | values and `DynamoDB` |
//! | steps | [`change`] [`page`] [`root`] | values and store: what use cases have in common |
//! | use cases | [`create`] [`update`] [`revoke`] [`rotate`] [`secret_rotation`] [`issue`] [`list`] [`history`] [`apis`] [`verify`] | values, decision, store and steps |
//! | edge | [`edge`] | HTTP, Lambda events and everything above |
//!
//! Invariants that hold across it:
//!
//! - A key's text exists as a [`key::PlainKey`] (shown once) or a [`key::PresentedKey`] (checked once). Neither prints
//!   itself, and only its SHA-256 and the public key of its tokens are stored.
//! - A value that exists is valid: each type has one parser, and serde goes through it.
//! - Reads that authorize are strongly consistent and by primary key. What cannot be read is refused.
//! - Time and randomness are arguments ([`clock::Clock`], [`entropy::Entropy`]).

pub mod address;
pub mod admin;
pub mod apis;
pub mod audit;
mod bounded;
pub mod caller;
pub mod carried;
pub mod ceiling;
pub mod change;
pub mod clock;
pub mod config;
pub mod create;
pub mod credential;
pub mod cursor;
pub mod decision;
pub mod edge;
pub mod entropy;
pub mod expiry;
pub mod grant;
pub mod history;
pub mod imprint;
pub mod issue;
pub mod key;
pub mod label;
pub mod list;
pub mod metadata;
mod named;
pub mod once;
pub mod page;
pub mod postback;
pub mod precondition;
pub mod presented;
pub mod record;
pub mod revoke;
pub mod root;
pub mod rotate;
pub mod scope;
pub mod secret;
pub mod secret_rotation;
pub mod store;
pub mod terms;
pub mod timestamp;
pub mod token;
pub mod update;
pub mod verify;
