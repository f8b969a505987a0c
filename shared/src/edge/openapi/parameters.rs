//! The parameters of operations: of the path, the query and the headers.

use serde_json::json;
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Required, Schema, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use super::values::{Cursor, ScopeRegion};
use crate::{
    audit::Action,
    edge::request::{DEFAULT_LIMIT, MAX_LIMIT},
    grant::{ApiName, Path, Route, RoutePattern},
    key::KeyId,
    label::{Actor, ClientType, Owner, Reason},
    once::IdempotencyKey,
    precondition::Precondition,
    record::{KeyState, KeyType},
    scope::Provider,
    timestamp::Timestamp,
};

/// The parameters in a route's path.
pub(super) fn of_path(route: &Route) -> impl Iterator<Item = Parameter> {
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        let (schema, description) = match name {
            "name" => (component::<ApiName>(), "The set's name."),
            _ => (component::<KeyId>(), "The key's id."),
        };
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .description(Some(description))
            .schema(Some(schema))
            .build()
    })
}

/// Which keys to list, and which page of them.
pub(super) fn of_key_list() -> Vec<Parameter> {
    let part = ObjectBuilder::new().schema_type(Type::String).max_length(Some(100)).build();
    let mut parameters = vec![
        query("owner", component::<Owner>(), "Exactly this owner."),
        query("provider", component::<Provider>(), "This provider."),
        query(
            "region",
            component::<ScopeRegion>(),
            "Exactly this region, `*` included; one of the provider's, if one is given.",
        ),
        query("type", component::<KeyType>(), "This type."),
        query("state", component::<KeyState>(), "This state, at the time of asking."),
        query("client_type", component::<ClientType>(), "Exactly this client type."),
        query("name", RefOr::T(part.into()), "A name that contains this text, whatever the case."),
    ];
    parameters.extend(of_call(
        "Keys whose grants reach a call of this method, whatever their state; given together with `path`.",
        "The path of that call, as it would be sent, without a query.",
    ));
    parameters.extend(of_page());
    parameters
}

/// Which API sets to list.
pub(super) fn of_set_list() -> Vec<Parameter> {
    of_call(
        "Sets that a call of this method goes through a route of; given together with `path`.",
        "The path of that call, as it would be sent, without a query.",
    )
    .to_vec()
}

/// A call that is asked about.
fn of_call(method: &str, path: &str) -> [Parameter; 2] {
    let methods = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(RoutePattern::METHODS)).build();
    let paths =
        ObjectBuilder::new().schema_type(Type::String).pattern(Some("^/[^?#]*$")).max_length(Some(Path::MAX)).build();
    [query("method", RefOr::T(methods.into()), method), query("path", RefOr::T(paths.into()), path)]
}

/// Which events to tell of, and which page of them.
pub(super) fn of_event_list() -> Vec<Parameter> {
    let mut parameters = vec![
        query("actor", component::<Actor>(), "What this one did."),
        query("action", component::<Action>(), "Only this."),
        query("from", component::<Timestamp>(), "From this second on."),
        query("to", component::<Timestamp>(), "Up to this second, which does not belong to it."),
    ];
    parameters.extend(of_page());
    parameters
}

fn of_page() -> [Parameter; 2] {
    let limit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(MAX_LIMIT))
        .default(Some(json!(DEFAULT_LIMIT)))
        .build();
    [
        query("limit", RefOr::T(limit.into()), "At most so many entries."),
        query("cursor", component::<Cursor>(), "The `next_cursor` of the page before, with the same filters."),
    ]
}

/// Why a key is revoked.
pub(super) fn reason() -> Parameter {
    query("reason", component::<Reason>(), "Why.")
}

/// Whether to remove a set that keys name.
pub(super) fn force() -> Parameter {
    let force = ObjectBuilder::new().schema_type(Type::Boolean).default(Some(json!(false))).build();
    query("force", RefOr::T(force.into()), "Whether to remove a set that keys name.")
}

/// Which version is meant.
pub(super) fn if_match() -> Parameter {
    header("If-Match", component::<Precondition>(), "Does it only to this version, as an `ETag` told it.")
}

/// That the console's page asks, and not another site.
pub(super) fn console_header() -> Parameter {
    let one = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["1"])).build();
    let parameter = header("X-Latchkey-Console", RefOr::T(one.into()), "That no other site asks, as none can send it.");
    ParameterBuilder::from(parameter).required(Required::True).build()
}

/// That a request is to be done once.
pub(super) fn idempotency_key() -> Parameter {
    let description = "Within 24 hours, a second request of the same caller under this name makes no second key.";
    header("Idempotency-Key", component::<IdempotencyKey>(), description)
}

fn query(name: &str, schema: RefOr<Schema>, description: &str) -> Parameter {
    optional(ParameterIn::Query, name, schema, description)
}

fn header(name: &str, schema: RefOr<Schema>, description: &str) -> Parameter {
    optional(ParameterIn::Header, name, schema, description)
}

fn optional(place: ParameterIn, name: &str, schema: RefOr<Schema>, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

fn component<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}
