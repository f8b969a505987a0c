//! What another read learns while one is waited for in vain.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_sdk_dynamodb::config::{Credentials, Region, SharedCredentialsProvider};
use tokio::net::TcpListener;

use super::{reader::Lookup, *};
use crate::{
    credential::Texts,
    imprint::Imprint,
    record::tests::{example, revocation},
    store::Patience,
};

const TEXT: &str = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3";

fn at(second: i64) -> Moment {
    Moment::from_second(1_800_000_000 + second).unwrap()
}

/// It is a second later each time that somebody asks.
#[derive(Default)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Moment {
        at(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A verifier that keeps nothing in use while the table answers, and all that it has while it does not.
struct Scene {
    verifier: Verifier,
    table: TcpListener,
    config: Config,
}

impl Scene {
    async fn start() -> Self {
        let table = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = Credentials::new("a", "b", None, None, "test");
        let sdk = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .endpoint_url(format!("http://{}", table.local_addr().unwrap()))
            .build();
        let settings = [("TABLE_NAME", "keys"), ("AWS_REGION", "us-east-1"), ("CACHE_TTL_SECONDS", "0")];
        let config = Config::from_lookup(|variable| {
            settings.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned())
        });
        let config = config.unwrap();
        let verifier = Verifier::new(KeyTable::new(&sdk, "keys", Patience::Door), &config);
        Self { verifier, table, config }
    }

    fn keep(&self, record: KeyRecord, read_at: Moment) {
        let credential = Credential { record, texts: Texts::only(Imprint::of(TEXT)) };
        self.verifier.reader.records().keep(Lookup::Id(example().id), Arc::new(credential), read_at);
    }

    /// What is found of the key when `learn` happens while the table is asked, which then cuts the connection.
    async fn verify(self, clock: &Ticking, learn: impl FnOnce(&Self)) -> Result<Code, StoreError> {
        let request = Request { place: self.config.deployment, source: None, called: None, permissions: &[] };
        let verifier = Verifier { reader: Arc::clone(&self.verifier.reader), ..self.verifier };
        let verdict = verifier.verify(TEXT, &request, clock);
        let meanwhile = async move {
            let asked = self.table.accept().await.unwrap();
            learn(&self);
            drop((self, asked));
        };
        let (verdict, ()) = tokio::join!(verdict, meanwhile);
        verdict.map(|verdict| verdict.code)
    }
}

fn any() -> KeyRecord {
    KeyRecord { key_type: KeyType::SuperUser, ..example() }
}

#[tokio::test]
async fn what_is_stale_is_used_where_nobody_learned_anything_else() {
    let scene = Scene::start().await;
    scene.keep(any(), at(0));
    let found = scene.verify(&Ticking::default(), |_| {}).await;
    assert!(matches!(found, Ok(Code::Valid)), "{found:?}");
}

#[tokio::test]
async fn a_revocation_that_another_read_learns_of_counts_at_once() {
    let scene = Scene::start().await;
    scene.keep(any(), at(0));
    let revoked = KeyRecord { revocation: Some(revocation()), ..any() };
    let clock = Ticking::default();
    let found = scene.verify(&clock, |scene| scene.keep(revoked, clock.now())).await;
    assert!(matches!(found, Ok(Code::Revoked)), "{found:?}");
}

#[tokio::test]
async fn a_key_that_another_read_finds_gone_is_not_let_in() {
    let scene = Scene::start().await;
    scene.keep(any(), at(0));
    let clock = Ticking::default();
    let found = scene.verify(&clock, |scene| {
        scene.verifier.reader.records().forget(Lookup::Id(example().id), clock.now());
    });
    let found = found.await;
    assert!(found.is_err(), "{found:?}");
}

#[tokio::test]
async fn what_became_too_old_while_it_waited_is_not_used() {
    let scene = Scene::start().await;
    scene.keep(any(), at(0));
    let clock = Ticking::default();
    let found = scene.verify(&clock, |_| clock.0.store(60, Ordering::Relaxed)).await;
    assert!(found.is_err(), "{found:?}");
}

#[tokio::test]
async fn api_sets_that_another_read_learns_of_are_those_that_are_used() {
    let Scene { verifier, table, .. } = Scene::start().await;
    let clock = Ticking::default();
    let (old, new) = (Arc::new(ApiSets::default()), Arc::new(ApiSets::default()));
    verifier.reader.keep_sets(old, clock.now());
    let meanwhile = async {
        let asked = table.accept().await.unwrap();
        verifier.reader.keep_sets(Arc::clone(&new), clock.now());
        drop((table, asked));
    };
    let (used, ()) = tokio::join!(verifier.sets(&clock), meanwhile);
    assert!(Arc::ptr_eq(&used.unwrap(), &new));
}
