//! Records become a table.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use domain::record::Record;

use super::columns::Path;
use super::flatten;
use crate::ingest::format::{BYTE_ORDER_MARK, MAX_ROW_BYTES, TOO_LONG, unwritable};

/// Writes the table, in two passes: the first finds the columns, the second fills them.
pub(in crate::ingest::format) fn write<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    mut writer: impl Write,
) -> io::Result<()> {
    let records: Vec<&Record> = records.into_iter().collect();
    let mut columns = HashSet::from([Path::kind()]);
    for record in &records {
        columns.extend(cells(record)?.into_keys());
    }
    let mut columns: Vec<Path> = columns.into_iter().collect();
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
    writer.write_all(BYTE_ORDER_MARK)?;
    writer.write_all(&header)?;
    for record in &records {
        let mut cells = cells(record)?;
        let row = line(
            columns
                .iter()
                .map(|column| cells.remove(column).unwrap_or_default()),
        )?;
        if row.len() > MAX_ROW_BYTES {
            return Err(unwritable(record, TOO_LONG));
        }
        writer.write_all(&row)?;
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
