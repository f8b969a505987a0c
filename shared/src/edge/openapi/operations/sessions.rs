//! What is done with short-lived tokens: they are issued, and they are sessions of the console.

use super::{Described, INVALID, JSON, TOO_LARGE, body, optional};
use crate::{
    admin,
    edge::{
        body::{SessionBody, TokenBody},
        openapi::{SESSION, answers::Answers, parameters::console_header, request::IssueToken},
    },
    grant::Route,
};

const NO_TOKENS: &str =
    "The key has no tokens: its text was brought as a hash, or stored before there were any. Rotate it.";

/// How a route can be called besides with a key in a header.
pub(super) fn scheme(route: &Route) -> Option<&'static str> {
    (*route == admin::SESSION).then_some(SESSION)
}

/// What is particular about the operation of a route that is about tokens.
pub(super) fn of(route: &'static Route) -> Option<Described> {
    let answers = Answers::of(route);
    let described =
        |id, tag, summary, parameters, body, answers| Described { id, tag, summary, parameters, body, answers };
    Some(match *route {
        admin::ISSUE_TOKEN => described(
            "issueToken",
            "tokens",
            "Makes a short-lived token of the key that comes with the request",
            Vec::new(),
            Some(optional(body::<IssueToken>(&[JSON]))),
            answers
                .shows::<TokenBody<'_>>("201", "The token, which works at once and wherever its key does.")
                .tells("400", INVALID)
                .tells("409", NO_TOKENS)
                .tells("413", TOO_LARGE),
        ),
        admin::SIGN_IN => described(
            "signIn",
            "console",
            "Begins a session of the console: exchanges the key for a token of it in a cookie",
            Vec::new(),
            None,
            answers
                .begins_session::<SessionBody<'_>>("201", "The session. The token is in the cookie alone.")
                .tells("400", INVALID)
                .tells("409", NO_TOKENS),
        ),
        admin::SESSION => described(
            "showSession",
            "console",
            "Tells whose session of the console it is",
            Vec::new(),
            None,
            answers.tells("400", INVALID).shows::<SessionBody<'_>>("200", "The session."),
        ),
        admin::SIGN_OUT => described(
            "signOut",
            "console",
            "Takes the cookie from the browser; the token in it works until it ends",
            vec![console_header()],
            None,
            answers.ends_session("204", "The cookie is cleared.").tells("403", "The header is missing."),
        ),
        _ => return None,
    })
}
