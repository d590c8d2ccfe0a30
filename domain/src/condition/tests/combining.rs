//! Conditions made of conditions.

use serde_json::{Value, json};

use super::{check, check_lenient};
use crate::condition::{Condition, SavedGroups};

#[test]
fn conditions_combine() {
    table! { check:
        {"$and": [{"a": 1}, {"b": 2}]}, {"a": 1, "b": 2} => true;
        {"$and": [{"a": 1}, {"b": 2}]}, {"a": 1} => false;
        {"$or": [{"a": 1}, {"b": 2}]}, {"b": 2} => true;
        {"$or": [{"a": 1}, {"b": 2}]}, {} => false;
        {"$nor": [{"a": 1}, {"b": 2}]}, {} => true;
        {"$nor": [{"a": 1}, {"b": 2}]}, {"b": 2} => false;
        {"$not": {"a": 1, "b": 2}}, {"a": 1} => true;
        {"$not": {"a": 1}}, {"a": 1} => false;
        {"$or": [{"a": 1}, {"a": 2}], "b": 1}, {"a": 2, "b": 2} => false;
        {"a": {"$not": {"$regex": "^x"}}}, {"a": "y"} => true;
        {"a": {"$not": 5}}, {"a": "5"} => true;
    }
    table! { check_lenient:
        {"$and": []}, {} => true;
        {"$or": []}, {} => true;
        {"$nor": []}, {} => false;
    }
}

#[test]
fn what_is_not_understood_matches_nobody_even_negated() {
    table! { check_lenient:
        {"a": {"$regx": "x"}}, {"a": "x"} => false;
        {"$not": {"a": {"$regx": "x"}}}, {"a": "y"} => false;
        {"$nor": [{"a": {"$regx": "x"}}]}, {"a": "y"} => false;
        {"$or": [{"a": {"$regx": "x"}}, {"a": "y"}]}, {"a": "y"} => true;
        {"$not": {"$and": [{"a": {"$regx": "x"}}, {"a": "z"}]}}, {"a": "y"} => true;
        {"t": {"$elemMatch": {"$regx": "x"}}}, {"t": ["x"]} => false;
        {"a": {"$or": [{"a": 1}]}}, {"a": 1} => false;
        {"a": {}}, {} => true;
        "text", {} => false;
        {"$or": null}, {} => false;
        {"$not": null}, {} => false;
    }
}

#[test]
fn saved_groups_name_lists_and_conditions() {
    let groups = SavedGroups::new(&json!({
        "staff": ["u1", 2],
        "vip": {"type": "list", "attributeKey": "id", "values": ["u1", "u2"]},
        "dach": {"type": "condition", "condition": {"country": {"$in": ["DE", "AT", "CH"]}}},
        "dach-vip": {"type": "condition", "condition": {"$and": [{"$savedGroup": {"id": "dach"}}, {"$savedGroup": {"id": "vip"}}]}},
        "loop": {"type": "condition", "condition": {"$savedGroup": {"id": "loop"}}},
        "future": {"type": "else"},
        "broken": null,
    }));
    let check = |condition: Value, attributes: Value, expected: bool| {
        let compiled = Condition::parse_lenient(&condition, &groups);
        assert_eq!(
            compiled.matches(&attributes),
            expected,
            "{condition} with {attributes}"
        );
        if let Ok(strict) = Condition::parse_with_groups(&condition, &groups) {
            assert_eq!(
                strict.matches(&attributes),
                expected,
                "strictly, {condition} with {attributes}"
            );
        }
    };
    table! { check:
        {"id": {"$inGroup": "staff"}}, {"id": 2} => true;
        {"id": {"$inGroup": "staff"}}, {"id": "2"} => false;
        {"id": {"$notInGroup": "staff"}}, {"id": "u9"} => true;
        {"id": {"$inGroup": "absent"}}, {"id": "u1"} => false;
        {"id": {"$notInGroup": "absent"}}, {"id": "u1"} => true;
        {"id": {"$notInGroup": "broken"}}, {"id": "u1"} => false;
        {"id": {"$notInGroup": "dach"}}, {"id": "u1"} => false;
        {"$savedGroup": {"id": "vip"}}, {"id": "u2"} => true;
        {"$savedGroup": {"id": "vip", "attributeKey": "backup"}}, {"id": "u2"} => false;
        {"$savedGroup": {"id": "vip", "attributeKey": 1}}, {"id": "u2"} => false;
        {"$savedGroup": {"id": "dach-vip"}}, {"id": "u1", "country": "AT"} => true;
        {"$savedGroup": {"id": "dach-vip"}}, {"id": "u1", "country": "FR"} => false;
        {"$savedGroup": {"id": "staff"}}, {"id": "u1"} => false;
        {"$savedGroup": {"id": "loop"}}, {} => false;
        {"$not": {"$savedGroup": {"id": "future"}}}, {} => false;
        {"$savedGroup": "vip"}, {"id": "u1"} => false;
    }
}

#[test]
fn always_matches_everyone_and_is_written_as_an_empty_object() {
    assert!(Condition::always().matches(&json!({})));
    assert_eq!(Condition::always(), Condition::parse(&json!({})).unwrap());
    assert_eq!(Condition::always().attribute_paths(), Vec::<&str>::new());
}
