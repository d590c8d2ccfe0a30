//! A condition as people build it: groups of comparisons that can be moved about.
//!
//! [`read`] makes an outline of a condition's JSON and [`write()`] makes JSON of an outline. The way
//! from an outline to JSON and back gives the same outline; the way from JSON to an outline and
//! back gives a condition that matches the same visitors. What an outline has no words for stays in
//! it as JSON.

mod comparison;
mod edit;
mod never;
mod operator;
mod plain;
mod read;
#[cfg(test)]
mod tests;
mod words;
mod write;

use serde_json::Value;

pub use comparison::Comparison;
pub use edit::Direction;
pub use operator::Operator;
pub use read::read;
pub use words::words;
pub use write::{part_json, write};

/// Parts and how they combine. A condition is one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// How the parts combine.
    pub join: Join,
    /// What is combined, in the order in which it is shown.
    pub parts: Vec<Part>,
}

/// How a group's parts combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// Every part must hold.
    All,
    /// At least one part must hold.
    Any,
    /// No part may hold.
    None,
}

/// One line of an outline.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A group inside another.
    Group(Group),
    /// One question about one attribute.
    Comparison(Comparison),
    /// A condition for which an outline has no words, kept as it is.
    Raw(Value),
}

impl Group {
    /// A group without parts.
    pub fn empty(join: Join) -> Self {
        Self {
            join,
            parts: Vec::new(),
        }
    }
}

impl Join {
    /// Every way to combine.
    pub const ALL: [Self; 3] = [Self::All, Self::Any, Self::None];

    /// The operator that combines so.
    pub fn operator(self) -> &'static str {
        match self {
            Self::All => "$and",
            Self::Any => "$or",
            Self::None => "$nor",
        }
    }

    /// The way to combine that an operator names.
    pub fn of(operator: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.operator() == operator)
    }
}
