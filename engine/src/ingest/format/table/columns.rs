//! The columns of a table: paths into a record.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use domain::Problem;

use crate::ingest::format::explain::{join, problem, shortened};

/// Deepest path. Records are not half as deep; without a bound a name of dots only could exhaust the
/// stack of what walks the record.
const MAX_STEPS: usize = 16;

/// The order of a record's fields in a table. The content comes last.
const ORDER: [&str; 22] = [
    "kind",
    "id",
    "key",
    "page",
    "path",
    "segment",
    "locale",
    "name",
    "status",
    "starts_at",
    "ends_at",
    "priority",
    "description",
    "intent",
    "rollout",
    "terms",
    "condition",
    "default_locale",
    "locales",
    "time_zone",
    "thresholds",
    "navigation",
];

/// A column: the cell it takes of each row, and where in the record that belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// Its place in the row, from 0.
    pub(super) cell: usize,
    /// Its place in the record.
    pub(super) path: Path,
}

/// A place in a record, `content.blocks.0.headline`. Ordered as columns are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Path(Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// To an element of a list, from 0.
    Index(usize),
    /// To a field of an object.
    Name(String),
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    Number,
    Json,
}

/// Reads the first row. The columns come in the order of their paths.
///
/// # Errors
/// Every name that is no path, stands twice, or makes a field both a text and a list or an object.
pub(super) fn parse(names: &[&str]) -> Result<Vec<Column>, Vec<Problem>> {
    let mut problems = Vec::new();
    if names.first().map(|name| name.trim()) != Some("kind") {
        let message = "is the first column; put kind first, and , or ; between the columns";
        problems.push(problem(names.first().unwrap_or(&""), message));
    }
    let mut columns = Vec::with_capacity(names.len());
    for (cell, name) in names.iter().enumerate() {
        match name.trim().parse() {
            Ok(path) => columns.push(Column { cell, path }),
            Err(PathError::Empty) => {
                let message = format!("column {} has no name; name it or remove it", cell + 1);
                problems.push(problem("", message));
            }
            Err(PathError::Malformed(message)) => problems.push(problem(name, message)),
        }
    }
    columns.sort_by(|a, b| a.path.cmp(&b.path));
    // Whatever two columns contradict each other about, two neighbours in this order do too.
    for pair in columns.windows(2) {
        let (first, second) = (&pair[0].path, &pair[1].path);
        if let Some(message) = first.contradicts(second) {
            problems.push(problem(&second.to_string(), message));
        }
    }
    if problems.is_empty() {
        Ok(columns)
    } else {
        Err(problems)
    }
}

impl Holds {
    /// What the cells of the column with this path hold.
    pub(super) fn at(steps: &[Step]) -> Self {
        match steps {
            [Step::Name(name)] if name == "condition" || name == "terms" => Self::Json,
            [Step::Name(name)] if name == "priority" || name == "rollout" => Self::Number,
            [Step::Name(name), _] if name == "thresholds" => Self::Number,
            _ => Self::Text,
        }
    }
}

impl Path {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self(steps)
    }

    /// The column that every table has.
    pub(super) fn kind() -> Self {
        Self(vec![Step::Name("kind".to_owned())])
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The path as problems spell it, `content.blocks[0].headline`.
    pub(super) fn field(&self) -> String {
        self.field_to(self.0.len())
    }

    /// The first `depth` steps of the path as problems spell it.
    pub(super) fn field_to(&self, depth: usize) -> String {
        self.0
            .iter()
            .take(depth)
            .fold(String::new(), |field, step| match step {
                Step::Index(index) => format!("{field}[{index}]"),
                Step::Name(name) => join(&field, name),
            })
    }

    /// What the column's cells hold.
    pub(super) fn holds(&self) -> Holds {
        Holds::at(&self.0)
    }

    fn contradicts(&self, other: &Self) -> Option<String> {
        let common = self
            .0
            .iter()
            .zip(&other.0)
            .take_while(|(a, b)| a == b)
            .count();
        match (self.0.get(common), other.0.get(common)) {
            (None, None) => Some("names two columns; remove one of them".to_owned()),
            (None, _) | (_, None) => Some(format!(
                "cannot stand beside the column {}, which is a text; remove one of them",
                shortened(&self.to_string(), 200)
            )),
            (Some(Step::Index(_)), Some(Step::Name(_))) => Some(format!(
                "cannot stand beside the column {}, which numbers what this one names; remove one of them",
                shortened(&self.to_string(), 200)
            )),
            _ => None,
        }
    }

    /// Where the path's field stands in [`ORDER`].
    fn rank(&self) -> usize {
        let position = |name: &String| ORDER.iter().position(|known| known == name);
        match self.0.first() {
            Some(Step::Name(name)) => position(name).unwrap_or(ORDER.len()),
            _ => ORDER.len(),
        }
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank()
            .cmp(&other.rank())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            match step {
                Step::Index(index) => write!(f, "{index}")?,
                Step::Name(name) => f.write_str(name)?,
            }
        }
        Ok(())
    }
}

/// Why a column's name is not a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathError {
    Empty,
    Malformed(&'static str),
}

impl FromStr for Path {
    type Err = PathError;

    fn from_str(name: &str) -> Result<Self, PathError> {
        if name.is_empty() {
            return Err(PathError::Empty);
        }
        if name.split('.').nth(MAX_STEPS).is_some() {
            return Err(PathError::Malformed(
                "has more than 16 parts; no field is as deep",
            ));
        }
        let step = |part: &str| {
            if part.is_empty() {
                return Err(PathError::Malformed(
                    "has an empty part; write one dot between two names",
                ));
            }
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Ok(Step::Name(part.to_owned()));
            }
            match part.parse::<usize>() {
                Ok(index) if index.to_string() == part => Ok(Step::Index(index)),
                _ => Err(PathError::Malformed(
                    "numbers an element oddly; count 0, 1, 2, …",
                )),
            }
        };
        name.split('.')
            .map(step)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_a_fixed_and_natural_order() {
        let mut names = [
            "contents.en.title",
            "content.blocks.10.id",
            "content.blocks.9.items.0.title",
            "content.title",
            "thresholds.term_floor",
            "name",
            "id",
            "kind",
        ]
        .map(|name| name.parse::<Path>().unwrap());
        names.sort();
        assert_eq!(
            names.map(|path| path.to_string()),
            [
                "kind",
                "id",
                "name",
                "thresholds.term_floor",
                "content.blocks.9.items.0.title",
                "content.blocks.10.id",
                "content.title",
                "contents.en.title",
            ]
        );
    }
}
