//! Languages and how one falls back to another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A language, optionally with a region: `de`, `pt-BR`, `es-419`.
///
/// Small and `Copy`, so that cache keys can carry it without allocating.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale {
    bytes: [u8; 8],
}

/// A text that is not a locale.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a locale: use a language such as de, optionally with a region, as in de-AT")]
pub struct LocaleError(String);

impl Locale {
    /// The locale in its canonical form, `de-AT`.
    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|b| *b == 0).unwrap_or(8);
        // Only ASCII is ever stored, see `from_str`.
        std::str::from_utf8(&self.bytes[..end]).unwrap_or_default()
    }

    /// The language without the region: `de` for `de-AT`.
    #[must_use]
    pub fn language(&self) -> Self {
        let mut bytes = self.bytes;
        if let Some(hyphen) = bytes.iter().position(|b| *b == b'-') {
            bytes[hyphen..].fill(0);
        }
        Self { bytes }
    }

    /// Whether the locale names a region.
    pub fn has_region(&self) -> bool {
        self.bytes.contains(&b'-')
    }

    /// The locales to look in, nearest first: itself, its language, the site's default.
    ///
    /// `de-AT` with default `en` gives `de-AT`, `de`, `en`.
    pub fn fallbacks(self, default: Self) -> impl Iterator<Item = Self> {
        let language = self.language();
        [
            Some(self),
            (language != self).then_some(language),
            (default != self && default != language).then_some(default),
        ]
        .into_iter()
        .flatten()
    }

    /// The one of `contents` that is shown to those who asked for this locale, by its own locale: the
    /// nearest of [`Self::fallbacks`], else the first; `None` when there is none at all.
    pub fn content_in<T>(self, contents: &BTreeMap<Self, T>, default: Self) -> Option<(Self, &T)> {
        self.fallbacks(default)
            .find_map(|locale| contents.get_key_value(&locale))
            .or_else(|| contents.first_key_value())
            .map(|(locale, content)| (*locale, content))
    }
}

impl Default for Locale {
    /// English, the language of a site that says nothing else.
    fn default() -> Self {
        Self {
            bytes: *b"en\0\0\0\0\0\0",
        }
    }
}

impl FromStr for Locale {
    type Err = LocaleError;

    fn from_str(text: &str) -> Result<Self, LocaleError> {
        let refuse = || LocaleError(text.chars().take(20).collect());
        let (language, region) = match text.split_once(['-', '_']) {
            Some((language, region)) => (language, Some(region)),
            None => (text, None),
        };
        let letters = |s: &str| s.bytes().all(|b| b.is_ascii_alphabetic());
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        let language_fits = matches!(language.len(), 2 | 3) && letters(language);
        let region_fits =
            region.is_none_or(|r| (r.len() == 2 && letters(r)) || (r.len() == 3 && digits(r)));
        if !language_fits || !region_fits {
            return Err(refuse());
        }
        let mut canonical = language.to_ascii_lowercase();
        if let Some(region) = region {
            canonical.push('-');
            canonical.push_str(&region.to_ascii_uppercase());
        }
        let mut bytes = [0; 8];
        bytes[..canonical.len()].copy_from_slice(canonical.as_bytes());
        Ok(Self { bytes })
    }
}

impl TryFrom<String> for Locale {
    type Error = LocaleError;

    fn try_from(text: String) -> Result<Self, LocaleError> {
        text.parse()
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.as_str().to_owned()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn a_locale_has_one_canonical_form() {
        let check = |given: &str, expected: &str| assert_eq!(locale(given).as_str(), expected);
        check("DE", "de");
        check("de_at", "de-AT");
        check("es-419", "es-419");
        check("fil-ph", "fil-PH");
        for refused in [
            "", "d", "deutsch", "de-", "de-AUT", "de-4199", "d3", "en-US-x",
        ] {
            assert!(refused.parse::<Locale>().is_err(), "{refused:?}");
        }
    }

    #[test]
    fn content_stands_in_from_region_to_language_to_default_to_the_first() {
        let check = |written: &[&str], asked: &str, expected: Option<&str>| {
            let contents: BTreeMap<Locale, &str> =
                written.iter().map(|text| (locale(text), *text)).collect();
            let found = locale(asked).content_in(&contents, locale("en"));
            assert_eq!(found.map(|(_, content)| *content), expected);
            let named = found.map(|(locale, _)| locale.to_string());
            assert_eq!(named.as_deref(), expected);
        };
        check(&["de", "de-AT", "en"], "de-AT", Some("de-AT"));
        check(&["de", "en"], "de-AT", Some("de"));
        check(&["de", "en"], "fr", Some("en"));
        check(&["it", "de"], "fr", Some("de"));
        check(&[], "fr", None);
    }

    #[test]
    fn fallbacks_go_from_region_to_language_to_default() {
        let check = |from: &str, expected: &[&str]| {
            let chain: Vec<String> = locale(from)
                .fallbacks(locale("en"))
                .map(String::from)
                .collect();
            assert_eq!(chain, expected);
        };
        check("de-AT", &["de-AT", "de", "en"]);
        check("de", &["de", "en"]);
        check("en-GB", &["en-GB", "en"]);
        check("en", &["en"]);
    }
}
