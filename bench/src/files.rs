//! Where results are kept: `bench/results.md` with all of them, and the README with the main ones.

use std::{fs, path::Path};

use crate::{Error, build::repository, report::Report};

/// Before and after the results in the README.
const MARKS: (&str, &str) = ("<!-- bench: written by `cargo run --release -p bench` -->\n", "<!-- /bench -->");

/// Writes the results of a whole run.
///
/// # Errors
/// When a file cannot be written, or the README has no place for them.
pub fn write_all(report: &Report) -> Result<(), Error> {
    write(report, &repository().join("bench/results.md"))?;
    let file = repository().join("README.md");
    let readme = fs::read_to_string(&file)?;
    fs::write(file, with_results(&readme, &report.headlines()).ok_or("the README has no place for the results")?)?;
    Ok(())
}

/// Writes the results into one file.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, file: &Path) -> Result<(), Error> {
    let head = "# What Latchkey costs\n\nWritten by `cargo run --release -p bench`.";
    fs::write(file, format!("{head}\n{report}")).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// The text with these results between the marks.
fn with_results(readme: &str, results: &str) -> Option<String> {
    let (before, after) = readme.split_once(MARKS.0)?;
    let (_, after) = after.split_once(MARKS.1)?;
    Some(format!("{before}{}\n{results}\n{}{after}", MARKS.0, MARKS.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_take_the_place_of_those_before() {
        let (start, end) = MARKS;
        let readme = format!("# Text\n{start}\n| old |\n\n{end}\nMore.\n");
        let written = with_results(&readme, "| new |\n").unwrap();
        assert_eq!(written, format!("# Text\n{start}\n| new |\n\n{end}\nMore.\n"));
        assert_eq!(with_results(&written, "| new |\n").unwrap(), written);
        assert!(with_results("# Text\n", "| new |\n").is_none());
    }
}
