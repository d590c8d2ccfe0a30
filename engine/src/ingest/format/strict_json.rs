//! JSON without a key that stands twice, and with the place of what is wrong.

use std::fmt;

use domain::Problem;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::explain::{explain, field, problem, root};

/// Reads one JSON value, nested at most 127 levels deep.
///
/// `first_line` is the number of the text's first line; `advice` ends the message about text that is
/// not JSON.
pub(super) fn parse(text: &str, first_line: usize, advice: &str) -> Result<Value, Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut json).and_then(|Strict(value)| {
        // Nothing has a path behind the value, so the error gets that of the whole.
        json.end().map(|()| value).map_err(|error| {
            let whole = serde_path_to_error::Track::new().path();
            serde_path_to_error::Error::new(whole, error)
        })
    });
    read.map_err(|error| {
        let json = error.inner();
        let message = json.to_string();
        // The place is said by ourselves, in lines of the file.
        let message = message.split(" at line ").next().unwrap_or_default();
        if json.classify() == Category::Data {
            return explain(error.path(), message);
        }
        let line = first_line + json.line().saturating_sub(1);
        let column = column(text, json.line(), json.column());
        if message == "recursion limit exceeded" {
            let place = root(error.path());
            let message =
                format!("nests too deep at line {line}, column {column}; 127 levels are the most");
            return problem(&place, message);
        }
        let message = format!("is not JSON at line {line}, column {column}: {message}; {advice}");
        problem(&field(error.path()), message)
    })
}

/// The column in characters, as editors count it, of one in bytes.
fn column(text: &str, line: usize, bytes: usize) -> usize {
    let line = text
        .split('\n')
        .nth(line.saturating_sub(1))
        .unwrap_or_default();
    line.get(..bytes)
        .map_or(bytes, |before| before.chars().count())
}

/// A JSON value that was read without a repeated key.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Strict(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            if values.contains_key(&key) {
                return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
            }
            let Strict(value) = object.next_value()?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}
