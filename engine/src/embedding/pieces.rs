//! Texts longer than a model's window, for models whose tokenizer is not at hand.

/// How many tokens texts have together, by estimate.
pub(super) fn estimate(texts: &[String]) -> u64 {
    let tokens = texts.iter().map(|text| tokens(text));
    tokens.sum::<usize>().try_into().unwrap_or(u64::MAX)
}

/// A token for every four ASCII characters and for every other character: little below for English, above for languages
/// with accents, about right for Chinese.
pub(super) fn tokens(text: &str) -> usize {
    let other = text.chars().filter(|c| !c.is_ascii()).count();
    let ascii = text.chars().filter(char::is_ascii).count();
    ascii.div_ceil(4) + other
}

/// Splits a text into pieces of at most `window` tokens by estimate, between words where that is possible. Nothing but
/// white space at the ends of pieces is lost.
pub(super) fn split(text: &str, window: usize) -> Vec<&str> {
    let window = window.max(1);
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while tokens(rest) > window {
        let (mut ascii, mut other) = (0_usize, 0_usize);
        let mut end = rest.len();
        let mut gap = None;
        for (at, character) in rest.char_indices() {
            if character.is_ascii() {
                ascii += 1;
            } else {
                other += 1;
            }
            if at > 0 && ascii.div_ceil(4) + other > window {
                end = at;
                break;
            }
            if character.is_whitespace() {
                gap = Some(at);
            }
        }
        let end = gap.filter(|gap| *gap > 0).unwrap_or(end);
        let (piece, remaining) = rest.split_at(end);
        pieces.push(piece.trim_end());
        rest = remaining.trim_start();
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, window: usize, expected: &[&str]) {
        assert_eq!(split(text, window), expected);
    }

    #[test]
    fn texts_are_split_between_words_where_that_is_possible() {
        check("one two three four", 100, &["one two three four"]);
        check("one two three four", 2, &["one two", "three", "four"]);
        check("unbreakable", 1, &["unbr", "eaka", "ble"]);
        check("日本語のテキスト", 3, &["日本語", "のテキ", "スト"]);
        check("", 3, &[""]);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_nothing_but_white_space_is_lost(text in "\\PC{0,200}", window in 1_usize..20) {
            let pieces = split(&text, window);
            for piece in &pieces {
                prop_assert!(tokens(piece) <= window || piece.chars().count() == 1, "{piece:?}");
            }
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(bare(&pieces.concat()), bare(&text));
        }
    }
}
