//! Blocks and entries before anything is written into them.

use serde_json::{Map, Value};

use super::{BlockSpec, FieldKind, FieldSpec};

impl BlockSpec {
    /// A block of this kind under the name `id`, with its required fields empty.
    pub fn blank(&self, id: &str) -> Value {
        let mut block = Map::new();
        block.insert("type".to_owned(), self.type_name.into());
        block.insert("id".to_owned(), id.into());
        add_required(self.fields, &mut block);
        Value::Object(block)
    }
}

impl FieldSpec {
    /// What the field holds before anything is written into it.
    pub fn blank(&self) -> Value {
        match self.kind {
            FieldKind::Group(_) => self.blank_entry(),
            FieldKind::Lines { count, .. } | FieldKind::List { count, .. } => {
                vec![self.blank_entry(); count.0].into()
            }
            _ => Value::String(String::new()),
        }
    }

    /// An entry of the list, or the group itself, with its required fields empty.
    pub fn blank_entry(&self) -> Value {
        match self.kind {
            FieldKind::Group(fields) | FieldKind::List { item: fields, .. } => {
                let mut entry = Map::new();
                add_required(fields, &mut entry);
                Value::Object(entry)
            }
            _ => Value::String(String::new()),
        }
    }

    fn is_expected(&self) -> bool {
        match self.kind {
            FieldKind::Lines { count, .. } | FieldKind::List { count, .. } => count.0 > 0,
            _ => self.required,
        }
    }
}

fn add_required(fields: &[FieldSpec], object: &mut Map<String, Value>) {
    for field in fields.iter().filter(|field| field.is_expected()) {
        object.insert(field.name.to_owned(), field.blank());
    }
}
