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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<String, PostbackUrlError> {
        text.parse::<PostbackUrl>().map(String::from)
    }

    #[test]
    fn an_https_url_of_a_public_host_is_kept_in_its_normal_form() {
        for (given, expected) in [
            ("https://hooks.example.com/latchkey?team=a", "https://hooks.example.com/latchkey?team=a"),
            ("HTTPS://Hooks.Example.COM", "https://hooks.example.com/"),
            ("https://hooks.example.com:443/", "https://hooks.example.com/"),
            ("https://hooks.example.com:8443/a/../b", "https://hooks.example.com:8443/b"),
            ("https://bücher.example.com/", "https://xn--bcher-kva.example.com/"),
            ("https://hooks%2Eexample.com/", "https://hooks.example.com/"),
            ("https://hooks.example.com./", "https://hooks.example.com./"),
            ("https://8.8.8.8/", "https://8.8.8.8/"),
            ("https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"),
            ("https://user.example.com/@at:colon", "https://user.example.com/@at:colon"),
        ] {
            assert_eq!(parsed(given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn no_notation_of_a_private_address_is_a_public_host() {
        for host in [
            // Loopback in decimal, octal, hexadecimal, shortened, encoded, in other digits, with dots of other scripts.
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0X7F.1",
            "017700000001",
            "0177.0.0.1",
            "0x7f.0.0.1",
            "127.0.0.1.",
            "127.0.0.1:8443",
            "127.1:443",
            "%31%32%37.0.0.1",
            "127%2e0%2e0%2e1",
            "①②⑦.⓪.⓪.①",
            "127。0。0。1",
            "１２７．０．０．１",
            "0",
            "0.0.0.0",
            "127.255.255.254",
            // Private, link-local and the rest of the special ranges.
            "10.0.0.1",
            "0xa000001",
            "167772161",
            "012.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "3232235777",
            "169.254.169.254",
            "2852039166",
            "0xA9FEA9FE",
            "0251.0376.0251.0376",
            "169.254.43518",
            "100.64.0.1",
            "100.127.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "192.88.99.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "0.1.2.3",
            // IPv6: loopback, unspecified, mapped, compatible, translated, local, multicast, tunnels, examples.
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::FFFF:8.8.8.8]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b:1::a00:1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001::1]",
            "[2001:10::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[3fff::1]",
            "[100::1]",
            "[5f00::1]",
            "[::1]:8443",
            "[fd00:ec2::254]",
            "[::ffff:0:127.0.0.1]",
        ] {
            assert_eq!(parsed(&format!("https://{host}/")), Err(PostbackUrlError::Host), "{host}");
        }
    }

    #[test]
    fn no_name_of_a_private_network_is_a_public_host() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "localhost:8443",
            "%6cocalhost",
            "ⓛocalhost",
            "ｌｏｃａｌｈｏｓｔ",
            "a.localhost",
            "a.localhost.",
            "printer.local",
            "printer.LOCAL.",
            "metadata.google.internal",
            "ip-10-0-0-1.ec2.internal",
            "router.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "a.test",
            "a.example",
            "a.invalid",
            "a.onion",
            "a.alt",
            "nas.lan",
            "wiki.corp",
            "db.localdomain",
            "intranet",
            "metadata",
            "com",
            "com.",
            "xn--bcher-kva",
            "hooks..example.com",
            "hooks.example.com..",
            ".example.com",
            "a.locaⓛ",
            "a。local",
            "a*b.example.com",
        ] {
            let refusal = parsed(&format!("https://{host}/")).unwrap_err();
            assert!(matches!(refusal, PostbackUrlError::Host | PostbackUrlError::Malformed), "{host}: {refusal}");
        }
    }

    #[test]
    fn only_the_scheme_https_with_a_host_is_taken() {
        let schemes = ["http://a.example.com/", "ftp://a.example.com/", "file:///etc/passwd", "javascript:alert(1)"];
        for text in
            schemes.into_iter().chain(["", "a.example.com", "//a.example.com/", "https:a.example.com", "wss://a.b"])
        {
            assert_eq!(parsed(text), Err(PostbackUrlError::Scheme), "{text:?}");
        }
        for text in [
            "https://",
            "https:///a.example.com/",
            "https://?a",
            "https:/\\a.example.com/",
            "https://a.example.com\\@b.c/",
            " https://a.example.com/",
            "https://a.exam\nple.com/",
            "https://a.example.com/a b",
            "https://a.example.com:0/",
            "https://a.example.com:65536/",
            "https://a.example.com:x/",
            "https://[::1/",
            "https://[::1%25eth0]/",
            "https://a%00.example.com/",
            "https://a%2f.example.com/",
            "https://1.2.3.4.5/",
            "https://0x1ffffffff/",
            "https://a.256/",
            "https://xn--a/",
            "https://a<b>.example.com/",
        ] {
            assert_eq!(parsed(text), Err(PostbackUrlError::Malformed), "{text:?}");
        }
    }

    #[test]
    fn nothing_that_hides_the_host_or_is_never_sent_is_taken() {
        for authority in
            ["a@b.example.com", "a:b@c.example.com", "@a.example.com", ":@a.example.com", "8.8.8.8@10.0.0.1"]
        {
            assert_eq!(parsed(&format!("https://{authority}/")), Err(PostbackUrlError::UserInfo), "{authority}");
        }
        for text in ["https://a.example.com/#top", "https://a.example.com#"] {
            assert_eq!(parsed(text), Err(PostbackUrlError::Fragment), "{text}");
        }
    }

    #[test]
    fn a_url_has_at_most_512_characters_in_either_form() {
        let start = "https://a.example.com/";
        let filled = |characters: usize| format!("{start}{}", "a".repeat(characters - start.len()));
        assert!(parsed(&filled(512)).is_ok());
        assert_eq!(parsed(&filled(513)), Err(PostbackUrlError::TooLong));
        // In its normal form each of these takes six.
        assert_eq!(parsed(&format!("{start}{}", "é".repeat(100))), Err(PostbackUrlError::TooLong));
    }

    #[test]
    fn json_goes_through_the_same_parser() {
        let url: PostbackUrl = serde_json::from_str(r#""https://a.example.com""#).unwrap();
        assert_eq!(serde_json::to_string(&url).unwrap(), r#""https://a.example.com/""#);
        assert!(serde_json::from_str::<PostbackUrl>(r#""https://localhost/""#).is_err());
    }

    proptest! {
        #[test]
        fn an_address_is_judged_alike_in_every_notation(address in any::<u32>()) {
            let [a, b, c, d] = address.to_be_bytes();
            let verdict = parsed(&format!("https://{a}.{b}.{c}.{d}/"));
            prop_assert_eq!(verdict.is_ok(), is_public(Ipv4Addr::from(address).into()));
            for host in [
                format!("{address}"),
                format!("{address:#x}"),
                format!("0{address:o}"),
                format!("{a:#x}.0{b:o}.{}", u16::from_be_bytes([c, d])),
                format!("{a}.{b}.{c}.{d}."),
            ] {
                prop_assert_eq!(parsed(&format!("https://{host}/")), verdict.clone(), "{}", host);
            }
        }

        #[test]
        fn the_normal_form_is_its_own_normal_form(host in "[a-z0-9é.%-]{1,20}", rest in "[ -~é]{0,30}") {
            if let Ok(normal) = parsed(&format!("https://{host}.com/{rest}")) {
                prop_assert_eq!(parsed(&normal), Ok(normal.clone()));
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            let _ = text.parse::<PostbackUrl>();
            let _ = parsed(&format!("https://{text}"));
        }
    }
}
