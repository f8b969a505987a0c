//! `POST /keys`: makes a key and shows its text, once.

mod body;

use std::sync::Arc;

use lambda_http::{
    Request,
    http::{StatusCode, header},
};
use shared::{
    admin,
    create::{check_once, create},
    edge::{
        Answer, App,
        body::{CreatedBody, RecordBody},
        request::{Fields, caller, header},
        response::{answer, set_header},
    },
    grant::{Right, Route},
    once::{Once, REMEMBERED_SECONDS},
    timestamp::Timestamp,
};

/// The routes that this function serves.
pub const ROUTES: &[Route] = &[admin::CREATE_KEY];

/// Answers one request.
///
/// # Errors
/// 400 for a bad body, 401 and 403 for a caller without the right or with less than the key would have, 409 for a request
/// that was made before under the same `Idempotency-Key` and for a text that is another key's, 413 for a large body, 422
/// for another request under the same `Idempotency-Key`, 5xx when the key could not be stored.
pub async fn handle(app: Arc<App>, request: Request) -> Answer {
    let caller = caller(&request)?;
    // Whoever may not create learns nothing of what a key would need.
    caller.require(Right::CreateKeys)?;
    Fields::of_query(&request).finish(Some(()))?;
    let made_at = app.clock.now();
    let now: Timestamp = made_at.into();
    let idempotency_key = header(&request, "idempotency-key")?;
    let fields = Fields::of_body(&request)?;
    let once = idempotency_key.map(|key| Once {
        caller: caller.key_id(),
        key,
        fingerprint: body::fingerprint(fields.values()),
        now,
        until: now.plus_seconds(REMEMBERED_SECONDS).unwrap_or(now),
    });
    if let Some(once) = &once {
        check_once(once, &app.table).await?;
    }
    let new = body::read(fields, &app.config, now)?;
    let (record, text) = create(&caller, new, once.as_ref(), &app.table, made_at, &*app.entropy).await?;

    let body =
        CreatedBody { record: RecordBody::new(&record, now), key: text.reveal(), warnings: body::warnings(&record) };
    let mut response = answer(StatusCode::CREATED, &body)?;
    set_header(&mut response, header::LOCATION, &format!("/keys/{}", record.id))?;
    set_header(&mut response, header::ETAG, &format!("\"{}\"", record.version))?;
    Ok(response)
}
