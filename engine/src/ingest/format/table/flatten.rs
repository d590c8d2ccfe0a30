//! A record becomes cells: the inverse of putting a row's cells together.

use std::collections::HashMap;

use domain::record::Record;
use serde_json::Value;

use super::columns::{Holds, Path, Step};
use super::guard;

/// The record's cells by their columns.
///
/// # Errors
/// A sentence about the field that CSV cannot hold.
pub(super) fn cells(record: &Record) -> Result<HashMap<Path, String>, String> {
    // By way of text, where 0.35 stays 0.35; as a value it would get the digits that `f64` adds to
    // an `f32`.
    let json = serde_json::to_string(record)
        .and_then(|text| serde_json::from_str(&text))
        .map_err(|error| error.to_string())?;
    let mut cells = HashMap::new();
    walk(&json, &mut Vec::new(), &mut cells)?;
    Ok(cells)
}

fn walk(
    json: &Value,
    steps: &mut Vec<Step>,
    cells: &mut HashMap<Path, String>,
) -> Result<(), String> {
    let path = || Path::new(steps.clone());
    match json {
        _ if Holds::at(steps) == Holds::Json => {
            cells.insert(path(), json.to_string());
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                steps.push(Step::Index(index));
                walk(element, steps, cells)?;
                steps.pop();
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                steps.push(Step::Name(name.clone()));
                walk(field, steps, cells)?;
                steps.pop();
            }
        }
        Value::String(text) if !text.is_empty() => {
            cells.insert(path(), guard::guarded(text).into_owned());
        }
        Value::Number(number) => {
            cells.insert(path(), number.to_string());
        }
        Value::Array(_) | Value::Object(_) | Value::String(_) | Value::Null | Value::Bool(_) => {
            let field = path().field();
            return Err(format!(
                "{field} is {json}, for which CSV has no cell; export JSON lines instead"
            ));
        }
    }
    Ok(())
}
