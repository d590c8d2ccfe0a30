//! A visitor somebody imagines, to try conditions on.

use serde::{Deserialize, Serialize};

use super::attribute::{Attribute, Kind};
use super::referrer;
use crate::condition::{AttributePath, AttributeValue, Attributes};

/// A visitor described attribute by attribute, each as text.
///
/// What is left out is what a request without that signal would have: one visit, no crawler. A
/// referring site says by itself what kind of place it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sketch(Vec<(String, String)>);

impl Sketch {
    /// What an attribute was set to; empty when it was not.
    pub fn text(&self, path: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| name == path)
            .map_or("", |(_, text)| text)
    }

    /// Sets an attribute; an empty text takes it away.
    pub fn set(&mut self, path: &str, text: &str) {
        self.0.retain(|(name, _)| name != path);
        if !text.is_empty() {
            self.0.push((path.to_owned(), text.to_owned()));
        }
    }

    /// The attributes that are set, in the order in which they were.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (&**path, &**text))
    }

    /// Whether this is a crawler, to which no segment's condition is put.
    pub fn is_bot(&self) -> bool {
        self.text("bot") == "true"
    }

    fn visits(&self) -> f64 {
        self.text("visit.count").trim().parse().unwrap_or(1.0)
    }

    fn medium(&self) -> &'static str {
        match self.text("referrer.host") {
            "" => "direct",
            host => referrer::medium(&format!("https://{host}/"), ""),
        }
    }
}

impl FromIterator<(String, String)> for Sketch {
    /// Of two texts for one attribute the later one counts.
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        let mut sketch = Self::default();
        for (path, text) in entries {
            sketch.set(&path, &text);
        }
        sketch
    }
}

impl Attributes for Sketch {
    fn get<'a>(&'a self, path: &AttributePath) -> Option<AttributeValue<'a>> {
        let path = path.as_str();
        let text = self.text(path);
        match (path, text) {
            ("visit.count", _) => return Some(AttributeValue::Number(self.visits())),
            ("bot", _) => return Some(AttributeValue::Bool(self.is_bot())),
            ("visit.returning", "") => return Some(AttributeValue::Bool(self.visits() > 1.0)),
            ("referrer.medium", "") => return Some(AttributeValue::Text(self.medium())),
            (_, "") => return None,
            _ => {}
        }
        match Attribute::of(path).map(|attribute| attribute.kind) {
            Some(Kind::Bool) => Some(AttributeValue::Bool(text == "true")),
            Some(Kind::Number) => text.trim().parse().ok().map(AttributeValue::Number),
            _ => Some(AttributeValue::Text(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Condition;

    fn check(entries: &[(&str, &str)], condition: &str, expected: bool) {
        let sketch: Sketch = entries
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let condition = Condition::parse_str(condition).unwrap();
        assert_eq!(condition.matches(&sketch), expected, "{entries:?}");
    }

    #[test]
    fn what_is_set_has_the_type_that_a_visitor_would_have() {
        check(
            &[("utm.source", "linkedin")],
            r#"{"utm.source":"linkedin"}"#,
            true,
        );
        check(&[("query.page", "5")], r#"{"query.page":"5"}"#, true);
        check(&[("query.page", "5")], r#"{"query.page":5}"#, false);
        check(&[("time.hour", " 9 ")], r#"{"time.hour":{"$lt":10}}"#, true);
        check(
            &[("time.hour", "nine")],
            r#"{"time.hour":{"$exists":false}}"#,
            true,
        );
        check(&[("bot", "true")], r#"{"bot":true}"#, true);
        check(
            &[("browser.version", "9.2")],
            r#"{"browser.version":{"$vlt":"10"}}"#,
            true,
        );
        check(
            &[("device", "mobile"), ("device", "")],
            r#"{"device":{"$exists":false}}"#,
            true,
        );
    }

    #[test]
    fn what_is_left_out_is_as_for_a_visitor_without_that_signal() {
        let nothing = r#"{"bot":false,"visit.count":1,"visit.returning":false,"referrer.medium":"direct","utm.source":{"$exists":false}}"#;
        check(&[], nothing, true);
        check(&[("visit.count", "3")], r#"{"visit.returning":true}"#, true);
        check(
            &[("referrer.host", "linkedin.com")],
            r#"{"referrer.medium":"social"}"#,
            true,
        );
        check(
            &[
                ("referrer.host", "linkedin.com"),
                ("referrer.medium", "email"),
            ],
            r#"{"referrer.medium":"email"}"#,
            true,
        );
    }
}
