//! What is known of a presented text after checking it.

use std::sync::Arc;

use super::Found;
use crate::{
    credential::Credential,
    decision::{Bearer, Code, Request, decide},
    grant::ApiSets,
    key::KeyId,
    presented::Presented,
    record::KeyRecord,
    timestamp::Timestamp,
};

/// What is known of a presented key after checking it.
#[derive(Debug)]
pub struct Verdict {
    /// The outcome.
    pub code: Code,
    /// The id that the text claims, or that it turned out to have. For logs alone: it is no proof of anything. There is
    /// none for a key whose use is to leave no trace.
    pub claimed: Option<KeyId>,
    /// The API sets that it was decided with, unless it did not depend on them.
    pub sets: Option<Arc<ApiSets>>,
    proven: Option<Proven>,
}

/// Whose key or token it turned out to be.
#[derive(Debug)]
struct Proven {
    credential: Arc<Credential>,
    /// What is left of the key for its token.
    narrowed: Option<Box<KeyRecord>>,
    token_expires_at: Option<Timestamp>,
}

impl Proven {
    fn record(&self) -> &KeyRecord {
        self.narrowed.as_deref().unwrap_or(&self.credential.record)
    }
}

impl Verdict {
    /// A refusal before any record was looked at.
    #[must_use]
    pub fn without_key(code: Code) -> Self {
        Self { code, claimed: None, sets: None, proven: None }
    }

    /// The key's record, as far as its token leaves it if it is one; only a key whose secret matched has one here.
    #[must_use]
    pub fn record(&self) -> Option<&KeyRecord> {
        self.proven.as_ref().map(Proven::record)
    }

    /// When the token ends, if it is one, and its key signed it.
    #[must_use]
    pub fn token_expires_at(&self) -> Option<Timestamp> {
        self.proven.as_ref()?.token_expires_at
    }

    /// Decides on what was presented and what that led to.
    pub(super) fn decided(
        presented: &Presented<'_>,
        found: Option<&Found>,
        request: &Request<'_>,
        sets: Option<Arc<ApiSets>>,
        now: Timestamp,
    ) -> Self {
        let bearer = found.map(|(credential, recognised)| Bearer::new(presented, credential, *recognised));
        let none = ApiSets::default();
        let code = decide(bearer.as_ref(), request, sets.as_deref().unwrap_or(&none), now);
        let narrowed = bearer.and_then(Bearer::into_narrowed).map(Box::new);
        let token_expires_at = presented.token().map(|token| token.claims().expires_at());
        let traceless = found.is_some_and(|(credential, _)| credential.record.terms.off_the_record);
        let proven = found.filter(|_| code != Code::NotFound).map(|(credential, _)| Arc::clone(credential));
        let proven = proven.map(|credential| Proven { credential, narrowed, token_expires_at });
        let id = proven.as_ref().map(|proven| proven.credential.record.id).or_else(|| presented.id());
        Self { code, claimed: id.filter(|_| !traceless), sets, proven }
    }
}
