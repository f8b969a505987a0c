//! Where an owner wants to be told about a key.
//!
//! Latchkey would call this address from inside somebody's account, so it must not lead to where only insiders can
//! go: a [`PostbackUrl`] is `https` to a public host. The text is read as a browser reads it, which is how those
//! read it that call it later, and only what came out of that reading is checked and kept. So no notation of an
//! address (decimal, octal, hexadecimal, mapped, percent-encoded, in other scripts' digits) is another way in.
//!
//! A public name can still resolve to a private address, today or tomorrow. This module refuses to know DNS: whoever
//! calls the address has to check what it resolved to, with [`is_public`].

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An `https` URL of a public host, in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostbackUrl(String);

/// Why a text is no [`PostbackUrl`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostbackUrlError {
    /// Too long, as given or in its normal form.
    #[error("must have at most {} characters", PostbackUrl::MAX)]
    TooLong,
    /// Not an `https` URL.
    #[error("must be a URL that starts with https://")]
    Scheme,
    /// Not a URL at all, or one that programs read differently.
    #[error("is not a valid URL")]
    Malformed,
    /// A user name or a password before the host.
    #[error("must not contain a user name or a password")]
    UserInfo,
    /// Something that is never sent to the host.
    #[error("must not contain a fragment")]
    Fragment,
    /// A host that is not on the public internet.
    #[error("must name a public host")]
    Host,
}

impl PostbackUrl {
    /// How many characters a URL may have.
    pub const MAX: usize = 512;

    /// The URL in its normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PostbackUrl {
    type Err = PostbackUrlError;

    fn from_str(text: &str) -> Result<Self, PostbackUrlError> {
        use PostbackUrlError as Refused;

        if text.chars().count() > Self::MAX {
            return Err(Refused::TooLong);
        }
        // A reader drops blanks, takes `\` for `/`, and finds a host behind any number of slashes. Others do not.
        if text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
            return Err(Refused::Malformed);
        }
        let (scheme, rest) = text.split_once("://").ok_or(Refused::Scheme)?;
        if !scheme.eq_ignore_ascii_case("https") {
            return Err(Refused::Scheme);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Err(Refused::Malformed);
        }
        if authority.contains('@') {
            return Err(Refused::UserInfo);
        }
        let url = Url::parse(text).map_err(|_| Refused::Malformed)?;
        if url.fragment().is_some() {
            return Err(Refused::Fragment);
        }
        if url.port() == Some(0) {
            return Err(Refused::Malformed);
        }
        if !url.host().is_some_and(|host| is_public_host(&host)) {
            return Err(Refused::Host);
        }
        let normal = String::from(url);
        if normal.len() > Self::MAX { Err(Refused::TooLong) } else { Ok(Self(normal)) }
    }
}

impl TryFrom<String> for PostbackUrl {
    type Error = PostbackUrlError;

    fn try_from(text: String) -> Result<Self, PostbackUrlError> {
        text.parse()
    }
}

impl From<PostbackUrl> for String {
    fn from(url: PostbackUrl) -> Self {
        url.0
    }
}

impl fmt::Display for PostbackUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The ends of names that no public server answers: reserved ones (RFC 2606, 6761, 6762, 7686, 8375, 9476), and those
/// that private networks use and the root zone will not get.
const PRIVATE_ENDS: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

fn is_public_host(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => is_public(IpAddr::V4(*address)),
        Host::Ipv6(address) => is_public(IpAddr::V6(*address)),
        Host::Domain(name) => is_public_name(name),
    }
}

/// Whether a name, already in lower case and ASCII, is one of the public DNS. A final dot says nothing else.
fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let last = name.rsplit_once('.').map(|(_, last)| last);
    name.len() <= 253 && name.split('.').all(is_label) && last.is_some_and(|last| !PRIVATE_ENDS.contains(&last))
}

/// Whether an address is one of the public internet: anybody can reach it, and it belongs to one host.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's special-purpose registry, all but the blocks that are globally reachable.
const fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18..=19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Of the global unicast addresses, those that hold no IPv4 address (Teredo, 6to4) and are no examples. Everything
/// else, mapped and translated addresses included, lies outside of `2000::/3`.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    matches!(segments, [0x2000..=0x3fff, ..])
        && !matches!(segments, [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..])
}

#[cfg(test)]
mod tests;
