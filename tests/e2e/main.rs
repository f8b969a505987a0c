//! The end-to-end tests: real HTTP, the real functions, the embedded DynamoDB.
// Clippy is lenient with tests where it can see that they are tests.
#![cfg(test)]

mod architecture;
mod bodies;
mod command;
mod concurrency;
mod expiry;
mod flow;
mod lambda;
mod lists;
mod outage;
mod readme;
mod shapes;
mod support;
mod template;
