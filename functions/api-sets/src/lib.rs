//! `/apis`: the API sets that keys are given, read and written.

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    admin,
    apis::{self, Writer},
    edge::{
        Answer, App,
        body::{ApiSetBody, ApiSetsBody},
        error::Problem,
        request::{Fields, boolean, call, caller, list, path_parameter, precondition, route, text},
        response::{answer, versioned},
    },
    grant::{ApiName, ApiNameError, ApiSet, ListError, Route, distinct},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::LIST_APIS, admin::SHOW_API, admin::PUT_API, admin::DELETE_API];

/// Answers one request.
///
/// # Errors
/// 400 for a bad body or query, 401 and 403 for a caller without the right or with less than a set would have, 404 for an
/// unknown set or route, 409 for the built-in set, a set that keys name, or one too many, 412 for another version, 413 for a
/// large body, 5xx when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    let route = route(&request, ROUTES).ok_or_else(Problem::not_found)?;
    // Whoever may not learns nothing of what a set would need.
    route.right().map_or(Ok(()), |right| caller.require(right))?;
    let precondition = precondition(&request)?;
    let writer = Writer {
        caller: &caller,
        precondition: &precondition,
        table: &app.table,
        clock: &*app.clock,
        entropy: &*app.entropy,
    };
    let mut query = Fields::of_query(&request);
    match *route {
        admin::LIST_APIS => {
            let call = call(&mut query);
            let call = query.finish(Some(call))?;
            let sets = apis::list(&caller, call.as_ref(), &app.table).await?;
            answer(StatusCode::OK, &ApiSetsBody { apis: sets.iter().map(ApiSetBody::from).collect() })
        }
        admin::SHOW_API => {
            query.finish(Some(()))?;
            let standing = apis::show(&caller, &path_parameter(&request, "name")?, &app.table).await?;
            versioned(StatusCode::OK, &ApiSetBody::from(&standing.set), standing.version)
        }
        admin::PUT_API => {
            query.finish(Some(()))?;
            let name = name(&request)?;
            let (written, is_new) = writer.put(read(Fields::of_body(&request)?, name)?).await?;
            let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
            versioned(status, &ApiSetBody::from(&written.set), written.version)
        }
        admin::DELETE_API => {
            let force = query.optional("force", |value| match text::<bool>(value) {
                Ok(force) => Ok(force),
                Err(_) => Err("must be true or false".to_owned()),
            });
            query.finish(Some(()))?;
            let name = path_parameter(&request, "name")?;
            let deleted = writer.delete(&name, force.unwrap_or(false)).await?;
            answer(StatusCode::OK, &ApiSetBody::from(&deleted.set))
        }
        _ => Err(Problem::not_found()),
    }
}

/// The name in the path: nothing has a bad one, but somebody may want to make it.
fn name(request: &Request) -> Result<ApiName, Problem> {
    path_parameter(request, "name").map_err(|_| Problem::invalid_field("name", ApiNameError.to_string()))
}

/// The set that a body describes.
fn read(mut fields: Fields, name: ApiName) -> Result<ApiSet, Problem> {
    fields.optional("name", |value| match text::<ApiName>(value)? {
        same if same == name => Ok(()),
        _ => Err("must be the name in the path".to_owned()),
    });
    let description = fields.optional("description", text);
    let routes = fields.required("routes", |value| at_most(ApiSet::MAX_ROUTES, list(value)?));
    let client_types = fields.optional("client_types", |value| at_most(ApiSet::MAX_CLIENT_TYPES, list(value)?));
    let key_required = fields.optional("key_required", boolean);
    let set = routes.map(|routes| ApiSet {
        name,
        description,
        routes,
        client_types: client_types.unwrap_or_default(),
        key_required: key_required.unwrap_or(true),
    });
    fields.finish(set)
}

/// The list without its repeats, unless it is too long.
fn at_most<T: PartialEq>(most: usize, entries: Vec<T>) -> Result<Vec<T>, String> {
    distinct(entries.into_iter().map(Ok::<_, ListError>), most).map_err(|error| error.to_string())
}
