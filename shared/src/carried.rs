//! How a key or a token is written into a request, whoever takes it out again: the authorizer from an event, and whoever makes a
//! token of the key from the request itself.

/// The header that every deployment reads, besides `Authorization`.
pub const HEADER: &str = "x-api-key";

/// The key in the value of an `Authorization` header: `Bearer <key>`, or the key alone. None where it is of another scheme.
#[must_use]
pub fn of_authorization(value: &str) -> Option<&str> {
    let value = value.trim();
    match value.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Some(key.trim()),
        Some(_) => None,
        None => Some(value),
    }
}

/// Name and value of every cookie in a `Cookie` header (RFC 6265, section 4.2), or in a list of them.
pub fn of_cookies(cookies: &str) -> impl Iterator<Item = (&str, &str)> {
    cookies.split(';').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.trim(), value.trim())
    })
}
