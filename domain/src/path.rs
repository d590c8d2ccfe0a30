//! The one spelling of a public path.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::locale::Locale;

/// A page's path in its one canonical spelling: `/landing/analytics`.
///
/// Starts with `/`, has no trailing slash except for the root, no empty, `.` or `..` parts, and
/// consists of lower-case ASCII letters, digits and `- _ . ~`. At most 200 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CanonicalPath(Box<str>);

/// Why a text is not a page's path.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PathError {
    /// The path does not start with a slash.
    #[error("a path starts with a slash")]
    Relative,
    /// The path is longer than 200 bytes.
    #[error("a path has at most {} bytes", CanonicalPath::MAX_BYTES)]
    TooLong,
    /// A part of the path is empty, `.` or `..`.
    #[error("a path has no empty parts, and none that is \".\" or \"..\"")]
    Part,
    /// A character is not allowed.
    #[error("a path consists of lower-case letters, digits and - _ . ~ between slashes")]
    Character,
    /// The path belongs to Landfall itself.
    #[error("paths under /{0} belong to Landfall itself; choose another")]
    Reserved(&'static str),
}

/// First parts that are Landfall's own.
const RESERVED: [&str; 9] = [
    "admin",
    "api",
    "assets",
    "favicon.ico",
    "healthz",
    "metrics",
    "pkg",
    "robots.txt",
    "sitemap.xml",
];
/// What the parts of a large sitemap are called, see [`sitemap_part`].
const SITEMAP_PARTS: &str = "sitemap-N.xml";

impl CanonicalPath {
    /// Longest path in bytes.
    pub const MAX_BYTES: usize = 200;

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The one of `locales` whose prefix this path begins with. On a site in these languages nobody
    /// would reach a page here, because requests are read as that language's.
    pub fn prefixed_by(&self, locales: &[Locale]) -> Option<Locale> {
        named_by(&self.0, locales)
    }

    /// The path's address in a language: the default language has no prefix.
    pub fn in_locale(&self, locale: Locale, default: Locale) -> String {
        if locale == default {
            return self.0.to_string();
        }
        let prefix = locale.as_str().to_ascii_lowercase();
        match self.as_str() {
            "/" => format!("/{prefix}"),
            path => format!("/{prefix}{path}"),
        }
    }
}

impl FromStr for CanonicalPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let rest = text.strip_prefix('/').ok_or(PathError::Relative)?;
        if text.len() > Self::MAX_BYTES {
            return Err(PathError::TooLong);
        }
        if rest.is_empty() {
            return Ok(Self(text.into()));
        }
        for part in rest.split('/') {
            if matches!(part, "" | "." | "..") {
                return Err(PathError::Part);
            }
            let allowed = |b: u8| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || matches!(b, b'-' | b'_' | b'.' | b'~')
            };
            if !part.bytes().all(allowed) {
                return Err(PathError::Character);
            }
        }
        let first = rest.split('/').next().unwrap_or_default();
        if let Some(reserved) = RESERVED.iter().find(|reserved| **reserved == first) {
            return Err(PathError::Reserved(reserved));
        }
        if sitemap_part(text).is_some() {
            return Err(PathError::Reserved(SITEMAP_PARTS));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for CanonicalPath {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        text.parse()
    }
}

impl From<CanonicalPath> for String {
    fn from(path: CanonicalPath) -> Self {
        path.0.into()
    }
}

impl fmt::Display for CanonicalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number, from 1, of the part of a large sitemap that lies at `path`: `/sitemap-2.xml`.
pub fn sitemap_part(path: &str) -> Option<usize> {
    let number = path.strip_prefix("/sitemap-")?.strip_suffix(".xml")?;
    let plain = number.bytes().all(|b| b.is_ascii_digit()) && !number.starts_with('0');
    number.parse().ok().filter(|_| plain)
}

/// What a requested path means: a language and the path without its prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested<'a> {
    /// The language the prefix names, or the default.
    pub locale: Locale,
    /// The path without the prefix, in the spelling a [`CanonicalPath`] has.
    pub path: Cow<'a, str>,
    /// Whether the request was spelt otherwise and should be redirected.
    pub respelt: bool,
}

/// Reads a decoded request path: strips the language prefix, folds case, slashes at the end and
/// doubled slashes.
///
/// Borrows when the request is already spelt canonically, which is the common case.
pub fn read<'a>(raw: &'a str, locales: &[Locale], default: Locale) -> Requested<'a> {
    let folded = fold(raw);
    let respelt = matches!(folded, Cow::Owned(_));
    let Some(locale) = named_by(&folded, locales) else {
        return Requested {
            locale: default,
            path: folded,
            respelt,
        };
    };
    // The default language's prefix is understood, but its addresses do without.
    let respelt = respelt || locale == default;
    let rest = 1 + locale.as_str().len();
    let path = match folded {
        Cow::Borrowed(text) if text.len() == rest => Cow::Borrowed("/"),
        Cow::Borrowed(text) => Cow::Borrowed(&text[rest..]),
        Cow::Owned(text) if text.len() == rest => Cow::Borrowed("/"),
        Cow::Owned(text) => Cow::Owned(text[rest..].to_owned()),
    };
    Requested {
        locale,
        path,
        respelt,
    }
}

/// The language that the first part of a path names, in any case of letters.
fn named_by(path: &str, locales: &[Locale]) -> Option<Locale> {
    let first = path.get(1..)?.split('/').next()?;
    let mut locales = locales.iter().copied();
    locales.find(|locale| locale.as_str().eq_ignore_ascii_case(first))
}

fn fold(raw: &str) -> Cow<'_, str> {
    let canonical = raw.starts_with('/')
        && (raw.len() == 1 || !raw.ends_with('/'))
        && !raw.contains("//")
        && !raw.bytes().any(|b| b.is_ascii_uppercase());
    if canonical {
        return Cow::Borrowed(raw);
    }
    let mut folded = String::with_capacity(raw.len() + 1);
    for part in raw.split('/').filter(|part| !part.is_empty()) {
        folded.push('/');
        folded.push_str(&part.to_ascii_lowercase());
    }
    if folded.is_empty() {
        folded.push('/');
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn locale(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn a_path_is_refused_for_a_stated_reason() {
        let check = |text: &str, expected: Result<(), PathError>| {
            assert_eq!(
                text.parse::<CanonicalPath>().map(|_| ()),
                expected,
                "{text:?}"
            );
        };
        check("/", Ok(()));
        check("/landing/analytics", Ok(()));
        check("pricing", Err(PathError::Relative));
        check("/a//b", Err(PathError::Part));
        check("/a/", Err(PathError::Part));
        check("/a/../b", Err(PathError::Part));
        check("/Pricing", Err(PathError::Character));
        check("/a b", Err(PathError::Character));
        check("/admin/x", Err(PathError::Reserved("admin")));
        check("/administrators", Ok(()));
        check("/metrics", Err(PathError::Reserved("metrics")));
        check("/robots.txt", Err(PathError::Reserved("robots.txt")));
        check("/sitemap.xml", Err(PathError::Reserved("sitemap.xml")));
        check("/sitemap-12.xml", Err(PathError::Reserved("sitemap-N.xml")));
        check("/sitemap-of-germany.xml", Ok(()));
        check("/guides/sitemap.xml", Ok(()));
        check(&format!("/{}", "x".repeat(200)), Err(PathError::TooLong));
    }

    #[test]
    fn a_path_may_begin_like_an_address_in_a_language() {
        let locales = [locale("en"), locale("pt-BR")];
        let check = |path: &str, expected: Option<&str>| {
            let path: CanonicalPath = path.parse().unwrap();
            let found = path.prefixed_by(&locales);
            assert_eq!(found.as_ref().map(Locale::as_str), expected, "{path}");
        };
        check("/en", Some("en"));
        check("/en/pricing", Some("en"));
        check("/pt-br/pricing", Some("pt-BR"));
        check("/", None);
        check("/english", None);
        check("/pricing/en", None);
        check("/de", None);
    }

    #[test]
    fn a_request_is_read_as_language_and_path() {
        let locales = [locale("en"), locale("de"), locale("pt-BR")];
        let check = |raw: &str, language: &str, path: &str, respelt: bool| {
            let read = read(raw, &locales, locale("en"));
            assert_eq!(
                (read.locale.as_str(), &*read.path, read.respelt),
                (language, path, respelt),
                "{raw:?}"
            );
        };
        check("/pricing", "en", "/pricing", false);
        check("/de/pricing", "de", "/pricing", false);
        check("/de", "de", "/", false);
        check("/DE/Pricing/", "de", "/pricing", true);
        check("/pt-br/pricing", "pt-BR", "/pricing", false);
        check("//pricing//", "en", "/pricing", true);
        check("/design", "en", "/design", false);
        check("/en/pricing", "en", "/pricing", true);
        check("/", "en", "/", false);
        check("", "en", "/", true);
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_is_idempotent(raw in "\\PC{0,40}") {
            let locales = [locale("en"), locale("de")];
            let first = read(&raw, &locales, locale("en"));
            prop_assert!(first.path.starts_with('/'));
            prop_assert!(!read(&first.path, &[], locale("en")).respelt);
        }

        #[test]
        fn every_address_of_a_path_reads_back(path in "(/[a-z0-9~._-]{1,8}){1,4}") {
            let Ok(path) = path.parse::<CanonicalPath>() else { return Ok(()) };
            let locales = [locale("xx"), locale("zz")];
            for language in locales {
                let address = path.in_locale(language, locale("xx"));
                let back = read(&address, &locales, locale("xx"));
                if !path.as_str().starts_with("/zz") && !path.as_str().starts_with("/xx") {
                    prop_assert_eq!(back.locale, language);
                    prop_assert_eq!(back.path, path.as_str());
                }
            }
        }
    }
}
