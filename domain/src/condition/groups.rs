use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::value::Members;

/// Named lists and conditions that `$inGroup`, `$notInGroup` and `$savedGroup` refer to.
///
/// A group is a plain list of values, `{"type": "list", "attributeKey": …, "values": […]}` or
/// `{"type": "condition", "condition": {…}}`.
#[derive(Debug, Clone, Default)]
pub struct SavedGroups(BTreeMap<String, SavedGroup>);

#[derive(Debug, Clone)]
pub(super) enum SavedGroup {
    List {
        /// The attribute `$savedGroup` looks at; `None` for a plain list, which it cannot use.
        attribute: Option<String>,
        values: Arc<Members>,
    },
    Condition(Value),
    /// Recognised but unusable: nobody is in it, and nobody is outside it.
    Malformed,
    /// Of a type this implementation does not know, so that nothing can be said about it.
    Unknown,
}

impl SavedGroups {
    /// Reads a map from group id to group; anything else than an object is an empty map.
    pub fn new(json: &Value) -> Self {
        let groups = json.as_object().into_iter().flatten();
        Self(
            groups
                .map(|(id, group)| (id.clone(), SavedGroup::new(group)))
                .collect(),
        )
    }

    pub(super) fn get(&self, id: &str) -> Option<&SavedGroup> {
        self.0.get(id)
    }
}

impl SavedGroup {
    fn new(json: &Value) -> Self {
        let list = |values: &[Value], attribute| Self::List {
            attribute,
            values: Members::new(values, false).into(),
        };
        match (json, json.get("type").and_then(Value::as_str)) {
            (Value::Array(values), _) => list(values, None),
            (_, Some("list")) => match json.get("values") {
                Some(Value::Array(values)) => list(
                    values,
                    json.get("attributeKey")
                        .and_then(Value::as_str)
                        .map(Into::into),
                ),
                _ => Self::Malformed,
            },
            (_, Some("condition")) => match json.get("condition") {
                Some(condition @ Value::Object(_)) => Self::Condition(condition.clone()),
                _ => Self::Malformed,
            },
            (_, Some(_)) => Self::Unknown,
            _ => Self::Malformed,
        }
    }
}
