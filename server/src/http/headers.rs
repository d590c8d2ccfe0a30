//! The header fields of an answer, said once for every way in which they are written.

use http::{HeaderMap, HeaderName, HeaderValue};

/// A field's value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    /// Visible ASCII, known when the program was built or when it started. Putting it into a map copies nothing.
    Fixed(&'static str),
    /// Made for this answer.
    Text(&'a str),
}

impl Value<'_> {
    /// The value's text.
    #[expect(clippy::match_same_arms, reason = "the texts live for different times")]
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Text(text) => text,
        }
    }
}

/// Puts fields into a map, a further one of the same name beside the first. A value that is not a header's is left
/// out.
pub(super) fn into_map(map: &mut HeaderMap) -> impl FnMut(HeaderName, Value<'_>) {
    |name, value| {
        let value = match value {
            Value::Fixed(text) => HeaderValue::from_static(text),
            Value::Text(text) => match HeaderValue::from_str(text) {
                Ok(value) => value,
                Err(_) => return,
            },
        };
        map.append(name, value);
    }
}
