//! The values of the domain as JSON Schema says them. Each pattern is the rule of the type's own parser, which the tests
//! hold against it.

use std::collections::BTreeSet;

use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type,
        schema::{AdditionalProperties, AnyOfBuilder},
    },
};

use crate::{
    address::{Cidr, Cidrs},
    audit::{Action, RequestId},
    decision::Code,
    expiry::{Overlap, Period},
    grant::{ApiGrant, ApiName, Apis, Permission, Permissions, Right, RoutePattern},
    key::{KeyId, KeyPrefix},
    label::{Actor, ClientType, Description, Name, Owner, Reason},
    metadata::Metadata,
    once::IdempotencyKey,
    postback::PostbackUrl,
    precondition::Precondition,
    record::{KeyState, KeyType},
    scope::{
        ANY_REGION, Provider,
        catalogue::{PROVIDERS, regions},
    },
    timestamp::Timestamp,
    token::Lifetime,
};

/// A region's code, of any provider.
pub struct Region;
/// Where a key is valid within its provider: a region's code, or `*` for all of them.
pub struct ScopeRegion;
/// An IPv4 or IPv6 address.
pub struct Address;
/// SHA-256 of a text, as 64 hexadecimal digits.
pub struct Sha256Digits;
/// A text that an administrator brings along.
pub struct BroughtText;
/// What a presented text may be: anything.
pub struct KeyText;
/// Where a page of a list ended.
pub struct Cursor;
/// The version of what an answer shows, as an entity tag.
pub struct EntityTag;
/// A method of HTTP.
pub struct Method;
/// The path of a request.
pub struct Path;

/// The codes that a verdict can have, in the order in which they are found.
pub(super) const VERDICTS: [Code; 10] = [
    Code::Malformed,
    Code::NotFound,
    Code::Revoked,
    Code::Disabled,
    Code::Expired,
    Code::ScopeMismatch,
    Code::IpDenied,
    Code::RouteDenied,
    Code::InsufficientPermissions,
    Code::Valid,
];

/// The characters of free text that a terminal or a page would act on, all but the line feed.
macro_rules! acting {
    () => {
        r"\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    };
}

/// The blanks that are not among them.
macro_rules! blank {
    () => {
        r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    };
}

/// One line that is not blank.
const LINE: &str = concat!("^[^\\n", acting!(), "]*[^\\n", acting!(), blank!(), "][^\\n", acting!(), "]*$");
/// Lines that are not all blank.
const LINES: &str = concat!("^[^", acting!(), "]*[^\\n", acting!(), blank!(), "][^", acting!(), "]*$");
const IDENTIFIER: &str = "^[A-Za-z0-9._@-]{1,64}$";

/// A segment of a route pattern's path: a literal that is neither `.` nor `..` and begins with no colon, or a placeholder
/// for one.
macro_rules! segment {
    () => {
        r"([A-Za-z0-9_~!$&'()+,;=@-][A-Za-z0-9._~!$&'()+,;=:@-]*|\.[A-Za-z0-9_~!$&'()+,;=:@-][A-Za-z0-9._~!$&'()+,;=:@-]*|\.\.[A-Za-z0-9._~!$&'()+,;=:@-]+|\{[A-Za-z0-9._:-]+\})"
    };
}

/// What stands for the rest of a path.
macro_rules! rest {
    () => {
        r"(\*|\{[A-Za-z0-9._:-]+\+\})"
    };
}

const ROUTE: &str = concat!(
    "^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY) /(",
    segment!(),
    "(/",
    segment!(),
    ")*(/",
    rest!(),
    ")?|",
    rest!(),
    ")?$"
);

/// A tag may be one that Latchkey never gives; it then matches no version.
macro_rules! tag {
    () => {
        r#"(W/)?"[!#-+.-~-]*""#
    };
}

/// One or several of them.
const TAGS: &str = concat!("^", tag!(), "( *, *", tag!(), ")*$");

/// Gives a type its schema, as a component of its own name.
macro_rules! value {
    ($type:ty, $description:literal, $schema:expr $(, with $inner:ty)*) => {
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($description)).into()
            }
        }

        impl ToSchema for $type {
            fn schemas(_schemas: &mut Vec<(String, RefOr<Schema>)>) {
                $(
                    _schemas.push((<$inner>::name().into_owned(), <$inner>::schema()));
                    <$inner>::schemas(_schemas);
                )*
            }
        }
    };
}

fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

fn bounded(pattern: &str, most: usize) -> ObjectBuilder {
    text(pattern).min_length(Some(1)).max_length(Some(most))
}

fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names))
}

fn format(format: KnownFormat) -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format))).build()
}

fn list_of<T: ToSchema>(most: usize) -> ArrayBuilder {
    ArrayBuilder::from(Array::new(Ref::from_schema_name(T::name()))).max_items(Some(most))
}

fn region_codes() -> BTreeSet<&'static str> {
    PROVIDERS.into_iter().flat_map(regions).map(|region| region.code).collect()
}

value!(KeyId, "The public name of a key.", text("^[0-9A-Za-z]{16}$").examples([json!("ExampleKey000001")]));
value!(Name, "What a key is called.", bounded(LINE, 100).examples([json!("orders service")]));
value!(Description, "What something is for; several lines if need be.", bounded(LINES, 500));
value!(Reason, "Why a key was revoked; several lines if need be.", bounded(LINES, 500));
value!(Owner, "The principal that a key belongs to.", text(IDENTIFIER).examples([json!("orders@example.com")]));
value!(ClientType, "The kind of client that uses a key.", text(IDENTIFIER).examples([json!("partner")]));
value!(Actor, "The id of the key that asked for something, or `latchkey`.", text(IDENTIFIER));
value!(
    Timestamp,
    "A time, RFC 3339. Answers tell it in UTC, to the second.",
    ObjectBuilder::from(format(KnownFormat::DateTime)).examples([json!("2030-01-31T12:00:00Z")])
);
value!(
    Period,
    "A length of time: seconds, minutes, hours or days, at most a hundred years (`36525d`).",
    text("^[0-9]+[smhd]$").examples([json!("90d")])
);
value!(
    Overlap,
    "A length of time: seconds, minutes, hours or days, at most 30 days.",
    text("^[0-9]+[smhd]$").examples([json!("24h")])
);
value!(
    Lifetime,
    "A length of time: seconds, minutes or hours, at least 1 second and at most 12 hours.",
    text("^[0-9]+[smh]$").examples([json!("15m")])
);
value!(Provider, "A cloud provider.", one_of(PROVIDERS.map(Provider::as_str)));
value!(Region, "A region's code, of any provider; `GET /catalogue` tells which is whose.", one_of(region_codes()));
value!(
    ScopeRegion,
    "Where a key is valid within its provider: one of its regions, or `*` for all of them.",
    AnyOfBuilder::new().item(one_of([ANY_REGION])).item(Ref::from_schema_name(Region::name())),
    with Region
);
value!(
    KeyType,
    "What kind of key it is: one for everything, or one for what it was granted.",
    one_of([KeyType::SuperUser, KeyType::FineGrained].map(KeyType::as_str))
);
value!(
    KeyState,
    "The state of a key at the time of the answer.",
    one_of([KeyState::Active, KeyState::Disabled, KeyState::Expired, KeyState::Revoked].map(KeyState::as_str))
);
value!(Action, "What was done.", one_of(Action::ALL.map(Action::as_str)));
value!(
    Code,
    "The outcome of a check: the first thing that is wrong, in this order.",
    one_of(VERDICTS.map(Code::as_str))
);
value!(Right, "A right of the admin API, which is also a permission.", one_of(Right::ALL.map(Right::as_str)));
value!(
    Permission,
    "`resource:action`. A `*` stands for one segment of the resource, for all the rest as its last, or for every action.",
    text(r"^(\*|[A-Za-z0-9._-]+)(/(\*|[A-Za-z0-9._-]+))*:(\*|[A-Za-z0-9._-]+)$")
        .max_length(Some(128))
        .examples([json!("orders/items:read")])
);
value!(Permissions, "What a key may do.", list_of::<Permission>(Permissions::MAX), with Permission);
value!(ApiName, "What an API set is called.", text("^[a-z0-9-]{1,64}$").examples([json!("orders")]));
value!(
    ApiGrant,
    "The name of an API set, or `*` for every route that is not an admin route.",
    text(r"^(\*|[a-z0-9-]{1,64})$").examples([json!("*")])
);
value!(Apis, "Whose routes a key may call.", list_of::<ApiGrant>(Apis::MAX), with ApiGrant);
value!(
    RoutePattern,
    "A method or `ANY`, and a path. `{x}` stands for one segment; a last `*` or `{x+}` for the rest.",
    text(ROUTE).max_length(Some(256)).examples([json!("GET /orders/{id}")])
);
value!(
    Cidr,
    "An IPv4 or IPv6 network without host bits, or an address, which is the network of itself alone.",
    text("^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$").examples([json!("192.0.2.0/24")])
);
value!(Cidrs, "From where a key may be used; anywhere if there are none.", list_of::<Cidr>(Cidrs::MAX), with Cidr);
value!(
    PostbackUrl,
    "An `https` URL of a public host, without user name and fragment.",
    text("^[Hh][Tt][Tt][Pp][Ss]://")
        .format(Some(SchemaFormat::Custom("uri".to_owned())))
        .max_length(Some(PostbackUrl::MAX))
        .examples([json!("https://hooks.latchkey.dev/keys")])
);
value!(
    Metadata,
    "A JSON object of at most 4096 bytes, written compactly.",
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true)))
);
value!(
    KeyPrefix,
    "What the text of a key begins with.",
    text("^[a-z]([a-z0-9_]{0,14}[a-z0-9])?$").examples([json!("lk")])
);
value!(RequestId, "API Gateway's id of a request.", text("^[A-Za-z0-9+/=_-]{1,64}$"));
value!(
    Address,
    "An IPv4 or IPv6 address.",
    OneOfBuilder::new().item(format(KnownFormat::Ipv4)).item(format(KnownFormat::Ipv6))
);
value!(Sha256Digits, "SHA-256 of a text.", text("^[0-9A-Fa-f]{64}$"));
value!(
    BroughtText,
    "A text for the key, hard to guess, of visible ASCII characters, and not of the form that Latchkey makes.",
    text("^[!-~]{16,256}$")
);
value!(KeyText, "The text of a key, or what somebody takes for one.", ObjectBuilder::new().schema_type(Type::String));
value!(
    Cursor,
    "Where a page of a list ended. Only Latchkey makes one, and it is good for the same question alone.",
    ObjectBuilder::new().schema_type(Type::String)
);
value!(EntityTag, "The version of what is shown.", text("^\"[0-9]+\"$").examples([json!("\"3\"")]));
value!(
    Precondition,
    "Entity tags, one of which must be the present version's, or `*` for any version.",
    AnyOfBuilder::new().item(one_of(["*"])).item(text(TAGS).examples([json!("\"3\"")]))
);
value!(IdempotencyKey, "What the caller calls this request.", text(r"^[!-+\-.-~]{1,255}$"));
value!(Method, "A method of HTTP, in capitals.", text("^[A-Z]{1,16}$").examples([json!("GET")]));
value!(
    Path,
    "The path of a request, as it was sent.",
    text("^/").max_length(Some(8192)).examples([json!("/orders/1")])
);
