//! What was measured, as a text that a terminal and a Markdown file show alike.

use std::fmt::{self, Display, Formatter};

/// Everything that was measured in one run.
#[derive(Debug, Default)]
pub struct Report {
    sections: Vec<Section>,
}

/// One part of it.
#[derive(Debug, Default)]
pub struct Section {
    title: String,
    text: String,
    tables: Vec<Table>,
    headlines: Vec<String>,
    promises: Vec<Promise>,
}

/// Rows under a header. The first column is text, all others are numbers.
#[derive(Debug, Default)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A limit, and whether what was measured keeps it.
#[derive(Debug)]
pub struct Promise {
    what: String,
    measured: String,
    limit: String,
    is_kept: bool,
}

impl Report {
    /// Adds a section, and gives its text back as it will stand in the report.
    pub fn add(&mut self, section: Section) -> String {
        let text = section.to_string();
        self.sections.push(section);
        text
    }

    /// The main tables alone.
    #[must_use]
    pub fn headlines(&self) -> String {
        self.sections.iter().flat_map(|section| &section.headlines).map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// How many promises are broken.
    #[must_use]
    pub fn broken(&self) -> usize {
        self.sections.iter().flat_map(|section| &section.promises).filter(|promise| !promise.is_kept).count()
    }
}

impl Section {
    /// A section with a paragraph that says what was done.
    #[must_use]
    pub fn new(title: &str, text: &str) -> Self {
        Self { title: title.to_owned(), text: text.to_owned(), ..Self::default() }
    }

    /// Adds a table.
    pub fn table(&mut self, table: Table) {
        self.tables.push(table);
    }

    /// Adds one of the main tables, for who reads no more than these.
    pub fn headline(&mut self, table: Table) {
        self.headlines.push(table.to_string());
        self.tables.push(table);
    }

    /// Adds a promise.
    pub fn promise(&mut self, promise: Promise) {
        self.promises.push(promise);
    }
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new<const N: usize>(header: [&str; N]) -> Self {
        Self { header: header.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    /// Adds a row. One that is shorter than the header ends in empty cells.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = [&self.header].into_iter().chain(&self.rows).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        (0..self.header.len()).map(width).collect()
    }
}

impl Promise {
    /// That a value is no more than a limit; both are told with `unit`.
    #[must_use]
    pub fn at_most(what: &str, measured: f64, limit: f64, unit: &str) -> Self {
        Self::new(what, (measured, "≤", limit, unit), measured <= limit)
    }

    /// That a value is no less than a limit; both are told with `unit`.
    #[must_use]
    pub fn at_least(what: &str, measured: f64, limit: f64, unit: &str) -> Self {
        Self::new(what, (measured, "≥", limit, unit), measured >= limit)
    }

    fn new(what: &str, (measured, sign, limit, unit): (f64, &str, f64, &str), is_kept: bool) -> Self {
        let limit = format!("{sign} {limit} {unit}");
        Self { what: what.to_owned(), measured: format!("{measured:.2} {unit}"), limit, is_kept }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for section in &self.sections {
            write!(f, "\n{section}")?;
        }
        Ok(())
    }
}

impl Display for Section {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n\n{}", self.title, self.text)?;
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        if self.promises.is_empty() {
            return Ok(());
        }
        let mut table = Table::new(["promise", "measured", "limit", "kept"]);
        for Promise { what, measured, limit, is_kept } in &self.promises {
            let kept = if *is_kept { "yes" } else { "**no**" };
            table.row([what.clone(), measured.clone(), limit.clone(), kept.to_owned()]);
        }
        write!(f, "\n{table}")
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let mut line = |cells: &[String]| {
            for (column, width) in widths.iter().enumerate() {
                let cell = cells.get(column).map_or("", String::as_str);
                match column {
                    0 => write!(f, "| {cell:<width$} |")?,
                    _ => write!(f, " {cell:>width$} |")?,
                }
            }
            writeln!(f)
        };
        line(&self.header)?;
        let rule = widths.iter().enumerate().map(|(column, width)| match column {
            0 => "-".repeat(*width),
            _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
        });
        line(&rule.collect::<Vec<_>>())?;
        self.rows.iter().try_for_each(|row| line(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_alike_in_a_terminal_and_as_markdown() {
        let mut table = Table::new(["function", "median µs", "p99"]);
        table.row(["noop".to_owned(), "1.5".to_owned(), "20".to_owned()]);
        table.row(["authorizer".to_owned(), "123.4".to_owned()]);
        let mut section = Section::new("Title", "What was done.");
        section.headline(table);
        section.promise(Promise::at_most("time", 1.204, 1.2, "x"));
        section.promise(Promise::at_least("lead", 15.0, 15.0, "x"));
        let mut report = Report::default();
        report.add(section);
        let expected = "
## Title

What was done.

| function   | median µs | p99 |
| ---------- | --------: | --: |
| noop       |       1.5 |  20 |
| authorizer |     123.4 |     |

| promise | measured |   limit |   kept |
| ------- | -------: | ------: | -----: |
| time    |   1.20 x | ≤ 1.2 x | **no** |
| lead    |  15.00 x |  ≥ 15 x |    yes |
";
        assert_eq!(report.to_string(), expected);
        assert_eq!(report.broken(), 1);
        assert!(expected.contains(&report.headlines()) && report.headlines().starts_with("| function"));
    }
}
