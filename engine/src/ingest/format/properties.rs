//! Writing and reading are each other's inverse, for any valid records.

use std::io::{BufReader, Cursor};

use domain::record::Record;
use proptest::collection::vec;
use proptest::prelude::*;

use super::samples::record;
use super::{Format, read, write};

fn text_of(format: Format, records: &[Record]) -> Vec<u8> {
    let mut text = Vec::new();
    write(format, records, &mut text).unwrap();
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_reads_as_the_same_records_and_is_written_as_the_same_bytes(
        records in vec(record(), 0..5),
        buffer in 1..200_usize,
    ) {
        for format in [Format::JsonLines, Format::Csv] {
            let text = text_of(format, &records);
            let reader = BufReader::with_capacity(buffer, Cursor::new(&text));
            let rows = read(format, reader).map(|row| row.unwrap().record);
            let back = rows.collect::<Result<Vec<_>, _>>();
            prop_assert_eq!(back.as_ref(), Ok(&records));
            prop_assert_eq!(text_of(format, &back.unwrap()), text);
        }
    }

    #[test]
    fn a_damaged_file_gives_rows_and_no_panic(
        records in vec(record(), 1..3),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for format in [Format::JsonLines, Format::Csv] {
            let mut text = text_of(format, &records);
            for (place, byte) in &damage {
                *place.get_mut(&mut text) = *byte;
            }
            let lines = 1 + text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            for row in read(format, text.as_slice()) {
                let row = row.unwrap();
                prop_assert!((1..=lines).contains(&row.line));
            }
        }
    }
}
