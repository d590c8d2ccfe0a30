//! What the model may write: a JSON schema made of the blocks' own field specifications.

use domain::block::{Block, BlockSpec, FieldKind, FieldSpec, Icon};
use serde_json::{Map, Value, json};

use super::Assignment;

/// Kinds of blocks that can be written from what the page says. Customers, quotes and prices cannot.
const WRITTEN: [&str; 5] = ["hero", "features", "faq", "cta", "rich_text"];

/// The schema of an override of the page, in the part of JSON Schema that structured output knows:
/// every property is required, and limits stand in descriptions.
pub(super) fn of(assignment: &Assignment) -> Value {
    let blocks: Vec<Value> = written(assignment).map(block).collect();
    let mut properties = Map::new();
    properties.insert("title".to_owned(), text("The page's title", 120));
    let description = text("What search engines show", 320);
    properties.insert("description".to_owned(), description);
    if !blocks.is_empty() {
        let any = json!({"type": "array", "items": {"anyOf": blocks}});
        properties.insert("blocks".to_owned(), any);
    }
    object(&properties)
}

/// What the model wrote, with what it may not write: the page's own links and pictures. Empty texts
/// are absent ones.
pub(super) fn completed(mut json: Value, assignment: &Assignment) -> Value {
    prune(&mut json);
    let Some(blocks) = json.get_mut("blocks").and_then(Value::as_array_mut) else {
        return json;
    };
    for written in blocks {
        let Some(fields) = written.as_object_mut() else {
            continue;
        };
        let id = fields.get("id").and_then(Value::as_str);
        let original = assignment
            .content
            .blocks
            .iter()
            .find(|block| Some(block.id().as_str()) == id);
        let Some(original) = original else { continue };
        let Value::Object(own) = json!(original) else {
            continue;
        };
        for field in original.spec().fields {
            if let (None, Some(value)) = (property(field), own.get(field.name)) {
                fields.insert(field.name.to_owned(), value.clone());
            }
        }
    }
    json
}

/// The page's blocks that may be written anew.
fn written(assignment: &Assignment) -> impl Iterator<Item = &Block> {
    let blocks = assignment.content.blocks.iter();
    blocks.filter(|block| WRITTEN.contains(&block.type_name()))
}

fn block(block: &Block) -> Value {
    let BlockSpec {
        type_name, fields, ..
    } = block.spec();
    let mut properties = Map::new();
    let one_of = |value: &str| json!({"type": "string", "enum": [value]});
    properties.insert("type".to_owned(), one_of(type_name));
    properties.insert("id".to_owned(), one_of(block.id().as_str()));
    properties.extend(described(fields));
    object(&properties)
}

fn described(fields: &[FieldSpec]) -> impl Iterator<Item = (String, Value)> {
    let pairs = fields.iter();
    pairs.filter_map(|field| Some((field.name.to_owned(), property(field)?)))
}

/// A field's schema; `None` where the model has no say: addresses, and what belongs to them.
fn property(field: &FieldSpec) -> Option<Value> {
    Some(match field.kind {
        FieldKind::Line { max } | FieldKind::Text { max } | FieldKind::Markdown { max } => {
            text(field.label, max)
        }
        FieldKind::Icon => {
            let names: Vec<&str> = Icon::ALL.iter().map(|icon| icon.as_str()).collect();
            json!({"type": "string", "enum": names})
        }
        FieldKind::Lines { noun, count, max } => list(noun, count, &text(noun, max)),
        FieldKind::List { noun, count, item } => {
            list(noun, count, &object(&described(item).collect()))
        }
        FieldKind::Url | FieldKind::Picture | FieldKind::Group(_) => return None,
    })
}

fn text(label: &str, max: usize) -> Value {
    json!({"type": "string", "description": format!("{label}, at most {max} characters")})
}

fn list(noun: &str, (least, most): (usize, usize), items: &Value) -> Value {
    let description = format!("{least} to {most}, each one {noun}");
    json!({"type": "array", "description": description, "items": items})
}

fn object(properties: &Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object", "required": required, "additionalProperties": false,
        "properties": properties,
    })
}

/// Takes out what says nothing, at any depth.
fn prune(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.values_mut().for_each(prune);
            fields.retain(|_, value| !is_nothing(value));
        }
        Value::Array(entries) => {
            entries.iter_mut().for_each(prune);
            entries.retain(|entry| !is_nothing(entry));
        }
        _ => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    }
}
