//! The rotation of secrets that hold keys: the function `rotate-secret`, called as Secrets Manager calls it.
//!
//! The secrets are in the local stack's Secrets Manager, which behaves as AWS's, and once in moto's, which others wrote. The
//! tests call the steps themselves, so that they can call them twice, at once, out of order, and kill them.

mod bench;
mod callers;
mod contents;
mod crashes;
mod ends;
mod gate;
mod moto;
mod refusals;
mod root;
mod rotation;
mod together;

/// Secrets Manager's steps in their order.
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// The version that a rotation makes: its token.
fn token(number: u32) -> String {
    format!("{number:08}-0000-4000-8000-000000000000")
}
