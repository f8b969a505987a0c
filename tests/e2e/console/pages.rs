//! The page and its files.

use std::{fs, io::Read, path::Path};

use flate2::read::GzDecoder;
use reqwest::Method;
use sha2::{Digest, Sha256};

use super::{HEADER, SESSION};
use crate::support::{Answer, Api, TestStack, hexadecimal, send};

/// What protects the page, in every answer.
const PROTECTION: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

async fn page(api: &Api) -> Answer {
    api.get("/console", "").await.expect(200)
}

/// The files that the page names, as paths.
async fn files(api: &Api) -> Vec<String> {
    let page = page(api).await.text;
    let named = page.split("\"console/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let files: Vec<_> = named.map(|file| format!("/console/{file}")).collect();
    assert!(files.len() > 3, "{page}");
    files
}

/// An answer's body as it was sent.
async fn bytes(api: &Api, path: &str, accepted: &str) -> (Answer, Vec<u8>) {
    let response = api.request(Method::GET, path).header("accept-encoding", accepted).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.unwrap().to_vec();
    (Answer { status, headers, text: String::new() }, body)
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_to_refuse() {
    let stack = TestStack::start().await;
    let file = files(&stack).await.remove(0);
    let root = stack.root();
    let answers = [
        page(&stack).await,
        stack.get(&file, "").await.expect(200),
        stack.get("/console/nothing/here", "").await.expect(404),
        send(stack.request_with(Method::POST, SESSION, root)).await.expect(201),
        send(stack.request_with(Method::POST, SESSION, root).body("{}")).await.expect(400),
        stack.get(SESSION, root).await.expect(200),
        send(stack.request(Method::DELETE, SESSION)).await.expect(403),
        send(stack.request(Method::DELETE, SESSION).header(HEADER.0, HEADER.1)).await.expect(204),
    ];
    for answer in answers {
        for (name, value) in PROTECTION {
            assert_eq!(answer.header(name), value, "{name}: {answer:?}");
        }
        assert!(answer.header("permissions-policy").contains("clipboard-write=(self)"), "{answer:?}");
        assert_eq!(answer.header("permissions-policy").matches("(self)").count(), 1, "{answer:?}");
        // Here is no HTTPS to insist on.
        assert_eq!(answer.header("strict-transport-security"), "", "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{answer:?}");
    }
}

#[tokio::test]
async fn https_is_asked_for_where_there_is_any() {
    let stack = TestStack::start().await;
    let elsewhere = stack.request(Method::GET, "/console").header("host", "keys.example.com");
    let answer = send(elsewhere).await.expect(200);
    assert_eq!(answer.header("strict-transport-security"), "max-age=63072000");
}

#[tokio::test]
async fn the_page_is_asked_for_again_and_its_files_are_not() {
    let stack = TestStack::start().await;
    let page = page(&stack).await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    for file in files(&stack).await {
        let answer = stack.get(&file, "").await.expect(200);
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{file}");
        let expected = match file.rsplit('.').next().unwrap() {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("{other}: what type is that?"),
        };
        assert_eq!(answer.header("content-type"), expected, "{file}");
        assert!(!answer.text.is_empty(), "{file}");
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let stack = TestStack::start().await;
    for path in ["/console".to_owned(), files(&stack).await.remove(0)] {
        let fresh = stack.get(&path, "").await.expect(200);
        let tag = fresh.header("etag").to_owned();
        let again = send(stack.request(Method::GET, &path).header("if-none-match", &tag)).await.expect(304);
        assert_eq!(again.text, "", "{path}");
        for name in ["etag", "cache-control", "vary"] {
            assert_eq!(again.header(name), fresh.header(name), "{path}");
        }
        send(stack.request(Method::GET, &path).header("if-none-match", "\"other\"")).await.expect(200);
    }
}

#[tokio::test]
async fn a_browser_that_takes_gzip_is_sent_a_fraction() {
    let stack = TestStack::start().await;
    let mut total = 0;
    for path in files(&stack).await.into_iter().chain(["/console".to_owned()]) {
        let (plain, expected) = bytes(&stack, &path, "identity").await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{path}");
        let (answer, sent) = bytes(&stack, &path, "gzip, deflate, br, zstd").await;
        assert_eq!((answer.status, answer.header("vary")), (200, "accept-encoding"), "{path}");
        total += sent.len();
        if answer.header("content-encoding") == "gzip" {
            let mut unpacked = Vec::new();
            GzDecoder::new(&*sent).read_to_end(&mut unpacked).unwrap();
            assert!(unpacked == expected, "{path} is another file when compressed");
            assert!(sent.len() < expected.len(), "{path}");
        } else {
            assert!(sent == expected, "{path}");
        }
    }
    assert!(total < 100_000, "the page takes {total} bytes");
}

#[tokio::test]
async fn the_page_names_no_other_host() {
    let stack = TestStack::start().await;
    let page = page(&stack).await.text;
    for elsewhere in ["http:", "https:", "src=\"//", "href=\"//", "{{", "<style", " style=", "onload=", "onclick="] {
        assert!(!page.contains(elsewhere), "{elsewhere}: {page}");
    }
}

#[test]
fn every_vendored_module_is_the_one_that_its_table_names() {
    let vendor = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions/console/page/vendor"));
    let table = fs::read_to_string(vendor.join("README.md")).unwrap();
    let modules = fs::read_dir(vendor).unwrap().map(|entry| entry.unwrap().path());
    let modules: Vec<_> = modules.filter(|path| path.extension().is_some_and(|extension| extension == "js")).collect();
    assert!(!modules.is_empty());
    for module in modules {
        let name = format!("| `{}` |", module.file_name().unwrap().display());
        let sum = hexadecimal(&Sha256::digest(fs::read(&module).unwrap()));
        let row = table.lines().find(|line| line.starts_with(&name));
        assert!(row.is_some_and(|row| row.ends_with(&format!("| `{sum}` |"))), "{name} {sum}");
    }
}
