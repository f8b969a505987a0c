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
    for text in schemes.into_iter().chain(["", "a.example.com", "//a.example.com/", "https:a.example.com", "wss://a.b"])
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
    for authority in ["a@b.example.com", "a:b@c.example.com", "@a.example.com", ":@a.example.com", "8.8.8.8@10.0.0.1"] {
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
