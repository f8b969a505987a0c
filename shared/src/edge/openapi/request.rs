//! The bodies of requests, for the document alone: the handlers read theirs field by field, so that all that is wrong is
//! told at once. Tests hold the two together.

use utoipa::ToSchema;

use super::values::{Address, BroughtText, KeyText, Method, Path, Region, ScopeRegion, Sha256Digits};
use crate::{
    address::{Cidr, Cidrs},
    expiry::{Overlap, Period},
    grant::{ApiName, Apis, Permissions, RoutePattern},
    key::KeyPrefix,
    label::{ClientType, Description, Name, Owner},
    metadata::Metadata,
    postback::PostbackUrl,
    record::KeyType,
    scope::Provider,
    timestamp::Timestamp,
    token::Lifetime,
};

/// A new key. Its text is made by Latchkey, unless `value` or `hash` is given.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateKey {
    /// What the key is called.
    pub name: Name,
    /// The provider in which it is valid.
    pub provider: Provider,
    /// The region of that provider, or `*` for all of them.
    pub region: ScopeRegion,
    /// What kind of key it is.
    #[schema(rename = "type")]
    pub key_type: KeyType,
    /// What it is for.
    pub description: Option<Description>,
    /// Whose it is; the caller's own owner unless given. Only a super-user names another one.
    pub owner: Option<Owner>,
    /// What kind of client uses it.
    pub client_type: Option<ClientType>,
    /// What it may do, beyond calling routes.
    pub permissions: Option<Permissions>,
    /// Whose routes it may call.
    pub apis: Option<Apis>,
    /// From where it may be used.
    pub allowed_cidrs: Option<Cidrs>,
    /// Whether its use leaves no trace; it does unless this is `true`.
    pub off_the_record: Option<bool>,
    /// Who wants to be told of what becomes of it.
    pub postback_url: Option<PostbackUrl>,
    /// What its owner hangs on it.
    pub metadata: Option<Metadata>,
    /// Whether it works from the start, as it does unless this is `false`.
    pub enabled: Option<bool>,
    /// When it ends. Not together with `expires_in`; without either it never does, if the deployment allows that.
    pub expires_at: Option<Timestamp>,
    /// After how long it ends.
    pub expires_in: Option<Period>,
    /// What its text begins with; not together with `value` or `hash`.
    pub prefix: Option<KeyPrefix>,
    /// A text to use instead of one that Latchkey makes.
    pub value: Option<BroughtText>,
    /// The hash of a text that nobody shows; not together with `value`.
    pub hash: Option<BroughtHash>,
}

/// The hash of a key's text.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtHash {
    /// SHA-256 of the text.
    pub sha256: Sha256Digits,
}

/// A merge patch (RFC 7396) for a key: what is left out stays, and `null` resets.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateKey {
    /// What the key is called.
    #[schema(required = false)]
    pub name: Name,
    /// What it is for.
    pub description: Option<Description>,
    /// What kind of client uses it.
    pub client_type: Option<ClientType>,
    /// What it may do, beyond calling routes.
    pub permissions: Option<Permissions>,
    /// Whose routes it may call.
    pub apis: Option<Apis>,
    /// From where it may be used.
    pub allowed_cidrs: Option<Cidrs>,
    /// Whether its use leaves no trace.
    #[schema(required = false)]
    pub off_the_record: bool,
    /// Who wants to be told of what becomes of it.
    pub postback_url: Option<PostbackUrl>,
    /// Merged into what hangs on it, member by member.
    pub metadata: Option<Metadata>,
    /// `false` switches it off, until it is `true` again.
    #[schema(required = false)]
    pub enabled: bool,
    /// When it ends. Not together with `expires_in`; `null` in either means never, if the deployment allows that.
    pub expires_at: Option<Timestamp>,
    /// After how long from now it ends.
    pub expires_in: Option<Period>,
}

/// How a key gets its new text. Nothing need be given.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// How long the present text works beside the new one, though never past the end of the key; a day, unless the
    /// deployment says otherwise.
    pub overlap: Option<Overlap>,
    /// Whether an earlier text that still works may be ended; it may not unless this is `true`.
    pub end_previous: Option<bool>,
    /// When the key is to end; as before unless given. Not together with `expires_in`.
    pub expires_at: Option<Timestamp>,
    /// After how long from now it is to end.
    pub expires_in: Option<Period>,
    /// What the new text begins with; as before unless given.
    pub prefix: Option<KeyPrefix>,
}

/// A key to check, and what to check it against.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The text that somebody presented.
    pub key: KeyText,
    /// Where it was presented, together with `region`; where Latchkey itself stands unless given.
    pub provider: Option<Provider>,
    /// The region of that provider.
    pub region: Option<Region>,
    /// From which address. A key with `allowed_cidrs` is refused without one.
    pub ip: Option<Address>,
    /// With which method, together with `path`; routes are not looked at unless both are given.
    pub method: Option<Method>,
    /// At which path.
    pub path: Option<Path>,
    /// What it must be permitted to do, all of it.
    pub permissions: Option<Permissions>,
}

/// What a token is to be. Nothing need be given.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueToken {
    /// After how long it ends; an hour unless given, and never later than its key.
    pub expires_in: Option<Lifetime>,
    /// What it may do of what its key may; all of it unless given.
    pub permissions: Option<Permissions>,
    /// Whose routes it may call, of those that its key may; all of them unless given.
    pub apis: Option<Apis>,
    /// From where it may be used, of where its key may; from anywhere there unless given.
    #[schema(min_items = 1, max_items = 50)]
    pub allowed_cidrs: Option<Vec<Cidr>>,
}

/// An API set, as a whole.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutApi {
    /// The name in the path, if it is repeated here.
    pub name: Option<ApiName>,
    /// What the set is for.
    pub description: Option<Description>,
    /// The routes of the set.
    #[schema(max_items = 100)]
    pub routes: Vec<RoutePattern>,
    /// If there are any: only keys with one of these client types reach the routes.
    #[schema(max_items = 50)]
    pub client_types: Option<Vec<ClientType>>,
    /// `false` opens the routes to everybody; they need a key unless it is given.
    pub key_required: Option<bool>,
}

/// A request without anything in it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
