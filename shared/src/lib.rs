//! The domain of Latchkey: every rule lives in this crate, once.
//!
//! | layer | modules | knows |
//! |---|---|---|
//! | values | [`key`] [`secret`] [`scope`] [`label`] [`metadata`] [`timestamp`] [`expiry`] [`record`] [`caller`] [`grant`] [`admin`] [`cursor`] [`clock`] [`entropy`] [`config`] | nothing but each other |
//! | decision | [`decision`] | values |
//! | store | [`store`] | values and `DynamoDB` |
//! | use cases | [`create`] [`revoke`] [`list`] [`verify`] [`root`] | values, decision and store |
//! | edge | [`edge`] | HTTP, Lambda events and everything above |
//!
//! Invariants that hold across it:
//!
//! - A key's text exists as a [`key::PlainKey`] (shown once) or a [`key::PresentedKey`] (checked once). Neither prints
//!   itself, and only its SHA-256 is stored.
//! - A value that exists is valid: each type has one parser, and serde goes through it.
//! - Reads that authorize are strongly consistent and by primary key. What cannot be read is refused.
//! - Time and randomness are arguments ([`clock::Clock`], [`entropy::Entropy`]).

pub mod admin;
pub mod caller;
pub mod clock;
pub mod config;
pub mod create;
pub mod cursor;
pub mod decision;
pub mod edge;
pub mod entropy;
pub mod expiry;
pub mod grant;
pub mod key;
pub mod label;
pub mod list;
pub mod metadata;
pub mod record;
pub mod revoke;
pub mod root;
pub mod scope;
pub mod secret;
pub mod store;
pub mod timestamp;
pub mod verify;
