//! What a marketer cannot save, and what the refusal says.

use serde_json::{Value, json};

use crate::condition::{
    Condition, ConditionError, MAX_CLAUSES, MAX_DEPTH, MAX_LIST, MAX_PATTERNS, MAX_TEXT,
    SavedGroups,
};

/// The refusal names `path` and says `words`; compiling the same condition leniently does not panic.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
fn check(condition: Value, path: &str, words: &str) {
    check_error(
        &Condition::parse(&condition).expect_err("should be refused"),
        path,
        words,
    );
    Condition::parse_lenient(&condition, &SavedGroups::default()).matches(&json!({}));
}

#[track_caller]
fn check_error(error: &ConditionError, path: &str, words: &str) {
    assert_eq!(error.path(), path, "{error}");
    let message = error.to_string();
    assert!(
        message.starts_with(path) && message.contains(words),
        "{message}"
    );
}

/// Calls the check once a row, so that a row stays on one line.
macro_rules! refused {
    ($($condition:tt, $path:expr => $words:expr;)*) => {
        $(check(json!($condition), $path, $words);)*
    };
}

#[test]
fn a_condition_is_an_object_of_attributes_and_known_operators() {
    refused! {
        [], "" => "not a list";
        {"$not": "x"}, "$not" => "not text";
        {"$or": [{"a": 1}, 5]}, "$or[1]" => "not a number";
        {"$xor": []}, "$xor" => "$xor is not an operator";
        {"$or": [{"a": 1}, {"utm.source": {"$regx": "x"}}]}, "$or[1].utm.source.$regx" => "use one of $eq";
        {"$eq": 5}, "$eq" => "put it under that attribute";
        {"a": {"$or": [{"b": 1}]}}, "a.$or" => "beside the attributes";
        {"a": {}}, "a" => "empty object";
        {"a": {"$not": {}}}, "a.$not" => "empty object";
        {"a": {"$gt": 1, "x": 2}}, "a" => "mixes operators";
        {"": 1}, "" => "is not an attribute path";
        {"utm..source": 1}, "utm..source" => "single dots";
        {"$and": []}, "$and" => "add one or remove it";
        {"$or": {}}, "$or" => "a list of conditions";
    }
}

#[test]
fn operators_name_what_they_need() {
    refused! {
        {"a": {"$eq": [1]}}, "a.$eq" => "$in or $all";
        {"a": {"$ne": {}}}, "a.$ne" => "not an object";
        {"a": {"$gt": true}}, "a.$gt" => "a number or text";
        {"a": {"$lte": null}}, "a.$lte" => "not null";
        {"a": {"$in": "x"}}, "a.$in" => "a list of values";
        {"a": {"$nini": ["x", ["y"]]}}, "a.$nini[1]" => "not a list";
        {"a": {"$exists": "yes"}}, "a.$exists" => "true or false";
        {"a": {"$type": "text"}}, "a.$type" => "\"string\"";
        {"a": {"$size": -1}}, "a.$size" => "a whole number";
        {"a": {"$size": {"x": 1}}}, "a.$size" => "a whole number";
        {"a": {"$all": "x"}}, "a.$all" => "a list of values";
        {"a": {"$all": ["x", {}]}}, "a.$all[1]" => "empty object";
        {"a": {"$elemMatch": ["x"]}}, "a.$elemMatch" => "a condition";
        {"a": {"$elemMatch": {"$eq": 1, "b": 2}}}, "a.$elemMatch.$eq" => "put it under that attribute";
        {"a": {"$vgt": 2}}, "a.$vgt" => "in quotes";
        {"a": {"$regex": 5}}, "a.$regex" => "in quotes";
        {"a": {"$inGroup": 5}}, "a.$inGroup" => "id of a saved group";
        {"a": {"$inGroup": "vip"}}, "a.$inGroup" => "no saved group \"vip\"";
        {"$savedGroup": {"id": "vip"}}, "$savedGroup" => "no saved group \"vip\"";
        {"$savedGroup": {"id": "vip", "attributeKey": 1}}, "$savedGroup" => "attributeKey";
    }
}

#[test]
fn patterns_that_cannot_be_used_are_refused_in_place() {
    refused! {
        {"$or": [{"a": 1}, {"b": 1}, {"utm.source": {"$regex": "(?=x)"}}]}, "$or[2].utm.source.$regex" => "lookahead";
        {"a": {"$notRegexi": "(a)\\1"}}, "a.$notRegexi" => "backreferences";
        {"a": {"$regex": "[a"}}, "a.$regex" => "unclosed character class";
        {"a": {"$regex": "((a{1,100}){1,100}){1,100}"}}, "a.$regex" => "too large";
        {"a": {"$regex": "x".repeat(MAX_TEXT + 1)}}, "a.$regex" => "1001 characters";
    }
}

#[test]
fn a_saved_group_that_refers_to_itself_is_refused() {
    let groups = SavedGroups::new(
        &json!({"a": {"type": "condition", "condition": {"$savedGroup": {"id": "a"}}}}),
    );
    let error =
        Condition::parse_with_groups(&json!({"$savedGroup": {"id": "a"}}), &groups).unwrap_err();
    check_error(&error, "$savedGroup.$savedGroup", "refers to itself");
}

#[test]
fn each_limit_is_exact() {
    let deep = |levels: usize| (1..levels).fold(json!({"a": 1}), |inner, _| json!({"$not": inner}));
    assert!(Condition::parse(&deep(MAX_DEPTH)).is_ok());
    check(
        deep(MAX_DEPTH + 1),
        &vec!["$not"; MAX_DEPTH].join("."),
        "at most 32 levels",
    );

    // Every branch counts once, its attribute once more, and `$or` itself makes one.
    let wide = |branches: usize| json!({"$or": vec![json!({"a": 1}); branches], "z": 1});
    assert!(Condition::parse(&wide((MAX_CLAUSES - 2) / 2)).is_ok());
    check(wide(MAX_CLAUSES / 2), "$or[499]", "at most 1000 clauses");

    let patterns = |count: usize| json!({"$or": vec![json!({"a": {"$regex": "x"}}); count]});
    assert!(Condition::parse(&patterns(MAX_PATTERNS)).is_ok());
    check(
        patterns(MAX_PATTERNS + 1),
        "$or[40].a.$regex",
        "at most 40 regular expressions",
    );

    let text = |length: usize| "ü".repeat(length);
    assert!(Condition::parse(&json!({text(MAX_TEXT): text(MAX_TEXT)})).is_ok());
    refused! {
        {"a": text(MAX_TEXT + 1)}, "a" => "1001 characters";
        {text(MAX_TEXT + 1): 1}, "" => "1001 characters";
        {"a": {"$in": ["x", text(MAX_TEXT + 1)]}}, "a.$in[1]" => "1001 characters";
        {"a": {"$vgt": text(MAX_TEXT + 1)}}, "a.$vgt" => "1001 characters";
        {"a": {"$gt": text(MAX_TEXT + 1)}}, "a.$gt" => "1001 characters";
        {"a": [[text(MAX_TEXT + 1)]]}, "a" => "1001 characters";
    }

    let list = |length: usize| json!({"a": {"$in": vec![1; length]}});
    assert!(Condition::parse(&list(MAX_LIST)).is_ok());
    check(list(MAX_LIST + 1), "a.$in", "10001 values");
}

#[test]
fn text_that_is_no_json_or_nests_too_deeply_is_refused_before_it_is_read() {
    let check =
        |text: &str, words: &str| check_error(&Condition::parse_str(text).unwrap_err(), "", words);
    check("{\"a\": }", "line 1, column 7");
    check("", "not valid JSON");
    check(&"{\"$not\":".repeat(1_000), "at most 32 levels");
    check(&"[".repeat(100_000), "at most 32 levels");
    check(
        &format!("{{\"a\": {}1{}}}", "[".repeat(1_000), "]".repeat(1_000)),
        "at most 32 levels",
    );
    // Brackets inside of texts do not nest.
    assert!(Condition::parse_str(&json!({"a": "[{\\\"".repeat(200)}).to_string()).is_ok());
}

#[test]
fn groups_that_multiply_stay_within_the_limit_of_clauses() {
    let pair = |id: usize| json!({"$and": [{"$savedGroup": {"id": id.to_string()}}, {"$savedGroup": {"id": id.to_string()}}]});
    let groups = (0..30).map(|id| {
        (
            id.to_string(),
            json!({"type": "condition", "condition": pair(id + 1)}),
        )
    });
    let groups = SavedGroups::new(&Value::Object(groups.collect()));
    let error = Condition::parse_with_groups(&pair(0), &groups).unwrap_err();
    assert!(!Condition::parse_lenient(&pair(0), &groups).matches(&json!({})));
    assert!(error.to_string().contains("at most"), "{error}");
}
