//! Requests, taken apart: who calls, from where, which route, on what condition.

mod call;
mod fields;
mod lifetime;
mod paging;
mod terms;

use std::{fmt::Display, net::IpAddr, str::FromStr};

use lambda_http::{Request, RequestExt, http::header, request::RequestContext};
use serde_json::Value;

pub(super) use self::paging::{DEFAULT_LIMIT, MAX_LIMIT};
pub use self::{
    call::call,
    fields::{Fields, boolean, list, no_body, text},
    lifetime::{expiry, lifetime},
    paging::{Paging, paging},
    terms::{edited, terms},
};
use super::error::Problem;
use crate::{
    audit::Origin, caller::Caller, carried, ceiling::Grants, config::Config, expiry::Expiry, grant::Route, key::KeyId,
    precondition::Precondition, scope::Scope, timestamp::Timestamp,
};

/// API Gateway's id of the request; empty when there is none.
#[must_use]
pub fn request_id(request: &Request) -> &str {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// The one of `routes` that API Gateway matched.
#[must_use]
pub fn route<'r>(request: &Request, routes: &'r [Route]) -> Option<&'r Route> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let key = context.route_key.as_deref()?;
            routes.iter().find(|route| route.to_string() == key)
        }
        _ => None,
    }
}

/// The caller that the authorizer let through.
///
/// # Errors
/// 401 when the event names none, as on a route without the authorizer, or not all that is known of it.
pub fn caller(request: &Request) -> Result<Caller, Problem> {
    named_caller(request).ok_or_else(Problem::unauthenticated)
}

fn named_caller(request: &Request) -> Option<Caller> {
    let context = request.request_context_ref()?;
    let fields = &context.authorizer()?.fields;
    let field = |name: &str| fields.get(name).and_then(Value::as_str);
    // The authorizer writes what is absent as an empty text.
    let expiry = match field("expires_at")? {
        "" => Expiry::Never,
        end => Expiry::At(end.parse::<Timestamp>().ok()?),
    };
    let client_type = match field("client_type")? {
        "" => None,
        client_type => Some(client_type.parse().ok()?),
    };
    let token_expires_at = match (field("token")?, field("token_expires_at")?) {
        ("false", "") => None,
        ("true", end) => Some(end.parse::<Timestamp>().ok()?),
        _ => return None,
    };
    let grants = Grants {
        key_type: field("type")?.parse().ok()?,
        scope: Scope::parse(field("provider")?, field("region")?).ok()?,
        client_type,
        permissions: field("permissions")?.parse().ok()?,
        apis: field("apis")?.parse().ok()?,
        allowed_cidrs: field("allowed_cidrs")?.parse().ok()?,
        expiry,
    };
    let origin = Origin { source_ip: source_ip(request), request_id: request_id(request).parse().ok() };
    let caller = Caller::new(field("key_id")?.parse().ok()?, field("owner")?.parse().ok()?, grants, origin);
    Some(caller.by_token(token_expires_at))
}

/// What the request carries where the authorizer looks for a key, of which it has checked one. None of it is proven here.
#[must_use]
pub fn carried_texts(request: &Request, config: &Config) -> Vec<String> {
    let values = |name: &str| {
        let values = request.headers().get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).map(str::trim).collect::<Vec<_>>()
    };
    let mut texts: Vec<_> =
        values(header::AUTHORIZATION.as_str()).into_iter().filter_map(carried::of_authorization).collect();
    for name in [carried::HEADER].into_iter().chain(config.key_headers.iter().map(String::as_str)) {
        texts.extend(values(name));
    }
    let cookies = values(header::COOKIE.as_str()).into_iter().flat_map(carried::of_cookies);
    let is_read = |name: &str| config.key_cookies.iter().any(|cookie| cookie == name);
    texts.extend(cookies.filter(|(name, _)| is_read(name)).map(|(_, value)| value));
    texts.into_iter().map(str::to_owned).collect()
}

/// The address that API Gateway reports.
fn source_ip(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

/// The header `name`, parsed.
///
/// # Errors
/// 400 when it is given more than once or is no `T`.
pub fn header<T>(request: &Request, name: &str) -> Result<Option<T>, Problem>
where
    T: FromStr,
    T::Err: Display,
{
    let mut values = request.headers().get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let parsed = value.to_str().map_err(|_| "must be visible ASCII".to_owned());
            let parsed = parsed.and_then(|text| text.parse().map_err(|error: T::Err| error.to_string()));
            parsed.map(Some).map_err(|error| Problem::invalid_field(name, error))
        }
        (Some(_), Some(_)) => Err(Problem::invalid_field(name, "is given more than once")),
    }
}

/// Which version of something the caller wants to change.
///
/// # Errors
/// 400 when `If-Match` holds no entity tags.
pub fn precondition(request: &Request) -> Result<Precondition, Problem> {
    Ok(header(request, header::IF_MATCH.as_str())?.unwrap_or_default())
}

/// The `{id}` of the path.
///
/// # Errors
/// 404 when it is no key id, as no key can have it.
pub fn key_id(request: &Request) -> Result<KeyId, Problem> {
    path_parameter(request, "id")
}

/// A part of the path.
///
/// # Errors
/// 404 when it is no `T`, as nothing can have such a name.
pub fn path_parameter<T: FromStr>(request: &Request, name: &str) -> Result<T, Problem> {
    let parameters = request.path_parameters_ref();
    let value = parameters.and_then(|parameters| parameters.first(name));
    value.and_then(|value| value.parse().ok()).ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;

    use super::*;

    #[test]
    fn a_request_without_an_authorizer_has_no_caller() {
        let request = Request::new(Body::Empty);
        assert_eq!(caller(&request).unwrap_err().into_response("").status(), 401);
    }
}
