//! The attributes of one request, read lazily and mostly borrowed from it.

mod anonymous;
pub mod attribute;
mod attributes;
mod cookies;
mod query;
mod referrer;
mod sketch;
mod visit;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write as _;

use time::OffsetDateTime;

use crate::client::{self, Client};
use crate::locale::Locale;
use crate::term::Term;

pub use anonymous::{RecalledVisit, kept_on_demand};
pub use cookies::without as cookies_without;
pub use query::without as query_without;
pub use sketch::Sketch;
pub use visit::{VISIT_COOKIE, Visit};

/// Name of the cookie by which a visitor chooses a segment.
pub const SEGMENT_COOKIE: &str = "user_segment";

/// What a request carries, as text. A missing header is an empty text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signals<'a> {
    /// The path without its language prefix.
    pub path: &'a str,
    /// The language the path's prefix names.
    pub locale: Locale,
    /// The query without `?`.
    pub query: &'a str,
    /// The segment that a shared cache named in a header.
    pub segment: &'a str,
    /// The `Cookie` header.
    pub cookie: &'a str,
    /// The `Referer` header.
    pub referrer: &'a str,
    /// The `Host` header, to tell one's own pages among referrers.
    pub host: &'a str,
    /// The `User-Agent` header.
    pub user_agent: &'a str,
    /// The `Accept-Language` header.
    pub accept_language: &'a str,
    /// ISO 3166-1 alpha-2 country, as the CDN says.
    pub country: &'a str,
    /// Region, as the CDN says.
    pub region: &'a str,
    /// City, as the CDN says.
    pub city: &'a str,
}

/// The attributes of one request.
///
/// Costly ones (client, date) are computed when a condition first asks for them.
#[derive(Debug)]
pub struct Visitor<'a> {
    signals: Signals<'a>,
    now: OffsetDateTime,
    allowed_cookies: &'a [String],
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    cookies: Vec<(&'a str, &'a str)>,
    country: Option<[u8; 2]>,
    bot: bool,
    client: OnceCell<Client>,
    date: OnceCell<String>,
}

impl<'a> Visitor<'a> {
    /// Reads a request. `now` is the instant in the site's time zone; `allowed_cookies` are the
    /// names conditions may read as `cookie.*`.
    pub fn new(signals: Signals<'a>, now: OffsetDateTime, allowed_cookies: &'a [String]) -> Self {
        Self {
            signals,
            now,
            allowed_cookies,
            query: query::parameters(signals.query),
            cookies: cookies::read(signals.cookie),
            country: country(signals.country),
            bot: client::is_crawler(signals.user_agent),
            client: OnceCell::new(),
            date: OnceCell::new(),
        }
    }

    /// What the request carried.
    pub fn signals(&self) -> Signals<'a> {
        self.signals
    }

    /// The instant of the request, in the site's time zone.
    pub fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// The visitor of another request, to ask what a signal changed.
    #[must_use]
    pub fn asking_with<'b>(&self, signals: Signals<'b>, now: OffsetDateTime) -> Visitor<'b>
    where
        'a: 'b,
    {
        Visitor::new(signals, now, self.allowed_cookies)
    }

    /// Whether this is a crawler, which is served as a visitor without signals.
    pub fn is_bot(&self) -> bool {
        self.bot
    }

    /// The path without its language prefix.
    pub fn path(&self) -> &str {
        self.signals.path
    }

    /// The language asked for.
    pub fn locale(&self) -> Locale {
        self.signals.locale
    }

    /// The segment that a shared cache named.
    pub fn segment_header(&self) -> Option<&str> {
        Some(self.signals.segment).filter(|key| !key.is_empty())
    }

    /// The segment that the address names.
    pub fn segment_parameter(&self) -> Option<&str> {
        self.parameter("segment")
    }

    /// The segment that the cookie names.
    pub fn segment_cookie(&self) -> Option<&str> {
        self.cookie(SEGMENT_COOKIE)
    }

    /// The campaign term: `utm_term`, else `utm_campaign`; crawlers bring none.
    pub fn term(&self) -> Option<Term> {
        Some(self.worded()?.1)
    }

    /// The parameter that brings the campaign term.
    pub fn term_parameter(&self) -> Option<&'static str> {
        Some(self.worded()?.0)
    }

    fn worded(&self) -> Option<(&'static str, Term)> {
        if self.bot {
            return None;
        }
        ["utm_term", "utm_campaign"]
            .into_iter()
            .find_map(|name| Some((name, Term::normalise(self.parameter(name)?)?)))
    }

    /// A cookie's value, whether or not conditions may read it.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.cookies
            .iter()
            .find_map(|(key, value)| (*key == name).then_some(*value))
    }

    /// This visit among the visitor's visits, as far as the cookie tells.
    pub fn visit(&self) -> Visit<'_> {
        Visit::read(self.cookie(VISIT_COOKIE), self.now)
    }

    /// The value that remembers this visit in [`VISIT_COOKIE`]; `None` when it does already.
    pub fn visit_cookie(&self) -> Option<String> {
        self.visit().remembered(|| self.date())
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find_map(|(key, value)| (key == name).then_some(&**value))
    }

    fn client(&self) -> &Client {
        self.client
            .get_or_init(|| client::read(self.signals.user_agent))
    }

    fn date(&self) -> &str {
        self.date.get_or_init(|| {
            let mut text = String::with_capacity(10);
            let date = self.now.date();
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "{:04}-{:02}-{:02}",
                date.year(),
                u8::from(date.month()),
                date.day()
            );
            text
        })
    }
}

fn country(header: &str) -> Option<[u8; 2]> {
    match header.trim().as_bytes() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            Some([a.to_ascii_uppercase(), b.to_ascii_uppercase()])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;
    use proptest::prelude::*;
    use time::macros::datetime;

    #[test]
    fn the_campaign_term_is_the_bought_words_before_the_campaigns_name() {
        let check = |query: &str, user_agent: &str, expected: Option<&str>| {
            let signals = Signals {
                query,
                user_agent,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &[]);
            assert_eq!(visitor.term().as_ref().map(Term::as_str), expected);
        };
        check(
            "utm_term=Cold+Chain&utm_campaign=spring",
            "",
            Some("cold chain"),
        );
        check("utm_campaign=spring_sale", "", Some("spring sale"));
        check("utm_term=Cold+Chain", "Googlebot/2.1", None);
        check("", "", None);
    }

    proptest! {
        #[test]
        fn no_request_panics(query in "\\PC{0,80}", cookie in "\\PC{0,80}", other in "\\PC{0,40}") {
            let signals = Signals {
                query: &query,
                cookie: &cookie,
                referrer: &other,
                user_agent: &other,
                accept_language: &other,
                country: &other,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &[]);
            let condition = Condition::parse_str(
                r#"{"$or":[{"utm.source":"x"},{"referrer.medium":"x"},{"os.version":{"$vgt":"1"}},{"visit.count":9}]}"#,
            );
            prop_assert!(!condition.unwrap().matches(&visitor));
        }
    }
}
