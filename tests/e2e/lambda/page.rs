//! The console's page in events and answers: what changes with every change of a file stands in neither.

use std::{fs, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::template::model::repository;

/// What stands in the events and in the snapshots for the folder of the page's files.
const PLACE: &str = "0000000000000000";

/// The file that an event asks for.
const FILE: &str = "theme.js";

/// An event that names the folder as it is.
pub(super) fn fitted(event: &str) -> String {
    event.replace(PLACE, console::VERSION)
}

/// An answer that does not name the folder, with the name of a file in place of its content, once that is certain.
pub(super) fn unfitted(answer: &Value) -> Value {
    let mut unfitted: Value = serde_json::from_str(&answer.to_string().replace(console::VERSION, PLACE)).unwrap();
    if answer["isBase64Encoded"] == true {
        let file = fs::read_to_string(repository().join("functions/console/page").join(FILE)).unwrap();
        assert!(content(answer) == file, "the answer is not {FILE}: {answer}");
        unfitted["body"] = json!(format!("[{FILE}]"));
    }
    unfitted
}

/// The text of a compressed body.
fn content(answer: &Value) -> String {
    let body = answer["body"].as_str().unwrap();
    assert_eq!(answer["headers"]["content-encoding"], "gzip");
    let mut text = String::new();
    GzDecoder::new(&*STANDARD.decode(body).unwrap()).read_to_string(&mut text).unwrap();
    text
}
