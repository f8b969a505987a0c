//! Issuing a short-lived token of the caller's own key.

use crate::{
    caller::{Caller, Forbidden},
    key::{KeyId, PresentedKey},
    presented::Presented,
    store::{KeyTable, StoreError},
    timestamp::Timestamp,
    token::{Claims, Lifetime, Narrowing, PlainToken},
};

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The key's text cannot be verified by a token.
    #[error("the key {0} has no tokens: its text was brought as a hash, or stored before there were tokens; rotate it")]
    NoTokens(KeyId),
    /// The text that the caller came with is not one of its key's any more.
    #[error("the key's text was replaced meanwhile")]
    Replaced,
    /// The end would lie past the year 9999, or the library cannot sign.
    #[error("the token could not be made")]
    Unsigned,
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Issues a token of the key that the caller came with, whose text is among `texts`: what the request carries where a key
/// may be. Nothing is written.
///
/// # Errors
/// When the caller came with a token, its key has no tokens, or the table does not answer.
pub async fn issue(
    caller: &Caller,
    texts: impl IntoIterator<Item = impl AsRef<str>>,
    narrowing: Narrowing,
    lifetime: Lifetime,
    table: &KeyTable,
    now: Timestamp,
) -> Result<PlainToken, IssueError> {
    caller.require_key("make another")?;
    let credential = table.credential(caller.key_id()).await?.ok_or(IssueError::Replaced)?;
    for text in texts {
        let text = text.as_ref();
        let Ok(presented) = PresentedKey::parse(text).map(Presented::from) else { continue };
        let recognised = credential.recognise(&presented);
        if !credential.admits(recognised, now) {
            continue;
        }
        if !credential.has_tokens(recognised) {
            return Err(IssueError::NoTokens(caller.key_id()));
        }
        // It would not work for longer anyway.
        let ends = [credential.record.terms.expiry.at(), credential.end(recognised)];
        let claims = Claims::new(narrowing, lifetime, now, ends.into_iter().flatten());
        let token = claims.and_then(|claims| PlainToken::mint(caller.key_id(), text, &claims));
        return token.ok_or(IssueError::Unsigned);
    }
    Err(IssueError::Replaced)
}
