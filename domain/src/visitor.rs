//! The attributes of one request, read lazily and mostly borrowed from it.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt::Write as _;

use time::{OffsetDateTime, Weekday};

use crate::client::{self, Client};
use crate::condition::{AttributePath, AttributeValue, Attributes};
use crate::locale::Locale;
use crate::term::Term;

/// Most parameters read from a query; the rest are ignored.
const MAX_PARAMETERS: usize = 64;
/// Most cookies read from a request; the rest are ignored.
const MAX_COOKIES: usize = 200;

/// Name of the cookie by which a visitor chooses a segment.
pub const SEGMENT_COOKIE: &str = "user_segment";
/// Name of the cookie that counts visits: how many, the date of the first, and optionally the
/// minute of the last request since 1970, such as `3.2026-01-05.29450000`.
pub const VISIT_COOKIE: &str = "landfall_visit";
/// A pause of this many minutes ends a visit.
const VISIT_IDLE_MINUTES: i64 = 30;

/// What a request carries, as text. A missing header is an empty text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signals<'a> {
    /// The path without its language prefix.
    pub path: &'a str,
    /// The language the path's prefix names.
    pub locale: Locale,
    /// The query without `?`.
    pub query: &'a str,
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

/// One visit among a visitor's visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit<'a> {
    /// Visits so far, this one included.
    pub count: u32,
    /// Date of the first, `YYYY-MM-DD`; `None` when this is the first.
    pub first_seen: Option<&'a str>,
    minute: i64,
    refresh: bool,
}

impl<'a> Visitor<'a> {
    /// Reads a request. `now` is the instant in the site's time zone; `allowed_cookies` are the
    /// names conditions may read as `cookie.*`.
    pub fn new(signals: Signals<'a>, now: OffsetDateTime, allowed_cookies: &'a [String]) -> Self {
        Self {
            signals,
            now,
            allowed_cookies,
            query: parameters(signals.query),
            cookies: cookies(signals.cookie),
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

    /// The visitor of another request at the same moment, to ask what a signal changed.
    #[must_use]
    pub fn asking_with<'b>(&self, signals: Signals<'b>) -> Visitor<'b>
    where
        'a: 'b,
    {
        Visitor::new(signals, self.now, self.allowed_cookies)
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
        if self.bot {
            return None;
        }
        ["utm_term", "utm_campaign"]
            .into_iter()
            .find_map(|name| Term::normalise(self.parameter(name)?))
    }

    /// A cookie's value, whether or not conditions may read it.
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        self.cookies
            .iter()
            .find_map(|(key, value)| (*key == name).then_some(*value))
    }

    /// This visit among the visitor's visits, as far as the cookie tells.
    pub fn visit(&self) -> Visit<'_> {
        let minute = self.now.unix_timestamp() / 60;
        match self.cookie(VISIT_COOKIE).and_then(parse_visit) {
            None => Visit {
                count: 1,
                first_seen: None,
                minute,
                refresh: true,
            },
            Some((count, first_seen, last)) => {
                let idle = last.map_or(i64::MAX, |last| minute - last);
                Visit {
                    count: if idle < VISIT_IDLE_MINUTES {
                        count
                    } else {
                        count + 1
                    },
                    first_seen: Some(first_seen),
                    minute,
                    refresh: idle != 0,
                }
            }
        }
    }

    /// The value that remembers this visit in [`VISIT_COOKIE`]; `None` when it does already.
    pub fn visit_cookie(&self) -> Option<String> {
        let visit = self.visit();
        let first_seen = visit.first_seen.unwrap_or_else(|| self.date());
        visit
            .refresh
            .then(|| format!("{}.{first_seen}.{}", visit.count, visit.minute))
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

    fn weekday(&self) -> &'static str {
        match self.now.weekday() {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        }
    }

    fn text(&self, path: &[&str]) -> Option<&str> {
        let known = match path {
            ["utm", "source"] => return self.parameter("utm_source"),
            ["utm", "medium"] => return self.parameter("utm_medium"),
            ["utm", "campaign"] => return self.parameter("utm_campaign"),
            ["utm", "term"] => return self.parameter("utm_term"),
            ["utm", "content"] => return self.parameter("utm_content"),
            ["query", name] => return self.parameter(name),
            ["cookie", name] => {
                let allowed = self.allowed_cookies.iter().any(|own| own == name);
                return if allowed { self.cookie(name) } else { None };
            }
            ["referrer", "host"] => host(self.signals.referrer),
            ["referrer", "medium"] => referrer_medium(self.signals.referrer, self.signals.host),
            ["geo", "country"] => {
                return self
                    .country
                    .as_ref()
                    .and_then(|code| std::str::from_utf8(code).ok());
            }
            ["geo", "region"] => self.signals.region,
            ["geo", "city"] => self.signals.city,
            ["locale"] => return Some(self.signals.locale_text()),
            ["language"] => language(self.signals.accept_language),
            ["device"] => self.client().device,
            ["browser", "name"] => self.client().browser,
            ["browser", "version"] => &self.client().browser_version,
            ["os", "name"] => self.client().os,
            ["os", "version"] => &self.client().os_version,
            ["time", "weekday"] => self.weekday(),
            ["time", "date"] => self.date(),
            ["visit", "first_seen"] => return self.visit().first_seen,
            ["path"] => self.signals.path,
            _ => return None,
        };
        (!known.is_empty()).then_some(known)
    }
}

impl Attributes for Visitor<'_> {
    fn get<'b>(&'b self, path: &AttributePath) -> Option<AttributeValue<'b>> {
        let mut parts = [""; 2];
        let segments = path.segments();
        let parts = parts.get_mut(..segments.len())?;
        for (part, segment) in parts.iter_mut().zip(segments) {
            *part = segment;
        }
        match &*parts {
            ["bot"] => Some(AttributeValue::Bool(self.bot)),
            ["time", "hour"] => Some(AttributeValue::Number(f64::from(self.now.hour()))),
            ["visit", "count"] => Some(AttributeValue::Number(f64::from(self.visit().count))),
            ["visit", "returning"] => Some(AttributeValue::Bool(self.visit().count > 1)),
            parts => self.text(parts).map(AttributeValue::Text),
        }
    }
}

impl Signals<'_> {
    fn locale_text(&self) -> &str {
        self.locale.as_str()
    }
}

fn parameters(query: &str) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PARAMETERS)
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
        .collect()
}

/// Decodes `+` and `%xx`; what is not valid UTF-8 afterwards becomes U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['+', '%']) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 3;
            }
            (b'+', ..) => {
                decoded.push(b' ');
                at += 1;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn cookies(header: &str) -> Vec<(&str, &str)> {
    header
        .split(';')
        .filter_map(|pair| pair.split_once('='))
        .take(MAX_COOKIES)
        .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
        .collect()
}

fn parse_visit(cookie: &str) -> Option<(u32, &str, Option<i64>)> {
    let mut parts = cookie.splitn(3, '.');
    let count = parts.next()?.parse::<u32>().ok()?;
    let first_seen = parts.next()?;
    let last = match parts.next() {
        Some(minute) => Some(minute.parse::<i64>().ok()?),
        None => None,
    };
    let date =
        first_seen.len() == 10 && first_seen.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (date && (1..1_000_000).contains(&count)).then_some((count, first_seen, last))
}

fn country(header: &str) -> Option<[u8; 2]> {
    match header.trim().as_bytes() {
        [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            Some([a.to_ascii_uppercase(), b.to_ascii_uppercase()])
        }
        _ => None,
    }
}

/// The first language of an `Accept-Language` header, without weights: `de-AT`.
fn language(header: &str) -> &str {
    let first = header.split([',', ';']).next().unwrap_or_default().trim();
    if first == "*" { "" } else { first }
}

/// The host of an address, without port and leading `www.`.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

const SEARCH: [&str; 9] = [
    "google",
    "bing",
    "duckduckgo",
    "yahoo",
    "ecosia",
    "baidu",
    "yandex",
    "qwant",
    "startpage",
];
const SOCIAL: [&str; 14] = [
    "linkedin.com",
    "lnkd.in",
    "facebook.com",
    "instagram.com",
    "t.co",
    "twitter.com",
    "x.com",
    "reddit.com",
    "youtube.com",
    "pinterest.com",
    "tiktok.com",
    "xing.com",
    "mastodon.social",
    "threads.net",
];
const EMAIL: [&str; 4] = [
    "mail.google.com",
    "outlook.live.com",
    "outlook.office.com",
    "mail.yahoo.com",
];

fn referrer_medium<'a>(referrer: &str, own_host: &str) -> &'a str {
    let from = host(referrer);
    let own = own_host.split(':').next().unwrap_or_default();
    let own = own.strip_prefix("www.").unwrap_or(own);
    let below = |site: &&str| {
        from.strip_suffix(*site)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if from.is_empty() {
        "direct"
    } else if from.eq_ignore_ascii_case(own) {
        "internal"
    } else if EMAIL.iter().any(below) {
        "email"
    } else if SOCIAL.iter().any(below) {
        "social"
    } else if from.split('.').any(|label| SEARCH.contains(&label)) {
        "search"
    } else {
        "referral"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn check(signals: Signals<'_>, condition: &str, expected: bool) {
        let allowed = ["plan".to_owned()];
        let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &allowed);
        let condition = Condition::parse_str(condition).unwrap();
        assert_eq!(condition.matches(&visitor), expected, "{signals:?}");
    }

    #[test]
    fn every_attribute_can_be_asked_for() {
        let signals = Signals {
            path: "/pricing",
            query: "utm_source=linkedin&utm_term=fleet+%22x%22&plan=team%2Bpro",
            cookie: "plan=pro; secret=1; landfall_visit=2.2026-01-05",
            referrer: "https://www.google.de/search?q=x",
            host: "example.com",
            user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1",
            accept_language: "de-AT,de;q=0.9",
            country: "de",
            region: "BE",
            city: "Berlin",
            ..Signals::default()
        };
        for condition in [
            r#"{"utm.source":"linkedin"}"#,
            r#"{"utm.term":"fleet \"x\""}"#,
            r#"{"utm.medium":{"$exists":false}}"#,
            r#"{"query.plan":"team+pro"}"#,
            r#"{"cookie.plan":"pro"}"#,
            r#"{"cookie.secret":{"$exists":false}}"#,
            r#"{"referrer.host":"google.de"}"#,
            r#"{"referrer.medium":"search"}"#,
            r#"{"geo.country":{"$in":["DE","AT"]}}"#,
            r#"{"geo.region":"BE"}"#,
            r#"{"geo.city":"Berlin"}"#,
            r#"{"locale":"en"}"#,
            r#"{"language":{"$regex":"^de"}}"#,
            r#"{"device":"mobile"}"#,
            r#"{"browser.name":"safari","browser.version":{"$vgte":"17.0"}}"#,
            r#"{"os.name":"ios","os.version":{"$vlt":"18"}}"#,
            r#"{"time.hour":{"$gte":14,"$lt":15}}"#,
            r#"{"time.weekday":"wednesday","time.date":"2026-11-25"}"#,
            r#"{"visit.count":3,"visit.returning":true,"visit.first_seen":"2026-01-05"}"#,
            r#"{"bot":false}"#,
            r#"{"path":"/pricing"}"#,
            r#"{"unknown.thing":{"$exists":false}}"#,
        ] {
            check(signals, condition, true);
        }
    }

    #[test]
    fn a_request_without_signals_has_no_attributes_to_match() {
        for condition in [
            r#"{"utm.source":"linkedin"}"#,
            r#"{"geo.country":{"$exists":true}}"#,
            r#"{"visit.returning":true}"#,
            r#"{"referrer.host":{"$exists":true}}"#,
        ] {
            check(Signals::default(), condition, false);
        }
        check(
            Signals::default(),
            r#"{"referrer.medium":"direct","visit.count":1}"#,
            true,
        );
    }

    #[test]
    fn a_visit_ends_after_half_an_hour_of_silence() {
        let now = datetime!(2026-11-25 14:30 UTC);
        let check = |cookie: &str, minutes: i64, count: u32, remembered: Option<&str>| {
            let signals = Signals {
                cookie,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, now + time::Duration::minutes(minutes), &[]);
            assert_eq!(visitor.visit().count, count, "{cookie}");
            assert_eq!(visitor.visit_cookie().as_deref(), remembered, "{cookie}");
        };
        check("", 0, 1, Some("1.2026-11-25.29926950"));
        check("landfall_visit=1.2026-11-25.29926950", 0, 1, None);
        check(
            "landfall_visit=1.2026-11-25.29926950",
            29,
            1,
            Some("1.2026-11-25.29926979"),
        );
        check(
            "landfall_visit=1.2026-11-25.29926950",
            30,
            2,
            Some("2.2026-11-25.29926980"),
        );
        check(
            "landfall_visit=2.2026-01-05",
            0,
            3,
            Some("3.2026-01-05.29926950"),
        );
        check("landfall_visit=-1.<b>", 0, 1, Some("1.2026-11-25.29926950"));
    }

    #[test]
    fn referrers_are_sorted_by_medium() {
        let check = |referrer: &str, expected: &str| {
            assert_eq!(
                referrer_medium(referrer, "www.example.com:3000"),
                expected,
                "{referrer}"
            );
        };
        check("", "direct");
        check("https://example.com/pricing", "internal");
        check("https://www.linkedin.com/feed/", "social");
        check("https://notlinkedin.com/", "referral");
        check("https://mail.google.com/mail", "email");
        check("https://duckduckgo.com/?q=x", "search");
        check("garbage", "direct");
    }

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
