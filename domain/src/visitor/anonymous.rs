//! A visit as it may be kept to try conditions on: what they ask about, and nothing that tells who
//! it was.

use super::attribute::Attribute;
use super::{Sketch, Visitor};
use crate::condition::{AttributePath, AttributeValue, Attributes, Condition};
use crate::term::without_identifiers;

/// What is always kept.
const ALWAYS: [&str; 18] = [
    "utm.source",
    "utm.medium",
    "utm.campaign",
    "utm.term",
    "utm.content",
    "referrer.host",
    "referrer.medium",
    "geo.country",
    "geo.region",
    "locale",
    "language",
    "device",
    "browser.name",
    "os.name",
    "time.hour",
    "time.weekday",
    "time.date",
    "path",
];
/// Derived from the others, or the same for everybody who is kept.
const IMPLIED: [&str; 1] = ["bot"];
/// What a sketch has a value of although nobody set it.
const DERIVED: [&str; 4] = ["bot", "referrer.medium", "visit.count", "visit.returning"];
/// Most characters of a value.
const MAX_VALUE: usize = 120;

/// A visit that was kept, made ready for many conditions: each attribute in its type, by path.
#[derive(Debug, Clone)]
pub struct RecalledVisit(Vec<(Box<str>, Known)>);

/// An attribute's value.
#[derive(Debug, Clone)]
enum Known {
    Text(Box<str>),
    Number(f64),
    Bool(bool),
}

impl From<&Sketch> for RecalledVisit {
    /// Conditions hold for it exactly when they hold for the sketch.
    fn from(sketch: &Sketch) -> Self {
        let paths = sketch.entries().map(|(path, _)| path).chain(DERIVED);
        let known = paths.filter_map(|path| {
            let known = match sketch.get(&AttributePath::new(path))? {
                AttributeValue::Text(text) => Known::Text(text.into()),
                AttributeValue::Number(number) => Known::Number(number),
                AttributeValue::Bool(bool) => Known::Bool(bool),
                AttributeValue::Null | AttributeValue::Json(_) => return None,
            };
            Some((Box::from(path), known))
        });
        let mut known: Vec<(Box<str>, Known)> = known.collect();
        known.sort_by(|one, other| one.0.cmp(&other.0));
        known.dedup_by(|one, other| one.0 == other.0);
        Self(known)
    }
}

impl Attributes for RecalledVisit {
    fn get<'a>(&'a self, path: &AttributePath) -> Option<AttributeValue<'a>> {
        let place = self
            .0
            .binary_search_by(|(known, _)| (**known).cmp(path.as_str()));
        Some(match &self.0.get(place.ok()?)?.1 {
            Known::Text(text) => AttributeValue::Text(text),
            Known::Number(number) => AttributeValue::Number(*number),
            Known::Bool(bool) => AttributeValue::Bool(*bool),
        })
    }
}

/// The attributes that `condition` reads and that are kept of a visit only because it does, sorted.
pub fn kept_on_demand(condition: &Condition) -> Vec<&str> {
    let mut paths = condition.attribute_paths();
    paths.retain(|path| {
        let known = Attribute::of(path).is_some();
        known && !ALWAYS.contains(path) && !IMPLIED.contains(path)
    });
    paths
}

impl Visitor<'_> {
    /// What may be kept of this visit: the usual attributes, and those of `asked`. What cookies
    /// tell is left out unless the visitor `agreed` to being recognised; so is whatever looks drawn
    /// for one click or one person.
    pub fn anonymous<'p>(&self, asked: impl IntoIterator<Item = &'p str>, agreed: bool) -> Sketch {
        ALWAYS
            .into_iter()
            .chain(asked)
            .filter(|path| agreed || !tells_of_earlier(path))
            .filter_map(|path| {
                let value = self.get(&AttributePath::new(path))?;
                Some((path.to_owned(), text(value)))
            })
            .collect()
    }
}

/// Whether an attribute comes from a cookie.
fn tells_of_earlier(path: &str) -> bool {
    path.starts_with("cookie.") || path.starts_with("visit.")
}

fn text(value: AttributeValue<'_>) -> String {
    match value {
        AttributeValue::Text(text) => without_identifiers(text).chars().take(MAX_VALUE).collect(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::visitor::Signals;
    use crate::visitor::attribute::ATTRIBUTES;

    fn signals() -> Signals<'static> {
        Signals {
            path: "/pricing",
            query: "utm_source=linkedin&utm_campaign=spring&plan=team&gclid=EAIaIQobChMI8a2x9b7d6gIVwYKyCh1",
            cookie: "plan=pro; landfall_visit=3.2026-01-05",
            user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1",
            country: "de",
            city: "Berlin",
            ..Signals::default()
        }
    }

    fn kept(asked: &[&str], agreed: bool) -> Sketch {
        let cookies = ["plan".to_owned()];
        let now = datetime!(2026-11-25 14:30 UTC);
        Visitor::new(signals(), now, &cookies).anonymous(asked.iter().copied(), agreed)
    }

    #[test]
    fn conditions_hold_for_what_is_kept_as_they_did_for_the_visit() {
        let asked = [
            "cookie.plan",
            "geo.city",
            "os.version",
            "query.plan",
            "visit.count",
        ];
        let sketch = kept(&asked, true);
        for condition in [
            r#"{"utm.source":"linkedin","utm.medium":{"$exists":false}}"#,
            r#"{"device":"mobile","os.name":"ios","os.version":{"$vgte":"17.4"}}"#,
            r#"{"time.hour":{"$gte":14,"$lt":15},"referrer.medium":"direct"}"#,
            r#"{"visit.count":{"$gt":2},"visit.returning":true,"bot":false}"#,
            r#"{"query.plan":"team","cookie.plan":"pro","geo.city":"Berlin"}"#,
            r#"{"path":"/pricing","locale":"en","geo.country":"DE"}"#,
        ] {
            let condition = Condition::parse_str(condition).unwrap();
            assert!(condition.matches(&sketch), "{:?}", condition.source());
            let recalled = RecalledVisit::from(&sketch);
            assert!(condition.matches(&recalled), "{:?}", condition.source());
        }
    }

    #[test]
    fn what_was_not_said_is_the_same_for_a_sketch_and_for_the_visit_recalled() {
        let condition = r#"{"visit.count":1,"visit.returning":false,"bot":false,
            "referrer.medium":"direct","utm.source":{"$exists":false},"made.up":{"$ne":1}}"#;
        let condition = Condition::parse_str(condition).unwrap();
        assert!(condition.matches(&Sketch::default()));
        assert!(condition.matches(&RecalledVisit::from(&Sketch::default())));
    }

    #[test]
    fn nobody_asked_for_is_not_kept_and_cookies_take_consent() {
        let names = |sketch: &Sketch| -> Vec<String> {
            sketch.entries().map(|(path, _)| path.to_owned()).collect()
        };
        let least = names(&kept(&[], true));
        for path in [
            "geo.city",
            "query.plan",
            "query.gclid",
            "cookie.plan",
            "visit.count",
        ] {
            assert!(!least.contains(&path.to_owned()), "{least:?}");
        }
        let asked = ["cookie.plan", "query.plan", "visit.count"];
        let without = kept(&asked, false);
        assert_eq!(without.text("query.plan"), "team");
        assert_eq!(
            (without.text("cookie.plan"), without.text("visit.count")),
            ("", "")
        );
    }

    #[test]
    fn what_was_drawn_for_one_person_is_left_out() {
        let sketch = kept(&["query.gclid"], true);
        assert_eq!(sketch.text("query.gclid"), "");
        let long = "x".repeat(500);
        let signals = Signals {
            query: &format!("utm_term=ann%40mail.example+vans&utm_content={long}"),
            ..Signals::default()
        };
        let visitor = Visitor::new(signals, datetime!(2026-11-25 14:30 UTC), &[]);
        let sketch = visitor.anonymous([], true);
        assert_eq!(sketch.text("utm.term"), "vans");
        assert_eq!(sketch.text("utm.content").len(), MAX_VALUE);
    }

    #[test]
    fn a_condition_names_what_is_kept_for_its_sake() {
        let condition =
            r#"{"geo.city":"Berlin","utm.source":"x","query.plan":"y","bot":false,"made.up":1}"#;
        let condition = Condition::parse_str(condition).unwrap();
        assert_eq!(kept_on_demand(&condition), ["geo.city", "query.plan"]);
        assert!(
            ALWAYS
                .iter()
                .all(|path| ATTRIBUTES.iter().any(|known| known.path == *path))
        );
    }
}
