use serde_json::Value;

use super::error::Problem;
use super::eval::{Relation, Test, Type, Verdict};
use super::limits::{MAX_DEPTH, MAX_PATTERNS};
use super::lists::short_enough;
use super::parse::{Compiled, Compiler, operators_of, within_length};
use super::pattern;
use super::value::{Scalar, folded, kind};
use super::version::Version;

/// Whether `name` is an operator that stands under an attribute.
pub(super) fn tests_a_value(name: &str) -> bool {
    matches!(
        name,
        "$eq"
            | "$ne"
            | "$in"
            | "$nin"
            | "$ini"
            | "$nini"
            | "$lt"
            | "$lte"
            | "$gt"
            | "$gte"
            | "$regex"
            | "$regexi"
            | "$notRegex"
            | "$notRegexi"
            | "$exists"
            | "$not"
            | "$all"
            | "$alli"
            | "$elemMatch"
            | "$size"
            | "$type"
            | "$veq"
            | "$vne"
            | "$vgt"
            | "$vgte"
            | "$vlt"
            | "$vlte"
            | "$inGroup"
            | "$notInGroup"
    )
}

impl Compiler<'_> {
    /// One operator under an attribute.
    pub(super) fn operator(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        match operator {
            "$eq" => self.equal(operator, expected),
            "$ne" => self.equal(operator, expected).map(not),
            "$lt" => self.order(operator, Relation::Less, expected),
            "$lte" => self.order(operator, Relation::LessOrEqual, expected),
            "$gt" => self.order(operator, Relation::Greater, expected),
            "$gte" => self.order(operator, Relation::GreaterOrEqual, expected),
            "$veq" => self.version(operator, Relation::Equal, expected),
            "$vne" => self.version(operator, Relation::Equal, expected).map(not),
            "$vlt" => self.version(operator, Relation::Less, expected),
            "$vlte" => self.version(operator, Relation::LessOrEqual, expected),
            "$vgt" => self.version(operator, Relation::Greater, expected),
            "$vgte" => self.version(operator, Relation::GreaterOrEqual, expected),
            "$in" => self.members(operator, expected, false, |members| members),
            "$nin" => self.members(operator, expected, false, not),
            "$ini" => self.members(operator, expected, true, |members| members),
            "$nini" => self.members(operator, expected, true, not),
            "$inGroup" => self.group(operator, expected, |members| members),
            "$notInGroup" => self.group(operator, expected, not),
            "$regex" => self.pattern(operator, expected, false),
            "$regexi" => self.pattern(operator, expected, true),
            "$notRegex" => self.pattern(operator, expected, false).map(not),
            "$notRegexi" => self.pattern(operator, expected, true).map(not),
            "$exists" => self.exists(operator, expected),
            "$type" => self.type_of(operator, expected),
            "$not" => self.value(expected, false).map(not),
            "$size" => self.size(operator, expected),
            "$all" => self.each_of(operator, expected, false),
            "$alli" => self.each_of(operator, expected, true),
            "$elemMatch" => self.element(operator, expected),
            "$and" | "$or" | "$nor" | "$savedGroup" => self.refuse(
                Problem::BelongsOutside {
                    name: operator.into(),
                },
                Some(false),
            ),
            unknown => self.refuse(
                Problem::UnknownOperator {
                    name: unknown.into(),
                },
                None,
            ),
        }
    }

    /// A value to be equal to, or an object of operators that must all hold.
    ///
    /// `fold` compares texts without regard to case.
    pub(super) fn value(&mut self, expected: &Value, fold: bool) -> Compiled<Test> {
        if let Some(operators) = operators_of(expected) {
            if self.strict && operators.is_empty() {
                return Err(self.error(Problem::EmptyTest));
            }
            return self.nested(|compiler| {
                let tests = operators.iter();
                let tests =
                    tests.map(|(name, value)| compiler.clause(name, |it| it.operator(name, value)));
                Ok(Test::All(tests.collect::<Compiled<_>>()?))
            });
        }
        if let Err(problem) = self.json(expected) {
            return self.refuse(problem, None);
        }
        Ok(match (Scalar::new(expected), expected) {
            (Some(Scalar::Text(text)), _) if fold => Test::EqualsFolded(folded(&text).collect()),
            (Some(scalar), _) => Test::Equals(scalar),
            (None, json) => Test::SameJson(json.clone()),
        })
    }

    /// Checks a value that is compared as a whole against the limits.
    fn json(&self, json: &Value) -> Result<(), Problem> {
        fn check(json: &Value, depth: usize) -> Result<(), Problem> {
            if depth > MAX_DEPTH {
                return Err(Problem::TooDeep);
            }
            match json {
                Value::String(text) => within_length(text),
                Value::Array(elements) => {
                    short_enough(elements.len())?;
                    elements
                        .iter()
                        .try_for_each(|element| check(element, depth + 1))
                }
                Value::Object(fields) => {
                    short_enough(fields.len())?;
                    fields.iter().try_for_each(|(name, value)| {
                        within_length(name)?;
                        check(value, depth + 1)
                    })
                }
                _ => Ok(()),
            }
        }
        let mixed = json
            .as_object()
            .is_some_and(|fields| fields.keys().any(|name| name.starts_with('$')));
        if self.strict && mixed {
            Err(Problem::MixedNames)
        } else {
            check(json, 1)
        }
    }

    fn equal(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        let needs = "text, a number, true, false or null (a whole list is compared without an operator, \
             and its elements with $in or $all)";
        match Scalar::new(expected) {
            Some(_) => self.value(expected, false),
            None => self.bad_operand(operator, needs, expected, Some(false)),
        }
    }

    fn order(&mut self, operator: &str, relation: Relation, expected: &Value) -> Compiled<Test> {
        if let Err(problem) = self.json(expected) {
            return self.refuse(problem, None);
        }
        match Scalar::new(expected) {
            Some(Scalar::Number(number)) => Ok(Test::NumberIs(relation, number)),
            Some(Scalar::Text(text)) => Ok(Test::TextIs(relation, text)),
            _ => self.bad_operand(operator, "a number or text", expected, Some(false)),
        }
    }

    fn version(&mut self, operator: &str, relation: Relation, expected: &Value) -> Compiled<Test> {
        match expected {
            Value::String(text) => match within_length(text) {
                Ok(()) => Ok(Test::VersionIs(relation, Version::new(text))),
                Err(problem) => self.refuse(problem, None),
            },
            // Two numbers may be compared, but no visitor has a version that is a number.
            Value::Number(number) if !self.strict => {
                let text = number.as_f64().unwrap_or(f64::NAN).to_string();
                Ok(Test::NumberVersionIs(relation, Version::new(&text)))
            }
            _ => self.bad_operand(
                operator,
                "a version in quotes, like \"12.1.0\"",
                expected,
                Some(false),
            ),
        }
    }

    fn pattern(&mut self, operator: &str, expected: &Value, ignore_case: bool) -> Compiled<Test> {
        let Value::String(text) = expected else {
            return self.bad_operand(
                operator,
                "a regular expression in quotes",
                expected,
                Some(false),
            );
        };
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            return self.refuse(Problem::TooManyPatterns, None);
        }
        match pattern::compile(text, ignore_case) {
            Ok(regex) => Ok(Test::Matches(regex)),
            Err(problem) => self.refuse(problem, Some(false)),
        }
    }

    fn exists(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        match expected {
            Value::Bool(expected) => Ok(Test::Exists(*expected)),
            other if self.strict => self.bad_operand(operator, "true or false", other, None),
            Value::Null => Ok(Test::Exists(false)),
            Value::Number(number) => Ok(Test::Exists(number.as_f64() != Some(0.0))),
            Value::String(text) => Ok(Test::Exists(!text.is_empty())),
            Value::Array(_) | Value::Object(_) => Ok(Test::Exists(true)),
        }
    }

    fn type_of(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        let needs = "\"string\", \"number\", \"boolean\", \"array\", \"object\" or \"null\"";
        Ok(Test::Type(match expected.as_str() {
            Some("null") => Type::Null,
            Some("boolean") => Type::Boolean,
            Some("number") => Type::Number,
            Some("string") => Type::String,
            Some("array") => Type::Array,
            Some("object") => Type::Object,
            _ => return self.bad_operand(operator, needs, expected, Some(false)),
        }))
    }

    pub(super) fn bad_operand(
        &self,
        operator: &str,
        needs: &'static str,
        found: &Value,
        otherwise: Verdict,
    ) -> Compiled<Test> {
        self.refuse(
            Problem::BadOperand {
                operator: operator.into(),
                needs,
                found: kind(found),
            },
            otherwise,
        )
    }
}

fn not(test: Test) -> Test {
    Test::Not(Box::new(test))
}
