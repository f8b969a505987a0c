//! A call that a query asks about.

use super::{Fields, text};
use crate::grant::Call;

/// `method` and `path`, or neither.
pub fn call(fields: &mut Fields) -> Option<Call> {
    let method = fields.optional("method", text);
    let path = fields.optional("path", text);
    match (method, path) {
        (Some(method), Some(path)) => Some(Call { method, path }),
        (Some(_), None) if fields.is_right("path") => {
            fields.wrong("path", "is required together with method");
            None
        }
        (None, Some(_)) if fields.is_right("method") => {
            fields.wrong("method", "is required together with path");
            None
        }
        _ => None,
    }
}
