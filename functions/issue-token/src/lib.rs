//! `POST /tokens`: makes a short-lived token of the key that the caller came with.

use std::sync::Arc;

use lambda_http::{Request, http::StatusCode};
use shared::{
    address::{Cidr, Cidrs},
    admin,
    edge::{
        Answer, App,
        body::TokenBody,
        error::Problem,
        request::{Fields, caller, carried_texts, list, text},
        response::answer,
    },
    grant::{ApiGrant, Apis, Permission, Permissions, Route},
    issue::issue,
    token::{Lifetime, Narrowing},
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::ISSUE_TOKEN];

/// Answers one request with a token. Nothing is written.
///
/// # Errors
/// 400 for a bad body, 401 without a caller, 403 for one that came with a token, 409 for a key that has no tokens, 413 for a
/// large body, 5xx when the table fails.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    Fields::of_query(&request).finish(Some(()))?;
    let (lifetime, narrowing) = read(Fields::of_optional_body(&request)?)?;
    let texts = carried_texts(&request, &app.config);
    let token = issue(&caller, texts, narrowing, lifetime, &app.table, app.clock.now().into()).await?;
    answer(StatusCode::CREATED, &TokenBody { token: token.reveal(), expires_at: token.expires_at })
}

/// What a body asks for.
fn read(mut fields: Fields) -> Result<(Lifetime, Narrowing), Problem> {
    let lifetime = fields.optional("expires_in", text);
    let narrowing = Narrowing {
        permissions: fields.optional("permissions", list::<Permission, Permissions>),
        apis: fields.optional("apis", list::<ApiGrant, Apis>),
        allowed_cidrs: fields.optional("allowed_cidrs", |value| match list::<Cidr, Cidrs>(value)? {
            cidrs if cidrs.is_empty() => Err("must name at least one network".to_owned()),
            cidrs => Ok(cidrs),
        }),
    };
    fields.finish(Some((lifetime.unwrap_or_default(), narrowing)))
}
