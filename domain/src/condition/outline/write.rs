use serde_json::{Map, Value, json};

use super::{Comparison, Group, Join, Operator, Part};
use crate::condition::parse::operators_of;

/// The condition of an outline, as short as the language allows without losing an order.
pub fn write(group: &Group) -> Value {
    match (group.join, &*group.parts) {
        // Alone in an object it would be read as the condition itself.
        (Join::All, [Part::Group(_)]) => branches(group),
        (Join::All, parts) => flat(parts).unwrap_or_else(|| branches(group)),
        _ => branches(group),
    }
}

/// The condition of one part.
pub fn part_json(part: &Part) -> Value {
    match part {
        Part::Group(group) => match &*group.parts {
            parts @ [_, _, ..] if group.join == Join::All => {
                flat(parts).unwrap_or_else(|| branches(group))
            }
            _ => branches(group),
        },
        Part::Comparison(comparison) => json!({ &comparison.attribute: test(comparison) }),
        Part::Raw(json) => json.clone(),
    }
}

fn branches(group: &Group) -> Value {
    let parts: Vec<Value> = group.parts.iter().map(part_json).collect();
    json!({ group.join.operator(): parts })
}

fn test(comparison: &Comparison) -> Value {
    match comparison.operator {
        Operator::Is => operand(comparison),
        operator => json!({ operator.name(): operand(comparison) }),
    }
}

fn operand(comparison: &Comparison) -> Value {
    match comparison.operator {
        Operator::Exists => true.into(),
        Operator::Missing => false.into(),
        operator if operator.takes_list() => comparison.values.clone().into(),
        _ => comparison.values.first().cloned().unwrap_or("".into()),
    }
}

/// One entry of an object.
struct Entry<'p> {
    name: &'p str,
    /// The only operator under the name; entries of one name are joined by their operators.
    operator: Option<&'p str>,
    /// What stands under the name when nothing is joined, and under the operator.
    alone: Value,
    joined: Value,
}

/// The parts as entries of one object; `None` when reading it would give them another order, or
/// not give them at all.
fn flat(parts: &[Part]) -> Option<Value> {
    let entries = parts.iter().map(entry).collect::<Option<Vec<_>>>()?;
    let mut object = Map::new();
    for same in entries.chunk_by(|a, b| a.name == b.name) {
        let (Some(first), Some(last)) = (same.first(), same.last()) else {
            continue;
        };
        if object.keys().any(|name| name.as_str() >= first.name) {
            return None;
        }
        let value = if same.len() == 1 {
            last.alone.clone()
        } else {
            let ascending = same.is_sorted_by(|a, b| a.operator < b.operator);
            if first.operator.is_none() || !ascending {
                return None;
            }
            let operators = same.iter().map(|it| {
                (
                    it.operator.unwrap_or_default().to_owned(),
                    it.joined.clone(),
                )
            });
            Value::Object(operators.collect())
        };
        object.insert(first.name.to_owned(), value);
    }
    Some(Value::Object(object))
}

fn entry(part: &Part) -> Option<Entry<'_>> {
    match part {
        Part::Group(group) => Some(Entry {
            name: group.join.operator(),
            operator: None,
            alone: Value::Array(group.parts.iter().map(part_json).collect()),
            joined: Value::Null,
        }),
        Part::Comparison(comparison) => Some(Entry {
            name: &comparison.attribute,
            operator: Some(comparison.operator.name()),
            alone: test(comparison),
            joined: operand(comparison),
        }),
        Part::Raw(Value::Object(object)) if object.len() == 1 => {
            let (name, value) = object.iter().next()?;
            let operator = operators_of(value)
                .filter(|operators| operators.len() == 1 && !name.starts_with('$'))
                .and_then(|operators| operators.iter().next());
            Some(Entry {
                name,
                operator: operator.map(|(operator, _)| operator.as_str()),
                alone: value.clone(),
                joined: operator.map_or(Value::Null, |(_, operand)| operand.clone()),
            })
        }
        Part::Raw(_) => None,
    }
}
