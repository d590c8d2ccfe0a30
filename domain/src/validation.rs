//! Collecting every problem of a record instead of stopping at the first.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing wrong with a record: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Dotted path of the field inside the record, such as `contents.en.blocks[0].headline`.
    pub field: String,
    /// A sentence that says what is expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.field, self.message)
        }
    }
}

/// Gathers problems while walking a record, remembering where the walk is.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    prefix: String,
}

impl Problems {
    /// An empty collection at the record's root.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem of `field`, which is relative to the current place.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        let field = join(&self.prefix, field);
        self.found.push(Problem {
            field,
            message: message.into(),
        });
    }

    /// Walks into `field` for the length of `inspect`.
    pub fn within(&mut self, field: &str, inspect: impl FnOnce(&mut Self)) {
        let before = self.prefix.len();
        self.prefix = join(&self.prefix, field);
        inspect(self);
        self.prefix.truncate(before);
    }

    /// Walks into each element of a list in turn.
    pub fn each<T>(&mut self, field: &str, items: &[T], inspect: impl Fn(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            self.within(&format!("{field}[{index}]"), |problems| {
                inspect(problems, item);
            });
        }
    }

    /// A required text of at most `max` characters on one line.
    pub fn line(&mut self, field: &str, text: &str, max: usize) {
        self.text(field, text, max, false);
    }

    /// An optional text of at most `max` characters on one line; present means not empty.
    pub fn optional_line(&mut self, field: &str, text: Option<&str>, max: usize) {
        match text {
            Some(text) if text.trim().is_empty() => {
                self.add(field, "is empty; give it a text or leave the field out");
            }
            Some(text) => self.line(field, text, max),
            None => {}
        }
    }

    /// A required text of at most `max` characters that may have several lines.
    pub fn paragraph(&mut self, field: &str, text: &str, max: usize) {
        self.text(field, text, max, true);
    }

    /// A list whose length must lie between `min` and `max`.
    pub fn count(&mut self, field: &str, count: usize, min: usize, max: usize) {
        if !(min..=max).contains(&count) {
            self.add(
                field,
                format!("has {count} entries; give between {min} and {max}"),
            );
        }
    }

    fn text(&mut self, field: &str, text: &str, max: usize, lines: bool) {
        let length = text.chars().count();
        if text.trim().is_empty() {
            self.add(field, "is empty; give it a text");
        } else if length > max {
            self.add(
                field,
                format!("is {length} characters long; the limit is {max}"),
            );
        }
        if let Some(control) = text
            .chars()
            .find(|c| c.is_control() && !(lines && *c == '\n'))
        {
            self.add(
                field,
                format!(
                    "contains the control character U+{:04X}; remove it",
                    u32::from(control)
                ),
            );
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The problems in the order in which they were found.
    pub fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    /// `Ok` when nothing was found.
    ///
    /// # Errors
    /// The problems, when there are any.
    pub fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(self.found)
        }
    }
}

fn join(prefix: &str, field: &str) -> String {
    match (prefix.is_empty(), field.is_empty()) {
        (true, _) => field.to_owned(),
        (_, true) => prefix.to_owned(),
        _ if field.starts_with('[') => format!("{prefix}{field}"),
        _ => format!("{prefix}.{field}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, max: usize, expected: &[&str]) {
        let mut problems = Problems::new();
        problems.within("hero", |p| p.line("headline", text, max));
        let found: Vec<String> = problems.into_vec().iter().map(Problem::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_problem_says_where_and_what_to_do() {
        check("Fine", 10, &[]);
        check(" ", 10, &["hero.headline: is empty; give it a text"]);
        check(
            "Longer",
            3,
            &["hero.headline: is 6 characters long; the limit is 3"],
        );
        check(
            "a\u{7}b",
            10,
            &["hero.headline: contains the control character U+0007; remove it"],
        );
    }
}
