//! Campaign terms: the words an advertisement was bought for.

use std::borrow::Cow;
use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

/// Longest term in characters; a word that would pass it is left out, and so is what follows.
const MAX_CHARS: usize = 80;
/// Longest word in characters; what is longer is none.
const MAX_WORD: usize = 50;
/// Most characters read of what the address carried.
const MAX_READ: usize = 400;
/// Shortest identifier of a click, in characters.
const MIN_IDENTIFIER: usize = 16;
/// From this many digits on a number is an advertisement's or a campaign's, and no year or size.
const MIN_ID_DIGITS: usize = 5;
/// What platforms write where they know no term.
const NO_TERM: [&str; 5] = ["not provided", "not set", "none", "null", "undefined"];
/// Marks that belong to a word, but not at either end of it.
const INNER_MARKS: [char; 3] = ['.', '\'', '&'];

/// A campaign term in its normalised spelling: lower case, single spaces, at most 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term(Box<str>);

/// A term's hash, which stands for it in cache keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermHash(u128);

impl Term {
    /// Normalises what a visitor's address carried; `None` when no word is left.
    ///
    /// Case is folded, every run of separators becomes one space, and match-type marks (`[x]`,
    /// `"x"`, `+x`) fall away. So does what tracking leaves behind and no person searched for:
    /// placeholders an advertising platform failed to fill (`{keyword}`, `__CAMPAIGN_NAME__`),
    /// identifiers of clicks (`gclid`s, UUIDs), numbers of advertisements and targets
    /// (`kwd-29847562`), and words for the absence of a term (`(not provided)`).
    pub fn normalise(raw: &str) -> Option<Self> {
        let lower: String = without_placeholders(raw)
            .take(MAX_READ)
            .flat_map(char::to_lowercase)
            .collect();
        let mut term = String::new();
        let mut chars = 0;
        let chunks = lower.split(ends_chunk).filter(|chunk| !is_junk(chunk));
        for word in chunks.flat_map(words) {
            let length = word.chars().count();
            if is_identifier(word) || is_number(word) || length > MAX_WORD {
                continue;
            }
            let space = usize::from(!term.is_empty());
            chars += space + length;
            if chars > MAX_CHARS {
                break;
            }
            if space > 0 {
                term.push(' ');
            }
            term.push_str(word);
        }
        let has_word = term.chars().any(char::is_alphabetic);
        (has_word && !NO_TERM.contains(&&*term)).then(|| Self(term.into()))
    }

    /// The normalised words.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that stands for the term in cache keys.
    pub fn hash(&self) -> TermHash {
        TermHash(xxh3_128(self.0.as_bytes()))
    }
}

/// A text without what was drawn for one click or one person: identifiers and mail addresses.
pub(crate) fn without_identifiers(text: &str) -> Cow<'_, str> {
    let tells = |chunk: &str| chunk.contains('@') || is_identifier(chunk);
    if !text.split(ends_chunk).any(tells) {
        return Cow::Borrowed(text);
    }
    let kept: Vec<&str> = text
        .split(ends_chunk)
        .filter(|chunk| !tells(chunk))
        .collect();
    Cow::Owned(kept.join(" ").trim().to_owned())
}

/// The characters outside `{…}`. What opens and does not close is cut off to its end.
fn without_placeholders(raw: &str) -> impl Iterator<Item = char> + '_ {
    let mut depth = 0_usize;
    raw.chars().filter_map(move |c| match c {
        '{' => {
            depth += 1;
            Some(' ')
        }
        '}' => {
            depth = depth.saturating_sub(1);
            Some(' ')
        }
        _ => (depth == 0).then_some(c),
    })
}

/// Whether a piece of tracking may end here. Identifiers contain `-`, `_` and the like.
fn ends_chunk(c: char) -> bool {
    c.is_whitespace() || matches!(c, '+' | ',' | ';' | '|' | '/' | '(' | ')' | '[' | ']' | '"')
}

/// Whether a chunk is, as a whole, nothing that a person wrote.
fn is_junk(chunk: &str) -> bool {
    let placeholder = chunk.len() > 4 && chunk.starts_with("__") && chunk.ends_with("__");
    // `kwd-29847562`, `adid_12345678`: a number and what it is the number of.
    let names_number = words(chunk).any(is_number)
        && words(chunk).all(|word| is_number(word) || word.chars().count() <= 4);
    placeholder || names_number || is_identifier(chunk)
}

fn words(chunk: &str) -> impl Iterator<Item = &str> {
    chunk
        .split(|c: char| !(c.is_alphanumeric() || c == '#' || INNER_MARKS.contains(&c)))
        .map(|word| {
            let word = word.trim_end_matches(INNER_MARKS);
            // `.net` begins with its dot.
            word.trim_start_matches(|c| c != '.' && INNER_MARKS.contains(&c))
        })
        .filter(|word| !word.is_empty())
}

/// Whether this is a number too long for a year, a size or a count.
fn is_number(word: &str) -> bool {
    word.len() >= MIN_ID_DIGITS && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this looks drawn by lot: long, and changing between letters and digits all the time, or
/// made of hexadecimal digits only.
fn is_identifier(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric).count();
    if letters < MIN_IDENTIFIER || !text.is_ascii() {
        return false;
    }
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let changes = text.as_bytes().windows(2).filter(|pair| {
        let digit = |at: usize| pair[at].is_ascii_digit();
        pair.iter().all(u8::is_ascii_alphanumeric) && digit(0) != digit(1)
    });
    hexadecimal || changes.count() >= 4
}

impl fmt::Display for TermHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(raw: &str, expected: Option<&str>) {
        assert_eq!(
            Term::normalise(raw).as_ref().map(Term::as_str),
            expected,
            "{raw:?}"
        );
    }

    #[test]
    fn a_term_has_one_spelling() {
        check("Enterprise+SSO", Some("enterprise sso"));
        check("  enterprise__sso ", Some("enterprise sso"));
        check("[fleet tracking]", Some("fleet tracking"));
        check("\"fleet-tracking\"", Some("fleet tracking"));
        check("Größe & Maß", Some("größe maß"));
        check("R&D", Some("r&d"));
        check("c# .net", Some("c# .net"));
        check("24/7 van repair 2026", Some("24 7 van repair 2026"));
        check("spring-sale_cold-chain", Some("spring sale cold chain"));
        check("Donaudampfschifffahrt", Some("donaudampfschifffahrt"));
        check("---", None);
        check("", None);
    }

    #[test]
    fn what_tracking_leaves_behind_is_no_term() {
        check("{keyword}", None);
        check("{{ad.name}}", None);
        check("{keyword:Cold Chain} monitoring", Some("monitoring"));
        check("cold chain {matchtype", Some("cold chain"));
        check("__CAMPAIGN_NAME__", None);
        check("(not provided)", None);
        check("(not set)", None);
        check("undefined", None);
        check("12345", None);
        check("120211234567890 cold chain", Some("cold chain"));
        check(
            "spring_cold-chain_120211234567890",
            Some("spring cold chain"),
        );
        check("kwd-298475621:aud-1189", None);
        check("adid_9981234", None);
        check("gclid=Cj0KCQjwq7syBhC9ARIsAKqDYSkxT2fXbQ_w", None);
        check("cold chain CjwKCAiA9vS6BhA9EiwAJpnXw3n", Some("cold chain"));
        check("IwAR2xF9Zq71Lk3vYb8_aem_th", None);
        check("3f2504e0-4f89-11d3-9a0c-0305e82c3301", None);
        check("9e107d9d372bb6826bd81d3542a419d6", None);
        // Words of people, long and numbered as they may be.
        check(
            "SpringSale2026ColdChainMonitoring",
            Some("springsale2026coldchainmonitoring"),
        );
        check("e-bike b2b 3pl", Some("e bike b2b 3pl"));
    }

    #[test]
    fn a_long_term_ends_with_a_whole_word() {
        let word = "refrigerated ";
        check(&word.repeat(20), Some(word.repeat(6).trim_end()));
        check(&format!("cold {}", "x".repeat(60)), Some("cold"));
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent_and_bounded(
            raw in r"(\PC{0,200}|([a-fA-F0-9_.'+ -]|kwd|[{}(\[]){0,120})"
        ) {
            if let Some(term) = Term::normalise(&raw) {
                prop_assert!(term.as_str().chars().count() <= MAX_CHARS);
                prop_assert_eq!(Term::normalise(term.as_str()), Some(term));
            }
        }
    }
}
