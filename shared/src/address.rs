//! Which network addresses a key may be used from.
//!
//! A [`Cidr`] is a whole network: one with host bits set is refused with the right one named, because it says two
//! things at once. There is one way to write each: IPv4 addresses that are mapped into IPv6 are IPv4, here as in
//! the source of a request, so that a list cannot be escaped by another notation.
//!
//! This module refuses to know where a source address comes from; it is never a header.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::bounded::bounded_list;

/// How many leading bits say that an IPv6 address holds an IPv4 one.
const MAPPED: u8 = 96;

/// A network, such as `10.0.0.0/8` or `2001:db8::/32`; a bare address is the network of itself alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

/// Why a text is no [`Cidr`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// What precedes the `/` is no address.
    #[error("must be an IPv4 or IPv6 address or network, such as 192.0.2.0/24")]
    Address,
    /// What follows the `/` is no length, or more than the address has bits.
    #[error("must have a prefix length of 0 to {0} after the /")]
    Length(u8),
    /// The address lies inside the network that was meant.
    #[error("has host bits set; did you mean {0}?")]
    HostBits(Cidr),
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| CidrError::Address)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => parse_length(length, bits).ok_or(CidrError::Length(bits))?,
            None => bits,
        };
        let (address, length) = match (address.to_canonical(), length.checked_sub(MAPPED)) {
            (canonical, Some(shorter)) if canonical != address => (canonical, shorter),
            _ => (address, length),
        };
        let network = IpNet::new(address, length).map_err(|_| CidrError::Length(bits))?;
        let whole = network.trunc();
        if network == whole { Ok(Self(whole)) } else { Err(CidrError::HostBits(Self(whole))) }
    }
}

/// A number as people write it: no sign, no leading zero.
fn parse_length(text: &str, most: u8) -> Option<u8> {
    let length = text.parse::<u8>().ok().filter(|length| *length <= most)?;
    (length.to_string() == text).then_some(length)
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;

    fn try_from(text: String) -> Result<Self, CidrError> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The networks that a key may be used from; none of them means anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Cidr>", into = "Vec<Cidr>")]
pub struct Cidrs(Vec<Cidr>);

bounded_list!(Cidrs, Cidr, 50);

impl Cidrs {
    /// Whether a request from `source` may use the key. One whose source nobody knows may do so only if all may.
    #[must_use]
    pub fn admit(&self, source: Option<IpAddr>) -> bool {
        let source = source.map(|address| address.to_canonical());
        self.is_empty() || source.is_some_and(|address| self.iter().any(|cidr| cidr.0.contains(&address)))
    }

    /// The networks from which both admit; `None` if there are none, as a list without any would say "anywhere".
    #[must_use]
    pub fn in_common_with(&self, other: &Self) -> Option<Self> {
        if self.is_empty() || other.is_empty() {
            return Some(if self.is_empty() { other } else { self }.clone());
        }
        // Networks are either nested or apart.
        let common = self.iter().flat_map(|own| {
            other.iter().filter_map(move |theirs| match (own.0.contains(&theirs.0), theirs.0.contains(&own.0)) {
                (true, _) => Some(theirs.0),
                (_, true) => Some(own.0),
                _ => None,
            })
        });
        // What is more than a list holds is given up, which admits less.
        let common: Vec<_> = IpNet::aggregate(&common.collect()).into_iter().take(Self::MAX).map(Cidr).collect();
        if common.is_empty() { None } else { Some(Self(common)) }
    }

    /// What of this list `ceiling` does not admit; nothing if every address here is one there.
    #[must_use]
    pub fn excess_over(&self, ceiling: &Self) -> Vec<String> {
        if ceiling.is_empty() {
            return Vec::new();
        }
        if self.is_empty() {
            return vec!["any address".to_owned()];
        }
        // Networks are either nested or apart. So one that several others fill together lies in one of their aggregate.
        let admitted = IpNet::aggregate(&ceiling.iter().map(|cidr| cidr.0).collect());
        let exceeds = |cidr: &&Cidr| !admitted.iter().any(|network| network.contains(&cidr.0));
        self.iter().filter(exceeds).map(Cidr::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;
    use crate::bounded::ListError;

    fn cidrs(text: &str) -> Cidrs {
        text.parse().unwrap()
    }

    fn shown(text: &str) -> Result<String, CidrError> {
        text.parse::<Cidr>().map(|cidr| cidr.to_string())
    }

    fn refusal(text: &str) -> String {
        text.parse::<Cidr>().unwrap_err().to_string()
    }

    #[test]
    fn a_bare_address_is_the_network_of_itself_alone() {
        assert_eq!(shown("192.0.2.7").unwrap(), "192.0.2.7/32");
        assert_eq!(shown("2001:DB8:0::7").unwrap(), "2001:db8::7/128");
    }

    #[test]
    fn a_network_is_shown_in_its_one_spelling() {
        for (given, expected) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("2001:0DB8:0000::/32", "2001:db8::/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ] {
            assert_eq!(shown(given).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn host_bits_are_refused_with_the_right_network() {
        assert_eq!(refusal("192.0.2.7/24"), "has host bits set; did you mean 192.0.2.0/24?");
        assert_eq!(refusal("2001:db8::1/32"), "has host bits set; did you mean 2001:db8::/32?");
        assert_eq!(refusal("::ffff:192.0.2.7/120"), "has host bits set; did you mean 192.0.2.0/24?");
        assert_eq!(refusal("1.2.3.4/0"), "has host bits set; did you mean 0.0.0.0/0?");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let addresses = ["", "*", "localhost", "10.0.0", "010.0.0.1", "0x7f.1", "2130706433", "256.0.0.1", " 10.0.0.1"];
        for text in addresses.into_iter().chain(["fe80::1%eth0", "[::1]", "::1::", "10.0.0.1:80", "/8"]) {
            assert_eq!(shown(text), Err(CidrError::Address), "{text:?}");
        }
        for text in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/255.0.0.0"] {
            assert_eq!(shown(text), Err(CidrError::Length(32)), "{text:?}");
        }
        assert_eq!(shown("2001:db8::/129"), Err(CidrError::Length(128)));
        assert_eq!(refusal("10.0.0.0/x"), "must have a prefix length of 0 to 32 after the /");
    }

    #[test]
    fn no_network_admits_every_source_even_an_unknown_one() {
        assert!(Cidrs::default().admit(None));
        assert!(Cidrs::default().admit(Some(Ipv4Addr::LOCALHOST.into())));
    }

    #[test]
    fn a_source_is_admitted_by_a_network_that_holds_it() {
        let list = cidrs("10.0.0.0/8 2001:db8::/32 192.0.2.7");
        for (source, admitted) in [
            ("10.255.255.255", true),
            ("11.0.0.0", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
            ("::ffff:10.1.2.3", true),
            ("::ffff:11.1.2.3", false),
            ("::10.1.2.3", false),
        ] {
            assert_eq!(list.admit(Some(source.parse().unwrap())), admitted, "{source}");
        }
        assert!(!list.admit(None));
    }

    #[test]
    fn all_of_one_family_is_none_of_the_other() {
        let mapped = Some("::ffff:10.0.0.1".parse().unwrap());
        assert!(cidrs("0.0.0.0/0").admit(mapped) && !cidrs("::/0").admit(mapped));
        assert!(!cidrs("0.0.0.0/0").admit(Some(Ipv6Addr::LOCALHOST.into())));
    }

    #[test]
    fn what_exceeds_a_ceiling_is_named() {
        for (list, ceiling, excess) in [
            ("", "", &[][..]),
            ("10.0.0.0/8", "", &[]),
            ("", "10.0.0.0/8", &["any address"]),
            ("10.0.0.0/8", "10.0.0.0/8", &[]),
            ("10.1.0.0/16 10.2.0.1", "10.0.0.0/8", &[]),
            ("10.0.0.0/7", "10.0.0.0/8", &["10.0.0.0/7"]),
            ("10.0.0.0/7 192.0.2.0/24", "10.0.0.0/8 192.0.2.0/24", &["10.0.0.0/7"]),
            ("0.0.0.0/0", "128.0.0.0/1 0.0.0.0/1", &[]),
            ("10.0.0.0/23", "10.0.1.0/24 10.0.0.0/25 10.0.0.128/25", &[]),
            ("10.0.0.0/23", "10.0.1.0/24 10.0.0.0/25 10.0.0.128/26", &["10.0.0.0/23"]),
            ("2001:db8::/32", "0.0.0.0/0", &["2001:db8::/32"]),
            ("10.0.0.1", "::/0", &["10.0.0.1/32"]),
        ] {
            assert_eq!(cidrs(list).excess_over(&cidrs(ceiling)), excess, "{list:?} over {ceiling:?}");
        }
    }

    #[test]
    fn a_list_has_at_most_fifty_networks_and_each_once() {
        let numbered = |most: u8| (1..=most).map(|n| format!("10.0.0.{n}")).collect::<Vec<_>>().join(" ");
        assert_eq!(cidrs(&numbered(50)).iter().count(), 50);
        assert_eq!(numbered(51).parse::<Cidrs>(), Err(ListError::TooMany(50)));
        assert_eq!(cidrs("10.0.0.1 10.0.0.1/32 ::ffff:10.0.0.1").to_string(), "10.0.0.1/32");
    }

    #[test]
    fn json_goes_through_the_same_parser() {
        let list: Cidrs = serde_json::from_str(r#"["192.0.2.7","2001:db8::/32"]"#).unwrap();
        assert_eq!(serde_json::to_string(&list).unwrap(), r#"["192.0.2.7/32","2001:db8::/32"]"#);
        assert!(serde_json::from_str::<Cidrs>(r#"["192.0.2.7/8"]"#).is_err());
    }

    /// A small address space, so that networks meet.
    fn small_cidrs() -> impl Strategy<Value = Cidrs> {
        let cidr = (0..16_u8, 28..=32_u8).prop_map(|(last, length)| {
            let network = IpNet::new(Ipv4Addr::new(10, 0, 0, last).into(), length).unwrap();
            Cidr(network.trunc())
        });
        proptest::collection::vec(cidr, 0..6).prop_map(|cidrs| Cidrs::try_from(cidrs).unwrap())
    }

    #[test]
    fn lists_that_are_apart_have_nothing_in_common_and_what_is_too_much_falls_away() {
        assert_eq!(cidrs("10.0.0.0/8").in_common_with(&cidrs("192.0.2.0/24 2001:db8::/32")), None);
        assert_eq!(cidrs("").in_common_with(&cidrs("192.0.2.0/24")), Some(cidrs("192.0.2.0/24")));
        assert_eq!(cidrs("").in_common_with(&cidrs("")), Some(cidrs("")), "anywhere");
        let single = |net: &str| (1..50).map(|last| format!("{net}{}", last * 2)).collect::<Vec<_>>().join(" ");
        let one = cidrs(&format!("10.0.1.0/24 {}", single("10.0.0.")));
        let other = cidrs(&format!("10.0.0.0/24 {}", single("10.0.1.")));
        let common = one.in_common_with(&other).unwrap();
        assert_eq!(common.iter().count(), Cidrs::MAX);
        assert!(common.excess_over(&one).is_empty() && common.excess_over(&other).is_empty());
    }

    proptest! {
        #[test]
        fn every_list_is_read_back(list in small_cidrs()) {
            prop_assert_eq!(list.to_string().parse::<Cidrs>(), Ok(list));
        }

        #[test]
        fn nothing_exceeds_exactly_when_every_source_of_one_is_a_source_of_the_other(
            list in small_cidrs(), ceiling in small_cidrs()
        ) {
            let sources = (0..=255).map(|last| Some(IpAddr::from(Ipv4Addr::new(10, 0, 0, last)))).chain([None]);
            let within = sources.into_iter().all(|source| !list.admit(source) || ceiling.admit(source));
            prop_assert_eq!(list.excess_over(&ceiling).is_empty(), within);
        }

        #[test]
        fn what_two_lists_have_in_common_admits_what_both_admit(one in small_cidrs(), other in small_cidrs()) {
            let common = one.in_common_with(&other);
            for last in 0..=255 {
                let source = Some(IpAddr::from(Ipv4Addr::new(10, 0, 0, last)));
                let both = one.admit(source) && other.admit(source);
                prop_assert_eq!(common.as_ref().is_some_and(|common| common.admit(source)), both);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>(), near in "[0-9a-f:./%+ ]{0,50}") {
            let _ = text.parse::<Cidrs>();
            let _ = near.parse::<Cidrs>();
        }
    }
}
