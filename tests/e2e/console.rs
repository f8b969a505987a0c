//! The console over real HTTP: its page and files, its sessions, and what a session's cookie does and does not open.

mod pages;
mod paths;
mod secrecy;
mod sessions;
mod writes;

use reqwest::{Method, RequestBuilder};

use crate::support::{Answer, Api, send};

/// What a page of the console adds to its calls.
const HEADER: (&str, &str) = ("x-latchkey-console", "1");
/// Where sessions are.
const SESSION: &str = "/console/session";

/// Signs in with a key as the page does, but for the header.
async fn sign_in(api: &Api, key: &str) -> Answer {
    send(api.request_with(Method::POST, SESSION, key)).await
}

/// The cookie of a session of this key, as a browser sends it back.
async fn session(api: &Api, key: &str) -> String {
    cookie(&sign_in(api, key).await.expect(201))
}

/// The name and value of the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie");
    set.split(';').next().unwrap().to_owned()
}

/// A request as a browser with this cookie makes it, whoever asked for it.
fn with_cookie(api: &Api, method: Method, path: &str, cookie: &str) -> RequestBuilder {
    api.request(method, path).header("cookie", cookie)
}

/// The same, made by the page.
fn by_the_page(api: &Api, method: Method, path: &str, cookie: &str) -> RequestBuilder {
    with_cookie(api, method, path, cookie).header(HEADER.0, HEADER.1)
}
