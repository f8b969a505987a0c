//! What one operation costs with few keys in the table, and with very many.

use crate::{Error, options::Options, report::Report};

/// Measures it.
///
/// # Errors
/// When something that it takes cannot be had.
#[expect(clippy::unused_async, reason = "nothing is measured yet")]
pub async fn run(_options: &Options, _report: &mut Report) -> Result<(), Error> {
    Ok(())
}
