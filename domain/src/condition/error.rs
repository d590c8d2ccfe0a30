use super::limits::{MAX_CLAUSES, MAX_DEPTH, MAX_LIST, MAX_PATTERNS, MAX_TEXT};

/// Why a condition was refused, and where inside it.
///
/// ```
/// use domain::condition::Condition;
///
/// let error = Condition::parse_str(r#"{"utm.source": {"$gt": true}}"#).unwrap_err();
/// assert_eq!(error.path(), "utm.source.$gt");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", prefix(path))]
pub struct ConditionError {
    path: String,
    problem: Problem,
}

impl ConditionError {
    pub(super) fn new(path: impl Into<String>, problem: Problem) -> Self {
        Self {
            path: path.into(),
            problem,
        }
    }

    /// The place inside the condition, like `$or[2].utm.source.$regex`; empty for the whole condition.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong there, apart from the place.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

/// What is wrong with one part of a condition; its text says what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not JSON.
    #[error("this is not valid JSON ({detail} at line {line}, column {column}): correct it there")]
    NotJson {
        /// What the JSON reader expected.
        detail: String,
        /// Line of the mistake, counted from 1.
        line: usize,
        /// Column of the mistake, counted from 1.
        column: usize,
    },
    /// A condition, or a branch of one, is something other than an object.
    #[error("a condition is an object such as {{\"utm.source\": \"linkedin\"}}, not {found}")]
    NotACondition {
        /// The kind of value found.
        found: &'static str,
    },
    /// Objects and lists are nested beyond the limit.
    #[error(
        "conditions nest at most {MAX_DEPTH} levels deep: flatten this part, for example with $in"
    )]
    TooDeep,
    /// There are more comparisons and operators than the limit allows.
    #[error(
        "a condition has at most {MAX_CLAUSES} clauses: use $in for long lists of values, or several segments"
    )]
    TooManyClauses,
    /// There are more regular expressions than the limit allows.
    #[error(
        "a condition has at most {MAX_PATTERNS} regular expressions: join some with | or use $in"
    )]
    TooManyPatterns,
    /// A list of values is longer than the limit.
    #[error(
        "this list has {length} values, and at most {MAX_LIST} are allowed: shorten it or use $regex"
    )]
    ListTooLong {
        /// Number of values found.
        length: usize,
    },
    /// A text, pattern or attribute path is longer than the limit.
    #[error("this text has {length} characters, and at most {MAX_TEXT} are allowed: shorten it")]
    TextTooLong {
        /// Number of characters found.
        length: usize,
    },
    /// An attribute path is empty or has an empty part.
    #[error(
        "{path:?} is not an attribute path: write its parts with single dots between them, like utm.source"
    )]
    BadPath {
        /// The path as written.
        path: String,
    },
    /// A `$name` that is no operator of the language.
    #[error(
        "{name} is not an operator: use one of {OPERATORS}; attribute names do not begin with $"
    )]
    UnknownOperator {
        /// The name as written.
        name: String,
    },
    /// `$and`, `$or`, `$nor` or `$savedGroup` where a value is tested.
    #[error(
        "{name} combines whole conditions and cannot test one value: put it beside the attributes, not under one"
    )]
    BelongsOutside {
        /// The operator as written.
        name: String,
    },
    /// An operator that tests a value where an attribute is expected.
    #[error(
        "{name} tests one attribute: put it under that attribute, like {{\"utm.source\": {{\"{name}\": …}}}}"
    )]
    BelongsInside {
        /// The operator as written.
        name: String,
    },
    /// `{}` where an attribute's test is expected.
    #[error(
        "an empty object tests nothing: add an operator, like {{\"$exists\": true}}, or remove it"
    )]
    EmptyTest,
    /// `$and`, `$or` or `$nor` without a single condition.
    #[error("{operator} has no conditions: add one or remove it")]
    NoBranches {
        /// The operator as written.
        operator: String,
    },
    /// An object that mixes operators with other names.
    #[error(
        "this object mixes operators with other names: keep either only names that begin with $ or none"
    )]
    MixedNames,
    /// An operator was given a value it cannot use.
    #[error("{operator} needs {needs}, not {found}")]
    BadOperand {
        /// The operator as written.
        operator: String,
        /// What the operator accepts.
        needs: &'static str,
        /// The kind of value found.
        found: &'static str,
    },
    /// A regular expression that cannot be used.
    #[error("{0}")]
    BadPattern(String),
    /// A saved group whose condition leads back to itself.
    #[error("saved group {id:?} refers to itself: remove that reference from the group")]
    CircularGroup {
        /// The group's id.
        id: String,
    },
    /// A saved group that does not exist, or is of another kind.
    #[error("there is no saved group {id:?} {purpose}: list the values with $in instead")]
    NoSuchGroup {
        /// The group's id as written.
        id: String,
        /// What the group was wanted for.
        purpose: &'static str,
    },
}

const OPERATORS: &str = "$eq, $ne, $in, $nin, $ini, $nini, $lt, $lte, $gt, $gte, $regex, $regexi, $notRegex, \
     $notRegexi, $exists, $not, $and, $or, $nor, $all, $alli, $elemMatch, $size, $type, $veq, $vne, $vgt, $vgte, \
     $vlt, $vlte, $inGroup, $notInGroup, $savedGroup";

fn prefix(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!("{path}: ")
    }
}
