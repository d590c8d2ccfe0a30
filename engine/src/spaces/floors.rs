//! The floors of a site. Similarities of two models are not comparable, so each needs its own.

use domain::decision::Thresholds;

use crate::desk::DeskError;

/// What a similarity can be.
const RANGE: std::ops::RangeInclusive<f32> = -1.0..=1.0;

/// Floors that take the place of the site's; `None` leaves one as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Floors {
    /// The cosine similarity, -1 to 1, from which on a variant for any segment may be shown.
    pub similarity: Option<f32>,
    /// The cosine similarity, -1 to 1, from which on a campaign term is heard.
    pub term: Option<f32>,
}

/// A floor for people: with two digits after the point, or with all that it has.
pub fn floor_words(floor: f32) -> String {
    let all = floor.to_string();
    match all.split_once('.') {
        Some((_, digits)) if digits.len() > 2 => all,
        _ => format!("{floor:.2}"),
    }
}

impl Floors {
    /// Those of `thresholds`.
    pub(super) fn of(thresholds: &Thresholds) -> Self {
        Self {
            similarity: Some(thresholds.similarity_floor),
            term: Some(thresholds.term_floor),
        }
    }

    /// With those of `others` where this has none.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            similarity: self.similarity.or(others.similarity),
            term: self.term.or(others.term),
        }
    }

    /// Without what is no similarity.
    #[must_use]
    pub fn possible(self) -> Self {
        let possible = |floor: &f32| RANGE.contains(floor);
        Self {
            similarity: self.similarity.filter(possible),
            term: self.term.filter(possible),
        }
    }

    /// The thresholds with these floors in place of their own.
    pub(super) fn over(self, thresholds: Thresholds) -> Thresholds {
        Thresholds {
            similarity_floor: self.similarity.unwrap_or(thresholds.similarity_floor),
            term_floor: self.term.unwrap_or(thresholds.term_floor),
            ..thresholds
        }
    }

    /// Refuses what is no similarity.
    pub(super) fn check(self) -> Result<(), DeskError> {
        let possible = self.possible();
        for (field, given, kept) in [
            ("floor", self.similarity, possible.similarity),
            ("term_floor", self.term, possible.term),
        ] {
            if given.is_some() && kept.is_none() {
                return Err(DeskError::invalid(field, "is not between -1 and 1"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_said_with_as_many_digits_as_it_has() {
        let check = |floor: f32, expected: &str| assert_eq!(floor_words(floor), expected);
        check(0.5, "0.50");
        check(0.32, "0.32");
        check(-1.0, "-1.00");
        check(0.3412, "0.3412");
    }
}
