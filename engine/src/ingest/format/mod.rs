//! Files of records: pure reading and writing, without a database.
//!
//! A file holds one record a row, in one of two formats that say the same. Both are UTF-8, with or
//! without a byte order mark, and a row has at most 1 MiB ([`MAX_ROW_BYTES`]).
//!
//! # JSON lines (`.jsonl`, `.ndjson`)
//!
//! For programs and version control. One [`Record`] a line; blank lines are skipped. A key stands
//! once in its object, and a key nobody knows is refused.
//!
//! ```json
//! {"kind":"segment","key":"smb","name":"Small firms","description":"Owners of small firms.","priority":20,"condition":{"utm.source":"google"}}
//! {"kind":"variant","id":"pricing-smb","page":"pricing","segment":"smb","locale":"en","name":"Small firms","status":"published","content":{"title":"Pricing for small firms"}}
//! ```
//!
//! # CSV (`.csv`)
//!
//! For spreadsheets. The first row names the columns: `kind` first, every other one a dotted path
//! into the record, with the elements of a list numbered from 0. An empty cell is an absent field.
//! `condition` and `terms` hold JSON, `priority`, `rollout` and `thresholds.…` hold numbers, all other cells hold text.
//!
//! ```csv
//! kind,id,key,page,segment,locale,name,priority,description,condition,content.blocks.0.headline,content.blocks.0.id,content.blocks.0.type
//! segment,,smb,,,,Small firms,20,Owners of small firms.,"{""utm.source"":""google""}",,,
//! variant,pricing-smb,,pricing,smb,en,Small firms,,,,Prices that stay small,hero,hero
//! ```
//!
//! Cells are separated by commas, semicolons or tabs, whichever follows `kind` in the first row;
//! commas are written. Quoted cells may have several lines. Rows of empty cells only are skipped.
//!
//! A text that a spreadsheet would run as a formula is written with an apostrophe before it, which
//! reading takes away again: `=1+1` is written `'=1+1`. A formula here is a text that starts with
//! `=`, `+`, `-`, `@`, one of their full-width forms, a tab or a line break. A text that is a
//! formula behind apostrophes of its own gets one more: `'=1+1` is written `''=1+1`. Every other
//! apostrophe stays as it is.
//!
//! CSV knows neither an empty text nor an empty list; a record with one cannot be written as CSV.
//!
//! # Both ways
//!
//! Writing is deterministic, and the inverse of reading: what was written reads as the same
//! records, which are written as the same bytes.

mod decode;
mod explain;
mod json_lines;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod samples;
mod strict_json;
mod table;

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use domain::Problem;
use domain::record::{Record, RecordKind};
use serde_json::Value;
use thiserror::Error;

pub(super) use json_lines::line as json_line;
pub(crate) use table::guarded;
pub(super) use table::{Columns, Filled as Table};

/// Most bytes one row may have in a file.
pub const MAX_ROW_BYTES: usize = 1024 * 1024;

/// How a file spells its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// A table with one row a record.
    Csv,
}

/// A file whose name does not say its format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "the name of {} does not say its format; end it in .jsonl (one JSON object a line) or in .csv",
    .0.display()
)]
pub struct FormatError(PathBuf);

impl Format {
    /// The format's name in addresses and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// The format of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::JsonLines, Self::Csv]
            .into_iter()
            .find(|format| format.as_str() == name)
    }

    /// The format a file's name promises: `.jsonl` and `.ndjson` are JSON lines, `.csv` is CSV.
    ///
    /// # Errors
    /// [`FormatError`] for any other name, `.json` among them: such a file is one document, not rows.
    pub fn of_path(path: &Path) -> Result<Self, FormatError> {
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        match extension.to_str() {
            Some("jsonl" | "ndjson") => Ok(Self::JsonLines),
            Some("csv") => Ok(Self::Csv),
            _ => Err(FormatError(path.to_owned())),
        }
    }
}

/// One row of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line on which the row starts, from 1.
    pub line: usize,
    /// What the row says it is, when that can be told.
    pub kind: Option<RecordKind>,
    /// The id or the key that the row gives its record; empty when that cannot be told.
    pub name: String,
    /// The row as the file spells it, cut to a length that a message may have.
    pub text: String,
    /// The valid record, or everything wrong with the row.
    ///
    /// A problem's field is the path inside the record in either format: the column
    /// `content.blocks.0.id` is `content.blocks[0].id`. A problem of the row as a whole has no field, and one of a column's
    /// name has that name.
    pub record: Result<Record, Vec<Problem>>,
}

impl Row {
    /// The row at `line` that holds `json`.
    fn decoded(line: usize, json: Value) -> Self {
        Self {
            line,
            kind: decode::kind(&json),
            name: decode::name(&json),
            text: String::new(),
            record: decode::record(json),
        }
    }

    /// The row at `line` that has no record for these problems; `json` is what could be read of it.
    fn undecoded(line: usize, json: &Value, problems: Vec<Problem>) -> Self {
        Self {
            line,
            kind: decode::kind(json),
            name: decode::name(json),
            text: String::new(),
            record: Err(problems),
        }
    }

    fn refused(line: usize, field: &str, message: impl AsRef<str>) -> Self {
        let problems = vec![explain::problem(field, message)];
        Self::undecoded(line, &Value::Null, problems)
    }

    /// The row whose bytes in the file begin like this.
    fn spelt(self, bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(EXCERPT_BYTES)];
        let text = String::from_utf8_lossy(bytes);
        Self {
            text: explain::excerpt(text.trim()),
            ..self
        }
    }
}

/// Reads records one by one, holding one row in memory. The rows end after the first error.
///
/// Every problem of the file is a row with problems, and reading goes on behind it; only a table
/// whose column names are wrong, or whose last quote is never closed, ends there.
pub fn read<R: BufRead>(format: Format, reader: R) -> Rows<R> {
    Rows(match format {
        Format::JsonLines => Inner::JsonLines(json_lines::Rows::new(reader)),
        Format::Csv => Inner::Csv(table::Rows::new(reader)),
    })
}

/// The rows of a file; see [`read`].
pub struct Rows<R>(Inner<R>);

enum Inner<R> {
    JsonLines(json_lines::Rows<R>),
    Csv(table::Rows<R>),
    Ended,
}

impl<R: BufRead> Iterator for Rows<R> {
    /// `Err` when the file cannot be read.
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match &mut self.0 {
            Inner::JsonLines(rows) => rows.next_row(),
            Inner::Csv(rows) => rows.next_row(),
            Inner::Ended => Ok(None),
        };
        if !matches!(row, Ok(Some(_))) {
            self.0 = Inner::Ended;
        }
        row.transpose()
    }
}

/// Writes records so that [`read`] gives them back.
///
/// A table starts with a byte order mark, without which Excel takes the letters for another
/// encoding's. Its columns are those that any of the records needs.
///
/// # Errors
/// The writer's, and [`io::ErrorKind::InvalidInput`] naming the record when a row would be longer
/// than [`MAX_ROW_BYTES`], when CSV cannot hold a field because it is empty, and when an instant has
/// no RFC 3339 form.
pub fn write<'a>(
    format: Format,
    records: impl IntoIterator<Item = &'a Record>,
    writer: impl Write,
) -> io::Result<()> {
    match format {
        Format::JsonLines => json_lines::write(records, writer),
        Format::Csv => table::write(records, writer),
    }
}

/// Bytes of a row that are looked at to quote it: enough for every character that is quoted, and to see that there are
/// more.
const EXCERPT_BYTES: usize = 2_048;

/// The byte order mark that Windows programs put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

const TOO_LONG: &str = "is longer than the 1 MiB a row may have; split the record";

const NOT_UTF8: &str = "is not UTF-8; save the file as UTF-8 (Excel: \"CSV UTF-8\")";

fn unwritable(record: &Record, reason: &str) -> io::Error {
    let (kind, name) = (record.kind().as_str(), record.name());
    let space = if name.is_empty() { "" } else { " " };
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{kind}{space}{name} cannot be written: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_promises_a_format() {
        let check = |name: &str, expected: Option<Format>| {
            assert_eq!(Format::of_path(Path::new(name)).ok(), expected, "{name}");
        };
        check("content.jsonl", Some(Format::JsonLines));
        check("a/content.NDJSON", Some(Format::JsonLines));
        check("content.v2.csv", Some(Format::Csv));
        check("content.json", None);
        check("csv", None);
        check("content.xlsx", None);
    }

    #[test]
    fn the_examples_of_the_documentation_are_read() {
        let check = |format: Format, fence: &str, expected: usize| {
            let example: String = include_str!("mod.rs")
                .lines()
                .skip_while(|line| *line != format!("//! ```{fence}"))
                .skip(1)
                .take_while(|line| *line != "//! ```")
                .map(|line| line.replacen("//! ", "", 1) + "\n")
                .collect();
            let rows: Vec<Row> = read(format, example.as_bytes())
                .map(Result::unwrap)
                .collect();
            assert_eq!(rows.len(), expected);
            assert!(rows.iter().all(|row| row.record.is_ok()), "{rows:#?}");
        };
        check(Format::JsonLines, "json", 2);
        check(Format::Csv, "csv", 2);
    }

    #[test]
    fn the_rows_end_after_the_first_reading_error() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        for format in [Format::JsonLines, Format::Csv] {
            let mut rows = read(format, io::BufReader::new(Broken));
            assert!(matches!(rows.next(), Some(Err(_))));
            assert!(rows.next().is_none());
        }
    }
}
