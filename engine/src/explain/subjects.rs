//! Who is decided about: a visitor, and those who never came.

use domain::Visitor;
use domain::segment::{Reason, detect};
use domain::term::Term;
use domain::visitor::Signals;

use crate::catalog::{Catalog, Page};

/// What a decision needs to know of a visitor.
pub(super) struct Recognised {
    /// Position in the catalog.
    pub(super) segment: usize,
    pub(super) reason: Reason,
    pub(super) term: Option<Term>,
}

/// The visitor, and those who never came: without term, without cookies, without query.
pub(super) struct Subjects {
    pub(super) visitor: Recognised,
    pub(super) others: [Option<Recognised>; 3],
}

impl Subjects {
    /// `None` when the catalog has no segments.
    pub(super) fn of(catalog: &Catalog, page: &Page, visitor: &Visitor<'_>) -> Option<Self> {
        let recognise = |visitor: &Visitor<'_>| {
            let (segment, reason) = detect(&catalog.segments, visitor)?;
            Some(Recognised {
                segment,
                reason,
                term: page.heard(visitor),
            })
        };
        let signals = visitor.signals();
        let without = |signals: Signals<'_>| recognise(&visitor.asking_with(signals));
        let without_term = page.heard(visitor).and_then(|_| {
            let query = &without_term(signals.query, visitor);
            let other = without(Signals { query, ..signals })?;
            // Another parameter may hold words, too; they are not to take the term's place.
            Some(Recognised {
                term: None,
                ..other
            })
        });
        let without_cookies = (!signals.cookie.is_empty()).then(|| {
            without(Signals {
                cookie: "",
                ..signals
            })
        });
        let without_query = (!signals.query.is_empty()).then(|| {
            without(Signals {
                query: "",
                ..signals
            })
        });
        Some(Self {
            visitor: recognise(visitor)?,
            others: [
                without_term,
                without_cookies.flatten(),
                without_query.flatten(),
            ],
        })
    }
}

/// The query without the parameter that brought the campaign term.
fn without_term(query: &str, visitor: &Visitor<'_>) -> String {
    let without = |name: &str| {
        let pairs = query
            .split('&')
            .filter(|pair| pair.split('=').next() != Some(name));
        pairs.collect::<Vec<_>>().join("&")
    };
    let query_without_term = without("utm_term");
    let other = visitor.asking_with(Signals {
        query: &query_without_term,
        ..visitor.signals()
    });
    // Either `utm_term` brought it, or it had no word and `utm_campaign` did.
    if other.term() == visitor.term() {
        without("utm_campaign")
    } else {
        query_without_term
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_parameter_that_brought_the_term_is_taken_away() {
        let check = |query: &str, expected: &str| {
            let signals = Signals {
                query,
                ..Signals::default()
            };
            let visitor = Visitor::new(signals, datetime!(2026-11-25 12:00 UTC), &[]);
            assert_eq!(without_term(query, &visitor), expected);
        };
        check("utm_source=x&utm_term=cold+chain", "utm_source=x");
        check("utm_campaign=spring&utm_source=x", "utm_source=x");
        check("utm_term=cold&utm_campaign=spring", "utm_campaign=spring");
        check(
            "utm_term=%7Bkeyword%7D&utm_campaign=spring",
            "utm_term=%7Bkeyword%7D",
        );
    }
}
