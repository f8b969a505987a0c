use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::select};
use regex::Regex;
use serde_json::Value;
use utoipa::PartialSchema;

use super::*;
use crate::{
    address::Cidr,
    audit::RequestId,
    expiry::Period,
    grant::{Access, ApiGrant, ApiName, Permission, RoutePattern},
    key::{CustomText, KeyPrefix},
    label::{ClientType, Description, Name, Owner, Reason},
    named::UnknownName,
    postback::PostbackUrl,
    record::{KeyState, KeyType},
};

fn written() -> Value {
    serde_json::from_str(json().unwrap()).unwrap()
}

/// Each operation, by method and path.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
        })
        .collect()
}

#[test]
fn every_route_has_its_operation_and_there_is_no_other() {
    let document = written();
    let described: BTreeSet<_> =
        operations(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    // What a browser loads is no part of the API.
    let for_calls = admin::ROUTES.iter().filter(|route| ![admin::CONSOLE, admin::CONSOLE_FILES].contains(route));
    assert_eq!(described, for_calls.map(ToString::to_string).collect());
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_operation_says_who_may_call_it_and_how_it_refuses() {
    let document = written();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let route = admin::ROUTES.iter().find(|route| route.method == method && route.path == path).unwrap();
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{route}");
        let has = |status: &str| !operation["responses"][status].is_null();
        assert_eq!(operation["security"].is_null(), route.access == Access::Open, "{route}");
        assert_eq!(has("401") && has("403"), route.access != Access::Open, "{route}");
        if let Some(right) = route.right() {
            assert!(operation["description"].as_str().unwrap().contains(&format!("`{right}`")), "{route}");
        }
        assert_eq!(has("413"), !operation["requestBody"].is_null(), "{route}");
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let (in_path, others): (Vec<_>, Vec<_>) = parameters.partition(|parameter| parameter["in"] == "path");
        let in_path: Vec<_> =
            in_path.iter().map(|parameter| format!("{{{}}}", parameter["name"].as_str().unwrap())).collect();
        let wanted: Vec<_> = path.split('/').filter(|segment| segment.starts_with('{')).collect();
        assert_eq!(in_path, wanted, "{route}");
        // Whatever can be given can be wrong.
        assert!(others.is_empty() || has("400") || *route == admin::SIGN_OUT, "{route}");
        assert_eq!(others.iter().any(|parameter| parameter["name"] == "If-Match"), has("412"), "{route}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    fn collect<'d>(value: &'d Value, found: &mut BTreeSet<&'d str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|value| collect(value, found));
            }
            Value::Array(entries) => entries.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
    let document = written();
    let mut found = BTreeSet::new();
    collect(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().unwrap().keys();
    let there: BTreeSet<_> = schemas.map(|name| format!("#/components/schemas/{name}")).collect();
    assert_eq!(found, there.iter().map(String::as_str).collect());
}

/// What a parser says to a name that it does not know: all those that it does.
fn known<T: std::str::FromStr<Err = UnknownName>>() -> String {
    "?".parse::<T>().err().unwrap().to_string()
}

#[test]
fn names_are_those_that_the_parsers_know() {
    let document = written();
    let names = |schema: &str| {
        let names = document["components"]["schemas"][schema]["enum"].as_array().unwrap().iter();
        names.map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    for (schema, known) in [
        ("KeyType", known::<KeyType>()),
        ("KeyState", known::<KeyState>()),
        ("Action", known::<crate::audit::Action>()),
    ] {
        assert_eq!(format!("must be one of: {}", names(schema)), known, "{schema}");
    }
}

/// Whether a schema takes a text.
struct Rule {
    pattern: Regex,
    most: usize,
}

impl Rule {
    fn of<T: ToSchema>() -> Self {
        Self::from(&serde_json::to_value(T::schema()).unwrap())
    }

    fn from(schema: &Value) -> Self {
        let most = schema["maxLength"].as_u64().map_or(usize::MAX, |most| usize::try_from(most).unwrap());
        Self { pattern: Regex::new(schema["pattern"].as_str().unwrap()).unwrap(), most }
    }

    fn takes(&self, text: &str) -> bool {
        text.chars().count() <= self.most && self.pattern.is_match(text)
    }
}

/// Texts near the rules: of all characters, and of those that the rules are about.
fn texts() -> impl Strategy<Value = String> {
    let pieces = [
        "a", "Z", "0", "lk", "_", "-", ".", "..", "@", ":", "/", "*", "{", "}", "+", " ", "\n", "\t", "\u{a0}",
        "\u{200f}", "\u{2028}", "\u{3000}", "é", "!", "~", "\"", ",", "W/", "\"3\"", "GET ", "ANY /", "GET /a", "/{x}",
        "/{x+}", "/*", "/:id", "orders", ":read", "{sha}", "\u{7f}", "\u{85}", "https://", "10.0.0.0", "/8", "::1",
        "1d", "\u{feff}",
    ];
    let near = vec(select(pieces.to_vec()), 0..8).prop_map(|pieces| pieces.concat());
    let long = (select(pieces.to_vec()), 1_usize..600).prop_map(|(piece, times)| piece.repeat(times));
    prop_oneof![4 => near, 1 => long, 1 => any::<String>()]
}

proptest! {
    #[test]
    fn a_pattern_takes_what_the_parser_takes(text in texts()) {
        macro_rules! agree {
            ($($type:ty),+) => {$(
                prop_assert_eq!(Rule::of::<$type>().takes(&text), text.parse::<$type>().is_ok(), "{}", stringify!($type));
            )+};
        }
        agree!(
            KeyId, Name, Description, Reason, Owner, ClientType, ApiName, ApiGrant, Permission, RoutePattern, KeyPrefix,
            IdempotencyKey, RequestId
        );
    }

    /// Where a pattern cannot say all of the rule, it is at least not narrower.
    #[test]
    fn a_pattern_takes_all_that_the_parser_takes(text in texts()) {
        macro_rules! wider {
            ($($type:ty as $schema:ty),+) => {$(
                prop_assert!(Rule::of::<$schema>().takes(&text) || text.parse::<$type>().is_err(), "{}", stringify!($type));
            )+};
        }
        wider!(crate::token::Lifetime as crate::token::Lifetime, Cidr as Cidr, Period as Period, PostbackUrl as PostbackUrl, CustomText as values::BroughtText);
        // Other blanks, or some around a header's value, never arrive.
        if text.trim() == text && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            let schema = serde_json::to_value(Precondition::schema()).unwrap();
            let takes = text == schema["anyOf"][0]["enum"][0] || Rule::from(&schema["anyOf"][1]).takes(&text);
            prop_assert_eq!(takes, text.parse::<Precondition>().is_ok());
        }
    }
}
