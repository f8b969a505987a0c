//! Keys, each made from its number: named after a service, a purpose and an environment, spread over owners, places and
//! the last two years, in every state.

use jiff::Timestamp;
use shared::{
    audit::{Action, AuditEvent, Origin, Target},
    credential::Rotation,
    entropy::{Entropy, SystemEntropy},
    expiry::Expiry,
    imprint::Imprint,
    key::KeyId,
    label::{Actor, Owner},
    record::{KeyRecord, KeyState, KeyType, Revocation},
    scope::{Provider, Scope, catalogue::regions},
    secret::SecretHash,
    store::{Attributes, items_of},
    terms::Terms,
    token::PublicKey,
};

use super::{sets::SERVICES, variety::Variety};
use crate::Error;

const DAY: i64 = 86_400;
/// Over so long a time the keys are made.
const SPAN: i64 = 730 * DAY;

/// With the services, a thousand different beginnings of a name.
const PURPOSES: [&str; 50] = [
    "alerts",
    "android",
    "api",
    "archive",
    "backfill",
    "backup",
    "batch",
    "bridge",
    "cache",
    "canary",
    "cleanup",
    "connector",
    "consumer",
    "cron",
    "dashboard",
    "desktop",
    "exporter",
    "fallback",
    "feed",
    "forwarder",
    "frontend",
    "gateway",
    "hooks",
    "importer",
    "indexer",
    "intake",
    "ios",
    "jobs",
    "kiosk",
    "loader",
    "mailer",
    "migration",
    "monitor",
    "partner",
    "portal",
    "probe",
    "producer",
    "proxy",
    "reader",
    "reconciler",
    "replica",
    "scheduler",
    "scraper",
    "sender",
    "signer",
    "stream",
    "sync",
    "terminal",
    "uploader",
    "worker",
];
/// One in ten is for the sandbox.
const ENVIRONMENTS: [(u64, &str); 4] = [(60, "production"), (20, "staging"), (10, "sandbox"), (10, "test")];
const CLIENT_TYPES: [&str; 8] = ["backend", "mobile", "partner", "web", "batch", "cli", "desktop", "device"];
const PROVIDERS: [(u64, Provider); 3] = [(70, Provider::Aws), (15, Provider::Gcp), (15, Provider::Azure)];
/// How many days a key lives; 0 is for ever.
const LIFETIMES: [(u64, i64); 5] = [(30, 0), (40, 365), (20, 730), (8, 90), (2, 7)];
const STATES: [(u64, KeyState); 3] = [(90, KeyState::Active), (4, KeyState::Disabled), (6, KeyState::Revoked)];
const PERMISSIONS: [&str; 6] =
    ["cache/sessions:read", "cache/*:write", "files/reports:read", "queue/jobs:send", "flags:read", "metrics:*"];
const REASONS: [&str; 4] = ["leaked", "replaced", "the project ended", "found in a log"];

/// A row of keys; the higher the number, the newer the key.
pub struct Keys {
    /// Which keys: the same number gives the same ones.
    pub seed: u64,
    /// How many.
    pub count: u32,
    /// When the last one is made.
    pub until: Timestamp,
}

impl Keys {
    /// All items of the key of this number. Nobody knows its text.
    ///
    /// # Errors
    /// When the number is none of the row's, or there is no randomness.
    pub fn items(&self, number: u32) -> Result<Vec<Attributes>, Error> {
        let variety = Variety::new(self.seed, number);
        let made_at = self.made_at(number)?;
        let record = self.record(number, made_at, &variety)?;
        let events = events(&record, made_at, &variety)?;
        // The hash of no text: nobody can use the key.
        let mut random = [0; 32];
        SystemEntropy.fill(&mut random)?;
        let hash = SecretHash::from_bytes(&random).ok_or("a hash has another length")?;
        let imprint = Imprint { hash, public_key: PublicKey::from_bytes(&random) };
        Ok(items_of(&record, &imprint, made_at, &events)?)
    }

    fn made_at(&self, number: u32) -> Result<Timestamp, Error> {
        let before = i64::from(self.count - 1 - number) * (SPAN * 1_000 / i64::from(self.count));
        Ok(Timestamp::from_millisecond(self.until.as_millisecond() - before)?)
    }

    fn record(&self, number: u32, made_at: Timestamp, variety: &Variety) -> Result<KeyRecord, Error> {
        let id = KeyId::generate(variety)?;
        let is_super = variety.happens(5);
        let mut terms = terms(number, variety)?;
        if !is_super {
            grant(&mut terms, variety)?;
        }
        terms.expiry = self.expiry(made_at, variety)?;
        let state = variety.weighted(&STATES).copied();
        terms.enabled = state != Some(KeyState::Disabled);
        let revocation = if state == Some(KeyState::Revoked) { Some(self.revocation(made_at, variety)?) } else { None };
        let is_brought = variety.happens(20);
        let changed_at = if terms.enabled { made_at } else { self.moment_after(made_at, SPAN, variety)? };
        let version = 1 + u64::from(revocation.is_some()) + u64::from(!terms.enabled);
        Ok(KeyRecord {
            id,
            owner: owner(variety)?,
            scope: scope(variety)?,
            key_type: if is_super { KeyType::SuperUser } else { KeyType::FineGrained },
            terms,
            hint: if is_brought { "imported hash".to_owned() } else { hint(id) },
            prefix: if is_brought { None } else { Some("lk".parse()?) },
            rotation: Rotation::default(),
            created_at: made_at.into(),
            created_by: Actor::latchkey(),
            updated_at: revocation.as_ref().map_or(changed_at.into(), |revocation| revocation.at),
            revocation,
            version,
            is_root: false,
            is_brought,
        })
    }

    /// A point in time after another one, in the last `seconds` before the end of the row.
    fn moment_after(&self, moment: Timestamp, seconds: i64, variety: &Variety) -> Result<Timestamp, Error> {
        let end = self.until.as_second();
        let start = moment.as_second().max(end - seconds);
        let later = i64::try_from(variety.below(u64::try_from(end - start)?))?;
        Ok(Timestamp::from_second(start + later)?)
    }

    fn expiry(&self, made_at: Timestamp, variety: &Variety) -> Result<Expiry, Error> {
        // Some end soon, whatever their age: that is what somebody who looks at lists is to see.
        let end = match variety.weighted(&LIFETIMES).copied().unwrap_or_default() {
            _ if variety.happens(20) => self.until.as_second() + i64::try_from(variety.below(14))? * DAY + DAY,
            0 => return Ok(Expiry::Never),
            days => made_at.as_second() + days * DAY,
        };
        Ok(Expiry::At(Timestamp::from_second(end)?.into()))
    }

    /// Within the last 80 days, as the table forgets a revoked key after 90.
    fn revocation(&self, made_at: Timestamp, variety: &Variety) -> Result<Revocation, Error> {
        let at = self.moment_after(made_at, 80 * DAY, variety)?.into();
        let reason = variety.one_of(&REASONS).map(|reason| reason.parse()).transpose()?;
        Ok(Revocation { at, by: Actor::latchkey(), reason })
    }
}

/// What a key is called and what is known of it: `orders exporter production 000042`.
fn terms(number: u32, variety: &Variety) -> Result<Terms, Error> {
    let word = |chosen: Option<&&'static str>| chosen.copied().unwrap_or_default();
    let (service, purpose) = (word(variety.one_of(&SERVICES)), word(variety.one_of(&PURPOSES)));
    let environment = word(variety.weighted(&ENVIRONMENTS));
    let mut terms = Terms::named(format!("{service} {purpose} {environment} {number:06}").parse()?);
    if variety.happens(600) {
        terms.description = Some(format!("Used by the {purpose} of {service} in {environment}").parse()?);
    }
    if variety.happens(850) {
        terms.client_type = variety.early_one_of(&CLIENT_TYPES).map(|kind| kind.parse()).transpose()?;
    }
    if variety.happens(200) {
        terms.allowed_cidrs = format!("10.{}.0.0/16 2001:db8:{:x}::/48", number % 256, number % 65_536).parse()?;
    }
    if variety.happens(300) {
        terms.metadata = format!(r#"{{"ticket":"OPS-{number}","cost_center":{}}}"#, variety.below(90)).try_into()?;
    }
    if variety.happens(50) {
        terms.postback_url = Some(format!("https://hooks.latchkey.dev/{service}").parse()?);
    }
    terms.off_the_record = variety.happens(10);
    Ok(terms)
}

/// What a fine-grained key may do.
fn grant(terms: &mut Terms, variety: &Variety) -> Result<(), Error> {
    let mut apis: Vec<_> = (0..=variety.below(3)).filter_map(|_| variety.one_of(&SERVICES).copied()).collect();
    let mut permissions: Vec<_> = (0..variety.below(4)).filter_map(|_| variety.one_of(&PERMISSIONS).copied()).collect();
    if variety.happens(50) {
        apis = vec!["*"];
    }
    if variety.happens(30) {
        apis.push("latchkey");
        permissions.push("keys:list");
    }
    terms.apis = apis.join(" ").parse()?;
    terms.permissions = permissions.join(" ").parse()?;
    Ok(())
}

/// One of sixty teams, of which the first ones have the most keys.
fn owner(variety: &Variety) -> Result<Owner, Error> {
    Ok(format!("team-{:02}", variety.below(60).min(variety.below(60))).parse()?)
}

/// A place; the first regions of the catalogue are no more likely than the others.
fn scope(variety: &Variety) -> Result<Scope, Error> {
    let provider = variety.weighted(&PROVIDERS).copied().unwrap_or(Provider::Aws);
    let region = if variety.happens(150) { None } else { variety.one_of(regions(provider)) };
    Ok(Scope::new(provider, region.map_or("*", |region| region.code))?)
}

/// As it would look if there were a text.
fn hint(id: KeyId) -> String {
    let (start, end) = (id.as_str().get(..4).unwrap_or_default(), id.as_str().get(12..).unwrap_or_default());
    format!("lk_{start}…{end}")
}

/// What happened to a key.
fn events(record: &KeyRecord, made_at: Timestamp, variety: &Variety) -> Result<Vec<AuditEvent>, Error> {
    let who = || (Actor::latchkey(), Origin::default());
    let mut events = vec![AuditEvent::of_new(record, made_at, who(), variety)?];
    let target = Target::Key { id: record.id, owner: record.owner.clone() };
    if !record.terms.enabled {
        let changed_at = Timestamp::from_second(record.updated_at.unix_seconds())?;
        events.push(AuditEvent::new(changed_at, Action::KeyUpdated, who(), target, &["enabled"], variety)?);
    } else if let Some(revocation) = &record.revocation {
        let at = Timestamp::from_second(revocation.at.unix_seconds())?;
        let changes = ["revoked_at", "revoked_by", "revoke_reason"];
        events.push(AuditEvent::new(at, Action::KeyRevoked, who(), target, &changes, variety)?);
    }
    Ok(events)
}
