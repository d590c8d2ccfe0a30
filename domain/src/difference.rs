//! What changed between two JSON values, field by field, for people.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A field that is not the same before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its way through the value: `contents.en.blocks.hero.headline`. Elements of a list go by
    /// their `id` where they have one, else by their position from 1.
    pub field: String,
    /// What it was; `None` when it was not there.
    pub before: Option<String>,
    /// What it is; `None` when it is not there any more.
    pub after: Option<String>,
}

/// The fields in which two values differ, in the order of `after`, followed by those that are gone.
pub fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<Change> {
    let (old, new) = (leaves(before), leaves(after));
    let known: BTreeMap<&str, &str> = old.iter().map(|(f, t)| (f.as_str(), t.as_str())).collect();
    let kept: BTreeSet<&str> = new.iter().map(|(field, _)| field.as_str()).collect();
    let changed = new.iter().filter_map(|(field, text)| {
        let before = known.get(field.as_str()).copied();
        (before != Some(text)).then(|| Change {
            field: field.clone(),
            before: before.map(str::to_owned),
            after: Some(text.clone()),
        })
    });
    let gone = old
        .iter()
        .filter(|(field, _)| !kept.contains(field.as_str()))
        .map(|(field, text)| Change {
            field: field.clone(),
            before: Some(text.clone()),
            after: None,
        });
    changed.chain(gone).collect()
}

/// Two values without the fields in which they agree; what is not an object stays whole.
pub fn apart(before: &Value, after: &Value) -> (Value, Value) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before.clone(), after.clone());
    };
    let (mut left, mut right) = (Map::new(), Map::new());
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        match (old.get(name), new.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => {
                let (one, other) = apart(one, other);
                left.insert(name.clone(), one);
                right.insert(name.clone(), other);
            }
            (one, other) => {
                left.extend(one.map(|value| (name.clone(), value.clone())));
                right.extend(other.map(|value| (name.clone(), value.clone())));
            }
        }
    }
    (Value::Object(left), Value::Object(right))
}

/// What `present` was before a change that [`apart`] describes; `None` when it is not what that change
/// left behind.
pub fn undone(present: &Value, before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(now), Value::Object(old), Value::Object(new)) = (present, before, after)
    else {
        return (present == after).then(|| before.clone());
    };
    let mut was = now.clone();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let there = now.get(name);
        let value = match (old.get(name), new.get(name)) {
            (Some(one), Some(other)) => Some(undone(there?, one, other)?),
            (one, other) if there == other => one.cloned(),
            _ => return None,
        };
        match value {
            Some(value) => was.insert(name.clone(), value),
            None => was.remove(name),
        };
    }
    Some(Value::Object(was))
}

/// Every text, number and switch of a value with its way there.
fn leaves(value: Option<&Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(value) = value {
        collect("", value, &mut found);
    }
    found
}

fn collect(field: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::String(text) => found.push((field.to_owned(), text.clone())),
        Value::Bool(_) | Value::Number(_) => found.push((field.to_owned(), value.to_string())),
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(&join(field, name), value, found);
            }
        }
        Value::Array(items) => list(field, items, found),
    }
}

fn list(field: &str, items: &[Value], found: &mut Vec<(String, String)>) {
    let ids: Option<Vec<&str>> = items.iter().map(|item| item.get("id")?.as_str()).collect();
    let distinct = |ids: &Vec<&str>| ids.iter().collect::<BTreeSet<_>>().len() == ids.len();
    let Some(ids) = ids.filter(distinct) else {
        for (index, item) in items.iter().enumerate() {
            collect(&join(field, &(index + 1).to_string()), item, found);
        }
        return;
    };
    if ids.len() > 1 {
        found.push((join(field, "order"), ids.join(", ")));
    }
    for (id, item) in ids.iter().zip(items) {
        collect(&join(field, id), item, found);
    }
}

fn join(field: &str, name: &str) -> String {
    if field.is_empty() {
        name.to_owned()
    } else {
        format!("{field}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(before: &Value, after: &Value, expected: &[(&str, Option<&str>, Option<&str>)]) {
        let found = changes(Some(before), Some(after));
        let found: Vec<_> = found
            .iter()
            .map(|c| (c.field.as_str(), c.before.as_deref(), c.after.as_deref()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_differs_is_told() {
        check(&json!({"a": 1, "b": "x"}), &json!({"a": 1, "b": "x"}), &[]);
        check(
            &json!({"a": 1, "b": "x", "d": true}),
            &json!({"a": 2, "c": {"e": "y"}, "d": null}),
            &[
                ("a", Some("1"), Some("2")),
                ("c.e", None, Some("y")),
                ("b", Some("x"), None),
                ("d", Some("true"), None),
            ],
        );
    }

    #[test]
    fn a_block_that_moved_is_told_as_an_order_and_not_as_new_texts() {
        let (hero, faq) = (
            json!({"id": "hero", "headline": "Hi"}),
            json!({"id": "faq", "items": ["A", "B"]}),
        );
        check(
            &json!({"blocks": [hero, faq]}),
            &json!({"blocks": [faq, {"id": "hero", "headline": "Hello"}]}),
            &[
                ("blocks.order", Some("hero, faq"), Some("faq, hero")),
                ("blocks.hero.headline", Some("Hi"), Some("Hello")),
            ],
        );
        check(
            &json!({"items": ["A", "B"]}),
            &json!({"items": ["A", "C"]}),
            &[("items.2", Some("B"), Some("C"))],
        );
    }

    #[test]
    fn a_thing_that_was_made_has_only_an_after() {
        let made = changes(None, Some(&json!({"a": "x"})));
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].before, None);
        assert_eq!(changes(None, None), []);
    }

    #[test]
    fn values_apart_keep_what_differs_at_every_depth() {
        let (before, after) = apart(
            &json!({"same": 1, "in": {"same": "x", "title": "A"}, "gone": 1}),
            &json!({"same": 1, "in": {"same": "x", "title": "B"}, "new": [1]}),
        );
        assert_eq!(before, json!({"in": {"title": "A"}, "gone": 1}));
        assert_eq!(after, json!({"in": {"title": "B"}, "new": [1]}));
    }

    #[test]
    fn a_change_is_undone_at_every_depth() {
        let states = [
            json!({"same": 1, "in": {"same": "x", "title": "A"}, "gone": 1, "kind": {"a": 1}}),
            json!({"same": 1, "in": {"same": "x", "title": "B"}, "new": [1], "kind": "text"}),
            json!({"same": 1, "new": [1, 2], "kind": "text"}),
            json!({"same": 1, "new": [1, 2], "kind": "text"}),
        ];
        for pair in states.windows(2) {
            let (before, after) = apart(&pair[0], &pair[1]);
            assert_eq!(undone(&pair[1], &before, &after).as_ref(), Some(&pair[0]));
        }
    }

    #[test]
    fn a_change_that_something_else_followed_is_not_undone() {
        let check = |present: Value| {
            let (before, after) = (json!({"a": 1, "c": 1}), json!({"a": 2, "b": 3}));
            assert_eq!(undone(&present, &before, &after), None, "{present}");
        };
        check(json!({"a": 3, "b": 3}));
        check(json!({"a": 2}));
        check(json!({"a": 2, "b": 3, "c": 1}));
        check(json!("text"));
    }
}
