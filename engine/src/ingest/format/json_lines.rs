//! JSON lines: one record a line.

use std::io::{self, BufRead, Read, Write};

use domain::record::Record;
use serde_json::Value;

use super::{BYTE_ORDER_MARK, MAX_ROW_BYTES, NOT_UTF8, Row, TOO_LONG, strict_json, unwritable};

/// Reads lines, holding one of them in memory.
pub(super) struct Rows<R> {
    reader: R,
    line: usize,
    buffer: Vec<u8>,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            line: 0,
            buffer: Vec::new(),
        }
    }

    pub(super) fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            self.buffer.clear();
            // One byte more than a row may have, for the line break.
            let mut bounded = self.reader.by_ref().take(MAX_ROW_BYTES as u64 + 1);
            if bounded.read_until(b'\n', &mut self.buffer)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if self.buffer.len() > MAX_ROW_BYTES && !self.buffer.ends_with(b"\n") {
                self.reader.skip_until(b'\n')?;
                let row = Row::refused(self.line, "", TOO_LONG);
                return Ok(Some(row.spelt(&self.buffer)));
            }
            let line = self.buffer.as_slice();
            let line = match self.line {
                1 => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line),
                _ => line,
            };
            if !line.trim_ascii().is_empty() {
                return Ok(Some(row(line, self.line).spelt(line)));
            }
        }
    }
}

fn row(line: &[u8], number: usize) -> Row {
    let Ok(text) = std::str::from_utf8(line) else {
        return Row::refused(number, "", NOT_UTF8);
    };
    match strict_json::parse(text, number, "write each record on a line of its own") {
        Ok(json) => Row::decoded(number, json),
        Err(problem) => Row::undecoded(number, &Value::Null, vec![problem]),
    }
}

/// Writes each record as a line.
pub(super) fn write<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    mut writer: impl Write,
) -> io::Result<()> {
    for record in records {
        writer.write_all(&line(record)?)?;
    }
    writer.flush()
}

/// A record as a line, its line break included.
pub(in crate::ingest) fn line(record: &Record) -> io::Result<Vec<u8>> {
    let mut line =
        serde_json::to_vec(record).map_err(|error| unwritable(record, &error.to_string()))?;
    if line.len() > MAX_ROW_BYTES {
        return Err(unwritable(record, TOO_LONG));
    }
    line.push(b'\n');
    Ok(line)
}
