//! Who takes part, and with which events.

use serde_json::Value;
use shared::{
    clock::{Clock, SystemClock},
    key::{KeyId, KeyPrefix, PlainKey},
    token::{Claims, Lifetime, Narrowing, PlainToken},
};

use super::{
    life::Program,
    runtime_api::{Call, Events},
};
use crate::{Error, table::Table};

/// An event of an HTTP API, as API Gateway sends it.
const EVENT: &str = include_str!("../../../events/authorizer.http-2.0.json");
/// Stands in it for what is presented.
const MARK: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";

/// What an event presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presents {
    /// The same key every time.
    OneKey,
    /// Another key every time, none twice.
    NewKeys,
    /// A token of one key, the same every time.
    OneToken,
    /// A key's text with its last letter wrong.
    Malformed,
    /// A well-formed text that is nobody's, another one every time.
    Strangers,
}

/// Somebody who takes part.
#[derive(Debug, Clone)]
pub(crate) struct Contender {
    /// As it is called in the results.
    pub(crate) name: &'static str,
    pub(crate) program: Program,
    /// Whether its starts are measured, too; those of a program are once.
    pub(crate) starts: bool,
    pub(crate) presents: Presents,
    /// Whether each of its events is let in; `None` for one that decides nothing.
    pub(crate) lets_in: Option<bool>,
}

impl Contender {
    /// Its events, so many.
    pub(crate) fn events(&self, table: &Table, count: u32) -> Result<Events, Error> {
        let (start, end) = EVENT.split_once(MARK).ok_or("the event carries another key")?;
        let texts = self.presented(table, usize::try_from(count)?)?;
        Ok(Box::new(texts.into_iter().map(move |text| format!("{start}{text}{end}"))))
    }

    fn presented(&self, table: &Table, count: usize) -> Result<Vec<String>, Error> {
        let first = || table.texts().first().ok_or("no key can be presented");
        Ok(match self.presents {
            Presents::OneKey => vec![first()?.clone(); count],
            Presents::OneToken => vec![token(first()?)?; count],
            Presents::Malformed => vec![malformed(first()?); count],
            Presents::NewKeys => match table.texts().get(..count) {
                Some(texts) => texts.to_vec(),
                None => return Err(format!("there are not {count} keys in the table").into()),
            },
            Presents::Strangers => {
                let prefix: KeyPrefix = "lk".parse()?;
                let entropy = shared::entropy::SystemEntropy;
                let stranger = || -> Result<_, Error> {
                    Ok(PlainKey::generate(&prefix, KeyId::generate(&entropy)?, &entropy)?.reveal().to_owned())
                };
                (0..count).map(|_| stranger()).collect::<Result<_, _>>()?
            }
        })
    }

    /// Holds that a call was answered as it should be. Whoever answers wrongly may be as quick as it likes.
    pub(crate) fn check(&self, call: &Call) -> Result<(), Error> {
        let answer = serde_json::from_slice::<Value>(&call.answer).unwrap_or_default();
        let lets_in = || answer.get("isAuthorized").and_then(Value::as_bool);
        let message = || answer.get("errorMessage").and_then(Value::as_str);
        let is_right = match self.lets_in {
            None => !call.is_error,
            Some(true) => !call.is_error && lets_in() == Some(true),
            Some(false) => call.is_error && message() == Some("Unauthorized"),
        };
        let told = || format!("{} answered {}", self.name, String::from_utf8_lossy(&call.answer));
        if is_right { Ok(()) } else { Err(told().into()) }
    }
}

/// The text with another last letter: its checksum is wrong.
fn malformed(text: &str) -> String {
    let mut text = text.to_owned();
    let last = text.pop();
    text.push(if last == Some('0') { '1' } else { '0' });
    text
}

fn token(text: &str) -> Result<String, Error> {
    let id = text.rsplit('_').nth(1).ok_or("a key has an id")?.parse()?;
    let claims = Claims::new(Narrowing::default(), Lifetime::default(), SystemClock.now().into(), [])
        .ok_or("no token can be made now")?;
    let token = PlainToken::mint(id, text, &claims).ok_or("no token can be made")?;
    Ok(token.reveal().to_owned())
}

#[cfg(test)]
mod tests {
    use shared::presented::Presented;

    use super::*;
    use crate::stock::KnownKey;

    #[test]
    fn a_malformed_text_is_taken_for_nothing_and_a_token_for_a_token() {
        let KnownKey { text, .. } = KnownKey::new(1, SystemClock.now()).unwrap();
        assert!(matches!(Presented::parse(&text), Ok(Presented::Key { .. })));
        assert!(matches!(Presented::parse(&token(&text).unwrap()), Ok(Presented::Token(_))));
        assert!(Presented::parse(&malformed(&text)).is_err());
    }

    #[test]
    fn the_event_has_one_place_for_a_key() {
        assert_eq!(EVENT.matches(MARK).count(), 1);
    }
}
