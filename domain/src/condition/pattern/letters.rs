//! Which letters are the same when case is disregarded.

/// Letters of one case folding that lower and upper case alone do not lead to.
const RELATED: &[&str] = &[
    "kK\u{212a}",
    "sSſ",
    "åÅ\u{212b}",
    "σΣς",
    "μΜµ",
    "ßẞ",
    "βΒϐ",
    "εΕϵ",
    "θΘϑϴ",
    "κΚϰ",
    "πΠϖ",
    "ρΡϱ",
    "φΦϕ",
    "ωΩ\u{2126}",
];

/// Adds the letters that differ from `letter` in case only.
pub(super) fn related(letter: char, output: &mut String) {
    let lower = |it: char| single(it.to_lowercase());
    let small = lower(letter);
    let candidates = [
        Some(small),
        Some(single(letter.to_uppercase())),
        Some(single(small.to_uppercase())),
    ];
    let same = candidates
        .into_iter()
        .flatten()
        .filter(|it| *it != letter && lower(*it) == small)
        .filter(|it| *it != char::REPLACEMENT_CHARACTER);
    output.extend(same);
    for group in RELATED.iter().filter(|group| group.contains(letter)) {
        output.push_str(group);
    }
}

/// The only character; the replacement character, which has no case, when there are several.
pub(super) fn single(mut characters: impl Iterator<Item = char>) -> char {
    match (characters.next(), characters.next()) {
        (Some(only), None) => only,
        _ => char::REPLACEMENT_CHARACTER,
    }
}
