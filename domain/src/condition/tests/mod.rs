//! The meaning of every operator, as tables of condition, attributes and outcome.

/// Calls a check once a row, so that a row stays on one line.
macro_rules! table {
    ($check:ident: $($condition:tt, $given:tt => $expected:expr;)*) => {
        $($check(json!($condition), json!($given), $expected);)*
    };
}

mod combining;
mod explaining;
mod lists;
mod properties;
mod refusals;
mod values;

use serde_json::Value;

use super::{Condition, SavedGroups};

/// The outcome, on which both ways of compiling must agree.
#[track_caller]
fn check(condition: Value, attributes: Value, expected: bool) {
    let strict =
        Condition::parse(&condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
    let outcome = strict.matches(&attributes);
    assert_eq!(outcome, expected, "{condition} with {attributes}");
    check_lenient(condition, attributes, expected);
}

/// The outcome of what a marketer could not save.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
fn check_lenient(condition: Value, attributes: Value, expected: bool) {
    let lenient = Condition::parse_lenient(&condition, &SavedGroups::default());
    let outcome = lenient.matches(&attributes);
    assert_eq!(
        outcome, expected,
        "leniently, {condition} with {attributes}"
    );
}
