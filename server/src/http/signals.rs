//! From an HTTP request to a visitor's signals.

use std::borrow::Cow;

use domain::visitor::Signals;
use domain::{Locale, Visitor, path};
use engine::catalog::Catalog;
use http::{HeaderMap, header};
use thiserror::Error;
use time::OffsetDateTime;

use super::fields::Fields;
use crate::config::Config;

/// Why a request's address cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The path is not UTF-8 after decoding.
    #[error("the path is not valid UTF-8")]
    NotUtf8,
    /// The path contains a control character.
    #[error("the path contains a control character")]
    ControlCharacter,
}

/// A request as the domain sees it: language, path, headers.
#[derive(Debug)]
pub struct Request<'a> {
    /// The language the path's prefix names.
    pub locale: Locale,
    /// The path without the prefix, canonically spelt.
    pub path: Cow<'a, str>,
    /// Whether the request was spelt otherwise and should be redirected.
    pub respelt: bool,
    query: &'a str,
    fields: &'a Fields<'a>,
}

impl<'a> Request<'a> {
    /// Reads an address, of which `query` is what follows the question mark, and header fields.
    ///
    /// # Errors
    /// [`RequestError`] when the path cannot be a page's.
    pub fn read(
        path: &'a str,
        query: &'a str,
        fields: &'a Fields<'a>,
        catalog: &Catalog,
    ) -> Result<Self, RequestError> {
        let decoded = decode(path)?;
        let site = &catalog.site;
        let (locale, path, respelt) = match &decoded {
            Cow::Borrowed(text) => {
                let read = path::read(text, &site.locales, site.default_locale);
                (read.locale, read.path, read.respelt)
            }
            Cow::Owned(text) => {
                let read = path::read(text, &site.locales, site.default_locale);
                (read.locale, Cow::Owned(read.path.into_owned()), true)
            }
        };
        Ok(Self {
            locale,
            path,
            respelt,
            query,
            fields,
        })
    }

    /// The visitor who sent the request at `now`.
    pub fn visitor(
        &'a self,
        catalog: &Catalog,
        config: &'a Config,
        now: OffsetDateTime,
    ) -> Visitor<'a> {
        let signals = Signals {
            path: &self.path,
            locale: self.locale,
            query: self.query,
            segment: self.fields.segment(),
            cookie: &self.fields.cookie,
            referrer: self.fields.referrer,
            host: self.fields.host,
            user_agent: self.fields.user_agent,
            accept_language: self.fields.accept_language,
            country: self.fields.country(),
            region: self.fields.region,
            city: self.fields.city,
        };
        Visitor::new(signals, catalog.local_time(now), &config.visitor_cookies)
    }
}

/// A header's text; empty when it is missing or not visible ASCII.
pub(super) fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> &str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Decodes `%xx` in a path.
fn decode(path: &str) -> Result<Cow<'_, str>, RequestError> {
    if !path.contains('%') {
        return Ok(Cow::Borrowed(path));
    }
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (bytes[at], hex(at + 1), hex(at + 2)) {
            decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    let text = String::from_utf8(decoded).map_err(|_| RequestError::NotUtf8)?;
    if text.chars().any(char::is_control) {
        return Err(RequestError::ControlCharacter);
    }
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_or_refused() {
        let check = |raw: &str, expected: Result<&str, RequestError>| {
            assert_eq!(decode(raw).as_deref(), expected.as_ref().copied(), "{raw}");
        };
        check("/pricing", Ok("/pricing"));
        check("/pri%63ing", Ok("/pricing"));
        check("/gr%C3%B6%C3%9Fe", Ok("/größe"));
        check("/100%", Ok("/100%"));
        check("/%FF", Err(RequestError::NotUtf8));
        check("/a%00b", Err(RequestError::ControlCharacter));
        check("/a%0d%0ax", Err(RequestError::ControlCharacter));
    }
}
