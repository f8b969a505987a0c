//! Listing keys, newest first, a page at a time.

use crate::{
    caller::{Caller, Forbidden},
    cursor::CursorKey,
    decision::reach,
    grant::{ApiSets, Call, Right},
    key::KeyId,
    label::{ClientType, Owner},
    page::{Cut, Page, PageError, page},
    record::{KeyRecord, KeyState, KeyType},
    scope::Provider,
    store::{KeyTable, Listing, StoreError},
    timestamp::Timestamp,
};

/// Which keys to list: those that match every condition given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Exactly this owner.
    pub owner: Option<Owner>,
    /// This provider.
    pub provider: Option<Provider>,
    /// Exactly this region, `*` included.
    pub region: Option<String>,
    /// This type.
    pub key_type: Option<KeyType>,
    /// This state, at the time of asking.
    pub state: Option<KeyState>,
    /// Exactly this client type.
    pub client_type: Option<ClientType>,
    /// A name that contains this text, whatever the case.
    pub name: Option<String>,
    /// Grants that reach this call.
    pub call: Option<Call>,
}

impl Filter {
    /// Whether a key matches at `now`, when these are the API sets.
    #[must_use]
    pub fn matches(&self, record: &KeyRecord, sets: &ApiSets, now: Timestamp) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, actual: &T) -> bool {
            wanted.is_none_or(|wanted| wanted == actual)
        }
        fits(self.owner.as_ref(), &record.owner)
            && fits(self.provider.as_ref(), &record.scope.provider())
            && self.region.as_deref().is_none_or(|region| region == record.scope.region())
            && fits(self.key_type.as_ref(), &record.key_type)
            && fits(self.state.as_ref(), &record.state(now))
            && (self.client_type.is_none() || self.client_type == record.terms.client_type)
            && self.name.as_ref().is_none_or(|part| contains(record.terms.name.as_str(), part))
            && self.call.as_ref().is_none_or(|call| reach(record, call.into(), sets).is_ok())
    }
}

/// Case-insensitive containment, by Unicode's simple lower case.
fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The caller may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no page.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lists at most `limit` keys that match `filter`, from after `cursor` on. Only a super-user sees keys of other owners.
///
/// # Errors
/// When the caller lacks the right, the cursor was not made for this list, or the table does not answer.
pub async fn list(
    caller: &Caller,
    filter: &Filter,
    (limit, cursor): (usize, Option<&str>),
    table: &KeyTable,
    cursor_key: &CursorKey,
    now: Timestamp,
) -> Result<Page<KeyRecord>, ListError> {
    caller.require(Right::ListKeys)?;
    let owner = match &filter.owner {
        Some(owner) if !caller.sees(owner) => return Ok(Page::empty()),
        None if !caller.is_super_user() => Some(caller.owner()),
        owner => owner.as_ref(),
    };
    let listing = owner.cloned().map_or(Listing::Keys, Listing::KeysOf);
    let question = format!("{} {listing:?} {filter:?}", caller.owner());
    let sets = match &filter.call {
        Some(call) => table.api_sets().await?.on_the_way(call.method.as_str(), call.path.as_str()),
        None => ApiSets::default(),
    };
    let cut = Cut { listing, question, from: None, to: None, limit, cursor };
    Ok(page(&cut, |record| filter.matches(record, &sets, now), table, cursor_key).await?)
}

/// Shows one key, if the caller may know of it.
///
/// # Errors
/// When the caller lacks the right, or the table does not answer.
pub async fn show(caller: &Caller, id: KeyId, table: &KeyTable) -> Result<Option<KeyRecord>, ListError> {
    caller.require(Right::ListKeys)?;
    Ok(caller.visible(table.record(id).await?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        record::tests::{example, revocation},
        terms::Terms,
    };

    fn now() -> Timestamp {
        "2026-11-21T08:30:00Z".parse().unwrap()
    }

    #[test]
    fn an_empty_filter_matches_every_key() {
        assert!(Filter::default().matches(&example(), &ApiSets::default(), now()));
    }

    #[test]
    fn each_condition_is_exact_but_the_name() {
        let terms = Terms {
            client_type: Some("mobile".parse().unwrap()),
            name: "Ünder test".parse().unwrap(),
            ..example().terms
        };
        let record = KeyRecord { terms, ..example() };
        let yes = [
            Filter { owner: Some("a-team".parse().unwrap()), ..Filter::default() },
            Filter { provider: Some(Provider::Aws), ..Filter::default() },
            Filter { region: Some("us-east-1".to_owned()), ..Filter::default() },
            Filter { key_type: Some(KeyType::FineGrained), ..Filter::default() },
            Filter { state: Some(KeyState::Active), ..Filter::default() },
            Filter { client_type: Some("mobile".parse().unwrap()), ..Filter::default() },
            Filter { name: Some("üNDER T".to_owned()), ..Filter::default() },
        ];
        let no = [
            Filter { owner: Some("a-tea".parse().unwrap()), ..Filter::default() },
            Filter { provider: Some(Provider::Gcp), ..Filter::default() },
            Filter { region: Some("*".to_owned()), ..Filter::default() },
            Filter { key_type: Some(KeyType::SuperUser), ..Filter::default() },
            Filter { state: Some(KeyState::Revoked), ..Filter::default() },
            Filter { client_type: Some("Mobile".parse().unwrap()), ..Filter::default() },
            Filter { name: Some("missing".to_owned()), ..Filter::default() },
        ];
        for filter in yes {
            assert!(filter.matches(&record, &ApiSets::default(), now()), "{filter:?}");
        }
        for filter in no {
            assert!(!filter.matches(&record, &ApiSets::default(), now()), "{filter:?}");
        }
    }

    #[test]
    fn every_condition_must_hold() {
        let revoked = KeyRecord { revocation: Some(revocation()), ..example() };
        let filter =
            Filter { state: Some(KeyState::Revoked), owner: Some("a-team".parse().unwrap()), ..Filter::default() };
        assert!(filter.matches(&revoked, &ApiSets::default(), now()));
        assert!(!filter.matches(&example(), &ApiSets::default(), now()));
        assert!(!filter.matches(&KeyRecord { owner: Owner::root(), ..revoked }, &ApiSets::default(), now()));
    }
}
