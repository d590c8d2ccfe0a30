//! JSON checked against what a block's fields may hold.
//!
//! The JSON need not be a block: one that is being written is checked as well as one that is
//! finished, and every problem is found at once.

use serde_json::{Map, Value};

use super::{Block, FieldKind, FieldSpec, Icon};
use crate::id::BlockId;
use crate::url::SafeUrl;
use crate::validation::Problems;

/// Checks a block as JSON: `type`, `id`, and every field of that type.
pub fn check_block(json: &Value, problems: &mut Problems) {
    let Some(block) = json.as_object() else {
        problems.add("", "is not a block; write an object with type and id");
        return;
    };
    match block.get("id").and_then(Value::as_str) {
        None => problems.add("id", "is missing; give the block a name"),
        Some(id) => {
            if let Err(error) = id.parse::<BlockId>() {
                problems.add("id", error.to_string());
            }
        }
    }
    let type_name = block.get("type").and_then(Value::as_str).unwrap_or("");
    if let Some(spec) = Block::spec_of(type_name) {
        check_fields(spec.fields, block, &["type", "id"], problems);
    } else {
        let known = Block::SPECS.map(|spec| spec.type_name).join(", ");
        problems.add(
            "type",
            format!("is not a type of block; use one of {known}"),
        );
    }
}

/// Checks `fields` of an object, which may have the fields named in `besides` as well.
pub fn check_fields(
    fields: &[FieldSpec],
    object: &Map<String, Value>,
    besides: &[&str],
    problems: &mut Problems,
) {
    for field in fields {
        match object.get(field.name) {
            None | Some(Value::Null) => field.check_absent(problems),
            Some(value) => field.check(value, problems),
        }
    }
    let known =
        |name: &str| besides.contains(&name) || fields.iter().any(|field| field.name == name);
    for name in object.keys().filter(|name| !known(name)) {
        problems.add(name, "is not a field here; leave it out");
    }
}

impl FieldSpec {
    fn check_absent(&self, problems: &mut Problems) {
        match self.kind {
            FieldKind::Lines { count, .. } | FieldKind::List { count, .. } => {
                problems.count(self.name, 0, count.0, count.1);
            }
            _ if self.required => problems.add(self.name, "is missing; give it a value"),
            _ => {}
        }
    }

    fn check(&self, value: &Value, problems: &mut Problems) {
        match (self.kind, value) {
            (FieldKind::Line { max }, Value::String(text)) => problems.line(self.name, text, max),
            (FieldKind::Text { max } | FieldKind::Markdown { max }, Value::String(text)) => {
                problems.paragraph(self.name, text, max);
            }
            (FieldKind::Url, Value::String(text)) => self.check_url(text, problems),
            (FieldKind::Picture, Value::String(text)) => self.check_picture(text, problems),
            (FieldKind::Icon, Value::String(text)) => {
                if !Icon::ALL.iter().any(|icon| icon.as_str() == text) {
                    problems.add(self.name, "is not an icon; choose one that is offered");
                }
            }
            (FieldKind::Group(fields), Value::Object(group)) => {
                problems.within(self.name, |p| check_fields(fields, group, &[], p));
            }
            (FieldKind::Lines { count, max, .. }, Value::Array(texts)) => {
                problems.count(self.name, texts.len(), count.0, count.1);
                problems.each(self.name, texts, |p, text| match text.as_str() {
                    Some(text) => p.line("", text, max),
                    None => p.add("", "is not a text"),
                });
            }
            (FieldKind::List { count, item, .. }, Value::Array(entries)) => {
                problems.count(self.name, entries.len(), count.0, count.1);
                problems.each(self.name, entries, |p, entry| match entry.as_object() {
                    Some(entry) => check_fields(item, entry, &[], p),
                    None => p.add("", "is not an object"),
                });
            }
            (FieldKind::Group(_), _) => problems.add(self.name, "is not an object"),
            (FieldKind::Lines { .. } | FieldKind::List { .. }, _) => {
                problems.add(self.name, "is not a list");
            }
            _ => problems.add(self.name, "is not a text"),
        }
    }

    fn check_url(&self, text: &str, problems: &mut Problems) {
        if text.is_empty() {
            problems.add(self.name, "is empty; give a path such as /demo");
        } else if let Err(error) = text.parse::<SafeUrl>() {
            problems.add(self.name, error.to_string());
        }
    }

    fn check_picture(&self, text: &str, problems: &mut Problems) {
        let address = text.parse::<SafeUrl>();
        if !address.is_ok_and(|address| address.may_be_picture()) {
            problems.add(
                self.name,
                "is not the address of a picture: use a path such as /pictures/van.webp, or an https: address",
            );
        }
    }
}
