use std::cmp::Ordering;

use serde_json::Value;

use super::attributes::AttributeValue;

/// A value a condition compares with `===`: never a list or an object.
#[derive(Debug, Clone)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(Box<str>),
}

impl Scalar {
    /// `None` for lists and objects.
    pub(super) fn new(json: &Value) -> Option<Self> {
        Some(match json.into() {
            AttributeValue::Null => Self::Null,
            AttributeValue::Bool(bool) => Self::Bool(bool),
            AttributeValue::Number(number) => Self::Number(number),
            AttributeValue::Text(text) => Self::Text(text.into()),
            AttributeValue::Json(_) => return None,
        })
    }

    /// Equality without conversion: 5 is 5.0 but not "5".
    pub(super) fn equals(&self, actual: AttributeValue<'_>) -> bool {
        match (self, actual) {
            (Self::Null, AttributeValue::Null) => true,
            (Self::Bool(expected), AttributeValue::Bool(actual)) => *expected == actual,
            (Self::Number(expected), AttributeValue::Number(actual)) => {
                same_number(*expected, actual)
            }
            (Self::Text(expected), AttributeValue::Text(actual)) => **expected == *actual,
            _ => false,
        }
    }
}

/// The values of a `$in` list or a saved group, sorted so that long lists are searched quickly.
#[derive(Debug, Clone, Default)]
pub(super) struct Members {
    texts: Box<[Box<str>]>,
    numbers: Box<[f64]>,
    bools: [bool; 2],
    null: bool,
    fold: bool,
}

impl Members {
    /// `fold` makes texts compare without regard to case.
    pub(super) fn new(values: &[Value], fold: bool) -> Self {
        let mut members = Self {
            fold,
            ..Self::default()
        };
        let (mut texts, mut numbers) = (Vec::new(), Vec::new());
        for value in values {
            match Scalar::new(value) {
                Some(Scalar::Null) => members.null = true,
                Some(Scalar::Bool(bool)) => members.bools[usize::from(bool)] = true,
                Some(Scalar::Number(number)) => numbers.push(number),
                Some(Scalar::Text(text)) if fold => texts.push(folded(&text).collect()),
                Some(Scalar::Text(text)) => texts.push(text),
                // Lists and objects are compared by identity, which nothing here shares.
                None => {}
            }
        }
        texts.sort_unstable();
        texts.dedup();
        numbers.sort_unstable_by(|a, b| order_numbers(*a, *b));
        members.texts = texts.into();
        members.numbers = numbers.into();
        members
    }

    /// Whether the list holds `actual`, or any element of `actual` when that is a list itself.
    pub(super) fn contain(&self, actual: AttributeValue<'_>) -> bool {
        match actual.elements() {
            Some(elements) => elements
                .iter()
                .any(|element| self.contain_scalar(element.into())),
            None => self.contain_scalar(actual),
        }
    }

    fn contain_scalar(&self, actual: AttributeValue<'_>) -> bool {
        match actual {
            AttributeValue::Null => self.null,
            AttributeValue::Bool(bool) => self.bools[usize::from(bool)],
            AttributeValue::Number(actual) => self
                .numbers
                .binary_search_by(|member| order_numbers(*member, actual))
                .is_ok(),
            AttributeValue::Text(actual) if self.fold => self
                .texts
                .binary_search_by(|member| member.chars().cmp(folded(actual)))
                .is_ok(),
            AttributeValue::Text(actual) => self
                .texts
                .binary_search_by(|member| (**member).cmp(actual))
                .is_ok(),
            AttributeValue::Json(_) => false,
        }
    }
}

/// Lower-cased characters, for comparing without regard to case and without allocating.
///
/// The two lower-case forms of the Greek sigma count as one, because which of them `Σ` becomes
/// depends on its neighbours.
pub(super) fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == 'ς' { 'σ' } else { letter })
}

/// Order of texts by UTF-16 code units, the order in which the language's other implementations compare.
pub(super) fn order_texts(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// Deep equality of JSON in which 1 equals 1.0 and the order of an object's names is immaterial.
pub(super) fn same_json(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(
            a.as_f64().unwrap_or(f64::NAN),
            b.as_f64().unwrap_or(f64::NAN),
        ),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same_json(a, b)))
        }
        (a, b) => a == b,
    }
}

/// The kind of a JSON value as a person calls it.
pub(super) fn kind(json: &Value) -> &'static str {
    match json {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn same_number(a: f64, b: f64) -> bool {
    a.partial_cmp(&b) == Some(Ordering::Equal)
}

/// A total order in which the two zeros are equal, as they are for `same_number`.
fn order_numbers(a: f64, b: f64) -> Ordering {
    (a + 0.0).total_cmp(&(b + 0.0))
}
