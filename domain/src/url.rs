//! Addresses that are safe to put into a page.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An address a page may link to: a path (`/demo`), a fragment (`#plans`), or an absolute
/// `https:`, `http:`, `mailto:` or `tel:` address. At most 2,000 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SafeUrl(Box<str>);

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is not a safe address: use a path such as /demo, a fragment such as #plans, or an https:, http:, mailto: or tel: address without spaces or control characters"
)]
pub struct UrlError(String);

impl SafeUrl {
    /// Longest address in bytes.
    pub const MAX_BYTES: usize = 2_000;

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a page may show a picture from there: a path of the site, or an `https:` address.
    pub fn may_be_picture(&self) -> bool {
        let scheme = self.0.get(..8).unwrap_or_default();
        self.0.starts_with('/') || scheme.eq_ignore_ascii_case("https://")
    }
}

impl FromStr for SafeUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        // Browsers drop tabs and line breaks and read `\` as `/`, so none of them may hide a scheme.
        let clean = !text.is_empty()
            && text.len() <= Self::MAX_BYTES
            && !text
                .chars()
                .any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
        let local = (text.starts_with('/') && !text.starts_with("//")) || text.starts_with('#');
        let with_host = ["https://", "http://"]
            .iter()
            .any(|scheme| lower.starts_with(scheme) && text.len() > scheme.len());
        let contact = ["mailto:", "tel:"]
            .iter()
            .any(|scheme| lower.starts_with(scheme) && text.len() > scheme.len());
        if clean && (local || with_host || contact) {
            Ok(Self(text.into()))
        } else {
            Err(UrlError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for SafeUrl {
    type Error = UrlError;

    fn try_from(text: String) -> Result<Self, UrlError> {
        text.parse()
    }
}

impl From<SafeUrl> for String {
    fn from(url: SafeUrl) -> Self {
        url.0.into()
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_from_the_site_or_over_https() {
        let check = |text: &str, picture: bool| {
            let url: SafeUrl = text.parse().unwrap();
            assert_eq!(url.may_be_picture(), picture, "{text:?}");
        };
        check("/pictures/van.webp", true);
        check("HTTPS://example.com/van.webp", true);
        check("http://example.com/van.webp", false);
        check("mailto:sales@example.com", false);
        check("tel:1", false);
        check("#van", false);
    }

    #[test]
    fn an_address_that_could_run_code_is_refused() {
        let check = |text: &str, safe: bool| {
            assert_eq!(text.parse::<SafeUrl>().is_ok(), safe, "{text:?}");
        };
        check("/demo?plan=team", true);
        check("#plans", true);
        check("https://example.com/a", true);
        check("HTTP://example.com", true);
        check("mailto:sales@example.com", true);
        check("tel:+49301234", true);
        check("javascript:alert(1)", false);
        check("JaVaScRiPt:alert(1)", false);
        check("java\tscript:alert(1)", false);
        check(" javascript:alert(1)", false);
        check("data:text/html,x", false);
        check("vbscript:x", false);
        check("//evil.example", false);
        check("/\\evil.example", false);
        check("https://", false);
        check("pricing", false);
        check("", false);
        check(&format!("/{}", "x".repeat(2_000)), false);
    }
}
