//! Deserialization errors as problems: the path of the field, and a sentence in the words of files.

use domain::Problem;
use serde_path_to_error::{Path, Segment};

/// Most characters of a field's path, and of a value that a message repeats.
const MAX_FIELD: usize = 200;
const MAX_VALUE: usize = 60;
/// Most characters of a row that are quoted.
const MAX_EXCERPT: usize = 400;

/// Says what is wrong at `path`; `message` is serde's.
pub(super) fn explain(path: &Path, message: &str) -> Problem {
    let place = field(path);
    if let Some((name, _)) = quoted(message, "missing field `") {
        return problem(&join(&place, name), "is missing; add it");
    }
    if let Some((name, _)) = quoted(message, "duplicate field `") {
        return problem(&join(&place, name), "stands twice; keep one of them");
    }
    if let Some((name, expected)) = quoted(message, "unknown field `") {
        // The path ends with the key it could not read.
        let place = if ends_with(path, name) {
            place
        } else {
            join(&place, name)
        };
        let message = format!("is not a field here; the fields are {}", names(expected));
        return problem(&place, message);
    }
    if let Some((name, expected)) = quoted(message, "unknown variant `") {
        let message = format!(
            "is {:?}; use one of {}",
            shortened(name, MAX_VALUE),
            names(expected)
        );
        return problem(&place, message);
    }
    let mismatch = ["invalid type: ", "invalid value: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .and_then(|rest| rest.rsplit_once(", expected "));
    if let Some((found, expected)) = mismatch {
        let found = shortened(&in_words(found), MAX_VALUE);
        return problem(&place, format!("is {found}; give {}", in_words(expected)));
    }
    if ["starts_at", "ends_at"]
        .iter()
        .any(|name| ends_with(path, name))
    {
        return problem(
            &place,
            "is not an instant; write it as 2026-03-01T08:00:00Z",
        );
    }
    problem(&place, message)
}

/// The path as problems spell it, `contents.en.blocks[0].headline`; empty for the whole record.
pub(super) fn field(path: &Path) -> String {
    path.iter()
        .fold(String::new(), |field, segment| match segment {
            Segment::Seq { index } => format!("{field}[{index}]"),
            Segment::Map { key } => join(&field, key),
            // An enum's variant is a value, not a place.
            Segment::Enum { .. } | Segment::Unknown => field,
        })
}

/// The record's field in which the path lies.
pub(super) fn root(path: &Path) -> String {
    match path.iter().next() {
        Some(Segment::Map { key }) => key.clone(),
        _ => String::new(),
    }
}

/// A problem without the control characters and the length that a file's own names may bring.
pub(super) fn problem(field: &str, message: impl AsRef<str>) -> Problem {
    Problem {
        field: shortened(field, MAX_FIELD),
        message: shortened(message.as_ref(), 1_000),
    }
}

/// `field` inside `place`.
pub(super) fn join(place: &str, field: &str) -> String {
    match (place.is_empty(), field.is_empty()) {
        (true, _) => field.to_owned(),
        (_, true) => place.to_owned(),
        _ if field.starts_with('[') => format!("{place}{field}"),
        _ => format!("{place}.{field}"),
    }
}

/// The beginning of a row, with its line breaks and nothing else that is not shown.
pub(super) fn excerpt(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        shortened(line, MAX_EXCERPT)
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// At most `max` characters of a text, fit for a terminal.
pub(super) fn shortened(text: &str, max: usize) -> String {
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut short: String = text.chars().take(max).map(printable).collect();
    if text.chars().nth(max).is_some() {
        short.push('…');
    }
    short
}

fn ends_with(path: &Path, name: &str) -> bool {
    matches!(path.iter().next_back(), Some(Segment::Map { key }) if key == name)
}

/// The name behind `prefix` and before its closing backtick, and what follows.
fn quoted<'a>(message: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let rest = message.strip_prefix(prefix)?;
    rest.rsplit_once("`, expected ")
        .or_else(|| rest.rsplit_once('`'))
}

/// The names out of "one of `a`, `b`" or "`a` or `b`".
fn names(expected: &str) -> String {
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    names.join(", ")
}

/// A value or a type in the words of a person who writes files.
fn in_words(serde: &str) -> String {
    let value = ["integer `", "floating point `", "boolean `"]
        .iter()
        .find_map(|prefix| serde.strip_prefix(prefix)?.strip_suffix('`'));
    match (value, serde) {
        (Some(value), _) => value.to_owned(),
        (_, "a map" | "map") => "an object".to_owned(),
        (_, "a sequence" | "sequence") => "a list".to_owned(),
        (_, "i32") => "a whole number of at most 32 bits".to_owned(),
        (_, "f32") => "a number".to_owned(),
        (_, "a string") => "a text".to_owned(),
        (_, other) if other.starts_with("struct ") || other.contains(" enum ") => {
            "an object".to_owned()
        }
        (_, other) => match other.strip_prefix("string ") {
            Some(text) => format!("the text {text}"),
            None => other.to_owned(),
        },
    }
}
