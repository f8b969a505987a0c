//! The admin API as an `OpenAPI` 3.1 document, made of the types that are sent and of the routes' own constants.
//!
//! Each route has one operation here, and each type one schema: that of an answer is derived from what is serialized,
//! that of a value stands in [`values`], and that of a body in [`request`]. What JSON Schema cannot say (a region belongs
//! to its provider, an end lies in the future) stands in the descriptions, and is a 400.

mod answers;
mod operations;
mod parameters;
pub mod request;
#[cfg(test)]
mod tests;
pub mod values;

use std::sync::LazyLock;

use utoipa::{
    ToSchema,
    openapi::{
        Components, ComponentsBuilder, HttpMethod, Info, InfoBuilder, License, OpenApi, OpenApiBuilder, PathItem,
        Paths, RefOr, Schema, Tag,
        schema::Object,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
        tag::TagBuilder,
    },
};

use self::{
    answers::Message,
    request::{CreateKey, IssueToken, Nothing, PutApi, RotateKey, UpdateKey, Verify},
};
use super::{
    body::{
        ApiSetBody, ApiSetsBody, CatalogueBody, CreatedBody, EventsBody, HealthBody, KeysBody, RotatedBody,
        SessionBody, TokenBody, VerdictBody,
    },
    error::{Details, Problem},
};
use crate::{admin, key::KeyId, once::IdempotencyKey, precondition::Precondition};

/// The names of the two ways to send a key.
const BEARER: &str = "bearer";
const API_KEY: &str = "api_key";
/// The name of the way to be known by a session of the console.
const SESSION: &str = "session";

static JSON: LazyLock<Result<String, serde_json::Error>> = LazyLock::new(|| document().to_json());

/// The document as JSON, made once.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json() -> Result<&'static str, Problem> {
    JSON.as_deref().map_err(|error| Problem::internal(error.to_string()))
}

/// The document.
#[must_use]
pub fn document() -> OpenApi {
    OpenApiBuilder::new().info(info()).tags(Some(tags())).paths(paths()).components(Some(components())).build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Latchkey")
        .description(Some(
            "Issues, verifies, rotates and revokes API keys inside your own AWS account. Times are RFC 3339, UTC, to the second; \
             what is absent is `null`. A body has at most 64 KiB. Errors of the functions are problem details, RFC 9457; \
             API Gateway's own are `{\"message\": …}`.",
        ))
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some({
            let mut license = License::new("Apache License 2.0");
            license.identifier = Some("Apache-2.0".to_owned());
            license
        }))
        .build()
}

fn tags() -> [Tag; 6] {
    [
        ("keys", "Keys, and what they are worth."),
        ("apis", "API sets: named lists of routes that keys are given access to."),
        ("audit", "Who did what."),
        ("tokens", "Short-lived tokens of keys."),
        ("console", "Sessions of the console, the web page at `/console`."),
        ("about", "What there is to know without any of them."),
    ]
    .map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build())
}

fn paths() -> Paths {
    let mut paths = Paths::new();
    for route in &admin::ROUTES {
        if let (Some(method), Some(operation)) = (method_of(route.method), operations::operation(route)) {
            let item = PathItem::new(method, operation);
            paths.paths.entry(route.path.to_owned()).or_default().merge_operations(item);
        }
    }
    paths
}

fn method_of(name: &str) -> Option<HttpMethod> {
    Some(match name {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => return None,
    })
}

fn components() -> Components {
    let mut components = ComponentsBuilder::new()
        .security_scheme(
            BEARER,
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("`Authorization: Bearer <key>`."))
                    .build(),
            ),
        )
        .security_scheme(
            API_KEY,
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-api-key", "The key alone."))),
        )
        .security_scheme(
            SESSION,
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                admin::CONSOLE_COOKIE,
                "The token of a session. Every other operation takes it too; if it may change something, with the header \
                 `X-Latchkey-Console: 1`.",
            ))),
        )
        .build();
    // What only a parameter or a header holds is found in no body.
    for add in [
        add::<CreatedBody<'_>>,
        add::<RotatedBody<'_>>,
        add::<KeysBody<'_>>,
        add::<VerdictBody<'_>>,
        add::<ApiSetBody<'_>>,
        add::<ApiSetsBody<'_>>,
        add::<EventsBody<'_>>,
        add::<TokenBody<'_>>,
        add::<SessionBody<'_>>,
        add::<CatalogueBody>,
        add::<HealthBody>,
        add::<CreateKey>,
        add::<UpdateKey>,
        add::<RotateKey>,
        add::<Verify>,
        add::<PutApi>,
        add::<IssueToken>,
        add::<Nothing>,
        add::<Details<'_>>,
        add::<Message>,
        add::<KeyId>,
        add::<Precondition>,
        add::<IdempotencyKey>,
        add::<values::EntityTag>,
    ] {
        add(&mut components);
    }
    complete(&mut components);
    components
}

/// Adds the schema of a type, and of all that it is made of.
fn add<T: ToSchema>(components: &mut Components) {
    let mut schemas = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut schemas);
    components.schemas.extend(schemas);
}

/// Says of the answers' schemas that every field is there: what is absent is written as `null`. A derive takes an
/// `Option` for a field that may be missing.
fn complete(components: &mut Components) {
    let asked =
        [CreateKey::name(), UpdateKey::name(), RotateKey::name(), Verify::name(), PutApi::name(), IssueToken::name()];
    for (name, schema) in &mut components.schemas {
        if !asked.iter().any(|asked| asked == name) && *name != Details::name() {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut RefOr<Schema>) {
    let require = |object: &mut Object| object.required = object.properties.keys().cloned().collect();
    match schema {
        RefOr::T(Schema::Object(object)) => require(object),
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(require_all),
        _ => {}
    }
}
