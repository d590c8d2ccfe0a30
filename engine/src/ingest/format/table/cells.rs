//! A stream of CSV bytes becomes rows of cells.
//!
//! Written here, because a row must be refused once it passes its limit, before memory holds it, and
//! must know the line on which it starts, blank lines and Windows line breaks before it included.
//! In what the cells are, it agrees with the `csv` crate byte for byte.

use std::io::{self, BufRead};
use std::str::Utf8Error;

use crate::ingest::format::{EXCERPT_BYTES, MAX_ROW_BYTES};

/// Splits a table into rows and cells.
pub(super) struct Splitter<R> {
    reader: R,
    separator: u8,
    /// The number of the line that the next byte is on.
    line: usize,
    /// Whether the byte before was a carriage return, with which a line feed is one line break.
    after_return: bool,
}

/// The cells of one row. Reused from row to row.
#[derive(Default)]
pub(super) struct Cells {
    /// The line on which the row starts, from 1.
    pub(super) line: usize,
    /// Why the cells are not to be used.
    pub(super) fault: Option<Fault>,
    /// The cells' contents one after the other.
    bytes: Vec<u8>,
    /// Where each cell ends in `bytes`.
    ends: Vec<usize>,
    /// Bytes of the row in the file.
    size: usize,
    /// The first of them.
    raw: Vec<u8>,
}

/// What makes a row unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It has more bytes than a row may have.
    TooLong,
    /// The file ends inside a quoted cell.
    OpenQuote {
        /// The line on which the quote opens.
        line: usize,
    },
}

#[derive(Clone, Copy)]
enum State {
    /// Between rows.
    Before,
    /// At the start of a cell.
    Start,
    /// In a cell without quotes, or behind those that closed.
    Plain,
    /// In a quoted cell.
    Quoted,
    /// Behind a quote inside a quoted cell: half of a doubled one, or the closing one.
    Quote,
}

impl<R: BufRead> Splitter<R> {
    pub(super) fn new(reader: R, separator: u8) -> Self {
        Self {
            reader,
            separator,
            line: 1,
            after_return: false,
        }
    }

    /// Reads the next row that is not a blank line; `false` at the end of the table.
    pub(super) fn read(&mut self, cells: &mut Cells) -> io::Result<bool> {
        cells.clear();
        let mut state = State::Before;
        let mut quote_line = 0;
        loop {
            let chunk = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if chunk.is_empty() {
                return Ok(cells.end_of_file(state, quote_line));
            }
            let length = chunk.len();
            for (index, &byte) in chunk.iter().enumerate() {
                let line = self.line;
                self.line += usize::from(byte == b'\r' || (byte == b'\n' && !self.after_return));
                self.after_return = byte == b'\r';
                let breaks = matches!(byte, b'\r' | b'\n');
                if matches!(state, State::Before) {
                    if breaks {
                        continue;
                    }
                    cells.line = line;
                    state = State::Start;
                }
                state = match (state, byte) {
                    (State::Quoted, b'"') => State::Quote,
                    (State::Quote, b'"') | (State::Quoted, _) => {
                        cells.push(byte);
                        State::Quoted
                    }
                    _ if breaks => {
                        cells.end_cell();
                        self.reader.consume(index + 1);
                        return Ok(true);
                    }
                    _ if byte == self.separator => {
                        cells.end_cell();
                        State::Start
                    }
                    (State::Start, b'"') => {
                        quote_line = line;
                        State::Quoted
                    }
                    _ => {
                        cells.push(byte);
                        State::Plain
                    }
                };
                cells.grow(byte);
            }
            self.reader.consume(length);
        }
    }
}

impl Cells {
    /// How many cells the row has.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The row's first bytes in the file.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether every cell is empty.
    pub(super) fn are_blank(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The text of a cell.
    pub(super) fn text(&self, cell: usize) -> Result<&str, Utf8Error> {
        let start = cell.checked_sub(1).map_or(0, |before| self.ends[before]);
        std::str::from_utf8(&self.bytes[start..self.ends[cell]])
    }

    /// The texts of all cells.
    pub(super) fn texts(&self) -> impl Iterator<Item = Result<&str, Utf8Error>> {
        (0..self.len()).map(|cell| self.text(cell))
    }

    fn clear(&mut self) {
        self.fault = None;
        self.bytes.clear();
        self.ends.clear();
        self.size = 0;
        self.raw.clear();
    }

    fn push(&mut self, byte: u8) {
        if self.fault.is_none() {
            self.bytes.push(byte);
        }
    }

    fn end_cell(&mut self) {
        if self.fault.is_none() {
            self.ends.push(self.bytes.len());
        }
    }

    /// Counts a byte of the row, and forgets the row once it is too long.
    fn grow(&mut self, byte: u8) {
        self.size += 1;
        if self.raw.len() < EXCERPT_BYTES {
            self.raw.push(byte);
        }
        if self.size > MAX_ROW_BYTES {
            self.fault = Some(Fault::TooLong);
        }
    }

    fn end_of_file(&mut self, state: State, quote_line: usize) -> bool {
        match state {
            State::Before => return false,
            State::Quoted => self.fault = Some(Fault::OpenQuote { line: quote_line }),
            State::Start | State::Plain | State::Quote => self.end_cell(),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(table: &[u8], separator: u8) -> Vec<(usize, Option<Fault>, Vec<Vec<u8>>)> {
        let mut splitter = Splitter::new(table, separator);
        let mut cells = Cells::default();
        let mut rows = Vec::new();
        while splitter.read(&mut cells).unwrap() {
            let mut start = 0;
            let row = cells.ends.iter().map(|end| {
                let cell = cells.bytes[start..*end].to_vec();
                start = *end;
                cell
            });
            rows.push((cells.line, cells.fault, row.collect()));
        }
        rows
    }

    #[test]
    fn a_row_knows_the_line_on_which_it_starts() {
        let check = |table: &str, expected: &[usize]| {
            let lines: Vec<usize> = rows(table.as_bytes(), b',')
                .iter()
                .map(|row| row.0)
                .collect();
            assert_eq!(lines, expected, "{table:?}");
        };
        check("a,b\nc,d\n", &[1, 2]);
        check("a,b\r\nc,d\r\ne", &[1, 2, 3]);
        check("\n\r\n\na\n\n\nb", &[4, 7]);
        check("a,\"one\ntwo\r\nthree\"\nb", &[1, 4]);
        check("a\rb\r\rc", &[1, 2, 4]);
    }

    #[test]
    fn a_quote_that_is_never_closed_says_where_it_opens() {
        let check = |table: &str, expected: Option<Fault>| {
            let last = rows(table.as_bytes(), b',').pop().unwrap();
            assert_eq!(last.1, expected, "{table:?}");
        };
        check("a\nb,\"c\nd,\"\"e\n", Some(Fault::OpenQuote { line: 2 }));
        check("a\nb,\"c\nd\"", None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn the_cells_are_those_of_the_csv_crate(
            table in proptest::collection::vec(
                prop_oneof![Just(b'"'), Just(b','), Just(b';'), Just(b'\n'), Just(b'\r'), any::<u8>()],
                0..40,
            ),
            separator in prop_oneof![Just(b','), Just(b';')],
        ) {
            let own = rows(&table, separator);
            // The crate takes a byte order mark away, here that is done before.
            prop_assume!(!table.starts_with(b"\xef\xbb\xbf"));
            let theirs: Vec<Vec<Vec<u8>>> = ::csv::ReaderBuilder::new()
                .delimiter(separator)
                .has_headers(false)
                .flexible(true)
                .from_reader(table.as_slice())
                .into_byte_records()
                .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
                .collect();
            prop_assert_eq!(own.len(), theirs.len());
            for (own, theirs) in own.into_iter().zip(theirs) {
                // The crate takes the cells of a row whose last quote stays open, here they are not used.
                prop_assert!(own.1.is_some() || own.2 == theirs);
            }
        }
    }
}
