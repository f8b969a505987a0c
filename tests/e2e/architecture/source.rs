//! Sources, read as far as the rules need: what a file names, without its comments and its tests.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::template::model::repository;

/// A file of the repository.
pub(super) struct Source {
    /// From the root of the repository on.
    pub(super) path: String,
    pub(super) text: String,
}

/// Reads one file.
pub(super) fn read(path: &str) -> Source {
    let text = fs::read_to_string(repository().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Source { path: path.to_owned(), text }
}

/// Every source file below a folder.
pub(super) fn all(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(repository().join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        let path = format!("{folder}/{}", entry.file_name().unwrap().to_str().unwrap());
        if entry.is_dir() {
            found.extend(all(&path));
        } else if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
            found.push(read(&path));
        }
    }
    found
}

/// The identifiers in a piece of code.
pub(super) fn tokens(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|token| !token.is_empty())
}

impl Source {
    /// The module of `shared` that the file is part of; `None` for the crate's root.
    pub(super) fn module(&self) -> Option<String> {
        let inner = self.path.strip_prefix("shared/src/").unwrap();
        let name = inner.split('/').next().unwrap().trim_end_matches(".rs");
        (name != "lib").then(|| name.to_owned())
    }

    /// The file up to its tests, which come last; nothing of a file that is all tests.
    pub(super) fn without_tests(&self) -> &str {
        if self.path.ends_with("/tests.rs") {
            return "";
        }
        self.text.split("\n#[cfg(test)]\n").next().unwrap_or_default()
    }

    /// The file without its tests, with every comment cut off.
    pub(super) fn code(&self) -> String {
        let lines = self.without_tests().lines();
        lines.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }

    /// The modules of its own crate that it names, by `crate::`, whether in an import or in place.
    pub(super) fn crate_modules(&self) -> BTreeSet<String> {
        let code = self.code();
        assert!(!code.contains("super::super"), "{}: write `crate::`, which can be read", self.path);
        let is_top = self.path.matches('/').count() == 2;
        assert!(!is_top || !code.contains("super::"), "{}: write `crate::`, which can be read", self.path);
        let mut found = BTreeSet::new();
        for rest in code.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => found.extend(first_names(group)),
                None => found.extend(tokens(rest).next().map(str::to_owned)),
            }
        }
        found
    }

    /// The modules and crates that its paths go through: what could be a crate of others.
    pub(super) fn outside(&self) -> BTreeSet<String> {
        let code = self.code();
        let mut found = BTreeSet::new();
        for before in code.split("::") {
            // What begins a path, or stands in the middle of one: names of modules all the same.
            let name = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default();
            found.insert(name.to_owned());
        }
        // A whole crate, without a path into it.
        let pairs = tokens(&code).zip(tokens(&code).skip(1));
        found.extend(pairs.filter(|(word, _)| *word == "use").map(|(_, name)| name.to_owned()));
        found
    }
}

/// The first name of each path in `a::b, c::{d, e}, f}…`.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut path) = (0, Vec::new(), String::new());
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(tokens(&std::mem::take(&mut path)).next().map(str::to_owned)),
            _ if depth == 0 => path.push(character),
            _ => {}
        }
    }
    names.extend(tokens(&path).next().map(str::to_owned));
    names
}

/// The table of layers in the crate's documentation: the modules of each, sorted.
pub(super) fn layers_in_the_map(text: &str) -> BTreeMap<String, Vec<String>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | "));
    rows.filter(|row| row.contains("[`"))
        .map(|row| {
            let mut cells = row.split(" | ");
            let layer = cells.next().unwrap().to_owned();
            let mut modules: Vec<_> = tokens(cells.next().unwrap()).map(str::to_owned).collect();
            modules.sort();
            (layer, modules)
        })
        .collect()
}

#[test]
fn names_are_found_wherever_they_stand() {
    let text = "use crate::{\n    a::X,\n    b::{C, d::E},\n    f,\n};\nuse crate::g::H;\nlet x = crate::i::J; // crate::k\n\
                use lambda_http::Y;\nuse axum as _;\nlet z = serde_json::to_string(aws::q);\n#[cfg(test)]\nuse crate::l;\n";
    let source = Source { path: "shared/src/m.rs".to_owned(), text: text.to_owned() };
    assert_eq!(source.crate_modules(), ["a", "b", "f", "g", "i"].map(str::to_owned).into());
    for outside in ["lambda_http", "serde_json", "aws", "axum"] {
        assert!(source.outside().contains(outside), "{outside}");
    }
    assert_eq!(source.module().as_deref(), Some("m"));
}
