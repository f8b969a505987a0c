//! What can go wrong at the table, told apart by whether asking again may help.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use super::{item::Attributes, schema::PK};

/// The table did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer: a timeout, a lost connection, a fault or throttling. Asking again may help.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// It answered with a refusal that asking again does not mend, such as a missing right.
    #[error("the table refused: {0}")]
    Refused(String),
    /// An item in it is not what Latchkey writes.
    #[error("an item is corrupt: {0}")]
    Corrupt(String),
}

/// Tells a table that does not answer from one that refuses. Only messages are kept: the SDK's own debug output of an
/// error can hold items.
pub(super) fn unanswered<E>(error: &SdkError<E>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    const THROTTLED: [&str; 3] =
        ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"];
    let text = DisplayErrorContext(error).to_string();
    match error {
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            if answer.raw().status().as_u16() >= 500 || THROTTLED.contains(&code) {
                StoreError::Unavailable(text)
            } else {
                StoreError::Refused(text)
            }
        }
        SdkError::ConstructionFailure(_) => StoreError::Refused(text),
        _ => StoreError::Unavailable(text),
    }
}

/// A store error about an item that does not read as it should.
pub(super) fn corrupt(item: &Attributes, why: &dyn std::fmt::Display) -> StoreError {
    let key = item.get(PK).and_then(|value| value.as_s().ok()).map_or("an item", String::as_str);
    StoreError::Corrupt(format!("{key}: {why}"))
}
