//! Laws that hold for every condition and every visitor.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::condition::{Condition, SavedGroups};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..3_i32).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[aAbB1.]{0,3}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

fn name() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "a",
        "b",
        "a.b",
        "t.0",
        "",
        "$and",
        "$or",
        "$nor",
        "$not",
        "$eq",
        "$ne",
        "$in",
        "$nin",
        "$ini",
        "$nini",
        "$lt",
        "$lte",
        "$gt",
        "$gte",
        "$regex",
        "$regexi",
        "$notRegex",
        "$notRegexi",
        "$exists",
        "$all",
        "$alli",
        "$elemMatch",
        "$size",
        "$type",
        "$veq",
        "$vne",
        "$vgt",
        "$vgte",
        "$vlt",
        "$vlte",
        "$inGroup",
        "$notInGroup",
        "$savedGroup",
        "$unknown",
        "id",
        "attributeKey",
    ];
    proptest::sample::select(NAMES).prop_map(String::from)
}

/// Any JSON, with names that make it look like a condition.
fn anything() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(6, 48, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(name(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Value> {
    let value = prop_oneof![scalar(), vec(scalar(), 0..3).prop_map(Value::from)];
    (value.clone(), value).prop_map(|(a, b)| json!({"a": a, "b": b}))
}

/// A condition a marketer could save, over the attributes `a` and `b`.
fn condition() -> impl Strategy<Value = Value> {
    let test = prop_oneof![
        scalar(),
        (proptest::sample::select(&["$eq", "$ne"][..]), scalar())
            .prop_map(|(op, value)| json!({op: value})),
        (
            proptest::sample::select(&["$in", "$nin", "$ini", "$nini", "$all", "$alli"][..]),
            vec(scalar(), 0..3)
        )
            .prop_map(|(op, values)| json!({op: values})),
        (
            proptest::sample::select(&["$gt", "$gte", "$lt", "$lte"][..]),
            -2..3_i32
        )
            .prop_map(|(op, n)| json!({op: n})),
        (
            proptest::sample::select(&["$vgt", "$vlte", "$veq", "$regex", "$notRegexi"][..]),
            "[ab1.]{1,3}"
        )
            .prop_map(|(op, text)| json!({op: text})),
        any::<bool>().prop_map(|exists| json!({"$exists": exists})),
        scalar().prop_map(|value| json!({"$elemMatch": {"$eq": value}})),
    ];
    let leaf = (proptest::sample::select(&["a", "b"][..]), test)
        .prop_map(|(path, test)| json!({path: test}));
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (
                proptest::sample::select(&["$and", "$or", "$nor"][..]),
                vec(inner.clone(), 1..3)
            )
                .prop_map(|(op, branches)| json!({op: branches})),
            inner.prop_map(|branch| json!({"$not": branch})),
        ]
    })
}

fn matches(condition: &Value, attributes: &Value) -> bool {
    Condition::parse(condition)
        .unwrap_or_else(|error| panic!("{condition}: {error}"))
        .matches(attributes)
}

proptest! {
    #[test]
    fn not_inverts(condition in condition(), attributes in attributes()) {
        prop_assert_ne!(matches(&json!({"$not": condition}), &attributes), matches(&condition, &attributes));
    }

    #[test]
    fn nor_is_not_or_and_its_branches_all_fail(a in condition(), b in condition(), attributes in attributes()) {
        let nor = matches(&json!({"$nor": [a, b]}), &attributes);
        prop_assert_eq!(nor, !matches(&json!({"$or": [a, b]}), &attributes));
        prop_assert_eq!(nor, matches(&json!({"$and": [{"$not": a}, {"$not": b}]}), &attributes));
    }

    #[test]
    fn and_and_or_do_what_they_say(a in condition(), b in condition(), attributes in attributes()) {
        let (left, right) = (matches(&a, &attributes), matches(&b, &attributes));
        prop_assert_eq!(matches(&json!({"$and": [a, b]}), &attributes), left && right);
        prop_assert_eq!(matches(&json!({"$or": [a, b]}), &attributes), left || right);
    }

    #[test]
    fn in_with_one_value_is_eq_for_scalars(expected in scalar(), actual in scalar()) {
        let attributes = json!({"a": actual});
        let equal = matches(&json!({"a": {"$eq": expected}}), &attributes);
        prop_assert_eq!(matches(&json!({"a": {"$in": [expected]}}), &attributes), equal);
        prop_assert_eq!(matches(&json!({"a": {"$nin": [expected]}}), &attributes), !equal);
        prop_assert_eq!(matches(&json!({"a": expected}), &attributes), equal);
        prop_assert_eq!(matches(&json!({"a": {"$ne": expected}}), &attributes), !equal);
    }

    #[test]
    fn a_list_is_searched_like_its_values_one_by_one(values in vec(scalar(), 0..12), actual in scalar(), fold in any::<bool>()) {
        let operator = if fold { "$ini" } else { "$in" };
        let attributes = json!({"a": actual});
        let one_by_one = values.iter().any(|value| matches(&json!({"a": {operator: [value]}}), &attributes));
        prop_assert_eq!(matches(&json!({"a": {operator: values}}), &attributes), one_by_one);
    }

    #[test]
    fn disregarding_case_finds_what_lower_case_finds(expected in "[a-zA-ZäÄßéÉ]{0,3}", actual in "[a-zA-ZäÄßéÉ]{0,3}") {
        let found = matches(&json!({"a": {"$ini": [expected]}}), &json!({"a": actual}));
        prop_assert_eq!(found, expected.to_lowercase() == actual.to_lowercase());
    }

    #[test]
    fn order_operators_partition_the_numbers(a in any::<f64>(), b in any::<f64>()) {
        let attributes = json!({"a": a});
        let holds = |operator: &str| matches(&json!({"a": {operator: b}}), &attributes);
        prop_assert_eq!(["$lt", "$eq", "$gt"].into_iter().filter(|operator| holds(operator)).count(), 1);
        prop_assert_eq!(holds("$lte"), holds("$lt") || holds("$eq"));
        prop_assert_eq!(holds("$gte"), !holds("$lt"));
    }

    #[test]
    fn what_is_saved_comes_back_and_means_the_same(condition in condition(), attributes in attributes()) {
        let compiled = Condition::parse(&condition).unwrap();
        prop_assert_eq!(compiled.source(), &condition);
        let lenient = Condition::parse_lenient(&condition, &SavedGroups::default());
        prop_assert_eq!(lenient.matches(&attributes), compiled.matches(&attributes));
    }

    #[test]
    fn nothing_makes_compiling_or_evaluating_panic(condition in anything(), attributes in anything()) {
        let groups = SavedGroups::new(&json!({"a": condition, "b": {"type": "condition", "condition": condition}}));
        for condition in [Condition::parse_with_groups(&condition, &groups).ok(), Some(Condition::parse_lenient(&condition, &groups))].into_iter().flatten() {
            condition.matches(&attributes);
            condition.explain(&attributes);
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "[\\[\\]{}\",:$a1\\\\ ]{0,40}") {
        let _ = Condition::parse_str(&text);
    }

    #[test]
    fn no_pattern_makes_compiling_panic(pattern in "[\\[\\](){}?*+|^$.,&~\\-\\\\<=!:abdwk01é]{0,24}", text in any::<String>()) {
        let condition = json!({"a": {"$regex": pattern}});
        Condition::parse_lenient(&condition, &SavedGroups::default()).matches(&json!({"a": text}));
    }
}
