use domain::Condition;
use domain::condition::Problem;
use serde_json::Value;

use super::examples::{EXAMPLES, VISITOR};
use crate::ui::Mistake;

/// The two texts of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) condition: String,
    pub(super) attributes: String,
}

impl Input {
    /// Reads a raw query, without its question mark. An example's name goes before the condition
    /// that the form sends with it.
    ///
    /// The router's own map of parameters decodes values twice and so loses a `%` in a pattern.
    pub(super) fn from_query(query: &str) -> Self {
        let field = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                // Forms send CR LF and drop a first line break; a text field holds LF.
                .map(|(_, value)| {
                    value
                        .replace("\r\n", "\n")
                        .trim_start_matches('\n')
                        .to_owned()
                })
        };
        let example = field("example")
            .and_then(|key| EXAMPLES.iter().find(|example| example.key == key))
            .map(|example| example.condition.to_owned());
        Self {
            condition: example
                .or_else(|| field("condition"))
                .unwrap_or_else(|| EXAMPLES[0].condition.to_owned()),
            attributes: field("attributes").unwrap_or_else(|| VISITOR.to_owned()),
        }
    }
}

/// Compiles a condition, or says what to correct.
pub(super) fn parse_condition(text: &str) -> Result<Condition, Mistake> {
    if text.trim().is_empty() {
        return Err(mistake("", "write a condition, or {} to match everyone"));
    }
    Condition::parse_str(text).map_err(|error| match error.problem() {
        Problem::NotJson {
            detail,
            line,
            column,
        } => not_json(detail, *line, *column),
        problem => mistake(error.path(), problem.to_string()),
    })
}

/// Reads a visitor's attributes, or says what to correct.
pub(super) fn parse_attributes(text: &str) -> Result<Value, Mistake> {
    if text.trim().is_empty() {
        return Err(mistake(
            "",
            "write the attributes, or {} for a visitor of whom nothing is known",
        ));
    }
    let value = serde_json::from_str(text).map_err(|error| {
        let detail = error.to_string();
        let detail = detail.split(" at line ").next().unwrap_or_default();
        not_json(detail, error.line(), error.column())
    })?;
    let Value::Object(fields) = &value else {
        return Err(mistake(
            "",
            "attributes are an object such as {\"device\": \"mobile\"}",
        ));
    };
    if let Some((name, (first, rest))) = fields
        .keys()
        .find_map(|name| Some((name, name.split_once('.')?)))
    {
        let advice = format!(
            "no attribute has a dot in its name: nest it, like {{{first:?}: {{{rest:?}: …}}}}"
        );
        return Err(mistake(name, advice));
    }
    Ok(value)
}

fn not_json(detail: &str, line: usize, column: usize) -> Mistake {
    mistake(
        format!("Line {line}, column {column}"),
        format!("this is not valid JSON: {detail}"),
    )
}

fn mistake(place: impl Into<String>, text: impl Into<String>) -> Mistake {
    Mistake {
        place: place.into(),
        text: text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded_once() {
        let check = |query: &str, condition: &str, attributes: &str| {
            let expected = Input {
                condition: condition.to_owned(),
                attributes: attributes.to_owned(),
            };
            assert_eq!(Input::from_query(query), expected, "{query}");
        };
        let first = EXAMPLES[0].condition;
        check("", first, VISITOR);
        check("condition=&attributes=", "", "");
        check("condition=%7B%7D", "{}", VISITOR);
        check("attributes=%7B+%7D%0D%0A", first, "{ }\n");
        check("condition=%2541%2B%25", "%41+%", VISITOR);
        check("condition=%FF%ZZ&attributes=%0A%0A1", "\u{fffd}%ZZ", "1");
        check(
            "condition=1&example=desktop",
            EXAMPLES[2].condition,
            VISITOR,
        );
        check("condition=1&example=unknown", "1", VISITOR);
    }

    #[test]
    fn a_mistake_names_its_place() {
        let check = |found: Option<Mistake>, place: &str, text: &str| {
            let found = found.unwrap();
            assert_eq!(found.place, place);
            assert!(found.text.contains(text), "{found:?}");
        };
        let condition = |text: &str| parse_condition(text).err();
        let attributes = |text: &str| parse_attributes(text).err();
        check(condition(" \n"), "", "{} to match everyone");
        check(condition("{\n"), "Line 2, column 0", "EOF");
        check(condition("[]"), "", "a condition is an object");
        check(
            condition(r#"{"$or": [{"a": 1}, {"utm.source": {"$gt": true}}]}"#),
            "$or[1].utm.source.$gt",
            "$gt needs",
        );
        check(attributes(""), "", "{} for a visitor");
        check(
            attributes("{\"a\": }"),
            "Line 1, column 7",
            "expected value",
        );
        check(attributes("[1]"), "", "an object");
        check(
            attributes(r#"{"utm.source": 1}"#),
            "utm.source",
            r#"{"utm": {"source": …}}"#,
        );
    }

    #[test]
    fn the_examples_and_the_visitor_are_valid() {
        let visitor = parse_attributes(VISITOR).unwrap();
        let outcomes = EXAMPLES.map(|e| parse_condition(e.condition).unwrap().matches(&visitor));
        assert_eq!(outcomes, [true, true, false]);
    }
}
