//! CSV: one record a row, each field in the column that its path names.

mod cells;
mod columns;
mod flatten;
pub(super) mod guard;
#[cfg(test)]
mod refusals;
mod write;

use std::io::{self, BufRead, Cursor, Read};

use domain::Problem;
use serde_json::{Map, Number, Value};

use self::cells::{Cells, Fault, Splitter};
use self::columns::{Column, Holds, Path, Step};
use super::explain::{join, problem, shortened};
use super::{BYTE_ORDER_MARK, NOT_UTF8, Row, TOO_LONG, strict_json};

pub(crate) use self::guard::guarded;
pub(super) use self::write::write;
pub(in crate::ingest) use self::write::{Columns, Filled};

/// Reads rows, holding one of them in memory.
pub(super) struct Rows<R> {
    state: State<R>,
    cells: Cells,
}

enum State<R> {
    Unread(R),
    Reading(Table<R>),
    Ended,
}

struct Table<R> {
    splitter: Splitter<io::Chain<Cursor<Vec<u8>>, R>>,
    /// In the order of their paths, so that the elements of a list come one after the other.
    columns: Vec<Column>,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            state: State::Unread(reader),
            cells: Cells::default(),
        }
    }

    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Ok(None),
                State::Unread(reader) => {
                    let mut splitter = open(reader)?;
                    let found = splitter.read(&mut self.cells)?;
                    match header(found, &self.cells) {
                        Ok(columns) => self.state = State::Reading(Table { splitter, columns }),
                        Err(problems) => {
                            let line = self.cells.line.max(1);
                            let row = Row::undecoded(line, &Value::Null, problems);
                            return Ok(Some(row.spelt(self.cells.raw())));
                        }
                    }
                }
                State::Reading(mut table) => {
                    if !table.splitter.read(&mut self.cells)? {
                        return Ok(None);
                    }
                    let row = row(&table.columns, &self.cells);
                    self.state = State::Reading(table);
                    if let Some(row) = row {
                        return Ok(Some(row.spelt(self.cells.raw())));
                    }
                }
            }
        }
    }
}

/// Takes the byte order mark away and finds the separator: the one behind `kind`, else a comma.
fn open<R: BufRead>(mut reader: R) -> io::Result<Splitter<io::Chain<Cursor<Vec<u8>>, R>>> {
    let mut head = Vec::new();
    reader.by_ref().take(16).read_to_end(&mut head)?;
    if head.starts_with(BYTE_ORDER_MARK) {
        head.drain(..BYTE_ORDER_MARK.len());
    }
    let after_kind = ["kind", "\"kind\""]
        .iter()
        .find_map(|name| head.strip_prefix(name.as_bytes()));
    let separator = match after_kind.and_then(<[u8]>::first) {
        Some(separator @ (b';' | b'\t')) => *separator,
        _ => b',',
    };
    Ok(Splitter::new(Cursor::new(head).chain(reader), separator))
}

fn header(found: bool, cells: &Cells) -> Result<Vec<Column>, Vec<Problem>> {
    if !found {
        return Err(vec![problem(
            "",
            "is empty; the first row names the columns, kind first",
        )]);
    }
    if let Some(fault) = cells.fault {
        return Err(vec![problem("", of_fault(fault))]);
    }
    let names: Option<Vec<&str>> = cells.texts().map(Result::ok).collect();
    let names = names.ok_or_else(|| vec![problem("", NOT_UTF8)])?;
    columns::parse(&names)
}

/// The row's record or problems; nothing when every cell is empty.
fn row(columns: &[Column], cells: &Cells) -> Option<Row> {
    let line = cells.line;
    if let Some(fault) = cells.fault {
        return Some(Row::refused(line, "", of_fault(fault)));
    }
    if cells.are_blank() {
        return None;
    }
    if cells.len() != columns.len() {
        let message = format!(
            "has {} cells, but the first row names {} columns; give each column a cell",
            cells.len(),
            columns.len()
        );
        return Some(Row::refused(line, "", message));
    }
    let (json, problems) = tree(columns, cells);
    Some(if problems.is_empty() {
        Row::decoded(line, json)
    } else {
        Row::undecoded(line, &json, problems)
    })
}

/// Puts the cells together into the JSON that the record would be in the other format, but for those with problems.
fn tree(columns: &[Column], cells: &Cells) -> (Value, Vec<Problem>) {
    let mut root = Value::Object(Map::new());
    let mut problems = Vec::new();
    for column in columns {
        let put = match cells.text(column.cell) {
            Ok("") => Ok(()),
            Ok(text) => value(column, text).and_then(|value| put(&mut root, &column.path, value)),
            Err(_) => Err(problem(&column.path.field(), NOT_UTF8)),
        };
        problems.extend(put.err());
    }
    (root, problems)
}

fn value(column: &Column, cell: &str) -> Result<Value, Problem> {
    match column.path.holds() {
        // Editors on Windows break lines inside a cell their way; no valid text has a U+000D.
        Holds::Text => Ok(Value::String(guard::unguarded(cell).replace("\r\n", "\n"))),
        Holds::Number => number(cell.trim()).ok_or_else(|| {
            let message = format!(
                "is {:?}; give a number, with a point before decimals and nothing between thousands",
                shortened(cell, 60)
            );
            problem(&column.path.field(), message)
        }),
        Holds::Json => {
            let advice = "write the condition as in JSON, such as {\"device\":\"mobile\"}";
            strict_json::parse(cell, 1, advice).map_err(|inner| {
                let field = join(&column.path.field(), &inner.field);
                // A place in the cell, as the cell's line in the file is unknown here.
                let message = inner.message.replacen(" at line ", " at the cell's line ", 1);
                problem(&field, message)
            })
        }
    }
}

fn number(cell: &str) -> Option<Value> {
    if let Ok(whole) = cell.parse::<i64>() {
        return Some(whole.into());
    }
    let number = cell.parse::<f64>().ok().and_then(Number::from_f64)?;
    Some(Value::Number(number))
}

/// Puts a value at its path; the columns' names are known not to contradict each other.
///
/// # Errors
/// When the path leaves out an element of a list.
fn put(root: &mut Value, path: &Path, value: Value) -> Result<(), Problem> {
    let mut place = root;
    for (depth, step) in path.steps().iter().enumerate() {
        place = match step {
            Step::Name(name) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                &mut place[name.as_str()]
            }
            Step::Index(index) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(elements) = place else {
                    return Ok(());
                };
                if *index > elements.len() {
                    let message = format!(
                        "is filled, but number {} before it is empty; fill a list from 0 without gaps",
                        elements.len()
                    );
                    return Err(problem(&path.field_to(depth + 1), message));
                }
                if *index == elements.len() {
                    elements.push(Value::Null);
                }
                &mut elements[*index]
            }
        };
    }
    *place = value;
    Ok(())
}

fn of_fault(fault: Fault) -> String {
    match fault {
        Fault::TooLong => format!("{TOO_LONG}, or close a quote that was left open"),
        Fault::OpenQuote { line } => {
            format!("ends the file inside the quote that line {line} opens; close it")
        }
    }
}
