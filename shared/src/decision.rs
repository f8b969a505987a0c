//! The decision whether a key opens a door: values in, verdict out.
//!
//! Pure: no table, no clock, no HTTP. The authorizer and every other place that checks a key call this one function.

use std::fmt;

use crate::{
    admin,
    grant::normalised,
    key::PresentedKey,
    record::{KeyRecord, KeyState, KeyType},
    scope::Deployment,
    secret::SecretHash,
    timestamp::Timestamp,
};

/// What a key is held against.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// Where the door stands.
    pub deployment: Deployment,
    /// The HTTP method; empty where the event has none.
    pub method: &'r str,
    /// Every path that names the called route: the caller's own, and API Gateway's name of the route if it has one.
    pub paths: [&'r str; 2],
}

/// The code of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request carried no key.
    NoKey,
    /// The request carried different keys, or a header with one twice.
    SeveralKeys,
    /// The text is no key text.
    Malformed,
    /// There is no such key, or its secret is another.
    NotFound,
    /// Somebody ended the key.
    Revoked,
    /// Somebody switched the key off.
    Disabled,
    /// The key's time is over.
    Expired,
    /// The key is for another provider or region.
    ScopeMismatch,
    /// The key does not reach this route.
    RouteDenied,
    /// The key opens this door.
    Valid,
}

/// All that the outside is told of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody that we know: 401.
    Unauthenticated,
    /// Somebody that we know, at the wrong door: 403.
    NotAllowed,
    /// Come in.
    Allowed,
}

impl Code {
    /// Its name in logs and answers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoKey => "NO_KEY",
            Self::SeveralKeys => "SEVERAL_KEYS",
            Self::Malformed => "MALFORMED",
            Self::NotFound => "NOT_FOUND",
            Self::Revoked => "REVOKED",
            Self::Disabled => "DISABLED",
            Self::Expired => "EXPIRED",
            Self::ScopeMismatch => "SCOPE_MISMATCH",
            Self::RouteDenied => "ROUTE_DENIED",
            Self::Valid => "VALID",
        }
    }

    /// What the outside may know of it.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::NoKey
            | Self::SeveralKeys
            | Self::Malformed
            | Self::NotFound
            | Self::Revoked
            | Self::Disabled
            | Self::Expired => Class::Unauthenticated,
            Self::ScopeMismatch | Self::RouteDenied => Class::NotAllowed,
            Self::Valid => Class::Allowed,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Decides whether `presented` opens the door of `request` at `now`; `stored` is the record of its id, if there is one.
///
/// The first check that fails gives the code. Until the secret has matched, the answer is the same as for a key that
/// does not exist.
#[must_use]
pub fn decide(
    presented: &PresentedKey<'_>,
    stored: Option<(&KeyRecord, &SecretHash)>,
    request: &Request<'_>,
    now: Timestamp,
) -> Code {
    let Some((record, hash)) = stored else { return Code::NotFound };
    if record.id != presented.id() || !hash.matches(&presented.hash()) {
        return Code::NotFound;
    }
    match record.state(now) {
        KeyState::Revoked => Code::Revoked,
        KeyState::Disabled => Code::Disabled,
        KeyState::Expired => Code::Expired,
        KeyState::Active if !record.scope.covers(request.deployment) => Code::ScopeMismatch,
        KeyState::Active if !reaches(record.key_type, request) => Code::RouteDenied,
        KeyState::Active => Code::Valid,
    }
}

/// Whether a key of this type may call the route at all.
fn reaches(key_type: KeyType, request: &Request<'_>) -> bool {
    match key_type {
        KeyType::SuperUser => true,
        KeyType::FineGrained => {
            let is_admin = |path: &str| admin::protected().any(|route| route.matches(request.method, path));
            !request.paths.iter().any(|path| is_admin(path) || is_admin(&normalised(path)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        expiry::Expiry,
        record::tests::{example, revocation},
        scope::{Provider, Scope},
    };

    const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";
    const NOW: &str = "2026-11-21T08:30:00Z";

    fn code(record: &KeyRecord, method: &str, path: &str) -> Code {
        let presented = PresentedKey::parse(TEXT).unwrap();
        let request =
            Request { deployment: Deployment::new(Provider::Aws, "us-east-1").unwrap(), method, paths: [path, ""] };
        decide(&presented, Some((record, &presented.hash())), &request, NOW.parse().unwrap())
    }

    #[test]
    fn a_key_that_fails_several_checks_gets_the_first_code() {
        // Each row adds one more failure in front of those below it.
        let mut record = example();
        assert_eq!(code(&record, "GET", "/orders"), Code::Valid);
        assert_eq!(code(&record, "GET", "/keys"), Code::RouteDenied);
        record.scope = Scope::parse("gcp", "*").unwrap();
        assert_eq!(code(&record, "GET", "/keys"), Code::ScopeMismatch);
        record.expiry = Expiry::At(NOW.parse().unwrap());
        assert_eq!(code(&record, "GET", "/keys"), Code::Expired);
        record.enabled = false;
        assert_eq!(code(&record, "GET", "/keys"), Code::Disabled);
        record.revocation = Some(revocation());
        assert_eq!(code(&record, "GET", "/keys"), Code::Revoked);

        let presented = PresentedKey::parse(TEXT).unwrap();
        let request = Request {
            deployment: Deployment::new(Provider::Aws, "us-east-1").unwrap(),
            method: "GET",
            paths: ["/keys", ""],
        };
        let other = SecretHash::of("another text");
        let now = NOW.parse().unwrap();
        assert_eq!(decide(&presented, Some((&record, &other)), &request, now), Code::NotFound);
        assert_eq!(decide(&presented, None, &request, now), Code::NotFound);
    }

    #[test]
    fn a_record_of_another_id_opens_nothing() {
        let record = KeyRecord { id: "ExampleKey000002".parse().unwrap(), ..example() };
        assert_eq!(code(&record, "GET", "/orders"), Code::NotFound);
    }

    #[test]
    fn a_fine_grained_key_reaches_everything_but_admin_routes() {
        let record = example();
        for route in &admin::ROUTES {
            let expected = if route.is_admin() { Code::RouteDenied } else { Code::Valid };
            assert_eq!(code(&record, route.method, route.path), expected, "{route}");
        }
        assert_eq!(code(&record, "GET", "/keys/abc"), Code::RouteDenied);
        assert_eq!(code(&record, "GET", "/keysabc"), Code::Valid);
    }

    #[test]
    fn an_admin_path_is_one_in_every_spelling() {
        let record = example();
        for path in ["/keys/", "//keys", "/./keys", "/a/../keys", "/%6beys", "/keys%2F", "/a%2f..%2Fkeys", "/../keys"] {
            assert_eq!(code(&record, "GET", path), Code::RouteDenied, "{path}");
        }
        for path in ["/a/keys/..", "/keys/a/b", "/%256beys", "/key%73s", "/"] {
            assert_eq!(code(&record, "GET", path), Code::Valid, "{path}");
        }
    }

    #[test]
    fn a_super_user_reaches_every_route() {
        let record = KeyRecord { key_type: KeyType::SuperUser, ..example() };
        for route in &admin::ROUTES {
            assert_eq!(code(&record, route.method, route.path), Code::Valid, "{route}");
        }
    }

    #[test]
    fn the_name_that_api_gateway_gives_a_route_counts_as_much_as_its_path() {
        let presented = PresentedKey::parse(TEXT).unwrap();
        let request = Request {
            deployment: Deployment::new(Provider::Aws, "us-east-1").unwrap(),
            method: "DELETE",
            paths: ["/stage/keys/abc", "/keys/{id}"],
        };
        let record = example();
        let stored = Some((&record, &presented.hash()));
        assert_eq!(decide(&presented, stored, &request, NOW.parse().unwrap()), Code::RouteDenied);
    }

    #[test]
    fn only_what_concerns_the_key_itself_is_unauthenticated() {
        for (code, class) in [
            (Code::NoKey, Class::Unauthenticated),
            (Code::SeveralKeys, Class::Unauthenticated),
            (Code::Malformed, Class::Unauthenticated),
            (Code::NotFound, Class::Unauthenticated),
            (Code::Revoked, Class::Unauthenticated),
            (Code::Disabled, Class::Unauthenticated),
            (Code::Expired, Class::Unauthenticated),
            (Code::ScopeMismatch, Class::NotAllowed),
            (Code::RouteDenied, Class::NotAllowed),
            (Code::Valid, Class::Allowed),
        ] {
            assert_eq!(code.class(), class, "{code}");
        }
    }
}
