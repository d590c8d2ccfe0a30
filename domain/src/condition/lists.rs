use std::sync::Arc;

use serde_json::Value;

use super::error::Problem;
use super::eval::Test;
use super::groups::SavedGroup;
use super::limits::MAX_LIST;
use super::parse::{Compiled, Compiler, operators_of, within_length};
use super::value::{Members, kind};

/// The operators that take a list or look into one.
impl Compiler<'_> {
    pub(super) fn members(
        &mut self,
        operator: &str,
        expected: &Value,
        fold: bool,
        finish: fn(Test) -> Test,
    ) -> Compiled<Test> {
        let Value::Array(values) = expected else {
            return self.bad_operand(operator, "a list of values", expected, Some(false));
        };
        if let Err(problem) = short_enough(values.len()) {
            return self.refuse(problem, None);
        }
        for (index, value) in values.iter().enumerate() {
            let problem = match value {
                Value::Array(_) | Value::Object(_) if self.strict => Problem::BadOperand {
                    operator: operator.into(),
                    needs: "a list of texts, numbers, true, false or null",
                    found: kind(value),
                },
                Value::String(text) => match within_length(text) {
                    Ok(()) => continue,
                    Err(problem) => problem,
                },
                _ => continue,
            };
            return self.at_index(index, problem);
        }
        Ok(finish(Test::In(Arc::new(Members::new(values, fold)))))
    }

    pub(super) fn group(
        &mut self,
        operator: &str,
        expected: &Value,
        finish: fn(Test) -> Test,
    ) -> Compiled<Test> {
        let Value::String(id) = expected else {
            return self.bad_operand(operator, "the id of a saved group", expected, Some(false));
        };
        match self.groups.get(id) {
            Some(SavedGroup::List { values, .. }) => Ok(finish(Test::In(values.clone()))),
            Some(SavedGroup::Unknown) => self.no_such_group(id, "of a known type", None),
            Some(_) => self.no_such_group(id, "that is a list", Some(false)),
            // An id that is not there stands for an empty list.
            None if !self.strict => Ok(finish(Test::In(Arc::default()))),
            None => self.no_such_group(id, "here", None),
        }
    }

    pub(super) fn size(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        let usable = expected.as_u64().is_some() || operators_of(expected).is_some();
        if self.strict && !usable {
            return self.bad_operand(
                operator,
                "a whole number, or an object such as {\"$gt\": 2}",
                expected,
                None,
            );
        }
        Ok(Test::Size(Box::new(self.value(expected, false)?)))
    }

    pub(super) fn each_of(
        &mut self,
        operator: &str,
        expected: &Value,
        fold: bool,
    ) -> Compiled<Test> {
        let Value::Array(values) = expected else {
            return self.bad_operand(operator, "a list of values", expected, Some(false));
        };
        let tests = values.iter().enumerate();
        let tests = tests
            .map(|(index, value)| self.clause(&format!("[{index}]"), |it| it.value(value, fold)));
        Ok(Test::EachOf(tests.collect::<Compiled<_>>()?))
    }

    /// Operators test each element itself; anything else is a condition on each element's fields.
    pub(super) fn element(&mut self, operator: &str, expected: &Value) -> Compiled<Test> {
        let combines =
            |name: &String| matches!(name.as_str(), "$and" | "$or" | "$nor" | "$savedGroup");
        match operators_of(expected) {
            Some(operators) if !operators.keys().any(combines) => {
                Ok(Test::AnyElement(Box::new(self.value(expected, false)?)))
            }
            None if !expected.is_object() => self.bad_operand(
                operator,
                "an object of operators, or a condition",
                expected,
                Some(false),
            ),
            _ => Ok(Test::AnyElementFields(Box::new(self.condition(expected)?))),
        }
    }

    fn at_index(&mut self, index: usize, problem: Problem) -> Compiled<Test> {
        self.clause(&format!("[{index}]"), |it| it.refuse(problem, None))
    }
}

pub(super) fn short_enough(length: usize) -> Result<(), Problem> {
    if length > MAX_LIST {
        Err(Problem::ListTooLong { length })
    } else {
        Ok(())
    }
}
