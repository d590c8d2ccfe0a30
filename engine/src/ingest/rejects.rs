//! What is wrong with a file, as a table for whoever has to mend it.

use std::io::{self, Write};

use domain::record::RecordKind;

use super::Rejection;
use super::format::guarded;

/// The first row, behind a byte order mark, without which Excel takes the letters for another
/// encoding's.
const HEADER: &str = "\u{feff}line,kind,name,field,problem,row\n";

/// Writes rejections as the rows of a CSV file, each with the beginning of the bad row itself; `first` puts the names of the columns before them.
/// Words of the file that a spreadsheet would run as a formula carry an apostrophe in front.
///
/// # Errors
/// The writer's.
pub fn write_rejects(
    rejections: &[Rejection],
    first: bool,
    mut writer: impl Write,
) -> io::Result<()> {
    if first {
        writer.write_all(HEADER.as_bytes())?;
    }
    let mut table = csv::Writer::from_writer(writer);
    for rejection in rejections {
        table.write_record([
            rejection.line.to_string().as_str(),
            rejection.kind.map_or("", RecordKind::as_str),
            &guarded(&rejection.name),
            &guarded(&rejection.problem.field),
            &guarded(&rejection.problem.message),
            &guarded(&rejection.row),
        ])?;
    }
    table.flush()
}

#[cfg(test)]
mod tests {
    use domain::Problem;

    use super::*;

    #[test]
    fn no_word_of_a_bad_file_becomes_a_formula() {
        let rejection = |field: &str, message: &str| Rejection {
            line: 7,
            kind: Some(RecordKind::Segment),
            name: "=smb".to_owned(),
            row: "@segment,\"smb\"".to_owned(),
            problem: Problem {
                field: field.to_owned(),
                message: message.to_owned(),
            },
        };
        let mut written = Vec::new();
        let rejections = [
            rejection("=HYPERLINK(\"https://evil.example\")", "is unknown"),
            rejection("name", "+1, \"two\""),
        ];
        write_rejects(&rejections, true, &mut written).unwrap();
        write_rejects(&rejections[1..], false, &mut written).unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "\u{feff}line,kind,name,field,problem,row\n\
             7,segment,'=smb,\"'=HYPERLINK(\"\"https://evil.example\"\")\",is unknown,\"'@segment,\"\"smb\"\"\"\n\
             7,segment,'=smb,name,\"'+1, \"\"two\"\"\",\"'@segment,\"\"smb\"\"\"\n\
             7,segment,'=smb,name,\"'+1, \"\"two\"\"\",\"'@segment,\"\"smb\"\"\"\n"
        );
    }
}
