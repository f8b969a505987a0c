//! The bodies of answers, as JSON.

mod api_set;
mod catalogue;
mod event;
mod record;
mod session;
mod token;
mod verdict;

pub use self::{
    api_set::{ApiSetBody, ApiSetsBody},
    catalogue::{CatalogueBody, HealthBody},
    event::{EventBody, EventsBody},
    record::{CreatedBody, KeysBody, RecordBody, RotatedBody},
    session::SessionBody,
    token::TokenBody,
    verdict::VerdictBody,
};
