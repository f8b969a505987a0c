//! Packs the folder `page/` for the function to embed: its modules and style sheets joined, every file as it is and
//! compressed, under a hash of them all. A file that comes, goes or changes is found by itself; one that a browser could not
//! be told the type of stops the build.

mod join;
mod modules;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// What stands in the page for the folder that its files are served from.
const PLACE: &str = "{{files}}";

/// What a file is to a browser, by the end of its name.
const TYPES: [(&str, &str); 9] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("woff2", "font/woff2"),
];

/// Files by their paths from the folder of the page.
type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<(), Box<dyn Error>> {
    let (page, out) = (folder("CARGO_MANIFEST_DIR")?.join("page"), folder("OUT_DIR")?);
    writeln!(io::stdout(), "cargo::rerun-if-changed={}", page.display())?;
    let mut files = Files::new();
    collect(&page, "", &mut files)?;
    let html = join::all(&mut files)?;
    let version = version(&html, &files);

    let mut source = format!(
        "/// The folder below the page that its files are in: 16 digits that are others as soon as a byte of them is.\n\
         pub const VERSION: &str = {version:?};\n"
    );
    let html = html.replace(PLACE, &format!("console/{version}"));
    writeln!(source, "const PAGE: Content = {};", packed("index.html", html.as_bytes(), &out)?)?;
    source.push_str("const FILES: &[(&str, Content)] = &[\n");
    for (name, content) in &files {
        writeln!(source, "    ({name:?}, {}),", packed(name, content, &out)?)?;
    }
    source.push_str("];\n");
    fs::write(out.join("page.rs"), source)?;
    Ok(())
}

fn folder(variable: &str) -> Result<PathBuf, Box<dyn Error>> {
    Ok(env::var_os(variable).ok_or_else(|| format!("{variable} is not set"))?.into())
}

/// The files below a folder, but for what is about them.
fn collect(folder: &Path, before: &str, files: &mut Files) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|name| format!("{} is no text", name.display()))?;
        // These stand in an address as they are.
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
            return Err(format!("page/{before}{name}: a name is made of letters, digits and . _ -").into());
        }
        let path = format!("{before}{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else if name != "README.md" {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// 16 hexadecimal digits that are others as soon as a name or a byte of what is served is.
fn version(html: &str, files: &Files) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &[u8]| {
        // With the lengths, no two sets of files run together into the same bytes.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    };
    add(html.as_bytes());
    for (name, content) in files {
        add(name.as_bytes());
        add(content);
    }
    hash.finalize().iter().take(8).fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// Writes a file as it is and, where that is shorter, compressed; gives the expression that embeds it.
fn packed(name: &str, content: &[u8], out: &Path) -> Result<String, Box<dyn Error>> {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let known = TYPES.iter().find(|(known, _)| *known == end);
    let (_, media_type) =
        known.ok_or_else(|| format!("page/{name}: its content type is not known to build/main.rs"))?;
    let target = name.replace('/', "+");
    fs::write(out.join(&target), content)?;

    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    let compressed = encoder.finish()?;
    let gzip = if compressed.len() < content.len() {
        fs::write(out.join(format!("{target}.gz")), compressed)?;
        format!("Some(include_bytes!({:?}))", format!("{target}.gz"))
    } else {
        "None".to_owned()
    };
    Ok(format!("Content {{ media_type: {media_type:?}, plain: include_bytes!({target:?}), gzip: {gzip} }}"))
}
