//! Joins what a visit of the page asks for. Each file is a call of the function, and as many calls at once as there are files
//! would take the account's other functions their turn. So the page's modules become one script, and its style sheets one.

use std::collections::BTreeMap;

use super::{Files, PLACE, modules};

/// The module that begins, which is also the name of the script that all become.
const ENTRY: &str = "app.js";
/// The folder of what others wrote.
const VENDOR: &str = "vendor/";
/// What the style sheets become.
const STYLES: &str = "console.css";

/// Takes the page out of its files, and puts the joined ones in place of those that they are made of; gives the page.
///
/// # Errors
/// When something is missing, or of a form that cannot be joined.
pub(crate) fn all(files: &mut Files) -> Result<String, String> {
    let html = text(files.remove("index.html").ok_or("page/ has no index.html")?, "index.html")?;
    let sheets: Vec<_> = html.lines().filter_map(|line| link(line, "stylesheet")).collect();
    let styles = joined_styles(&sheets, files)?;
    let sources = files.iter().filter(|(name, _)| is_module(name));
    let sources = sources.map(|(name, content)| Ok((name.clone(), text(content.clone(), name)?)));
    let script = modules::joined(&sources.collect::<Result<BTreeMap<_, _>, String>>()?, ENTRY)?;

    let html = with_joined(&html, &script.modules);
    files.retain(|name, _| !sheets.contains(&name.as_str()) && !script.modules.contains(name));
    files.iter_mut().filter(|(name, _)| name.starts_with(VENDOR)).for_each(|(_, content)| forget_source_map(content));
    let licences: Vec<_> = files.keys().filter(|name| name.contains("LICENSE")).map(String::as_str).collect();
    let script_text = format!("// Licences of what others wrote: {}\n{}", licences.join(", "), script.text);
    for (name, content) in [(STYLES, styles), (ENTRY, script_text)] {
        if files.insert(name.to_owned(), content.into_bytes()).is_some() {
            return Err(format!("page/{name}: the name is taken by what is joined"));
        }
    }
    for named in html.split(&format!("{PLACE}/")).skip(1).filter_map(|rest| rest.split('"').next()) {
        if !files.contains_key(named) {
            return Err(format!("page/index.html names {named}, which is not there"));
        }
    }
    Ok(html)
}

fn text(content: Vec<u8>, name: &str) -> Result<String, String> {
    String::from_utf8(content).map_err(|_| format!("page/{name} is no text"))
}

/// Takes the name of its source map, which is not here, from the end of a script.
fn forget_source_map(content: &mut Vec<u8>) {
    const MARK: &[u8] = b"\n//# sourceMappingURL=";
    if let Some(at) = content.windows(MARK.len()).rposition(|window| window == MARK) {
        content.truncate(at + 1);
    }
}

/// What others wrote stays a module of its own.
fn is_module(name: &str) -> bool {
    !name.starts_with(VENDOR) && name.rsplit('.').next() == Some("js")
}

/// The file that a line of the page links to, if it does so in this way.
fn link<'h>(line: &'h str, way: &str) -> Option<&'h str> {
    let before = format!("<link rel=\"{way}\" href=\"{PLACE}/");
    line.trim().strip_prefix(&before)?.strip_suffix("\">")
}

/// The page with a link to the joined style sheet where the first one was, and none to what is joined.
fn with_joined(html: &str, modules: &[String]) -> String {
    let mut joined = String::new();
    let mut has_styles = false;
    for line in html.lines() {
        if let Some(sheet) = link(line, "stylesheet") {
            if !std::mem::replace(&mut has_styles, true) {
                joined.push_str(&line.replace(sheet, STYLES));
                joined.push('\n');
            }
        } else if !link(line, "modulepreload").is_some_and(|name| modules.iter().any(|module| module == name)) {
            joined.push_str(line);
            joined.push('\n');
        }
    }
    joined
}

fn joined_styles(names: &[&str], files: &Files) -> Result<String, String> {
    let mut styles = String::new();
    for name in names {
        let content = files.get(*name).ok_or_else(|| format!("page/index.html names {name}, which is not there"))?;
        let sheet = text(content.clone(), name)?;
        // They would mean something else in another file, or nothing but at its beginning.
        if let Some(bound) = ["url(", "@import", "@charset", "@namespace"].iter().find(|bound| sheet.contains(**bound))
        {
            return Err(format!("page/{name}: a style sheet with {bound} cannot be joined with others"));
        }
        styles.push_str(&sheet);
    }
    Ok(styles)
}
