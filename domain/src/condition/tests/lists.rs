//! Operators that take a list or look into one.

use serde_json::json;

use super::{check, check_lenient};

#[test]
fn whole_lists_and_objects_are_compared_deeply() {
    table! { check:
        {"t": ["a", 1]}, {"t": ["a", 1.0]} => true;
        {"t": ["a", "b"]}, {"t": ["b", "a"]} => false;
        {"t": ["a"]}, {"t": ["a", "b"]} => false;
        {"t": []}, {"t": []} => true;
        {"t": ["a"]}, {"t": "a"} => false;
        {"o": {"x": 1, "y": [2]}}, {"o": {"y": [2], "x": 1}} => true;
        {"o": {"x": 1}}, {"o": {"x": 1, "y": 2}} => false;
    }
}

#[test]
fn membership_looks_into_list_attributes() {
    table! { check:
        {"c": {"$in": ["DE", "AT"]}}, {"c": "AT"} => true;
        {"c": {"$in": ["DE", "AT"]}}, {"c": "at"} => false;
        {"c": {"$in": []}}, {"c": "AT"} => false;
        {"c": {"$nin": ["DE"]}}, {"c": "AT"} => true;
        {"c": {"$nin": []}}, {"c": "AT"} => true;
        {"n": {"$in": [1, 2.5, 10]}}, {"n": 2.5} => true;
        {"n": {"$in": [0]}}, {"n": -0.0} => true;
        {"n": {"$in": ["1"]}}, {"n": 1} => false;
        {"b": {"$in": [true]}}, {"b": true} => true;
        {"b": {"$in": [true]}}, {"b": false} => false;
        {"t": {"$in": ["a", "b"]}}, {"t": ["c", "b"]} => true;
        {"t": {"$in": ["a", "b"]}}, {"t": []} => false;
        {"t": {"$in": ["a"]}}, {"t": [["a"]]} => false;
        {"t": {"$nin": ["a", "b"]}}, {"t": ["c", "b"]} => false;
    }
    table! { check_lenient:
        {"n": {"$in": 1}}, {"n": 1} => false;
        {"n": {"$nin": 1}}, {"n": 2} => false;
        {"t": {"$in": [["a"]]}}, {"t": [["a"]]} => false;
    }
}

#[test]
fn membership_can_disregard_case() {
    table! { check:
        {"c": {"$ini": ["de", "AT"]}}, {"c": "At"} => true;
        {"c": {"$ini": ["ÄRZTE"]}}, {"c": "ärzte"} => true;
        {"c": {"$ini": ["ΟΔΟΣ"]}}, {"c": "οδος"} => true;
        {"c": {"$ini": ["straße"]}}, {"c": "STRASSE"} => false;
        {"c": {"$ini": ["İ"]}}, {"c": "i"} => false;
        {"c": {"$ini": [1]}}, {"c": 1} => true;
        {"c": {"$ini": ["1"]}}, {"c": 1} => false;
        {"c": {"$nini": ["de"]}}, {"c": "DE"} => false;
        {"c": {"$nini": ["de"]}}, {"c": "fr"} => true;
        {"t": {"$ini": ["x"]}}, {"t": ["a", "X"]} => true;
        {"t": {"$alli": ["One", "two"]}}, {"t": ["ONE", "x", "Two"]} => true;
        {"t": {"$alli": ["One", "two"]}}, {"t": ["ONE"]} => false;
    }
}

#[test]
fn lists_are_tested_as_a_whole_or_element_by_element() {
    table! { check:
        {"t": {"$all": ["a", "c"]}}, {"t": ["a", "b", "c"]} => true;
        {"t": {"$all": ["a", "x"]}}, {"t": ["a", "b", "c"]} => false;
        {"t": {"$all": ["a"]}}, {"t": "a"} => false;
        {"t": {"$all": [{"$gt": 5}, 1]}}, {"t": [1, 7]} => true;
        {"t": {"$size": 2}}, {"t": ["a", "b"]} => true;
        {"t": {"$size": {"$gt": 2}}}, {"t": ["a", "b"]} => false;
        {"t": {"$size": 3}}, {"t": "abc"} => false;
        {"t": {"$elemMatch": {"$gt": 10}}}, {"t": [1, 15]} => true;
        {"t": {"$elemMatch": {"$lt": 0}}}, {"t": [1, 15]} => false;
        {"t": {"$elemMatch": {"$eq": 0}}}, {"t": [0]} => true;
        {"t": {"$elemMatch": {"$eq": null}}}, {"t": [null]} => false;
        {"t": {"$elemMatch": {"$not": {"$eq": "a"}}}}, {"t": ["a", "b"]} => true;
        {"t": {"$elemMatch": {"n": "x", "m": 1}}}, {"t": [{"n": "x"}, {"n": "x", "m": 1}]} => true;
        {"t": {"$elemMatch": {"n": "x", "m": 1}}}, {"t": [{"n": "x"}, {"m": 1}]} => false;
        {"t": {"$elemMatch": {"$or": [{"n": 1}, {"n": 2}]}}}, {"t": [{"n": 2}]} => true;
        {"t": {"$elemMatch": {"n": {"$exists": false}}}}, {"t": ["text"]} => true;
        {"t": {"$elemMatch": {"n": 1}}}, {"t": {"n": 1}} => false;
    }
    table! { check_lenient:
        {"t": {"$elemMatch": "a"}}, {"t": ["a"]} => false;
    }
}
