use serde_json::Value;

use super::{Operator, Part, part_json};
use crate::condition::Condition;
use crate::visitor::attribute::{Attribute, Kind};

/// One question about one attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The attribute's path.
    pub attribute: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what: texts, numbers, true or false; any number of them for an operator that takes a
    /// list, none for one that takes nothing, otherwise one.
    pub values: Vec<Value>,
}

impl Comparison {
    /// The comparison to begin with for an attribute.
    pub fn about(attribute: &str) -> Self {
        let kind = kind(attribute);
        let mut comparison = Self {
            attribute: attribute.to_owned(),
            operator: Operator::fitting(kind)
                .first()
                .copied()
                .unwrap_or(Operator::Is),
            values: Vec::new(),
        };
        comparison.set_text(if kind == Kind::Bool { "true" } else { "" });
        comparison
    }

    /// What values the attribute has; text when it is in no catalogue.
    pub fn kind(&self) -> Kind {
        kind(&self.attribute)
    }

    /// Asks about another attribute. Operator and values stay where they fit it.
    pub fn set_attribute(&mut self, attribute: &str) {
        let before = self.kind();
        attribute.clone_into(&mut self.attribute);
        if self.kind() != before {
            *self = Self::about(attribute);
        }
    }

    /// Compares otherwise. Values stay as far as the operator can use them.
    pub fn set_operator(&mut self, operator: Operator) {
        let text = self.text();
        let was_list = self.operator.takes_list();
        self.operator = operator;
        if operator.takes_nothing() {
            self.values.clear();
        } else if was_list && !operator.takes_list() {
            self.values.truncate(1);
            let first = self.values.first().map(plain).unwrap_or_default();
            self.set_text(&first);
        } else if was_list || !operator.takes_list() {
            self.set_text(&text);
        } else {
            self.values.retain(|value| value.as_str() != Some(""));
        }
    }

    /// The values as one types them: a list with commas, its texts in quotes where they need them.
    pub fn text(&self) -> String {
        if self.operator.takes_list() {
            let values: Vec<String> = self.values.iter().map(|it| quoted(&plain(it))).collect();
            values.join(", ")
        } else {
            self.values.first().map(plain).unwrap_or_default()
        }
    }

    /// Takes the values from what was typed, with the type that the attribute has.
    pub fn set_text(&mut self, text: &str) {
        let kind = self.kind();
        self.values = if self.operator.takes_nothing() {
            Vec::new()
        } else if self.operator.takes_list() {
            split(text).iter().map(|it| typed(it, kind)).collect()
        } else if self.operator.takes_pattern() {
            vec![text.into()]
        } else {
            vec![typed(text, kind)]
        };
    }

    /// What has to be corrected before this can be saved or can match anybody.
    pub fn mistake(&self) -> Option<String> {
        let wrong = |value: &Value| match self.kind() {
            Kind::Number => !value.is_number(),
            Kind::Bool => !value.is_boolean(),
            Kind::Date => !is_date(&plain(value)),
            Kind::Text | Kind::Version => !value.is_string(),
        };
        if self.attribute.is_empty() || self.attribute.ends_with('.') {
            return Some("Give the name.".to_owned());
        }
        if let Err(error) = Condition::parse(&part_json(&Part::Comparison(self.clone()))) {
            return Some(error.problem().to_string());
        }
        if self.operator.takes_nothing() {
            return None;
        }
        if self.text().trim().is_empty() {
            return Some("Give a value.".to_owned());
        }
        if self.operator.takes_pattern() || !self.values.iter().any(wrong) {
            return None;
        }
        let advice = match self.kind() {
            Kind::Number => "This attribute is a number: give digits, such as 3.",
            Kind::Bool => "This attribute is true or false.",
            Kind::Date => "This attribute is a date: write it like 2026-11-25.",
            Kind::Text | Kind::Version => "This attribute is text, which a number never equals.",
        };
        Some(advice.to_owned())
    }
}

fn kind(attribute: &str) -> Kind {
    Attribute::of(attribute).map_or(Kind::Text, |it| it.kind)
}

fn is_date(text: &str) -> bool {
    let digits =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    matches!(*parts, [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

fn typed(text: &str, kind: Kind) -> Value {
    let trimmed = text.trim();
    let number = || {
        let whole = trimmed.parse::<i64>().ok().map(Value::from);
        whole.or_else(|| {
            Some(
                trimmed
                    .parse::<f64>()
                    .ok()
                    .filter(|it| it.is_finite())?
                    .into(),
            )
        })
    };
    match (kind, trimmed) {
        (Kind::Bool, "true") => true.into(),
        (Kind::Bool, "false") => false.into(),
        (Kind::Number, _) => number().unwrap_or_else(|| text.into()),
        _ => text.into(),
    }
}

/// A value without the quotes that JSON puts around texts.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn quoted(text: &str) -> String {
    if text.is_empty() || text.trim() != text || text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// The values between commas. A quote at the beginning of a value protects commas up to the next
/// one, and two quotes inside stand for one.
fn split(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (value, after) = if let Some(quoted) = rest.strip_prefix('"') {
            unquote(quoted)
        } else {
            let (value, after) = rest.split_once(',').unwrap_or((rest, ""));
            (
                Some(value.trim().to_owned()).filter(|it| !it.is_empty()),
                after,
            )
        };
        values.extend(value);
        rest = after.trim_start();
    }
    values
}

/// The value up to its closing quote, and what comes after the comma behind it.
fn unquote(text: &str) -> (Option<String>, &str) {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (piece, after) = rest.split_once('"').unwrap_or((rest, ""));
        value.push_str(piece);
        match after.strip_prefix('"') {
            Some(after) => {
                value.push('"');
                rest = after;
            }
            None => return (Some(value), after.split_once(',').map_or("", |(_, it)| it)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_typed_gets_the_attributes_type() {
        let check = |attribute: &str, operator, text: &str, expected: Value| {
            let mut comparison = Comparison::about(attribute);
            comparison.set_operator(operator);
            comparison.set_text(text);
            assert_eq!(Value::from(comparison.values), expected, "{text}");
        };
        check("utm.source", Operator::Is, "5", json!(["5"]));
        check("visit.count", Operator::Greater, " 5", json!([5]));
        check("visit.count", Operator::Greater, "2.5", json!([2.5]));
        check("visit.count", Operator::Greater, "many", json!(["many"]));
        check(
            "visit.count",
            Operator::OneOf,
            "1, 2,,x",
            json!([1, 2, "x"]),
        );
        check("bot", Operator::Is, "false", json!([false]));
        check("utm.source", Operator::Missing, "x", json!([]));
        check(
            "geo.city",
            Operator::OneOf,
            r#"Bonn, "Washington, D.C.",  "#,
            json!(["Bonn", "Washington, D.C."]),
        );
        check(
            "geo.city",
            Operator::OneOf,
            r#""a ""b"" c",d"#,
            json!(["a \"b\" c", "d"]),
        );
    }

    #[test]
    fn values_stay_where_the_operator_can_use_them() {
        let mut comparison = Comparison::about("geo.country");
        comparison.set_text("DE");
        comparison.set_operator(Operator::OneOf);
        assert_eq!(comparison.text(), "DE");
        comparison.set_text("DE, AT");
        comparison.set_operator(Operator::NoneOf);
        assert_eq!(comparison.text(), "DE, AT");
        comparison.set_attribute("geo.city");
        assert_eq!(comparison.text(), "DE, AT");
        comparison.set_operator(Operator::Matches);
        assert_eq!(comparison.text(), "DE");
        comparison.set_operator(Operator::Exists);
        assert_eq!(comparison.text(), "");
        comparison.set_attribute("bot");
        assert_eq!(comparison.text(), "true");
        assert_eq!(comparison.operator, Operator::Is);
    }

    #[test]
    fn a_mistake_says_what_to_give() {
        let check = |attribute: &str, operator, text: &str, expected: Option<&str>| {
            let mut comparison = Comparison::about(attribute);
            comparison.set_operator(operator);
            comparison.set_text(text);
            let found = comparison.mistake();
            match expected {
                None => assert_eq!(found, None, "{text}"),
                Some(words) => assert!(
                    found.as_deref().is_some_and(|it| it.contains(words)),
                    "{text}: {found:?}"
                ),
            }
        };
        check("utm.source", Operator::Is, "linkedin", None);
        check("utm.source", Operator::Is, "", Some("Give a value"));
        check("utm.source", Operator::OneOf, " , ", Some("Give a value"));
        check("utm.source", Operator::Exists, "", None);
        check("query.", Operator::Is, "x", Some("Give the name"));
        check("query.a..b", Operator::Is, "x", Some("single dots"));
        check("utm.source", Operator::Matches, "(", Some("unclosed group"));
        check("visit.count", Operator::Greater, "many", Some("a number"));
        check(
            "time.date",
            Operator::Less,
            "tomorrow",
            Some("like 2026-11-25"),
        );
        check("time.date", Operator::Less, "2026-11-25", None);
        check("os.version", Operator::VersionAtLeast, "17.4", None);
    }

    proptest! {
        #[test]
        fn a_list_of_texts_survives_being_typed(texts in proptest::collection::vec("[a ,\"\n]{0,4}", 0..4)) {
            let mut comparison = Comparison {
                attribute: "geo.city".to_owned(),
                operator: Operator::OneOf,
                values: texts.iter().map(|text| Value::from(text.as_str())).collect(),
            };
            let before = comparison.clone();
            comparison.set_text(&before.text());
            prop_assert_eq!(comparison, before);
        }
    }
}
