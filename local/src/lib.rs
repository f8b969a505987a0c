//! Latchkey on one machine, with nothing else installed.
//!
//! The functions' own handlers stand behind a gateway that turns each HTTP request into the event that API Gateway would
//! send, asks the real authorizer, and answers as API Gateway would. They talk to an embedded `DynamoDB` and an embedded
//! Secrets Manager through AWS's SDK, like in a deployment; nothing in the domain knows that it runs here.

pub mod cli;
mod data;
pub mod dynamodb;
mod gateway;
mod log;
mod rotate;
pub mod secretsmanager;
mod server;
mod services;
pub mod stack;
