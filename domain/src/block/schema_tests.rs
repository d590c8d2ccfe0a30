//! The fields' specifications and the structs say the same.

use serde_json::{Map, Value, json};

use super::*;

/// A block of this kind with every field at its limit.
fn fullest(fields: &[FieldSpec]) -> Map<String, Value> {
    let entry = |fields| Value::Object(fullest(fields));
    let value = |field: &FieldSpec| match field.kind {
        FieldKind::Line { max } | FieldKind::Text { max } | FieldKind::Markdown { max } => {
            json!("ü".repeat(max))
        }
        FieldKind::Url => json!("/demo"),
        FieldKind::Picture => json!("/pictures/van.webp"),
        FieldKind::Icon => json!("spark"),
        FieldKind::Group(fields) => entry(fields),
        FieldKind::Lines { count, max, .. } => json!(vec!["ü".repeat(max); count.1]),
        FieldKind::List { count, item, .. } => vec![entry(item); count.1].into(),
    };
    fields
        .iter()
        .map(|field| (field.name.to_owned(), value(field)))
        .collect()
}

fn fullest_block(spec: &BlockSpec) -> Value {
    let mut block = fullest(spec.fields);
    block.insert("type".to_owned(), json!(spec.type_name));
    block.insert("id".to_owned(), json!("a"));
    Value::Object(block)
}

fn problems(block: &Value) -> Vec<String> {
    let mut problems = Problems::new();
    check_block(block, &mut problems);
    let found = problems.into_vec();
    found.into_iter().map(|problem| problem.field).collect()
}

/// Every field with the JSON pointer at which it stands; of lists, in the first entry.
fn places(at: &str, fields: &[FieldSpec]) -> Vec<(String, FieldSpec)> {
    let mut all = Vec::new();
    for field in fields {
        let place = format!("{at}/{}", field.name);
        all.push((place.clone(), *field));
        match field.kind {
            FieldKind::Group(fields) => all.extend(places(&place, fields)),
            FieldKind::List { item, .. } => all.extend(places(&format!("{place}/0"), item)),
            _ => {}
        }
    }
    all
}

/// `/items/0/title` as a problem names it: `items[0].title`.
fn dotted(pointer: &str) -> String {
    let part = |part: &str| match part.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{part}"),
    };
    let path: String = pointer.split('/').skip(1).map(part).collect();
    path.trim_start_matches('.').to_owned()
}

#[test]
fn every_field_of_a_struct_is_specified_and_the_other_way_round() {
    for spec in Block::SPECS {
        let full = fullest_block(spec);
        assert_eq!(problems(&full), [""; 0], "{}", spec.type_name);
        let block: Block = serde_json::from_value(full.clone()).unwrap();
        assert_eq!(serde_json::to_value(&block).unwrap(), full);
        assert_eq!(block.spec(), spec);
        assert_eq!(Block::spec_of(spec.type_name), Some(spec));
    }
}

#[test]
fn what_is_not_required_may_be_left_out_and_nothing_else() {
    for spec in Block::SPECS {
        for (place, field) in places("", spec.fields) {
            let mut block = fullest_block(spec);
            let (parent, name) = place.rsplit_once('/').unwrap();
            let parent = block.pointer_mut(parent).unwrap();
            parent.as_object_mut().unwrap().remove(name);
            let readable = serde_json::from_value::<Block>(block.clone()).is_ok();
            assert_eq!(problems(&block).is_empty(), readable, "{place}");
            let optional = match field.kind {
                FieldKind::Lines { count, .. } | FieldKind::List { count, .. } => count.0 == 0,
                _ => !field.required,
            };
            assert_eq!(readable, optional, "{place}");
        }
    }
}

#[test]
fn what_is_beyond_a_limit_is_refused_at_its_place() {
    for spec in Block::SPECS {
        for (place, field) in places("", spec.fields) {
            let refused = |place: &str, value: Value| {
                let mut block = fullest_block(spec);
                *block.pointer_mut(place).unwrap() = value;
                assert_eq!(problems(&block), [dotted(place)], "{block}");
                // The typed block is checked by the same rules.
                if let Ok(block) = serde_json::from_value::<Block>(block) {
                    let mut problems = Problems::new();
                    block.validate(&mut problems);
                    assert_eq!(problems.into_vec()[0].field, dotted(place));
                }
            };
            match field.kind {
                FieldKind::Line { max } => {
                    refused(&place, json!("x".repeat(max + 1)));
                    refused(&place, json!("two\nlines"));
                    refused(&place, json!(" "));
                }
                FieldKind::Text { max } | FieldKind::Markdown { max } => {
                    refused(&place, json!("x".repeat(max + 1)));
                    refused(&place, json!(""));
                }
                FieldKind::Url => {
                    refused(&place, json!("javascript:alert(1)"));
                    refused(&place, json!(""));
                }
                FieldKind::Picture => {
                    refused(&place, json!("javascript:alert(1)"));
                    refused(&place, json!("http://example.com/van.webp"));
                    refused(&place, json!("#van"));
                    refused(&place, json!(""));
                }
                FieldKind::Icon => refused(&place, json!("skull")),
                FieldKind::Group(_) => refused(&place, json!("x")),
                FieldKind::Lines { count, max, .. } => {
                    refused(&place, json!(vec!["x"; count.1 + 1]));
                    refused(&format!("{place}/0"), json!("x".repeat(max + 1)));
                }
                FieldKind::List { count, item, .. } => {
                    refused(
                        &place,
                        vec![Value::Object(fullest(item)); count.1 + 1].into(),
                    );
                    refused(&format!("{place}/0"), json!(1));
                }
            }
        }
    }
}

#[test]
fn a_blank_block_is_refused_for_its_empty_texts_only() {
    for spec in Block::SPECS {
        let blank = spec.blank("new");
        let block: Result<Block, _> = serde_json::from_value(blank.clone());
        let urls = blank.to_string().contains(r#""url":"""#);
        assert_eq!(block.is_ok(), !urls, "{blank}");
        let mut problems = Problems::new();
        check_block(&blank, &mut problems);
        let problems = problems.into_vec();
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(problem.message.starts_with("is empty"), "{problem}");
        }
    }
}

#[test]
fn every_icon_is_offered_under_the_name_json_uses() {
    for icon in Icon::ALL {
        assert_eq!(serde_json::to_value(icon).unwrap(), icon.as_str());
    }
}

#[test]
fn json_that_is_no_block_is_refused() {
    let check = |json: Value, expected: &[&str]| assert_eq!(problems(&json), expected);
    check(json!("hero"), &[""]);
    check(json!({}), &["id", "type"]);
    check(json!({"type": "carousel", "id": "A!"}), &["id", "type"]);
    check(
        json!({"type": "logos", "id": "l", "names": ["a", 1], "colour": "red"}),
        &["names[1]", "colour"],
    );
}
