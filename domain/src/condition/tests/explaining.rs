//! What an explanation shows.

use serde_json::json;

use crate::condition::Condition;

#[test]
fn an_explanation_lists_every_clause_with_its_answer() {
    let condition = json!({
        "$nor": [{"bot": true}],
        "$or": [{"utm.source": "linkedin"}, {"visit": {"$elemMatch": {"$gt": 1}}}],
        "referrer.host": {"$not": {"$regex": "example"}, "$exists": true},
    });
    let condition = Condition::parse(&condition).unwrap();
    let lines: Vec<String> = condition
        .explain(&json!({"utm": {"source": "xing"}, "visit": [1, 2], "bot": null}))
        .into_iter()
        .map(|clause| {
            format!(
                "{} | {} | {} | {}",
                clause.location, clause.text, clause.actual, clause.matched
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    $nor[0].bot | bot $eq true | null | false
    $or[0].utm.source | utm.source $eq "linkedin" | "xing" | false
    $or[1].visit.$elemMatch | visit $elemMatch {"$gt":1} | [1,2] | true
    referrer.host.$exists | referrer.host $exists true | missing | false
    referrer.host.$not | referrer.host $not {"$regex":"example"} | missing | true
    "#);
    assert_eq!(
        condition.attribute_paths(),
        ["bot", "referrer.host", "utm.source", "visit"]
    );
}

#[test]
fn long_values_are_cut_in_an_explanation() {
    let long = "ü".repeat(900);
    let clauses = Condition::parse(&json!({"x": long}))
        .unwrap()
        .explain(&json!({"x": long}));
    assert_eq!(clauses[0].actual.chars().count(), 201);
    assert!(clauses[0].matched && clauses[0].text.ends_with('…'));
}
