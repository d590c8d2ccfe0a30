use serde_json::{Map, Value};

use super::attributes::AttributePath;
use super::error::{ConditionError, Problem};
use super::eval::{Leaf, Node, Test, Verdict};
use super::groups::{SavedGroup, SavedGroups};
use super::limits::{MAX_CLAUSES, MAX_DEPTH, MAX_TEXT};
use super::value::kind;

pub(super) type Compiled<T> = Result<T, ConditionError>;

/// Turns JSON into a tree of nodes and tests, remembering where it is for the sake of messages.
pub(super) struct Compiler<'g> {
    /// Refuse what is suspicious, instead of giving it the outcome other implementations give it.
    pub(super) strict: bool,
    pub(super) groups: &'g SavedGroups,
    at: String,
    depth: usize,
    clauses: usize,
    pub(super) patterns: usize,
    /// Saved groups being compiled, so that a group that refers to itself ends.
    entered: Vec<String>,
}

impl<'g> Compiler<'g> {
    pub(super) fn new(strict: bool, groups: &'g SavedGroups) -> Self {
        Self {
            strict,
            groups,
            at: String::new(),
            depth: 0,
            clauses: 0,
            patterns: 0,
            entered: Vec::new(),
        }
    }

    /// A condition: every entry of the object must hold.
    pub(super) fn condition(&mut self, json: &Value) -> Compiled<Node> {
        let Value::Object(entries) = json else {
            return self.refuse(Problem::NotACondition { found: kind(json) }, None);
        };
        self.nested(|compiler| {
            let nodes = entries
                .iter()
                .map(|(key, value)| compiler.entry(key, value));
            Ok(Node::All(nodes.collect::<Compiled<_>>()?))
        })
    }

    fn entry(&mut self, key: &str, value: &Value) -> Compiled<Node> {
        self.clause(key, |compiler| match key {
            "$and" => Ok(Node::All(match compiler.branches(key, value)? {
                Ok(branches) => branches,
                Err(verdict) => return Ok(verdict.into()),
            })),
            "$or" => compiler.any_branch(key, value),
            "$nor" => Ok(Node::Not(Box::new(compiler.any_branch(key, value)?))),
            "$not" => Ok(Node::Not(Box::new(compiler.condition(value)?))),
            "$savedGroup" => compiler.saved_group(value),
            path => compiler.attribute(path, value),
        })
    }

    /// An empty list of alternatives holds, as it does in the other implementations.
    fn any_branch(&mut self, operator: &str, json: &Value) -> Compiled<Node> {
        Ok(match self.branches(operator, json)? {
            Ok(branches) if branches.is_empty() => Node::Fixed(Some(true)),
            Ok(branches) => Node::Any(branches),
            Err(verdict) => Node::Fixed(verdict),
        })
    }

    /// The conditions of `$and`, `$or` or `$nor`, or the outcome of what is no list.
    fn branches(&mut self, operator: &str, json: &Value) -> Compiled<Result<Box<[Node]>, Verdict>> {
        let Value::Array(branches) = json else {
            let found = kind(json);
            let problem = Problem::BadOperand {
                operator: operator.into(),
                needs: "a list of conditions",
                found,
            };
            return self.refuse::<Verdict>(problem, None).map(Err);
        };
        if self.strict && branches.is_empty() {
            return Err(self.error(Problem::NoBranches {
                operator: operator.into(),
            }));
        }
        let nodes = branches.iter().enumerate();
        let nodes = nodes
            .map(|(index, branch)| self.clause(&format!("[{index}]"), |it| it.condition(branch)));
        nodes.collect::<Compiled<_>>().map(Ok)
    }

    /// `{"id": …}`, optionally with an attribute to look at instead of the group's own.
    fn saved_group(&mut self, json: &Value) -> Compiled<Node> {
        let (id, attribute) = (
            json.get("id").and_then(Value::as_str),
            json.get("attributeKey"),
        );
        let Some(id) = id.filter(|_| attribute.is_none_or(Value::is_string)) else {
            let needs = "an object with the text \"id\" and perhaps the text \"attributeKey\"";
            let problem = Problem::BadOperand {
                operator: "$savedGroup".into(),
                needs,
                found: kind(json),
            };
            return self.refuse(problem, Some(false));
        };
        if self.entered.iter().any(|entered| entered == id) {
            return self.refuse(Problem::CircularGroup { id: id.into() }, Some(false));
        }
        let groups = self.groups;
        match groups.get(id) {
            Some(SavedGroup::List {
                attribute: Some(own),
                values,
            }) => {
                let path = attribute.and_then(Value::as_str).unwrap_or(own);
                self.leaf(path, &format!("$inGroup {id:?}"), |_| {
                    Ok(Test::In(values.clone()))
                })
            }
            Some(SavedGroup::Condition(condition)) => {
                self.entered.push(id.to_owned());
                let node = self.condition(condition);
                self.entered.pop();
                node
            }
            Some(SavedGroup::Unknown) => self.no_such_group(id, "of a known type", None),
            _ => self.no_such_group(id, "to match here", Some(false)),
        }
    }

    pub(super) fn no_such_group<T: From<Verdict>>(
        &self,
        id: &str,
        purpose: &'static str,
        otherwise: Verdict,
    ) -> Compiled<T> {
        self.refuse(
            Problem::NoSuchGroup {
                id: id.into(),
                purpose,
            },
            otherwise,
        )
    }

    /// One attribute with a value or an object of operators. Each operator becomes a leaf of its own.
    fn attribute(&mut self, path: &str, json: &Value) -> Compiled<Node> {
        if self.strict && path.starts_with('$') {
            return Err(self.error(misplaced(path)));
        }
        if self.strict && path.split('.').any(str::is_empty) {
            return Err(self.error(Problem::BadPath { path: path.into() }));
        }
        match operators_of(json) {
            Some(operators) if self.strict && operators.is_empty() => {
                Err(self.error(Problem::EmptyTest))
            }
            Some(operators) => self.nested(|compiler| {
                let leaves = operators.iter().map(|(operator, expected)| {
                    let text = format!("{operator} {}", shortened(expected));
                    compiler.clause(operator, |it| {
                        it.leaf(path, &text, |it| it.operator(operator, expected))
                    })
                });
                Ok(Node::All(leaves.collect::<Compiled<_>>()?))
            }),
            None => {
                let relation = if json.is_array() || json.is_object() {
                    "equals"
                } else {
                    "$eq"
                };
                self.leaf(path, &format!("{relation} {}", shortened(json)), |it| {
                    it.value(json, false)
                })
            }
        }
    }

    /// One attribute under the test that `compile` makes; `question` says the test in words.
    fn leaf(
        &mut self,
        path: &str,
        question: &str,
        compile: impl FnOnce(&mut Self) -> Compiled<Test>,
    ) -> Compiled<Node> {
        Ok(Node::Leaf(Box::new(Leaf {
            test: compile(self)?,
            path: AttributePath::new(path),
            location: self.at.clone(),
            text: format!("{path} {question}"),
        })))
    }

    /// Runs `compile` one step further into the condition, as one more clause.
    pub(super) fn clause<T: From<Verdict>>(
        &mut self,
        step: &str,
        compile: impl FnOnce(&mut Self) -> Compiled<T>,
    ) -> Compiled<T> {
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            return self.refuse(Problem::TooManyClauses, None);
        }
        if let Err(problem) = within_length(step) {
            return self.refuse(problem, None);
        }
        let length = self.at.len();
        if length > 0 && !step.starts_with('[') {
            self.at.push('.');
        }
        self.at.push_str(step);
        let compiled = compile(self);
        self.at.truncate(length);
        compiled
    }

    /// Runs `compile` one level deeper.
    pub(super) fn nested<T: From<Verdict>>(
        &mut self,
        compile: impl FnOnce(&mut Self) -> Compiled<T>,
    ) -> Compiled<T> {
        if self.depth == MAX_DEPTH {
            return self.refuse(Problem::TooDeep, None);
        }
        self.depth += 1;
        let compiled = compile(self);
        self.depth -= 1;
        compiled
    }

    /// An error in strict mode, otherwise a fixed outcome.
    pub(super) fn refuse<T: From<Verdict>>(
        &self,
        problem: Problem,
        otherwise: Verdict,
    ) -> Compiled<T> {
        if self.strict {
            Err(self.error(problem))
        } else {
            Ok(otherwise.into())
        }
    }

    pub(super) fn error(&self, problem: Problem) -> ConditionError {
        ConditionError::new(self.at.clone(), problem)
    }
}

/// The entries of an object whose names all begin with `$`; an empty object is one too.
pub(super) fn operators_of(json: &Value) -> Option<&Map<String, Value>> {
    json.as_object()
        .filter(|entries| entries.keys().all(|name| name.starts_with('$')))
}

pub(super) fn within_length(text: &str) -> Result<(), Problem> {
    // Counting characters is only needed where bytes alone do not settle it.
    let length = if text.len() > MAX_TEXT {
        text.chars().count()
    } else {
        0
    };
    if length > MAX_TEXT {
        Err(Problem::TextTooLong { length })
    } else {
        Ok(())
    }
}

/// Which mistake a `$name` is where an attribute belongs.
fn misplaced(name: &str) -> Problem {
    if super::operators::tests_a_value(name) {
        Problem::BelongsInside { name: name.into() }
    } else {
        Problem::UnknownOperator { name: name.into() }
    }
}

/// JSON text of a value, cut so that an explanation stays readable.
fn shortened(json: &Value) -> String {
    super::shorten(json.to_string())
}
