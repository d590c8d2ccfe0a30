//! Texts as cells of a table.

use std::borrow::Cow;

use crate::ingest::format::guarded;

/// A text as a cell: what a spreadsheet would run as a formula or read as two cells is quoted.
pub(super) fn cell(text: &str) -> String {
    match guarded(text) {
        Cow::Borrowed(text) if !text.contains([',', '"', '\n', '\r']) => text.to_owned(),
        text => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_misread_are_quoted() {
        let check = |text: &str, expected: &str| assert_eq!(cell(text), expected);
        check("pricing--smb--en", "pricing--smb--en");
        check("a,b", "\"a,b\"");
        check("say \"no\"", "\"say \"\"no\"\"\"");
        check("=cmd()", "\"'=cmd()\"");
    }
}
