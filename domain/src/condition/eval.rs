use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::Value;

use super::attributes::{AttributePath, AttributeValue, Attributes};
use super::pattern::Regex;
use super::value::{Members, Scalar, folded, order_texts, same_json};
use super::version::Version;

/// True, false, or `None` where a part cannot be evaluated. Only `Some(true)` matches, so that a
/// part that is not understood fails under `$not` and `$nor` as well.
pub(super) type Verdict = Option<bool>;

/// A compiled condition over the attributes of one visitor.
#[derive(Debug)]
pub(super) enum Node {
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<Node>),
    Leaf(Box<Leaf>),
    Fixed(Verdict),
}

/// One attribute under one test, with the words an explanation shows.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) path: AttributePath,
    pub(super) test: Test,
    /// The place inside the condition, like `$or[2].utm.source.$regex`.
    pub(super) location: String,
    /// What is asked, like `utm.source $eq "linkedin"`.
    pub(super) text: String,
}

/// A compiled test of one value.
#[derive(Debug)]
pub(super) enum Test {
    All(Box<[Test]>),
    Not(Box<Test>),
    Fixed(Verdict),
    Equals(Scalar),
    EqualsFolded(Box<str>),
    SameJson(Value),
    In(Arc<Members>),
    NumberIs(Relation, f64),
    TextIs(Relation, Box<str>),
    VersionIs(Relation, Version),
    NumberVersionIs(Relation, Version),
    Exists(bool),
    Matches(Regex),
    Type(Type),
    Size(Box<Test>),
    EachOf(Box<[Test]>),
    AnyElement(Box<Test>),
    AnyElementFields(Box<Node>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Node {
    pub(super) fn evaluate<A: Attributes + ?Sized>(&self, attributes: &A) -> Verdict {
        match self {
            Self::All(nodes) => all(nodes, |node| node.evaluate(attributes)),
            Self::Any(nodes) => any(nodes, |node| node.evaluate(attributes)),
            Self::Not(node) => node.evaluate(attributes).map(|verdict| !verdict),
            Self::Leaf(leaf) => leaf
                .test
                .evaluate(attributes.get(&leaf.path).unwrap_or(AttributeValue::Null)),
            Self::Fixed(verdict) => *verdict,
        }
    }

    /// Adds every leaf below this node, in the order of the condition.
    pub(super) fn collect_leaves<'n>(&'n self, leaves: &mut Vec<&'n Leaf>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter().for_each(|node| node.collect_leaves(leaves));
            }
            Self::Not(node) => node.collect_leaves(leaves),
            Self::Leaf(leaf) => leaves.push(leaf),
            Self::Fixed(_) => {}
        }
    }
}

impl Test {
    /// A missing value is tested as null.
    pub(super) fn evaluate(&self, actual: AttributeValue<'_>) -> Verdict {
        let actual = actual.unwrapped();
        match self {
            Self::All(tests) => all(tests, |test| test.evaluate(actual)),
            Self::Not(test) => test.evaluate(actual).map(|verdict| !verdict),
            Self::Fixed(verdict) => *verdict,
            Self::Size(test) => match actual.elements() {
                Some(elements) => test.evaluate(AttributeValue::Number(count(elements))),
                None => Some(false),
            },
            Self::EachOf(tests) => match actual.elements() {
                Some(elements) => all(tests, |test| {
                    any(elements, |element| test.evaluate(element.into()))
                }),
                None => Some(false),
            },
            Self::AnyElement(test) => any_element(actual, |element| test.evaluate(element.into())),
            Self::AnyElementFields(node) => any_element(actual, |element| node.evaluate(element)),
            decided => Some(decided.holds(actual)),
        }
    }

    /// The tests that always have an answer.
    fn holds(&self, actual: AttributeValue<'_>) -> bool {
        match (self, actual) {
            (Self::Equals(expected), _) => expected.equals(actual),
            (Self::EqualsFolded(expected), AttributeValue::Text(actual)) => {
                folded(actual).eq(expected.chars())
            }
            (Self::SameJson(expected), AttributeValue::Json(actual)) => same_json(expected, actual),
            (Self::In(members), _) => members.contain(actual),
            (Self::NumberIs(relation, expected), AttributeValue::Number(actual)) => actual
                .partial_cmp(expected)
                .is_some_and(|order| relation.holds(order)),
            (Self::TextIs(relation, expected), AttributeValue::Text(actual)) => {
                relation.holds(order_texts(actual, expected))
            }
            (Self::VersionIs(relation, expected), AttributeValue::Text(actual)) => {
                relation.holds(expected.order(actual))
            }
            (Self::NumberVersionIs(relation, expected), AttributeValue::Number(actual)) => {
                relation.holds(expected.order(&actual.to_string()))
            }
            (Self::Exists(expected), _) => *expected != (actual == AttributeValue::Null),
            (Self::Matches(regex), AttributeValue::Text(actual)) => regex.is_match(actual),
            (Self::Type(expected), _) => *expected == Type::of(actual),
            _ => false,
        }
    }
}

impl Relation {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Type {
    fn of(value: AttributeValue<'_>) -> Self {
        match value {
            AttributeValue::Null => Self::Null,
            AttributeValue::Bool(_) => Self::Boolean,
            AttributeValue::Number(_) => Self::Number,
            AttributeValue::Text(_) => Self::String,
            AttributeValue::Json(Value::Array(_)) => Self::Array,
            AttributeValue::Json(_) => Self::Object,
        }
    }
}

impl From<Verdict> for Node {
    fn from(verdict: Verdict) -> Self {
        Self::Fixed(verdict)
    }
}

impl From<Verdict> for Test {
    fn from(verdict: Verdict) -> Self {
        Self::Fixed(verdict)
    }
}

/// One false decides, wherever something unknown stands.
fn all<T>(items: &[T], verdict: impl Fn(&T) -> Verdict) -> Verdict {
    decide(items, false, verdict)
}

/// One true decides, wherever something unknown stands.
fn any<T>(items: &[T], verdict: impl Fn(&T) -> Verdict) -> Verdict {
    decide(items, true, verdict)
}

fn decide<T>(items: &[T], decisive: bool, verdict: impl Fn(&T) -> Verdict) -> Verdict {
    let mut result = Some(!decisive);
    for item in items {
        match verdict(item) {
            Some(found) if found == decisive => return Some(decisive),
            None => result = None,
            Some(_) => {}
        }
    }
    result
}

/// Null elements are passed over; anything but a list has no elements to match.
fn any_element(actual: AttributeValue<'_>, verdict: impl Fn(&Value) -> Verdict) -> Verdict {
    any(actual.elements().unwrap_or(&[]), |element| {
        if element.is_null() {
            Some(false)
        } else {
            verdict(element)
        }
    })
}

fn count(elements: &[Value]) -> f64 {
    u32::try_from(elements.len()).unwrap_or(u32::MAX).into()
}
