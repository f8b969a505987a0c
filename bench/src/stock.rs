//! Keys to fill a table with: of a realistic variety, and as Latchkey would have written them.

mod keys;
mod known;
mod sets;
mod variety;
mod writer;

pub use self::{
    keys::Keys,
    known::KnownKey,
    sets::{SERVICES, write as write_sets},
    writer::Writer,
};
