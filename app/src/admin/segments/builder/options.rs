//! The options of choices, as HTML: written at once they are small and quick.

use std::fmt::Write as _;

use domain::condition::outline::{Comparison, Join, Operator};
use domain::visitor::attribute::{ATTRIBUTES, Attribute, Topic};

/// Every attribute under its topic, the comparison's own chosen.
pub(super) fn attributes(chosen: &str) -> String {
    let found = Attribute::of(chosen);
    let mut html = String::new();
    for topic in Topic::ALL {
        let _ = write!(html, "<optgroup label=\"{}\">", topic.label());
        for attribute in ATTRIBUTES.iter().filter(|it| it.topic == topic) {
            let is_chosen = found.is_some_and(|it| it.path == attribute.path);
            option(&mut html, attribute.path, attribute.label, is_chosen);
        }
        html.push_str("</optgroup>");
    }
    if found.is_none() {
        option(&mut html, chosen, "Another attribute", true);
    }
    html
}

/// The operators that fit the attribute, and the comparison's own.
pub(super) fn operators(comparison: &Comparison) -> String {
    let kind = comparison.kind();
    let fitting = Operator::fitting(kind);
    let mut html = String::new();
    for (position, operator) in Operator::ALL.into_iter().enumerate() {
        let is_chosen = operator == comparison.operator;
        if is_chosen || fitting.contains(&operator) {
            let position = position.to_string();
            option(&mut html, &position, operator.label(kind), is_chosen);
        }
    }
    html
}

/// The ways to combine.
pub(super) fn joins(chosen: Join) -> String {
    let mut html = String::new();
    for join in Join::ALL {
        let words = match join {
            Join::All => "All of these",
            Join::Any => "Any of these",
            Join::None => "None of these",
        };
        option(&mut html, join.operator(), words, join == chosen);
    }
    html
}

/// The values of an attribute that has no others, each with its words, and the comparison's own.
pub(super) fn values<'v>(values: impl Iterator<Item = (&'v str, &'v str)>, chosen: &str) -> String {
    let mut html = String::new();
    let mut is_known = false;
    for (value, words) in values {
        is_known |= value == chosen;
        option(&mut html, value, words, value == chosen);
    }
    if !is_known {
        let words = if chosen.is_empty() {
            "Choose …"
        } else {
            chosen
        };
        option(&mut html, chosen, words, true);
    }
    html
}

fn option(html: &mut String, value: &str, words: &str, is_chosen: bool) {
    let selected = if is_chosen { " selected" } else { "" };
    let (value, words) = (escaped(value), escaped(words));
    let _ = write!(html, "<option value=\"{value}\"{selected}>{words}</option>");
}

/// Text as HTML, also between quotes.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_hold_hostile_text_as_text() {
        let html = attributes("\"><script>");
        assert!(html.contains("<option value=\"&quot;>&lt;script>\" selected>Another attribute"));
        assert!(!html.contains("<script>"));
    }

    #[test]
    fn an_operator_that_does_not_fit_is_offered_while_it_is_chosen() {
        let mut comparison = Comparison::about("geo.country");
        assert!(!operators(&comparison).contains("is on or before"));
        comparison.operator = Operator::AtMost;
        assert!(operators(&comparison).contains("selected>is on or before"));
    }
}
