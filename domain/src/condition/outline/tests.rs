use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::condition::Condition;

#[test]
fn a_condition_keeps_its_spelling_where_it_is_the_shortest() {
    for condition in [
        json!({}),
        json!({"utm.source": "linkedin"}),
        json!({"device": "mobile", "geo.country": {"$in": ["DE", "AT"]}}),
        json!({"time.hour": {"$gte": 8, "$lt": 18}}),
        json!({"$or": [{"geo.country": "GB"}, {"language": {"$regexi": "^en-gb"}}], "device": {"$ne": "mobile"}}),
        json!({"$nor": [{"bot": true}]}),
        json!({"$and": [{"utm.source": "a"}, {"device": "b"}]}),
        json!({"tags": {"$elemMatch": {"a": 1}}, "x": [1, 2], "y": null}),
        json!({"$savedGroup": {"id": "x"}, "a": {"$type": "string"}}),
    ] {
        assert_eq!(write(&read(&condition)), condition);
    }
}

#[test]
fn a_condition_is_written_shorter_when_it_means_the_same() {
    let check = |long: Value, short: Value| assert_eq!(write(&read(&long)), short);
    check(json!({"a": {"$eq": 1}}), json!({"a": 1}));
    check(
        json!({"$and": [{"a": 1}, {"b": 2}]}),
        json!({"a": 1, "b": 2}),
    );
    check(json!({"$not": {"a": 1}}), json!({"$nor": [{"a": 1}]}));
    check(
        json!({"$or": [{"$and": [{"a": {"$gt": 1}}, {"a": {"$lt": 3}}]}]}),
        json!({"$or": [{"a": {"$gt": 1, "$lt": 3}}]}),
    );
}

#[test]
fn what_has_no_words_stays_as_it_is() {
    let raw = |json: Value| Part::Raw(json);
    let check = |condition: Value, expected: Part| assert_eq!(read(&condition).parts, [expected]);
    check(
        json!({"a": {"$all": [1]}}),
        raw(json!({"a": {"$all": [1]}})),
    );
    check(
        json!({"a": {"$in": [[1]]}}),
        raw(json!({"a": {"$in": [[1]]}})),
    );
    check(
        json!({"a": {"$regex": 1}}),
        raw(json!({"a": {"$regex": 1}})),
    );
    check(json!({"a": null}), raw(json!({"a": null})));
    check(json!({"$or": 5}), raw(json!({"$or": 5})));
    check(json!({"$or": [5]}), raw(json!(5)));
    check(json!(5), raw(json!(5)));
    check(json!({"$or": [{}]}), raw(json!({})));
}

/// Any JSON that looks like a condition.
fn anything() -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(
        &[
            "a",
            "b",
            "$and",
            "$or",
            "$nor",
            "$not",
            "$eq",
            "$in",
            "$gt",
            "$lt",
            "$regex",
            "$exists",
            "$all",
            "$elemMatch",
            "$savedGroup",
        ][..],
    );
    scalar().prop_recursive(5, 32, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), inner), 0..4).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
            }),
        ]
    })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2..3_i32).prop_map(Value::from),
        "[ab1.]{0,2}".prop_map(Value::from),
    ]
}

fn attribute() -> impl Strategy<Value = String> {
    proptest::sample::select(&["a", "b", "visit.count", "query.x"][..]).prop_map(str::to_owned)
}

fn comparison() -> impl Strategy<Value = Comparison> {
    let value = scalar().prop_filter("a value", |it| !it.is_null());
    let operator = proptest::sample::select(&Operator::ALL[..]);
    (attribute(), operator, vec(value, 0..3)).prop_map(|(attribute, operator, mut values)| {
        let text = || Value::from("b.");
        match operator {
            it if it.takes_nothing() => values.clear(),
            it if it.takes_list() => {}
            Operator::Is | Operator::IsNot => {
                values.truncate(1);
                if values.is_empty() {
                    values.push(text());
                }
            }
            _ => values = vec![text()],
        }
        Comparison {
            attribute,
            operator,
            values,
        }
    })
}

/// Outlines as reading and editing make them.
fn outline() -> impl Strategy<Value = Group> {
    let raw = prop_oneof![
        (
            attribute(),
            proptest::sample::select(&["$all", "$elemMatch", "$not", "$size"][..])
        )
            .prop_map(|(path, operator)| json!({path: {operator: {"$gt": 1}}})),
        attribute().prop_map(|path| json!({path: [1]})),
        Just(json!({"$savedGroup": {"id": "x"}})),
        Just(json!({})),
    ];
    let part = prop_oneof![
        4 => comparison().prop_map(Part::Comparison),
        1 => raw.prop_map(Part::Raw),
    ];
    let join = || proptest::sample::select(&Join::ALL[..]);
    let part = part.prop_recursive(4, 24, 4, move |inner| {
        (join(), vec(inner, 0..4)).prop_map(|(join, parts)| Part::Group(Group { join, parts }))
    });
    (join(), vec(part, 0..4)).prop_map(|(join, parts)| Group { join, parts })
}

fn visitor() -> impl Strategy<Value = Value> {
    let value = || prop_oneof![3 => scalar(), 1 => vec(scalar(), 0..3).prop_map(Value::from)];
    (value(), value(), 0..3_i32, value()).prop_map(
        |(a, b, count, x)| json!({"a": a, "b": b, "visit": {"count": count}, "query": {"x": x}}),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_outline_survives_being_written_and_read(outline in outline()) {
        let json = write(&outline);
        prop_assert_eq!(read(&json), outline, "{}", json);
    }

    #[test]
    fn a_condition_means_the_same_after_being_read_and_written(json in anything(), visitor in visitor()) {
        let json = if json.is_object() { json } else { json!({"a": json}) };
        let again = write(&read(&json));
        let groups = crate::condition::SavedGroups::default();
        let matches = |json: &Value| Condition::parse_lenient(json, &groups).matches(&visitor);
        prop_assert_eq!(matches(&json), matches(&again), "{} became {}", json, again);
        prop_assert_eq!(Condition::parse(&json).is_ok(), Condition::parse(&again).is_ok(), "{} became {}", json, again);
    }

    #[test]
    fn what_is_built_means_the_same_in_any_spelling(outline in outline(), visitor in visitor()) {
        // Written without any shortening: each group by its operator.
        fn plainly(part: &Part) -> Value {
            match part {
                Part::Group(group) => {
                    let parts: Vec<Value> = group.parts.iter().map(plainly).collect();
                    json!({group.join.operator(): parts})
                }
                other => part_json(other),
            }
        }
        let groups = crate::condition::SavedGroups::default();
        let matches = |json: &Value| Condition::parse_lenient(json, &groups).matches(&visitor);
        let plain = plainly(&Part::Group(outline.clone()));
        prop_assert_eq!(matches(&write(&outline)), matches(&plain), "{}", plain);
    }
}
