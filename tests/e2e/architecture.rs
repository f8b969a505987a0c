//! The house rules that no compiler holds: which module may know which, how large a part may be, where the present and
//! chance may enter, and what a file must not tell.

mod source;

use std::{collections::BTreeMap, process::Command};

use self::source::{Source, all, layers_in_the_map, read, tokens};
use crate::template::model::{function_names, repository};

/// The layers of `shared`, from the innermost: name, modules, and the layers that each may know besides itself.
const LAYERS: [(&str, &[&str], &[&str]); 6] = [
    (
        "values",
        &[
            "address",
            "admin",
            "audit",
            "bounded",
            "caller",
            "carried",
            "ceiling",
            "clock",
            "config",
            "credential",
            "cursor",
            "entropy",
            "expiry",
            "grant",
            "imprint",
            "key",
            "label",
            "metadata",
            "named",
            "once",
            "postback",
            "precondition",
            "presented",
            "record",
            "scope",
            "secret",
            "terms",
            "timestamp",
            "token",
        ],
        &[],
    ),
    ("decision", &["decision"], &["values"]),
    ("store", &["store"], &["values"]),
    ("steps", &["change", "page", "root"], &["values", "store"]),
    (
        "use cases",
        &["apis", "create", "history", "issue", "list", "revoke", "rotate", "secret_rotation", "update", "verify"],
        &["values", "decision", "store", "steps"],
    ),
    ("edge", &["edge"], &["values", "decision", "store", "steps", "use cases"]),
];

/// Every folder with Rust in it.
const SOURCES: [&str; 10] = [
    "shared/src",
    "functions",
    "local/src",
    "tests/e2e",
    "tests/load",
    "bench/src",
    "bench/benches",
    "bench/tests",
    "bench/noop",
    "bench/raw-get-item",
];

/// Modules that are crates of others: what only the outer layers may know.
const AWS: &[&str] = &["aws_config", "aws_sdk_dynamodb", "aws_sdk_secretsmanager", "serde_dynamo"];
const HTTP: &[&str] = &["axum", "http", "hyper", "lambda_http", "lambda_runtime", "reqwest", "tower"];
const JSON: &[&str] = &["serde_json"];

fn layer_of(module: &str) -> (&'static str, &'static [&'static str]) {
    let found = LAYERS.iter().find(|(_, modules, _)| modules.contains(&module));
    let (name, _, known) = found.unwrap_or_else(|| panic!("shared/src/{module}.rs is in no layer: give it one"));
    (name, known)
}

#[test]
fn a_layer_knows_only_those_below_it() {
    for source in all("shared/src") {
        let Some(module) = source.module() else { continue };
        let (layer, known) = layer_of(&module);
        for other in source.crate_modules() {
            let (other_layer, _) = layer_of(&other);
            // Values know each other; a use case does not call another one.
            let is_inside = other == module || (layer == other_layer && layer == "values");
            assert!(is_inside || known.contains(&other_layer), "{}: {layer} know nothing of {other}", source.path);
        }
    }
}

#[test]
fn the_map_of_the_crate_is_right() {
    let expected: BTreeMap<_, Vec<_>> = LAYERS
        .iter()
        .map(|(layer, modules, _)| ((*layer).to_owned(), modules.iter().map(|module| (*module).to_owned()).collect()))
        .collect();
    assert_eq!(layers_in_the_map(&read("shared/src/lib.rs").text), expected);
}

#[test]
fn only_the_edge_knows_http_and_only_the_store_and_the_edge_know_aws() {
    for source in all("shared/src") {
        let Some(module) = source.module() else { continue };
        let banned = match layer_of(&module).0 {
            "edge" => [&[][..], &[], &[]],
            "store" => [HTTP, JSON, &[]],
            // Metadata and the claims of a token are JSON: the values whose meaning it is.
            _ if ["metadata", "token"].contains(&module.as_str()) => [HTTP, AWS, &[]],
            _ => [HTTP, AWS, JSON],
        };
        for outside in source.outside() {
            assert!(!banned.concat().contains(&outside.as_str()), "{} knows {outside}", source.path);
        }
    }
}

#[test]
fn the_domain_knows_no_function_and_a_function_no_other_and_no_sdk_but_for_secrets() {
    let functions = function_names();
    let uses = |manifest: &str, package: &str| {
        let mut lines = manifest.lines().map(str::trim_start);
        lines.any(|line| line.split(['.', ' ', '=']).next() == Some(package))
    };
    let domain = read("shared/Cargo.toml").text;
    for name in functions.iter().map(String::as_str).chain(["local", "tests", "bench"]) {
        assert!(!uses(&domain, name), "shared depends on {name}");
    }
    for function in &functions {
        let manifest = read(&format!("functions/{function}/Cargo.toml")).text;
        // Secrets Manager is the one service that is no store of keys: the function that rotates secrets is its edge.
        let sdk = ["aws-sdk-dynamodb", "aws-config", "aws-sdk-secretsmanager"];
        let sdk = if function == "rotate-secret" { &sdk[..1] } else { &sdk[..] };
        for name in functions.iter().map(String::as_str).chain(["local", "tests", "bench"]).chain(sdk.iter().copied()) {
            assert!(!uses(&manifest, name), "{function} depends on {name}");
        }
        assert!(uses(&manifest, "shared"), "{function} does without the domain");
        assert!(
            manifest.contains(&format!("name = \"{function}\"")),
            "{function}: folder, package and binary are one name"
        );
    }
}

#[test]
fn every_part_is_small() {
    let mut large = Vec::new();
    let mut hold = |source: &Source, lines: usize, most: usize| {
        if lines > most {
            large.push(format!("{} has {lines} lines, and {most} at the most", source.path));
        }
    };
    for function in function_names() {
        let (main, lib) = ("main.rs", "lib.rs");
        for (file, most) in [(main, 10), (lib, 120)] {
            let source = read(&format!("functions/{function}/src/{file}"));
            hold(&source, source.text.lines().count(), most);
        }
    }
    for source in ["shared/src", "functions", "local/src", "bench/src"].into_iter().flat_map(all) {
        hold(&source, source.without_tests().lines().count(), 300);
    }
    assert!(large.is_empty(), "split these:\n{}", large.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    for source in SOURCES.into_iter().flat_map(all) {
        // A module's own tests are what the module is.
        let is_said = source.text.starts_with("//! ") || source.path.ends_with("/tests.rs");
        assert!(is_said, "{} does not begin with what it is", source.path);
    }
}

#[test]
fn names_say_what_a_thing_is() {
    for source in SOURCES.into_iter().flat_map(all) {
        for empty in ["utils", "util", "helpers", "helper", "common", "manager", "misc"] {
            let is_named = source.path.split('/').any(|part| part.trim_end_matches(".rs") == empty);
            assert!(!is_named, "{}: {empty} says nothing", source.path);
        }
        let code = source.code();
        let named =
            tokens(&code).zip(tokens(&code).skip(1)).find(|(fun, name)| *fun == "fn" && name.starts_with("get_"));
        assert!(named.is_none(), "{}: a name needs no get_: {named:?}", source.path);
    }
}

#[test]
fn the_present_and_chance_enter_in_one_place_each() {
    let lints = read("clippy.toml").text;
    for ambient in [
        "std::time::SystemTime::now",
        "jiff::Timestamp::now",
        "jiff::Zoned::now",
        "std::env::set_var",
        "rand::rngs::SysRng",
    ] {
        assert!(lints.contains(&format!("path = \"{ambient}\", reason = ")), "clippy.toml lets {ambient} pass");
    }
    assert!(!read("Cargo.toml").text.contains("disallowed"), "the workspace weakens the lint");
    for source in SOURCES.into_iter().flat_map(all) {
        let may = ["shared/src/clock.rs", "shared/src/entropy.rs"].contains(&source.path.as_str());
        let code = source.code();
        let lint = ["disallowed", "methods"].join("_");
        let types = ["disallowed", "types"].join("_");
        assert!(may || !(code.contains(&lint) || code.contains(&types)), "{} excepts itself", source.path);
        // What no lint of ours names.
        for ambient in ["thread_rng", "OsRng", "getrandom", "ThreadRng"] {
            assert!(
                source.path.starts_with("tests/") || !tokens(&code).any(|token| token == ambient),
                "{}",
                source.path
            );
        }
    }
}

#[test]
fn every_package_is_held_to_the_same_lints() {
    let mut manifests = ["shared", "local", "tests", "bench", "bench/noop", "bench/raw-get-item"]
        .map(|name| format!("{name}/Cargo.toml"))
        .to_vec();
    manifests.extend(function_names().iter().map(|function| format!("functions/{function}/Cargo.toml")));
    for manifest in manifests {
        assert!(read(&manifest).text.contains("[lints]\nworkspace = true\n"), "{manifest}");
    }
}

#[test]
fn no_file_tells_of_the_machine_that_it_was_written_on() {
    // Put together, so that this file does not hold what it looks for.
    let places = ["work", "root", "home", "Users"].map(|folder| format!("/{folder}/"));
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(repository())
        .output()
        .unwrap_or_else(|error| panic!("git is missing ({error}): install it, and run scripts/test in a clone"));
    assert!(listed.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<_> = listed.split_terminator('\0').collect();
    assert!(files.contains(&"Cargo.toml"), "{files:?}");
    for file in files {
        // One that was removed may still be listed.
        let Ok(bytes) = std::fs::read(repository().join(file)) else { continue };
        let text = String::from_utf8_lossy(&bytes);
        for (number, line) in text.lines().enumerate() {
            let told = places.iter().find(|place| line.contains(place.as_str()));
            assert!(told.is_none(), "{file}:{}: {line}", number + 1);
        }
    }
}
