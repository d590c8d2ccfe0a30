use std::fmt;

use serde_json::Value;

/// What a condition is evaluated against: anything that answers for a dotted path.
pub trait Attributes {
    /// The value at `path`, or `None` when it is missing.
    ///
    /// Operators treat a missing value like null; only an explanation tells them apart.
    fn get<'a>(&'a self, path: &AttributePath) -> Option<AttributeValue<'a>>;
}

/// One attribute's value, borrowed from whatever holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AttributeValue<'a> {
    /// Present, but null. `$exists` counts it as missing.
    Null,
    /// True or false.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(&'a str),
    /// A list or an object, or a scalar that is held as JSON.
    Json(&'a Value),
}

impl<'a> AttributeValue<'a> {
    /// The same value with scalars out of their JSON wrapping, so that `Json` holds only lists and objects.
    pub(super) fn unwrapped(self) -> Self {
        match self {
            Self::Json(json) => json.into(),
            other => other,
        }
    }

    /// The elements, when the value is a list.
    pub(super) fn elements(self) -> Option<&'a [Value]> {
        match self {
            Self::Json(Value::Array(elements)) => Some(elements),
            _ => None,
        }
    }
}

impl<'a> From<&'a Value> for AttributeValue<'a> {
    fn from(json: &'a Value) -> Self {
        match json {
            Value::Null => Self::Null,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => Self::Text(text),
            Value::Array(_) | Value::Object(_) => Self::Json(json),
        }
    }
}

/// JSON text, the form in which an explanation shows a value.
impl fmt::Display for AttributeValue<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("null"),
            Self::Bool(bool) => bool.fmt(formatter),
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => Value::from(*text).fmt(formatter),
            Self::Json(json) => json.fmt(formatter),
        }
    }
}

/// A dotted path such as `utm.source`, split once when the condition is compiled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributePath {
    text: Box<str>,
    segments: Box<[Box<str>]>,
}

impl AttributePath {
    /// Splits `text` at its dots.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            segments: text.split('.').map(Box::from).collect(),
        }
    }

    /// The whole path as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts between the dots; there is always at least one.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.segments.iter().map(AsRef::as_ref)
    }

    /// The first part and everything after its dot: `query.page.size` gives `query` and `page.size`.
    pub fn split_first(&self) -> (&str, Option<&str>) {
        self.text
            .split_once('.')
            .map_or((&*self.text, None), |(first, rest)| (first, Some(rest)))
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Objects answer by name; lists by index, and with their length under `length`.
impl Attributes for Value {
    fn get<'a>(&'a self, path: &AttributePath) -> Option<AttributeValue<'a>> {
        let mut current = self;
        let mut segments = path.segments();
        while let Some(segment) = segments.next() {
            current = match current {
                Value::Object(fields) => fields.get(segment)?,
                Value::Array(elements) if segment == "length" => {
                    let length = u32::try_from(elements.len()).unwrap_or(u32::MAX);
                    return (segments.len() == 0).then_some(AttributeValue::Number(length.into()));
                }
                Value::Array(elements) => elements.get(index(segment)?)?,
                _ => return None,
            };
        }
        Some(current.into())
    }
}

/// `0` or `12` but not `01` or `+1`: an index has exactly one spelling.
fn index(segment: &str) -> Option<usize> {
    let canonical = segment == "0"
        || (!segment.starts_with('0') && segment.bytes().all(|byte| byte.is_ascii_digit()));
    if canonical {
        segment.parse().ok()
    } else {
        None
    }
}
