//! Blocks that are being written, made readable enough to be looked at.

use serde_json::{Map, Value};

use super::{Block, FieldKind, FieldSpec, Icon};
use crate::url::SafeUrl;

/// Where an address leads that is not one yet.
const NOWHERE: &str = "#";

impl Block {
    /// The block that `json` is about to become: what is missing is empty, an address that is not
    /// one yet leads nowhere, and what no field of the block can hold is left out. `None` when
    /// type or id are not what they must be.
    pub fn for_preview(json: &Value) -> Option<Self> {
        let spec = Self::spec_of(json.get("type")?.as_str()?)?;
        let mut block = readable(spec.fields, json.as_object()?);
        for name in ["type", "id"] {
            block.insert(name.to_owned(), json.get(name)?.clone());
        }
        serde_json::from_value(Value::Object(block)).ok()
    }
}

fn readable(fields: &[FieldSpec], object: &Map<String, Value>) -> Map<String, Value> {
    let kept = fields.iter().filter_map(|field| {
        let value = object
            .get(field.name)
            .and_then(|value| field.readable(value));
        let value = value.or_else(|| field.required.then(|| field.nothing()));
        Some((
            field.name.to_owned(),
            value.or_else(|| field.is_list().then(|| field.nothing()))?,
        ))
    });
    kept.collect()
}

impl FieldSpec {
    fn readable(&self, value: &Value) -> Option<Value> {
        match (self.kind, value) {
            (
                FieldKind::Line { .. } | FieldKind::Text { .. } | FieldKind::Markdown { .. },
                Value::String(_),
            ) => Some(value.clone()),
            (FieldKind::Url | FieldKind::Picture, Value::String(text)) => text
                .parse::<SafeUrl>()
                .is_ok()
                .then(|| value.clone())
                .or_else(|| Some(NOWHERE.into())),
            (FieldKind::Icon, Value::String(text)) => {
                let known = Icon::ALL.iter().any(|icon| icon.as_str() == text);
                known.then(|| value.clone())
            }
            (FieldKind::Group(fields), Value::Object(group)) => {
                Some(readable(fields, group).into())
            }
            (FieldKind::Lines { .. }, Value::Array(texts)) => {
                let texts = texts.iter().filter(|text| text.is_string());
                Some(texts.cloned().collect())
            }
            (FieldKind::List { item, .. }, Value::Array(entries)) => {
                let entries = entries.iter().filter_map(Value::as_object);
                Some(
                    entries
                        .map(|entry| Value::Object(readable(item, entry)))
                        .collect(),
                )
            }
            _ => None,
        }
    }

    fn is_list(&self) -> bool {
        matches!(self.kind, FieldKind::Lines { .. } | FieldKind::List { .. })
    }

    fn nothing(&self) -> Value {
        match self.kind {
            FieldKind::Url | FieldKind::Picture => NOWHERE.into(),
            FieldKind::Group(fields) => readable(fields, &Map::new()).into(),
            FieldKind::Lines { .. } | FieldKind::List { .. } => Value::Array(Vec::new()),
            _ => Value::String(String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_blank_block_of_every_kind_can_be_looked_at() {
        for spec in Block::SPECS {
            let block = Block::for_preview(&spec.blank("new")).unwrap();
            assert_eq!(block.spec(), spec);
            let bare = json!({"type": spec.type_name, "id": "bare"});
            assert!(Block::for_preview(&bare).is_some(), "{bare}");
        }
    }

    #[test]
    fn what_cannot_be_shown_yet_is_left_out_and_the_rest_is_kept() {
        let check = |json: Value, expected: Value| {
            let block = Block::for_preview(&json).unwrap();
            assert_eq!(serde_json::to_value(block).unwrap(), expected);
        };
        check(
            json!({"type": "hero", "id": "h", "headline": "H", "colour": 1, "eyebrow": 7, "points": ["a", 1],
                "primary": {"label": "Go", "url": "javascript:alert(1)"}, "image": {"alt": "A"}}),
            json!({"type": "hero", "id": "h", "headline": "H", "points": ["a"],
                "primary": {"label": "Go", "url": "#"}, "image": {"alt": "A", "url": "#"}}),
        );
        check(
            json!({"type": "features", "id": "f", "items": [{"title": "T", "icon": "skull"}, 1]}),
            json!({"type": "features", "id": "f", "heading": "", "items": [{"title": "T", "text": ""}]}),
        );
    }

    #[test]
    fn without_type_or_id_there_is_nothing_to_look_at() {
        for json in [
            json!(1),
            json!({"type": "hero"}),
            json!({"type": "x", "id": "x"}),
        ] {
            assert_eq!(Block::for_preview(&json), None);
        }
    }
}
