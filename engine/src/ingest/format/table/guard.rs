//! Keeping spreadsheets from running a text as a formula, without losing a character.

use std::borrow::Cow;

/// What a text starts with that a spreadsheet may take for a formula, once it has dropped what it
/// does not show.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a cell: with an apostrophe before it when it is a formula, behind apostrophes or not.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text of a cell: the inverse of [`guarded`].
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_formulas_get_an_apostrophe() {
        let check = |text: &str, cell: &str| assert_eq!(guarded(text), cell);
        check("=1+1", "'=1+1");
        check("-5 %", "'-5 %");
        check("＝1", "'＝1");
        check("'=1+1", "''=1+1");
        check("''@x", "'''@x");
        check("'quoted'", "'quoted'");
        check("a=b", "a=b");
        check("'", "'");
        check("", "");
    }

    proptest! {
        #[test]
        fn guarding_is_safe_and_loses_nothing(text in "['=+@\t\r\n\\-a]{0,6}|\\PC{0,20}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(FORMULA));
            prop_assert_eq!(unguarded(&cell), text.as_str());
        }
    }
}
