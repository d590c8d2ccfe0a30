//! The small engine against the full one.

use proptest::prelude::*;

use super::letters::single;
use super::small::{UNTRIED, compile};
use super::{full, translate};

/// What the small engine says where it says anything is what the full one says.
fn check(pattern: &str, ignore_case: bool, text: &str) -> Result<(), String> {
    let Ok(translated) = translate(pattern) else {
        return Ok(());
    };
    let Ok(small) = compile(&translated, ignore_case) else {
        return Ok(());
    };
    let full = full::compile(&translated, ignore_case)
        .map_err(|error| format!("only the small engine takes {pattern:?}: {error}"))?;
    if small.is_match(text) == full.is_match(text) {
        Ok(())
    } else {
        Err(format!("{pattern:?} on {text:?} with case {ignore_case}"))
    }
}

fn any_letter() -> impl Strategy<Value = char> {
    // Latin as languages of today write it, Greek, and Cyrillic.
    let scripts = prop_oneof![
        proptest::char::range('\u{80}', '\u{17f}'),
        proptest::char::range('\u{386}', '\u{3ce}'),
        proptest::char::range('\u{400}', '\u{45f}'),
    ];
    scripts.prop_filter("a letter", |it| it.is_alphabetic())
}

#[test]
fn common_patterns_are_tried_in_the_browser_as_on_the_server() {
    let texts = [
        "",
        "sale",
        "the sale ends",
        "Ablösen",
        "ABLÖSEN",
        "42",
        "٤٢",
        "a-b_1",
        "é",
        "\u{a0}",
        " x ",
        "{{name}}",
        "[&a~",
        "<b>",
        "https://example.com/a?b=c",
        "Straße",
        "ΣΑΣ",
        "σας",
        "\u{212a}",
        "ſ",
        "\u{8}",
        "AB",
        "ab",
        "2026-11",
        "\n",
        "enterprise-autumn",
    ];
    for pattern in [
        r"^\d+$",
        r"^[\w-]+$",
        r"^\w$",
        r"\bsale\b",
        r"\bé",
        r"^[^\d]$",
        r"^\D\W$",
        r"^{{name}}$",
        r"^[[&&a~~]+$",
        r"\<b\>",
        r"https?:\/\/",
        "[]",
        "^[^]$",
        r"[\b]",
        r"\u0041\x42",
        r"(?<year>\d{4})-(?:\d\d)",
        "ablösen|wechsel",
        "^[ä-ü]+$",
        r"^\s*x\s*$",
        r"^\S+$",
        r"^[\S]$",
        r"^[^\s]+$",
        "straße",
        "^σας$",
        "^[k]$",
        "^s$",
        r"^[\W]$",
        r"^[\w]$",
        r"^\w+$",
        r"^\W+$",
        r"\u00e9",
        "^enterprise",
        "(^|-)(food|grocery)(-|$)",
        "a{2}|b{1,}",
    ] {
        for ignore_case in [false, true] {
            let translated = translate(pattern).unwrap();
            assert!(compile(&translated, ignore_case).is_ok(), "{pattern}");
            for text in texts {
                check(pattern, ignore_case, text).unwrap();
            }
        }
    }
}

#[test]
fn what_needs_tables_is_left_to_the_server() {
    for pattern in [r"\p{L}", r"\B", "(?i)a", "[a--b]"] {
        let translated = translate(pattern).unwrap();
        assert_eq!(
            compile(&translated, false).unwrap_err(),
            UNTRIED,
            "{pattern}"
        );
    }
}

#[test]
fn a_pattern_that_breaks_off_is_refused() {
    for pattern in [
        "[a-", r"[^\b-", r"[\d-", "[", "[^", r"[a\", r"\x", r"\u00", r"[\x{", "(?", "(?<",
    ] {
        let translated = translate(pattern).unwrap();
        for ignore_case in [false, true] {
            assert!(compile(&translated, ignore_case).is_err(), "{pattern}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn both_engines_find_the_same(
        pattern in r"([\[\](){}?*+|^$.,&~\-\\<=!:abdwksDWS01éÄß]|\\s|\\S|\\w|\\b|\\u00e4|a-z|À-ÿ|\[\^|\\d){0,12}",
        text in "[abkKsSſ\u{212a}éÉäÄßẞ01_ \u{a0}\\-\n&~]{0,6}",
        ignore_case in any::<bool>(),
    ) {
        if let Err(difference) = check(&pattern, ignore_case, &text) {
            prop_assert!(false, "{}", difference);
        }
    }

    #[test]
    fn letters_beyond_ascii_are_found_in_any_case(letter in any_letter(), other in any_letter(), set in any::<bool>()) {
        let pattern = if set { format!("^[{letter}]$") } else { format!("^{letter}$") };
        let cases = [letter, other, single(letter.to_lowercase()), single(letter.to_uppercase())];
        for text in cases {
            if let Err(difference) = check(&pattern, true, &text.to_string()) {
                prop_assert!(false, "{}", difference);
            }
        }
    }
}
