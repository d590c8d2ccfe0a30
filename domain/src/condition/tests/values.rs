//! Operators on single values.

use serde_json::json;

use super::{check, check_lenient};
use crate::condition::{AttributePath, AttributeValue, Attributes, Condition};

#[test]
fn a_bare_value_is_compared_without_conversion() {
    table! { check:
        {}, {} => true;
        {"utm.source": "linkedin"}, {"utm": {"source": "linkedin"}} => true;
        {"utm.source": "linkedin"}, {"utm": {"source": "LinkedIn"}} => false;
        {"n": 5}, {"n": 5.0} => true;
        {"n": 5}, {"n": "5"} => false;
        {"n": "5"}, {"n": 5} => false;
        {"n": 0}, {"n": -0.0} => true;
        {"flag": true}, {"flag": true} => true;
        {"flag": true}, {"flag": 1} => false;
        {"flag": false}, {} => false;
        {"a": 1, "b": 2}, {"a": 1, "b": 2} => true;
        {"a": 1, "b": 2}, {"a": 1, "b": 3} => false;
    }
}

#[test]
fn a_missing_attribute_is_null() {
    table! { check:
        {"x": null}, {} => true;
        {"x": null}, {"x": null} => true;
        {"x": null}, {"x": ""} => false;
        {"x": {"$eq": null}}, {} => true;
        {"x": {"$ne": "a"}}, {} => true;
        {"x": {"$in": [null]}}, {} => true;
        {"x": {"$nin": ["a"]}}, {} => true;
        {"x": {"$lt": 10}}, {} => false;
        {"x": {"$type": "null"}}, {} => true;
        {"x": {"$vne": "1.0"}}, {} => true;
    }
}

#[test]
fn paths_lead_through_objects_and_lists() {
    table! { check:
        {"a.b.c": 1}, {"a": {"b": {"c": 1}}} => true;
        {"a.b": 1}, {"a.b": 1} => false;
        {"a.b": 1}, {"a": null} => false;
        {"a.b": 1}, {"a": 7} => false;
        {"tags.1": "b"}, {"tags": ["a", "b"]} => true;
        {"tags.01": "b"}, {"tags": ["a", "b"]} => false;
        {"tags.2": null}, {"tags": ["a", "b"]} => true;
        {"tags.length": 2}, {"tags": ["a", "b"]} => true;
        {"toString": {"$exists": false}}, {} => true;
    }
}

#[test]
fn eq_and_ne_never_hold_lists_equal() {
    table! { check:
        {"x": {"$eq": "a"}}, {"x": "a"} => true;
        {"x": {"$eq": "a"}}, {"x": ["a"]} => false;
        {"x": {"$ne": "a"}}, {"x": "b"} => true;
        {"x": {"$ne": "a"}}, {"x": "a"} => false;
        {"x": {"$ne": 5}}, {"x": "5"} => true;
    }
    table! { check_lenient:
        {"x": {"$eq": ["a"]}}, {"x": ["a"]} => false;
        {"x": {"$ne": {"a": 1}}}, {"x": {"a": 1}} => true;
    }
}

#[test]
fn order_needs_two_numbers_or_two_texts() {
    table! { check:
        {"n": {"$gt": 1, "$lt": 3}}, {"n": 2} => true;
        {"n": {"$gt": 2}}, {"n": 2} => false;
        {"n": {"$gte": 2, "$lte": 2}}, {"n": 2} => true;
        {"n": {"$lt": 2}}, {"n": 2} => false;
        {"n": {"$gt": 5}}, {"n": "8"} => false;
        {"n": {"$lt": "9"}}, {"n": "10"} => true;
        {"d": {"$gte": "2026-01-01", "$lt": "2027-01-01"}}, {"d": "2026-11-25"} => true;
        {"d": {"$gte": "2026-01-01", "$lt": "2027-01-01"}}, {"d": "2027-01-01"} => false;
        {"n": {"$gte": 0}}, {"n": null} => false;
        {"n": {"$lte": 5}}, {"n": [5]} => false;
        // In UTF-16 the surrogates of an emoji come before U+FF21, unlike in the order of code points.
        {"s": {"$lt": "\u{ff21}"}}, {"s": "\u{1f600}"} => true;
    }
    table! { check_lenient:
        {"b": {"$gte": true}}, {"b": true} => false;
    }
}

#[test]
fn patterns_search_texts_only() {
    table! { check:
        {"ua": {"$regex": "(Mobile|Tablet)"}}, {"ua": "Android Mobile"} => true;
        {"ua": {"$regex": "mobile"}}, {"ua": "Android Mobile"} => false;
        {"ua": {"$regexi": "mobile"}}, {"ua": "Android Mobile"} => true;
        {"ua": {"$notRegex": "mobile"}}, {"ua": "Android Mobile"} => true;
        {"ua": {"$notRegexi": "mobile"}}, {"ua": "Android Mobile"} => false;
        {"ua": {"$notRegex": "mobile"}}, {} => true;
        {"n": {"$regex": "5"}}, {"n": 5} => false;
        {"t": {"$regex": "a"}}, {"t": ["a"]} => false;
    }
    table! { check_lenient:
        {"x": {"$regex": "("}}, {"x": "("} => false;
        {"x": {"$not": {"$regex": "("}}}, {"x": "("} => true;
        {"x": {"$regex": 5}}, {"x": "5"} => false;
    }
}

#[test]
fn exists_counts_null_as_missing() {
    table! { check:
        {"x": {"$exists": true}}, {"x": 0} => true;
        {"x": {"$exists": true}}, {"x": ""} => true;
        {"x": {"$exists": true}}, {"x": null} => false;
        {"x": {"$exists": false}}, {"x": null} => true;
        {"x": {"$exists": false}}, {"x": false} => false;
    }
    table! { check_lenient:
        {"x": {"$exists": 1}}, {"x": 1} => true;
        {"x": {"$exists": ""}}, {} => true;
    }
}

#[test]
fn type_names_what_json_names() {
    for (name, value) in [
        ("null", json!(null)),
        ("boolean", json!(false)),
        ("number", json!(1.5)),
        ("string", json!("")),
        ("array", json!([])),
        ("object", json!({})),
    ] {
        table! { check:
            {"x": {"$type": name}}, {"x": value} => true;
        }
        check(
            json!({"x": {"$type": "array"}}),
            json!({"x": value}),
            name == "array",
        );
    }
    table! { check_lenient:
        {"x": {"$type": "undefined"}}, {} => false;
    }
}

#[test]
fn versions_compare_part_by_part() {
    table! { check:
        {"v": {"$vgt": "9.9.9", "$vlt": "11.0.0"}}, {"v": "10.12.3"} => true;
        {"v": {"$vgte": "10.0.0", "$vlte": "10.0.0"}}, {"v": "v10.0.0"} => true;
        {"v": {"$vlt": "1.0.0"}}, {"v": "1.0.0-rc.1"} => true;
        {"v": {"$veq": "1.2.3"}}, {"v": "1.2.3+build.7"} => true;
        {"v": {"$vne": "1.2.3"}}, {"v": "1.2.4"} => true;
        {"v": {"$vgt": "1.0.0"}}, {"v": 2} => false;
        {"v": {"$vlt": "1.0.0"}}, {} => false;
    }
    table! { check_lenient:
        {"v": {"$veq": 2}}, {"v": 2} => true;
        {"v": {"$vgt": 2}}, {"v": "3"} => false;
    }
}

#[test]
fn attributes_may_come_from_anything_that_answers_for_paths() {
    struct Visitor(String);
    impl Attributes for Visitor {
        fn get<'a>(&'a self, path: &AttributePath) -> Option<AttributeValue<'a>> {
            match path.split_first() {
                ("utm", Some("source")) => Some(AttributeValue::Text(&self.0)),
                ("query", Some(_)) => Some(AttributeValue::Number(3.0)),
                _ => None,
            }
        }
    }
    let visitor = Visitor("linkedin".into());
    let dynamic: &dyn Attributes = &visitor;
    let condition =
        Condition::parse(&json!({"utm.source": "linkedin", "query.a.b": 3, "os": null})).unwrap();
    assert!(condition.matches(&visitor) && condition.matches(dynamic));
}
