//! The language in which segments say whom they are for.
//!
//! A condition is JSON in the format [GrowthBook](https://docs.growthbook.io) documents:
//! `{"utm.source": {"$in": ["linkedin", "xing"]}, "visit.count": {"$gt": 1}}`. It is compiled once,
//! regular expressions and versions included, and evaluated without allocating for the operators
//! that visitors' attributes need.
//!
//! | where | operators |
//! | --- | --- |
//! | beside attributes | `$and` `$or` `$nor` `$not` `$savedGroup` |
//! | equality | a bare value, `$eq` `$ne` `$in` `$nin`, and `$ini` `$nini` without regard to case |
//! | order | `$lt` `$lte` `$gt` `$gte` (two numbers or two texts), `$veq` `$vne` `$vlt` `$vlte` `$vgt` `$vgte` (versions) |
//! | text | `$regex` `$notRegex`, and `$regexi` `$notRegexi` without regard to case |
//! | lists | `$all` `$alli` `$elemMatch` `$size`; `$in` holds when any element is in the list |
//! | others | `$exists` `$type` `$not` `$inGroup` `$notInGroup` |
//!
//! Nothing is converted: 5 is not "5". A missing attribute is null.

mod attributes;
mod error;
mod eval;
mod groups;
mod limits;
mod lists;
mod operators;
pub mod outline;
mod parse;
mod pattern;
#[cfg(test)]
mod tests;
mod value;
mod version;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

pub use self::attributes::{AttributePath, AttributeValue, Attributes};
pub use self::error::{ConditionError, Problem};
pub use self::groups::SavedGroups;
pub use self::limits::{MAX_CLAUSES, MAX_DEPTH, MAX_LIST, MAX_PATTERNS, MAX_TEXT};

use self::eval::{Leaf, Node};
use self::parse::Compiler;

/// A compiled condition. Cloning shares the compiled form.
///
/// ```
/// use domain::condition::Condition;
/// use serde_json::json;
///
/// let condition = Condition::parse(&json!({"utm.source": "linkedin", "visit.count": {"$gt": 1}}))?;
/// assert!(condition.matches(&json!({"utm": {"source": "linkedin"}, "visit": {"count": 3}})));
/// # Ok::<(), domain::condition::ConditionError>(())
/// ```
#[derive(Clone)]
pub struct Condition(Arc<Compilation>);

struct Compilation {
    source: Value,
    root: Node,
}

/// One question a condition asks about one attribute, and the answer for one visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The place inside the condition, like `$or[1].utm.source.$eq`; it shows whether `$not` or `$nor` stands above.
    pub location: String,
    /// The attribute's path.
    pub path: String,
    /// What is asked, like `utm.source $eq "linkedin"`; long values are cut.
    pub text: String,
    /// The visitor's value as JSON text, cut when long, or `missing`.
    pub actual: String,
    /// Whether this clause by itself holds.
    pub matched: bool,
}

impl Condition {
    /// Compiles what a marketer saves, refusing everything that cannot be meant.
    ///
    /// # Errors
    /// Names the place and says what to do when `json` is not an object, an operator is unknown or
    /// stands in the wrong place, an operand has the wrong kind, a list of branches or a test is
    /// empty, a regular expression is invalid or needs lookaround or backreferences, a saved group
    /// is referred to, or one of [`MAX_DEPTH`], [`MAX_CLAUSES`], [`MAX_LIST`] and [`MAX_TEXT`] is passed.
    pub fn parse(json: &Value) -> Result<Self, ConditionError> {
        Self::parse_with_groups(json, &SavedGroups::default())
    }

    /// Like [`Condition::parse`], with saved groups that the condition may refer to.
    ///
    /// # Errors
    /// As for [`Condition::parse`], except that a saved group is refused only when `groups` lacks it.
    pub fn parse_with_groups(json: &Value, groups: &SavedGroups) -> Result<Self, ConditionError> {
        let root = Compiler::new(true, groups).condition(json)?;
        Ok(Self::new(json.clone(), root))
    }

    /// Compiles JSON text.
    ///
    /// # Errors
    /// As for [`Condition::parse`], and when `text` is not JSON. Text nested too deeply for the JSON
    /// reader is refused before it is read.
    pub fn parse_str(text: &str) -> Result<Self, ConditionError> {
        if nests_deeper_than(text, JSON_DEPTH) {
            return Err(ConditionError::new("", Problem::TooDeep));
        }
        let json: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let detail = error.to_string();
            let detail = detail
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            ConditionError::new(
                "",
                Problem::NotJson {
                    detail,
                    line,
                    column,
                },
            )
        })?;
        Self::parse(&json)
    }

    /// Compiles anything, with the outcome the format's other implementations give to what is wrong:
    /// an invalid pattern or operand is false, and an unknown operator or a passed limit makes its
    /// part match nobody, negated or not.
    pub fn parse_lenient(json: &Value, groups: &SavedGroups) -> Self {
        let root = Compiler::new(false, groups)
            .condition(json)
            .unwrap_or(Node::Fixed(None));
        Self::new(json.clone(), root)
    }

    /// The condition `{}`, which matches everyone.
    pub fn always() -> Self {
        Self::new(
            Value::Object(serde_json::Map::new()),
            Node::Fixed(Some(true)),
        )
    }

    /// Whether these attributes satisfy the condition.
    pub fn matches<A: Attributes + ?Sized>(&self, attributes: &A) -> bool {
        self.0.root.evaluate(attributes) == Some(true)
    }

    /// Every question the condition asks, in its order, with the answers for these attributes.
    pub fn explain<A: Attributes + ?Sized>(&self, attributes: &A) -> Vec<Clause> {
        let clause = |leaf: &Leaf| {
            let actual = attributes.get(&leaf.path);
            Clause {
                location: leaf.location.clone(),
                path: leaf.path.to_string(),
                text: leaf.text.clone(),
                actual: actual.map_or_else(
                    || "missing".into(),
                    |value| shorten(value.unwrapped().to_string()),
                ),
                matched: leaf.test.evaluate(actual.unwrap_or(AttributeValue::Null)) == Some(true),
            }
        };
        self.leaves().into_iter().map(clause).collect()
    }

    /// The attributes the condition reads, sorted and each named once.
    pub fn attribute_paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self
            .leaves()
            .into_iter()
            .map(|leaf| leaf.path.as_str())
            .collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    /// The JSON the condition was compiled from.
    pub fn source(&self) -> &Value {
        &self.0.source
    }

    fn new(source: Value, root: Node) -> Self {
        Self(Arc::new(Compilation { source, root }))
    }

    fn leaves(&self) -> Vec<&Leaf> {
        let mut leaves = Vec::new();
        self.0.root.collect_leaves(&mut leaves);
        leaves
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Condition({})", self.0.source)
    }
}

/// Conditions are equal when they were written alike.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

/// The JSON reader refuses text nested 128 levels deep, with a message about recursion.
const JSON_DEPTH: usize = 120;

/// Whether brackets outside of texts nest deeper than `limit`.
fn nests_deeper_than(text: &str, limit: usize) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return true;
        }
    }
    false
}

/// Longest text an explanation shows for one value, in characters.
const SHOWN: usize = 200;

fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(end);
        text.push('…');
    }
    text
}
