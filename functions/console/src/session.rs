//! Sessions: a key is exchanged for a token of it in a cookie, which no script can read and no other site can use.
//!
//! Nothing is kept of a session. It is the token's, and ends with it, or with its key. Neither is in any answer's body.

use lambda_http::{
    Body, Request, Response,
    http::{StatusCode, header},
};
use shared::{
    admin::{CONSOLE_COOKIE, CONSOLE_HEADER},
    edge::{
        Answer, App,
        body::SessionBody,
        error::Problem,
        request::{Fields, caller, carried_texts},
        response::{answer, set_header},
    },
    issue::issue,
    token::{Lifetime, Narrowing},
};

/// Signs in with the key that the request carries.
///
/// # Errors
/// 400 for a request with a body or a query, 401 without a caller, 403 for one that came with a token, 409 for a key that has
/// no tokens, 5xx when the table fails.
pub(crate) async fn sign_in(app: &App, request: &Request, is_local: bool) -> Answer {
    let caller = caller(request)?;
    nothing_asked(request)?;
    let (texts, now) = (carried_texts(request, &app.config), app.clock.now().into());
    let token = issue(&caller, texts, Narrowing::default(), Lifetime::default(), &app.table, now).await?;
    let mut response = answer(StatusCode::CREATED, &SessionBody::new(&caller, Some(token.expires_at)))?;
    let seconds = token.expires_at.unix_seconds() - now.unix_seconds();
    set_header(&mut response, header::SET_COOKIE, &cookie(token.reveal(), seconds, is_local))?;
    // So that it does not print itself.
    response.headers_mut().iter_mut().for_each(|(_, value)| value.set_sensitive(true));
    Ok(response)
}

/// Tells whose session it is, from what the authorizer said.
///
/// # Errors
/// 400 for a request with a query, 401 without a caller.
pub(crate) fn show(request: &Request) -> Answer {
    let caller = caller(request)?;
    Fields::of_query(request).finish(Some(()))?;
    answer(StatusCode::OK, &SessionBody::new(&caller, caller.token_expires_at()))
}

/// Takes the cookie from the browser, whatever it holds.
///
/// # Errors
/// 403 when no page of the console asks: another site cannot send the header.
pub(crate) fn sign_out(request: &Request, is_local: bool) -> Answer {
    let mut values = request.headers().get_all(CONSOLE_HEADER).iter();
    if !(values.next().is_some_and(|value| value == "1") && values.next().is_none()) {
        return Err(Problem::forbidden(format!("This takes the header {CONSOLE_HEADER} with the value 1.")));
    }
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    set_header(&mut response, header::CACHE_CONTROL, "no-store")?;
    set_header(&mut response, header::SET_COOKIE, &cookie("", 0, is_local))?;
    Ok(response)
}

/// Checks that a request has neither body nor query.
fn nothing_asked(request: &Request) -> Result<(), Problem> {
    let mut query = Fields::of_query(request);
    if !request.body().is_empty() {
        query.wrong("", "this request has no body");
    }
    query.finish(Some(()))
}

/// A cookie that lives so many seconds, for all of this origin and nothing else; over HTTPS alone, where there is HTTPS.
fn cookie(value: &str, seconds: i64, is_local: bool) -> String {
    let secure = if is_local { "" } else { " Secure;" };
    format!("{CONSOLE_COOKIE}={value}; Path=/; HttpOnly;{secure} SameSite=Strict; Max-Age={seconds}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_secure_everywhere_but_on_loopback() {
        let cookie = |is_local| cookie("value", 3600, is_local);
        assert_eq!(cookie(false), "latchkey-console=value; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=3600");
        assert_eq!(cookie(true), "latchkey-console=value; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
    }

    #[test]
    fn the_cookie_is_cleared_for_the_console_alone() {
        for values in [&[][..], &["0"], &["true"], &["1", "1"], &["1,1"], &[""]] {
            let mut request = Request::new(Body::Empty);
            for value in values {
                request.headers_mut().append(CONSOLE_HEADER, value.parse().unwrap());
            }
            assert_eq!(sign_out(&request, false).unwrap_err().into_response("").status(), 403, "{values:?}");
        }
        let mut request = Request::new(Body::Empty);
        request.headers_mut().insert(CONSOLE_HEADER, "1".parse().unwrap());
        let response = sign_out(&request, false).unwrap();
        assert_eq!(response.status(), 204);
        assert_eq!(
            response.headers()["set-cookie"],
            "latchkey-console=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0"
        );
    }
}
