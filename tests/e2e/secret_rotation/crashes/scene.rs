//! What is rotated in the matrix.

use shared::{clock::SystemClock, key::KeyId};

use crate::{
    secret_rotation::bench::{Bench, EMPTY, holding, id_in},
    support::record::numbered,
};

/// Which key a secret holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// One of many.
    Key,
    /// The deployment's.
    Root,
    /// None yet: the rotation makes the root key.
    Nothing,
}

/// A rotation to be killed.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) held: Held,
    /// `ROTATION_OVERLAP`, and the same in seconds.
    pub(super) overlap: (&'static str, u64),
}

pub(super) const SCENES: [Scene; 5] = [
    Scene { name: "A key, overlap 24 hours", held: Held::Key, overlap: ("24h", 86_400) },
    Scene { name: "A key, no overlap", held: Held::Key, overlap: ("0s", 0) },
    Scene { name: "The root key, overlap 24 hours", held: Held::Root, overlap: ("24h", 86_400) },
    Scene { name: "The root key, no overlap", held: Held::Root, overlap: ("0s", 0) },
    Scene { name: "The first root key", held: Held::Nothing, overlap: ("24h", 86_400) },
];

/// What stands before the rotation.
pub(super) struct Stage {
    pub(super) bench: Bench,
    pub(super) secret: String,
    /// The text in the secret.
    pub(super) old: Option<String>,
}

impl Stage {
    /// The key that the rotation is about, once it is there.
    pub(super) async fn key(&self) -> Option<KeyId> {
        match &self.old {
            Some(old) => Some(id_in(old)),
            None => self.bench.root_id().await.map(|id| id.parse().unwrap()),
        }
    }
}

impl Scene {
    /// Whether there is no key before the rotation.
    pub(super) fn is_first(&self) -> bool {
        self.held == Held::Nothing
    }

    pub(super) async fn set(&self) -> Stage {
        use shared::clock::Clock;

        let bench = Bench::start(std::sync::Arc::new(SystemClock)).await;
        let old = match self.held {
            Held::Key => Some(bench.add_key(numbered(1).0, SystemClock.now()).await),
            Held::Root => Some(bench.add_root(&SystemClock).await),
            Held::Nothing => None,
        };
        let value = old.as_deref().map_or_else(|| EMPTY.to_owned(), holding);
        let secret = bench.add_secret("held", &value).await;
        Stage { bench, secret, old }
    }

    /// The function's settings; both services are reached at `url`.
    pub(super) fn environment(&self, stage: &Stage, url: &str) -> std::collections::BTreeMap<String, String> {
        let mut environment = crate::lambda::events::endpoint(url);
        let root = if self.held == Held::Key { "" } else { &stage.secret };
        let more = [
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", url),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("TABLE_NAME", crate::secret_rotation::bench::TABLE),
            ("ROTATION_OVERLAP", self.overlap.0),
            ("ROOT_SECRET_ARN", root),
        ];
        environment.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
        environment
    }
}
