//! What can be done: one operation for each route, but for the console's page and files, which are for browsers.

mod sessions;

use utoipa::{
    ToSchema,
    openapi::{
        Content, Ref, Required, SecurityRequirement,
        path::{Operation, OperationBuilder, Parameter},
        request_body::{RequestBody, RequestBodyBuilder},
    },
};

use super::{
    API_KEY, BEARER,
    answers::Answers,
    parameters::{force, idempotency_key, if_match, of_event_list, of_key_list, of_path, of_set_list, reason},
    request::{CreateKey, Nothing, PutApi, RotateKey, UpdateKey, Verify},
};
use crate::{
    admin,
    edge::body::{
        ApiSetBody, ApiSetsBody, CatalogueBody, CreatedBody, EventsBody, HealthBody, KeysBody, RecordBody, RotatedBody,
        VerdictBody,
    },
    grant::{Access, Route},
};

const ROUTES: &[Route] = &admin::ROUTES;

/// The content types of bodies.
const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

const INVALID: &str = "Each field that is wrong is named.";
const NO_KEY: &str = "There is no such key, as far as the caller may know.";
const NO_SET: &str = "There is no such set.";
const OTHER_VERSION: &str = "The version is another one.";
const TOO_LARGE: &str = "The body is larger than 64 KiB.";

/// What is particular about one operation.
struct Described {
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    parameters: Vec<Parameter>,
    body: Option<RequestBody>,
    answers: Answers,
}

/// The operation of a route of the admin API; none of any other's.
pub(super) fn operation(route: &Route) -> Option<Operation> {
    let route = ROUTES.iter().find(|known| *known == route)?;
    let described = keys(route).or_else(|| apis(route)).or_else(|| sessions::of(route)).or_else(|| reading(route))?;
    let mut operation = OperationBuilder::new()
        .operation_id(Some(described.id))
        .tag(described.tag)
        .summary(Some(described.summary))
        .description(Some(access(route)))
        .request_body(described.body)
        .responses(described.answers.build());
    for parameter in of_path(route).chain(described.parameters) {
        operation = operation.parameter(parameter);
    }
    if route.access == Access::Open {
        return Some(operation.build());
    }
    let none: [&str; 0] = [];
    for scheme in [BEARER, API_KEY].into_iter().chain(sessions::scheme(route)) {
        operation = operation.security(SecurityRequirement::new(scheme, none));
    }
    Some(operation.build())
}

/// Who may call a route.
fn access(route: &Route) -> String {
    match route.access {
        Access::Open => "Open to everybody.".to_owned(),
        Access::AnyKey => "For every valid key.".to_owned(),
        Access::Right(right) => format!(
            "For super-users, and for keys with the right `{right}` that name the API set `latchkey` in their `apis`."
        ),
    }
}

/// What is done to keys.
fn keys(route: &'static Route) -> Option<Described> {
    let answers = Answers::of(route);
    let changing = |answers: Answers| {
        answers
            .tells("400", INVALID)
            .tells("404", NO_KEY)
            .tells("412", OTHER_VERSION)
            .shows_version::<RecordBody<'_>>("200", "The key as it is now.")
    };
    let described =
        |id, summary, parameters, body, answers| Described { id, tag: "keys", summary, parameters, body, answers };
    Some(match *route {
        admin::CREATE_KEY => described(
            "createKey",
            "Makes a key, and shows its text this once",
            vec![idempotency_key()],
            Some(body::<CreateKey>(&[JSON])),
            answers
                .shows_new::<CreatedBody<'_>>("201", "The new key, and its text.")
                .tells("400", INVALID)
                .tells_of_a_key("409", "The same request came before, or the text is another key's.")
                .tells("413", TOO_LARGE)
                .tells("422", "Another request came before under the same `Idempotency-Key`."),
        ),
        admin::UPDATE_KEY => described(
            "updateKey",
            "Edits a key, by JSON Merge Patch",
            vec![if_match()],
            Some(body::<UpdateKey>(&[MERGE_PATCH, JSON])),
            changing(answers)
                .tells("409", "The key is revoked, or it is the root key and would become less than that.")
                .tells("413", TOO_LARGE),
        ),
        admin::REVOKE_KEY => described(
            "revokeKey",
            "Revokes a key; doing it again changes nothing",
            vec![reason(), if_match()],
            None,
            changing(answers).tells("409", "It is the root key."),
        ),
        admin::RESTORE_KEY => described(
            "restoreKey",
            "Undoes a revocation, for 30 days",
            vec![if_match()],
            Some(optional(body::<Nothing>(&[JSON]))),
            changing(answers)
                .tells("409", "Others are changing the key all the time.")
                .tells("410", "The key was revoked more than 30 days ago.")
                .tells("413", TOO_LARGE),
        ),
        admin::ROTATE_KEY => described(
            "rotateKey",
            "Gives a key a new text, and shows it this once",
            vec![if_match()],
            Some(optional(body::<RotateKey>(&[JSON]))),
            answers
                .shows_version::<RotatedBody<'_>>("200", "The key as it is now, and its new text.")
                .tells("400", INVALID)
                .tells("404", NO_KEY)
                .tells(
                    "409",
                    "The key is revoked, expired or the root key, an earlier text of it works until then, or the secret \
                     that holds it is being rotated.",
                )
                .tells("412", OTHER_VERSION)
                .tells("413", TOO_LARGE),
        ),
        admin::VERIFY_KEY => described(
            "verifyKey",
            "Checks a key",
            Vec::new(),
            Some(body::<Verify>(&[JSON])),
            answers
                .shows::<VerdictBody<'_>>("200", "The verdict; what is known of the key, if its secret matched.")
                .tells("400", INVALID)
                .tells("413", TOO_LARGE),
        ),
        _ => return None,
    })
}

/// What is done to API sets.
fn apis(route: &'static Route) -> Option<Described> {
    let answers = Answers::of(route).tells("400", INVALID);
    let described =
        |id, summary, parameters, body, answers| Described { id, tag: "apis", summary, parameters, body, answers };
    Some(match *route {
        admin::LIST_APIS => described(
            "listApis",
            "Lists the API sets",
            of_set_list(),
            None,
            answers.shows::<ApiSetsBody<'_>>("200", "The sets: the built-in one, then by name."),
        ),
        admin::SHOW_API => described(
            "showApi",
            "Shows an API set",
            Vec::new(),
            None,
            answers.tells("404", NO_SET).shows_version::<ApiSetBody<'_>>("200", "The set."),
        ),
        admin::PUT_API => described(
            "putApi",
            "Writes an API set, new or as a whole",
            vec![if_match()],
            Some(body::<PutApi>(&[JSON])),
            answers
                .shows_version::<ApiSetBody<'_>>("200", "The set, written anew.")
                .shows_version::<ApiSetBody<'_>>("201", "The new set.")
                .tells("404", "The path has another form.")
                .tells("409", "The set is the built-in one, or there are 200 sets.")
                .tells("412", OTHER_VERSION)
                .tells("413", TOO_LARGE),
        ),
        admin::DELETE_API => described(
            "deleteApi",
            "Removes an API set that no key names, or any by force",
            vec![force(), if_match()],
            None,
            answers
                .shows::<ApiSetBody<'_>>("200", "The set as it was.")
                .tells("404", NO_SET)
                .tells("409", "Keys name the set, or it is the built-in one.")
                .tells("412", OTHER_VERSION),
        ),
        _ => return None,
    })
}

/// What only reads.
fn reading(route: &'static Route) -> Option<Described> {
    let answers = Answers::of(route);
    let described =
        |id, tag, summary, parameters, answers| Described { id, tag, summary, parameters, body: None, answers };
    Some(match *route {
        admin::LIST_KEYS => described(
            "listKeys",
            "keys",
            "Lists keys, newest first",
            of_key_list(),
            answers.tells("400", INVALID).shows::<KeysBody<'_>>(
                "200",
                "A page. It may be short, or even empty, and still have a `next_cursor`: the list has ended when that is `null`.",
            ),
        ),
        admin::SHOW_KEY => described(
            "showKey",
            "keys",
            "Shows a key",
            Vec::new(),
            answers.tells("400", INVALID).tells("404", NO_KEY).shows_version::<RecordBody<'_>>("200", "The key."),
        ),
        admin::KEY_AUDIT => described(
            "showKeyAudit",
            "audit",
            "Tells what happened to a key, newest first",
            of_event_list(),
            answers.tells("400", INVALID).tells("404", NO_KEY).shows::<EventsBody<'_>>("200", "A page of events."),
        ),
        admin::AUDIT => described(
            "listAudit",
            "audit",
            "Tells what happened, newest first",
            of_event_list(),
            answers.tells("400", INVALID).shows::<EventsBody<'_>>("200", "A page of events."),
        ),
        admin::CATALOGUE => described(
            "showCatalogue",
            "about",
            "Tells what keys can be made of",
            Vec::new(),
            answers.shows::<CatalogueBody>("200", "Providers, regions, types, lifetimes and rights."),
        ),
        admin::OPENAPI => {
            let answers = answers.shows_public("200", "This document.");
            described("showOpenApi", "about", "Describes this API", Vec::new(), answers)
        }
        admin::HEALTH => described(
            "showHealth",
            "about",
            "Tells whether the table answers",
            Vec::new(),
            answers
                .shows::<HealthBody>("200", "It does.")
                .tells("500", "Something went wrong. The request's id finds it in the log.")
                .tells("503", "The table does not answer."),
        ),
        _ => return None,
    })
}

/// The same body, which may be missing.
fn optional(body: RequestBody) -> RequestBody {
    RequestBodyBuilder::from(body).required(Some(Required::False)).build()
}

/// A body that must be there.
fn body<T: ToSchema>(content_types: &[&str]) -> RequestBody {
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    let schema = || Content::new(Some(Ref::from_schema_name(T::name())));
    content_types.iter().fold(body, |body, content_type| body.content(*content_type, schema())).build()
}
