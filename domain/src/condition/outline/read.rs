use serde_json::{Map, Value, json};

use super::operator::Operands;
use super::{Comparison, Group, Join, Operator, Part};
use crate::condition::parse::operators_of;

/// The outline of a condition. Entries of an object have no order of their own and come by name.
pub fn read(json: &Value) -> Group {
    let Value::Object(entries) = json else {
        return Group {
            join: Join::All,
            parts: vec![Part::Raw(json.clone())],
        };
    };
    let mut parts = parts_of(entries);
    match (entries.len(), parts.pop()) {
        // An empty list of conditions is refused, unlike an empty condition.
        (1, Some(Part::Group(group))) if group != Group::empty(Join::All) => group,
        (_, last) => {
            parts.extend(last);
            Group {
                join: Join::All,
                parts,
            }
        }
    }
}

/// A condition in a list of conditions.
fn branch(json: &Value) -> Part {
    let Value::Object(entries) = json else {
        return Part::Raw(json.clone());
    };
    let mut parts = parts_of(entries);
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, None) => Part::Raw(json.clone()),
        (_, Some(last)) => {
            parts.push(last);
            Part::Group(Group {
                join: Join::All,
                parts,
            })
        }
    }
}

fn parts_of(entries: &Map<String, Value>) -> Vec<Part> {
    by_name(entries)
        .into_iter()
        .flat_map(|(name, value)| entry(name, value))
        .collect()
}

fn entry(name: &str, value: &Value) -> Vec<Part> {
    match (Join::of(name), value) {
        (Some(join), Value::Array(branches)) => vec![Part::Group(Group {
            join,
            parts: branches.iter().map(branch).collect(),
        })],
        (None, Value::Object(_)) if name == "$not" => vec![Part::Group(Group {
            join: Join::None,
            parts: vec![branch(value)],
        })],
        _ if name.starts_with('$') => vec![Part::Raw(json!({ name: value }))],
        _ => tests(name, value),
    }
}

/// One attribute with a value, or with operators that must all hold.
fn tests(path: &str, value: &Value) -> Vec<Part> {
    match operators_of(value) {
        Some(operators) if !operators.is_empty() => by_name(operators)
            .into_iter()
            .map(|(operator, operand)| {
                comparison(path, operator, operand)
                    .unwrap_or_else(|| Part::Raw(json!({ path: { operator: operand } })))
            })
            .collect(),
        _ => vec![
            comparison(path, Operator::Is.name(), value)
                .unwrap_or_else(|| Part::Raw(json!({ path: value }))),
        ],
    }
}

/// `None` where an outline has no words for the operator or its operand.
fn comparison(path: &str, name: &str, operand: &Value) -> Option<Part> {
    let operator = Operator::ALL
        .into_iter()
        .find(|it| it.name() == name && it.operands().accept(operand))?;
    let operator = match operand {
        Value::Bool(false) if operator == Operator::Exists => Operator::Missing,
        _ => operator,
    };
    let values = match (operator.operands(), operand) {
        (Operands::Nothing, _) => Vec::new(),
        (Operands::List, Value::Array(values)) => values.clone(),
        (_, value) => vec![value.clone()],
    };
    Some(Part::Comparison(Comparison {
        attribute: path.to_owned(),
        operator,
        values,
    }))
}

impl Operands {
    fn accept(self, operand: &Value) -> bool {
        match (self, operand) {
            (Self::Nothing, Value::Bool(_))
            | (Self::Scalar, Value::Bool(_) | Value::Number(_) | Value::String(_))
            | (Self::Ordered, Value::Number(_) | Value::String(_))
            | (Self::Text, Value::String(_)) => true,
            (Self::List, Value::Array(values)) => {
                values.iter().all(|value| Self::Scalar.accept(value))
            }
            _ => false,
        }
    }
}

/// The entries in the order of their names, whatever order the object keeps.
fn by_name(entries: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = entries
        .iter()
        .map(|(name, it)| (name.as_str(), it))
        .collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    entries
}
