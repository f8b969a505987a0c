//! What is served is what is in the folder, and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;

use super::*;

/// The files of `page/`, read now.
fn folder() -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, before: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{before}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), files);
            } else {
                files.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("page"), "", &mut files);
    files
}

fn asked(headers: &[(HeaderName, &str)]) -> HeaderMap {
    headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
}

fn bytes(response: &Response<Body>) -> &[u8] {
    match response.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    }
}

/// A file as it is embedded.
fn served(name: &str) -> &'static [u8] {
    FILES.iter().find(|(known, _)| *known == name).unwrap().1.plain
}

fn address(name: &str) -> String {
    format!("{VERSION}/{name}")
}

#[test]
fn every_file_of_the_folder_is_served_as_it_is_or_joined_with_others() {
    let (text, joined) = (|name| std::str::from_utf8(served(name)).unwrap(), ["app.js", "console.css"]);
    let mut files = folder();
    files.retain(|name, content| match name.as_str() {
        "index.html" => false,
        name if name.ends_with("README.md") => false,
        name if text("app.js").contains(&format!("\n// {name}\n")) => false,
        // A sheet that no page links to is in none.
        name => !text("console.css").contains(std::str::from_utf8(content).unwrap_or(name)),
    });
    assert!(folder().len() > files.len() + 40, "hardly anything is joined");
    let names: Vec<_> = FILES.iter().map(|(name, _)| *name).filter(|name| !joined.contains(name)).collect();
    assert_eq!(names, files.keys().collect::<Vec<_>>());
    for (name, content) in &mut files {
        // The source maps of what others wrote are not here.
        if let Some(map) = String::from_utf8_lossy(content).find("//# sourceMappingURL=") {
            content.truncate(map);
        }
        let response = file(&address(name), &HeaderMap::new()).unwrap();
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(bytes(&response), *content, "{name}");
        assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert!(!response.headers().contains_key("content-encoding"));
    }
}

#[test]
fn a_compressed_file_is_the_same_file() {
    let asked = asked(&[(ACCEPT_ENCODING, "gzip, deflate, br, zstd")]);
    let mut compressed = 0;
    for (name, content) in FILES {
        let response = file(&address(name), &asked).unwrap();
        if content.gzip.is_none() {
            assert_eq!(bytes(&response), content.plain, "{name}");
            continue;
        }
        compressed += 1;
        assert_eq!(response.headers()["content-encoding"], "gzip", "{name}");
        assert!(matches!(response.body(), Body::Binary(_)), "{name} must reach API Gateway in Base64");
        let mut plain = Vec::new();
        GzDecoder::new(bytes(&response)).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, content.plain, "{name}");
    }
    assert!(compressed > 0, "nothing is compressed");
}

#[test]
fn the_page_names_its_files_where_they_are() {
    let response = page(&HeaderMap::new()).unwrap();
    let Body::Text(html) = response.body() else { panic!("no text") };
    assert!(!html.contains("{{"), "something was left in the page to be put in");
    let mut named = 0;
    for reference in html.split(&format!("\"console/{VERSION}/")).skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(file(&address(name), &HeaderMap::new()).is_ok(), "the page names {name}");
        named += 1;
    }
    assert!(named > 0, "the page names no file");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
}

#[test]
fn the_whole_page_is_less_than_100_kilobytes_on_its_way() {
    // Licences and source maps are there for whoever wants to read them.
    let is_asked_for = |name: &str| !["txt", "map"].contains(&name.rsplit('.').next().unwrap());
    let asked_for = FILES.iter().filter(|(name, _)| is_asked_for(name)).map(|(_, content)| content);
    let total: usize = asked_for.chain([&PAGE]).map(|content| content.gzip.unwrap_or(content.plain).len()).sum();
    assert!(total < 100_000, "{total} bytes");
}

#[test]
fn a_visit_asks_for_a_few_files() {
    let response = page(&HeaderMap::new()).unwrap();
    let Body::Text(html) = response.body() else { panic!("no text") };
    // Deployed, each is a call of the function, and all of them come at once.
    let asked_for = html.matches(&format!("\"console/{VERSION}/")).count();
    assert!(asked_for <= 8, "{asked_for} files");
}

#[test]
fn only_the_exact_name_of_a_file_is_one() {
    let (name, _) = FILES.first().unwrap();
    let other = VERSION.chars().rev().collect::<String>();
    for path in [
        String::new(),
        VERSION.to_owned(),
        format!("{VERSION}/"),
        (*name).to_owned(),
        format!("{other}/{name}"),
        format!("{}/{name}", VERSION.to_ascii_uppercase()),
        format!("{VERSION}//{name}"),
        format!("{VERSION}/./{name}"),
        format!("{VERSION}/x/../{name}"),
        format!("{VERSION}/{name}/"),
        format!("{VERSION}/{name}\0"),
        format!("{VERSION}{name}"),
        format!(" {VERSION}/{name}"),
        address("index.html"),
        address("vendor/README.md"),
        address("../Cargo.toml"),
        address("../../../etc/passwd"),
        address("/etc/passwd"),
    ] {
        // A version may be of digits alone, and then has no upper case.
        if path != address(name) {
            assert_eq!(file(&path, &HeaderMap::new()).unwrap_err().into_response("").status(), 404, "{path:?}");
        }
    }
}

#[test]
fn a_browser_that_has_it_is_sent_nothing() {
    let fresh = page(&HeaderMap::new()).unwrap();
    let tag = fresh.headers()["etag"].to_str().unwrap();
    let strong = tag.trim_start_matches("W/");
    for known in [tag, strong, "*", &format!("\"a\", {tag}"), &format!("{strong},W/\"b\"")] {
        let response = page(&asked(&[(IF_NONE_MATCH, known), (ACCEPT_ENCODING, "gzip")])).unwrap();
        assert_eq!(response.status(), 304, "{known}");
        assert!(bytes(&response).is_empty());
        assert!(!response.headers().contains_key("content-encoding"));
        for name in ["etag", "cache-control", "vary"] {
            assert_eq!(response.headers()[name], fresh.headers()[name], "{name}");
        }
    }
    for other in ["", "\"\"", "W/\"a\"", VERSION, &strong.to_ascii_uppercase(), "\"*\""] {
        let is_same = other == strong;
        let response = page(&asked(&[(IF_NONE_MATCH, other)])).unwrap();
        assert_eq!(response.status() == 304, is_same, "{other}");
    }
}

#[test]
fn only_a_browser_that_takes_gzip_is_sent_gzip() {
    for (offer, is_taken) in [
        ("gzip", true),
        ("GZIP", true),
        ("x-gzip", true),
        ("deflate, gzip;q=1.0, *;q=0.5", true),
        ("br;q=1.0, gzip ; q=0.001", true),
        ("*", true),
        ("identity, *;q=0", false),
        ("gzip;q=0", false),
        ("gzip;q=0.000, *", false),
        ("gzip;q=much", false),
        ("gzipped", false),
        ("br, zstd", false),
        ("identity", false),
        ("", false),
    ] {
        assert_eq!(takes_gzip(&asked(&[(ACCEPT_ENCODING, offer)])), is_taken, "{offer:?}");
        let response = page(&asked(&[(ACCEPT_ENCODING, offer)])).unwrap();
        assert_eq!(response.headers()["vary"], "accept-encoding", "{offer:?}");
    }
    assert!(!takes_gzip(&HeaderMap::new()));
}
