//! Campaign terms: the words an advertisement was bought for.

use std::fmt;

use xxhash_rust::xxh3::xxh3_128;

/// Longest term in characters; what lies beyond is not read.
const MAX_CHARS: usize = 80;

/// A campaign term in its normalised spelling: lower case, single spaces, at most 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term(Box<str>);

/// A term's hash, which stands for it in cache keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermHash(u128);

impl Term {
    /// Normalises what a visitor's address carried; `None` when no word is left.
    ///
    /// Case is folded, every run of separators becomes one space, match-type marks (`[x]`, `"x"`,
    /// `+x`) fall away, and so do placeholders an advertising platform failed to fill (`{keyword}`).
    pub fn normalise(raw: &str) -> Option<Self> {
        if raw.contains(['{', '}']) {
            return None;
        }
        let mut term = String::new();
        let mut chars = 0;
        for c in raw.chars().flat_map(char::to_lowercase) {
            let kept = c.is_alphanumeric() || matches!(c, '\'' | '&' | '#' | '.');
            if kept {
                term.push(c);
            } else if !term.is_empty() && !term.ends_with(' ') {
                term.push(' ');
            }
            chars += 1;
            if chars >= MAX_CHARS {
                break;
            }
        }
        let term = term.trim_matches([' ', '.', '\'', '&']);
        let has_word = term.chars().any(char::is_alphabetic);
        has_word.then(|| Self(term.into()))
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
        check("Größe & Maß", Some("größe & maß"));
        check("c# .net", Some("c# .net"));
        check("{keyword}", None);
        check("12345", None);
        check("---", None);
        check("", None);
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent_and_bounded(raw in "\\PC{0,200}") {
            if let Some(term) = Term::normalise(&raw) {
                prop_assert!(term.as_str().chars().count() <= MAX_CHARS);
                prop_assert_eq!(Term::normalise(term.as_str()), Some(term));
            }
        }
    }
}
