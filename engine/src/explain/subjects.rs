//! Who is decided about: a visitor, and those who never came.

use domain::Visitor;
use domain::segment::{Reason, detect};
use domain::term::Term;
use domain::visitor::{Signals, VISIT_COOKIE, cookies_without, query_without};
use time::OffsetDateTime;

use super::signal::Signal;
use crate::catalog::{Catalog, Page};

/// What a decision needs to know of a visitor.
#[derive(PartialEq)]
pub(super) struct Recognised {
    /// Position in the catalog.
    pub(super) segment: usize,
    pub(super) reason: Reason,
    pub(super) term: Option<Term>,
    pub(super) at: OffsetDateTime,
}

/// The visitor, and those who never came: each without some of the signals that the visitor brings.
pub(super) struct Subjects {
    pub(super) visitor: Recognised,
    pub(super) others: Vec<(Vec<Signal>, Recognised)>,
}

impl Subjects {
    /// Those who come without the time come at `present`. `None` when the catalog has no segments.
    pub(super) fn of(
        catalog: &Catalog,
        page: &Page,
        visitor: &Visitor<'_>,
        present: OffsetDateTime,
    ) -> Option<Self> {
        let recognise = |request: &Request<'_>| {
            let visitor = request.visitor(visitor);
            let (segment, reason) = detect(&catalog.segments, &visitor)?;
            let term = page.heard(&visitor).filter(|_| !request.mute);
            Some(Recognised {
                segment,
                reason,
                term,
                at: request.now,
            })
        };
        let whole = Request::of(visitor);
        let mut lacking: Vec<(Vec<Signal>, Request<'_>)> = Vec::new();
        for signal in Signal::ALL {
            let request = whole.without(signal, visitor, catalog.local_time(present));
            if request == whole {
                continue;
            }
            match lacking.iter_mut().find(|(_, known)| *known == request) {
                Some((signals, _)) => signals.push(signal),
                None => lacking.push((vec![signal], request)),
            }
        }
        let others = lacking
            .into_iter()
            .map(|(signals, request)| Some((signals, recognise(&request)?)));
        Some(Self {
            visitor: recognise(&whole)?,
            others: others.collect::<Option<_>>()?,
        })
    }
}

/// What a visitor sends, so that something can be taken away.
#[derive(Clone, PartialEq)]
struct Request<'a> {
    query: String,
    cookie: String,
    /// The rest; query and cookies stand above.
    rest: Signals<'a>,
    now: OffsetDateTime,
    /// Whether there are words for a campaign term that do not count as one.
    mute: bool,
}

impl<'a> Request<'a> {
    fn of(visitor: &Visitor<'a>) -> Self {
        let signals = visitor.signals();
        Self {
            query: signals.query.to_owned(),
            cookie: signals.cookie.to_owned(),
            rest: Signals {
                query: "",
                cookie: "",
                ..signals
            },
            now: visitor.now(),
            mute: false,
        }
    }

    fn visitor<'b>(&'b self, visitor: &Visitor<'a>) -> Visitor<'b>
    where
        'a: 'b,
    {
        let signals = Signals {
            query: &self.query,
            cookie: &self.cookie,
            ..self.rest
        };
        visitor.asking_with(signals, self.now)
    }

    /// The request without a signal; without one that it does not carry, the same.
    fn without(&self, signal: Signal, visitor: &Visitor<'a>, present: OffsetDateTime) -> Self {
        let mut other = self.clone();
        let query = |name: &str| query_without(&self.query, name);
        match signal {
            Signal::Segment => other.rest.segment = "",
            Signal::Term => other.query = visitor.term_parameter().map_or(other.query, query),
            Signal::UtmSource => other.query = query("utm_source"),
            Signal::UtmMedium => other.query = query("utm_medium"),
            Signal::UtmCampaign => other.query = query("utm_campaign"),
            Signal::UtmContent => other.query = query("utm_content"),
            Signal::Query => other.query.clear(),
            Signal::Referrer => other.rest.referrer = "",
            Signal::Country => {
                other.rest = Signals {
                    country: "",
                    region: "",
                    city: "",
                    ..other.rest
                }
            }
            Signal::Device => other.rest.user_agent = "",
            Signal::Language => other.rest.accept_language = "",
            Signal::Time => other.now = present,
            Signal::Visits => other.cookie = cookies_without(&self.cookie, VISIT_COOKIE),
            Signal::Cookies => other.cookie.clear(),
        }
        // Where another parameter holds words, too, they do not take the term's place.
        other.mute = signal == Signal::Term && other.visitor(visitor).term().is_some();
        other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-25 12:00 UTC);

    #[test]
    fn a_signal_is_taken_away_and_the_others_stay() {
        let signals = Signals {
            query: "utm_source=x&utm_term=cold&plan=pro",
            segment: "smb",
            cookie: "landfall_visit=2.2026-01-05; plan=pro",
            referrer: "https://github.com/",
            user_agent: "Mozilla/5.0 (iPhone)",
            accept_language: "de",
            country: "DE",
            city: "Berlin",
            ..Signals::default()
        };
        let visitor = Visitor::new(signals, NOW, &[]);
        let whole = Request::of(&visitor);
        let present = NOW - time::Duration::days(1);
        let check = |signal: Signal, expected: Request<'_>| {
            assert!(
                whole.without(signal, &visitor, present) == expected,
                "{signal:?}"
            );
        };
        let query = |query: &str| Request {
            query: query.to_owned(),
            ..whole.clone()
        };
        let cookie = |cookie: &str| Request {
            cookie: cookie.to_owned(),
            ..whole.clone()
        };
        let rest = |rest: Signals<'static>| Request {
            rest,
            ..whole.clone()
        };
        let signals = whole.rest;
        check(Signal::UtmSource, query("utm_term=cold&plan=pro"));
        check(Signal::Term, query("utm_source=x&plan=pro"));
        check(Signal::UtmContent, whole.clone());
        check(Signal::Query, query(""));
        check(Signal::Visits, cookie(" plan=pro"));
        check(Signal::Cookies, cookie(""));
        let segment = "";
        check(Signal::Segment, rest(Signals { segment, ..signals }));
        let referrer = "";
        check(
            Signal::Referrer,
            rest(Signals {
                referrer,
                ..signals
            }),
        );
        let user_agent = "";
        check(
            Signal::Device,
            rest(Signals {
                user_agent,
                ..signals
            }),
        );
        let accept_language = "";
        check(
            Signal::Language,
            rest(Signals {
                accept_language,
                ..signals
            }),
        );
        let (country, city) = ("", "");
        check(
            Signal::Country,
            rest(Signals {
                country,
                city,
                ..signals
            }),
        );
        let earlier = Request {
            now: present,
            ..whole.clone()
        };
        check(Signal::Time, earlier);
    }

    #[test]
    fn the_parameter_that_brought_the_term_is_taken_away_and_no_other_takes_its_place() {
        let check = |query: &str, expected: &str, mute: bool| {
            let signals = Signals {
                query,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, NOW, &[]);
            let other = Request::of(&visitor).without(Signal::Term, &visitor, NOW);
            assert_eq!((&*other.query, other.mute), (expected, mute));
        };
        check("utm_source=x&utm_term=cold+chain", "utm_source=x", false);
        check("utm_campaign=spring&utm_source=x", "utm_source=x", false);
        check("utm_term=cold&utm_campaign=cold", "utm_campaign=cold", true);
        check(
            "utm_term=%7Bkeyword%7D&utm_campaign=spring",
            "utm_term=%7Bkeyword%7D",
            false,
        );
        check("utm_source=x", "utm_source=x", false);
    }
}
