//! The end-to-end tests: real HTTP, the real functions, the embedded DynamoDB.
// Clippy is lenient with tests where it can see that they are tests.
#![cfg(test)]

mod apis;
mod architecture;
mod audit;
mod bodies;
mod brought;
mod command;
mod concurrency;
mod console;
mod editing;
mod expiry;
mod flow;
mod lambda;
mod lists;
mod loading;
mod local_rotation;
mod matrix;
mod once;
mod openapi;
mod outage;
mod owners;
mod readme;
mod rehearsal;
mod revocation;
mod rotating;
mod secret_rotation;
mod shapes;
mod support;
mod template;
mod tokens;
mod verdicts;
mod writers;
