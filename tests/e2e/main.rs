//! The end-to-end tests: real HTTP, the real functions, the embedded DynamoDB.

mod architecture;
mod bodies;
mod command;
mod concurrency;
mod expiry;
mod flow;
mod lambda;
mod lists;
mod outage;
mod shapes;
mod support;
mod template;
