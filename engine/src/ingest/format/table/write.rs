//! Records become a table.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use domain::record::Record;

use super::columns::Path;
use super::flatten;
use crate::ingest::format::{BYTE_ORDER_MARK, MAX_ROW_BYTES, TOO_LONG, unwritable};

/// The columns of a table, found in a first pass over its records and filled in a second.
#[derive(Debug)]
pub(in crate::ingest) struct Columns(HashSet<Path>);

/// The rows of a table whose columns are known.
#[derive(Debug)]
pub(in crate::ingest) struct Filled(Vec<Path>);

impl Columns {
    /// The one column that every table has.
    pub(in crate::ingest) fn new() -> Self {
        Self(HashSet::from([Path::kind()]))
    }

    /// Makes room for a record.
    pub(in crate::ingest) fn add(&mut self, record: &Record) -> io::Result<()> {
        self.0.extend(cells(record)?.into_keys());
        Ok(())
    }

    /// The table, and its first row.
    pub(in crate::ingest) fn finish(self) -> io::Result<(Filled, Vec<u8>)> {
        let mut columns: Vec<Path> = self.0.into_iter().collect();
        columns.sort();
        let header = line(columns.iter().map(Path::to_string))?;
        if header.len() > MAX_ROW_BYTES {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{} columns are too many for a table; export JSON lines instead",
                    columns.len()
                ),
            ));
        }
        Ok((Filled(columns), [BYTE_ORDER_MARK, &header].concat()))
    }
}

impl Filled {
    /// A record's row.
    pub(in crate::ingest) fn row(&self, record: &Record) -> io::Result<Vec<u8>> {
        let mut cells = cells(record)?;
        let row = line(
            self.0
                .iter()
                .map(|column| cells.remove(column).unwrap_or_default()),
        )?;
        if !cells.is_empty() {
            return Err(unwritable(record, "it changed meanwhile; export again"));
        }
        if row.len() > MAX_ROW_BYTES {
            return Err(unwritable(record, TOO_LONG));
        }
        Ok(row)
    }
}

/// Writes records that are all in memory.
pub(in crate::ingest::format) fn write<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    mut writer: impl Write,
) -> io::Result<()> {
    let records: Vec<&Record> = records.into_iter().collect();
    let mut columns = Columns::new();
    for record in &records {
        columns.add(record)?;
    }
    let (table, header) = columns.finish()?;
    writer.write_all(&header)?;
    for record in &records {
        writer.write_all(&table.row(record)?)?;
    }
    writer.flush()
}

fn cells(record: &Record) -> io::Result<HashMap<Path, String>> {
    flatten::cells(record).map_err(|reason| unwritable(record, &reason))
}

/// One row with its line break.
fn line(cells: impl Iterator<Item = String>) -> io::Result<Vec<u8>> {
    let mut row = ::csv::Writer::from_writer(Vec::new());
    row.write_record(cells.map(String::into_bytes))?;
    row.into_inner()
        .map_err(|error| io::Error::other(error.to_string()))
}
