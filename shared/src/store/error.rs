//! What can go wrong at the table, told apart by whether asking again may help.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use super::{item::Attributes, schema::PK};

/// The table did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It did not answer: a lost connection, a fault or throttling. Asking again may help.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// The same, after it was waited for in vain.
    #[error("the table does not answer in time: {0}")]
    TimedOut(String),
    /// It answered with a refusal that asking again does not mend, such as a missing right.
    #[error("the table refused: {0}")]
    Refused(String),
    /// An item in it is not what Latchkey writes.
    #[error("an item is corrupt: {0}")]
    Corrupt(String),
}

/// Tells a table that does not answer from one that refuses.
pub(super) fn unanswered<E>(error: &SdkError<E>) -> StoreError
where
    E: Error + ProvideErrorMetadata + 'static,
{
    const THROTTLED: [&str; 3] =
        ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"];
    let text = messages(error);
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status();
            let code = answer.err().code().unwrap_or_default();
            // A success that cannot be read was cut short on its way.
            if status.is_server_error() || status.is_success() || THROTTLED.contains(&code) {
                StoreError::Unavailable(text)
            } else {
                StoreError::Refused(text)
            }
        }
        SdkError::ConstructionFailure(_) => StoreError::Refused(text),
        SdkError::TimeoutError(_) => StoreError::TimedOut(text),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => StoreError::TimedOut(text),
        _ => StoreError::Unavailable(text),
    }
}

/// The messages of an error and of its causes. The debug output of the SDK's errors, and whatever is made from it, holds
/// the raw answer, and with it items and hashes.
#[must_use]
pub fn messages(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A store error about an item that does not read as it should. It names the item unless that would name a hash.
pub(super) fn corrupt(item: &Attributes, why: &dyn std::fmt::Display) -> StoreError {
    let key = item.get(PK).and_then(|value| value.as_s().ok()).map(String::as_str);
    let key = key.filter(|key| key.starts_with("key#") || key.starts_with("api")).unwrap_or("an item");
    StoreError::Corrupt(format!("{key}: {why}"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
    use tokio::net::TcpListener;

    use super::*;
    use crate::store::{KeyTable, Patience};

    #[tokio::test]
    async fn a_table_that_says_nothing_is_told_from_one_that_is_not_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let nobody = Credentials::new("a", "b", None, None, "test");
        let sdk = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .endpoint_url(url)
            .build();
        let table = KeyTable::new(&sdk, "keys", Patience::Door);
        // The system takes connections for the listener, which never does.
        let error = table.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::TimedOut(_)), "{error}");
        drop(listener);
        let error = table.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    }
}
