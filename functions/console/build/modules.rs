//! Joins JavaScript modules into one. Each becomes a function that is called at once, in the order in which a browser would
//! run them, and gives what it exports; what it imports, it takes from those before it.
//!
//! Understood is what the page's modules are written in: imports and exports by name that begin a line, of functions, classes
//! and constants. So nothing is exported that changes later, and a copy is as good as the binding. Whatever else could make a
//! difference stops the build: imports in a circle, `export let`, `export default`, `import()`, a top-level `await`.

use std::{collections::BTreeMap, fmt::Write as _};

/// What became of some modules.
pub(crate) struct Joined {
    /// The script.
    pub(crate) text: String,
    /// The modules that are in it.
    pub(crate) modules: Vec<String>,
}

/// Joins a module with all that it imports, but for what is not among `sources`, which stays a module of its own.
///
/// # Errors
/// When one is missing or of another form.
pub(crate) fn joined(sources: &BTreeMap<String, String>, entry: &str) -> Result<Joined, String> {
    let mut joining =
        Joining { sources, own: BTreeMap::new(), others: Vec::new(), order: Vec::new(), text: String::new() };
    joining.add(entry)?;
    let imports = joining.others.iter().enumerate().fold(String::new(), |imports, (number, path)| {
        format!("{imports}import * as other_{number} from \"./{path}\";\n")
    });
    Ok(Joined { text: imports + &joining.text, modules: joining.order })
}

/// A part of a module.
enum Part {
    /// Anything that stays as it is.
    Code(String),
    /// `import {…} from`, with the names here and there.
    Import(Vec<Name>, String),
    /// `import name from`.
    ImportDefault(String, String),
    /// `export {…} from`.
    Reexport(Vec<Name>, String),
    /// `export {…}`.
    Export(Vec<Name>),
}

/// `there as here`.
struct Name {
    there: String,
    here: String,
}

struct Joining<'s> {
    sources: &'s BTreeMap<String, String>,
    /// The number of a module; none while it is being joined.
    own: BTreeMap<String, Option<usize>>,
    others: Vec<String>,
    order: Vec<String>,
    text: String,
}

impl Joining<'_> {
    /// Adds a module after all that it imports; gives the name of what it exports.
    fn add(&mut self, path: &str) -> Result<String, String> {
        match self.own.get(path) {
            Some(Some(number)) => return Ok(format!("module_{number}")),
            Some(None) => return Err(format!("page/{path} imports itself, by way of others")),
            None => {}
        }
        let source = self.sources.get(path).ok_or_else(|| format!("page/{path} is imported, and not there"))?;
        if path.contains('/') && source.contains("import.meta") {
            return Err(format!("page/{path}: import.meta would be another below the folder of the page"));
        }
        self.own.insert(path.to_owned(), None);
        let (mut body, mut exports) = (String::new(), Vec::new());
        for part in parts(source).map_err(|error| format!("page/{path}: {error}"))? {
            match part {
                Part::Code(code) => body.push_str(&code),
                Part::Import(names, from) => {
                    let names: Vec<_> = names.iter().map(|name| format!("{}: {}", name.there, name.here)).collect();
                    let _ = writeln!(body, "const {{ {} }} = {};", names.join(", "), self.imported(path, &from)?);
                }
                Part::ImportDefault(name, from) => {
                    let _ = writeln!(body, "const {name} = {}.default;", self.imported(path, &from)?);
                }
                Part::Reexport(names, from) => {
                    let from = self.imported(path, &from)?;
                    exports.extend(names.iter().map(|name| format!("{}: {from}.{}", name.here, name.there)));
                }
                Part::Export(names) => {
                    exports.extend(names.iter().map(|name| format!("{}: {}", name.here, name.there)));
                }
            }
        }
        let number = self.order.len();
        self.order.push(path.to_owned());
        self.own.insert(path.to_owned(), Some(number));
        let exports = exports.join(", ");
        let _ =
            writeln!(self.text, "// {path}\nconst module_{number} = (() => {{\n{body}return {{ {exports} }};\n}})();");
        Ok(format!("module_{number}"))
    }

    /// The name of what a module exports that is imported by another one.
    fn imported(&mut self, by: &str, from: &str) -> Result<String, String> {
        let path = resolved(by, from).ok_or_else(|| format!("page/{by}: {from:?} leads nowhere"))?;
        if self.sources.contains_key(&path) {
            return self.add(&path);
        }
        let number = self.others.iter().position(|other| *other == path).unwrap_or(self.others.len());
        if number == self.others.len() {
            self.others.push(path);
        }
        Ok(format!("other_{number}"))
    }
}

/// A path that is relative to a module's, from the folder of the page.
fn resolved(by: &str, from: &str) -> Option<String> {
    let mut segments: Vec<_> = by.split('/').collect();
    segments.pop();
    if !from.starts_with("./") && !from.starts_with("../") {
        return None;
    }
    for segment in from.split('/').filter(|segment| *segment != ".") {
        if segment == ".." {
            segments.pop()?;
        } else {
            segments.push(segment);
        }
    }
    Some(segments.join("/"))
}

/// Takes a module apart.
fn parts(source: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        // What stands above a declaration for whoever reads the sources is a third of them, and nothing to a browser.
        if line.starts_with("/**") {
            let mut rest = std::iter::once(line).chain(lines.by_ref());
            rest.find(|line| line.ends_with("*/")).ok_or_else(|| format!("{line:?} has no end"))?;
            continue;
        }
        if !line.starts_with("import ") && !line.starts_with("export ") {
            parts.push(Part::Code(code(line)?));
            continue;
        }
        if let Some(declared) = line.strip_prefix("export ").filter(|rest| !rest.starts_with('{')) {
            let name = declaration(declared).ok_or_else(|| format!("{line:?} cannot be joined"))?;
            parts.push(Part::Code(code(declared)?));
            parts.push(Part::Export(vec![Name { there: name.clone(), here: name }]));
            continue;
        }
        let mut statement = line.to_owned();
        while !statement.ends_with(';') {
            statement.push(' ');
            statement.push_str(lines.next().ok_or_else(|| format!("{line:?} has no end"))?);
        }
        parts.push(clause(&statement).ok_or_else(|| format!("{statement:?} cannot be joined"))?);
    }
    Ok(parts)
}

/// A line that stays as it is, if it can stand inside of a function.
fn code(line: &str) -> Result<String, String> {
    let is_comment = ["*", "/*", "//"].iter().any(|beginning| line.trim_start().starts_with(beginning));
    let is_bound = line.starts_with("await ") || line.contains("import(") || line.starts_with("import{");
    if is_bound && !is_comment { Err(format!("{line:?} cannot be joined")) } else { Ok(format!("{line}\n")) }
}

/// The name that a declaration makes for good.
fn declaration(text: &str) -> Option<String> {
    let kinds = ["async function ", "function ", "class ", "const "];
    let rest = kinds.iter().find_map(|kind| text.strip_prefix(kind))?;
    let end = rest.find(|character| !is_part_of_name(character)).unwrap_or(rest.len());
    rest.split_at_checked(end).map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty())
}

/// An import, or an export of names.
fn clause(statement: &str) -> Option<Part> {
    let (kind, rest) = statement.strip_suffix(';')?.split_once(' ')?;
    let (what, from) = match rest.rsplit_once(" from ") {
        Some((what, from)) => (what, Some(from.strip_prefix('"')?.strip_suffix('"')?.to_owned())),
        None => (rest, None),
    };
    match (kind, names(what), from) {
        ("import", Some(names), Some(from)) => Some(Part::Import(names, from)),
        ("import", None, Some(from)) if what.chars().all(is_part_of_name) => {
            Some(Part::ImportDefault(what.to_owned(), from))
        }
        ("export", Some(names), Some(from)) => Some(Part::Reexport(names, from)),
        ("export", Some(names), None) => Some(Part::Export(names)),
        _ => None,
    }
}

/// The names in `{ one, other as another }`.
fn names(text: &str) -> Option<Vec<Name>> {
    let list = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let (there, here) = entry.split_once(" as ").unwrap_or((entry, entry));
            let is_right = [there, here].iter().all(|name| name.chars().all(is_part_of_name));
            is_right.then(|| Name { there: there.to_owned(), here: here.to_owned() })
        })
        .collect()
}

fn is_part_of_name(character: char) -> bool {
    character.is_alphanumeric() || "_$".contains(character)
}
