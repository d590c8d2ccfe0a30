//! How near campaign terms come to content, in both spaces.

use domain::decision::TermUse;

use super::histogram::{Histogram, same_quantile};
use super::{Compared, Decision};

/// A campaign term with how near it comes to any variant that might be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Brought {
    /// The term in its normalised spelling.
    pub text: String,
    /// Its best cosine similarity in the old space; `None` without a variant that has a vector.
    pub in_old: Option<f32>,
    /// Its best cosine similarity in the new space.
    pub in_new: Option<f32>,
}

/// The campaign terms that were brought last and have a vector in both spaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// How many there are.
    pub known: usize,
    /// Those that have a say in the old space, by the present floor.
    pub heard_in_old: usize,
    /// Those that have a say in the new space, by the floor that would hold there.
    pub heard_in_new: usize,
    /// The floor that hears the same share of them in the new space.
    pub suggested_floor: f32,
    /// How near they come, in the old space.
    pub in_old: Histogram,
    /// How near they come, in the new space.
    pub in_new: Histogram,
}

impl Terms {
    /// Sums up the decisions about terms; `floor` is the present one.
    pub(super) fn of(compared: &[Compared], floor: f32) -> Option<Self> {
        let decisions = compared.iter().flat_map(|page| &page.decisions);
        let all: Vec<(&Decision, &Brought)> = decisions
            .filter_map(|decision| Some((decision, &decision.term.as_ref()?.0)))
            .collect();
        if all.is_empty() {
            return None;
        }
        let heard = |of: fn(&Decision) -> TermUse| {
            let heard = all.iter().filter(|(it, _)| of(it) == TermUse::Heard);
            heard.count()
        };
        let near = |of: fn(&Brought) -> Option<f32>| -> Vec<f32> {
            all.iter().filter_map(|(_, term)| of(term)).collect()
        };
        let (old, new) = (near(|term| term.in_old), near(|term| term.in_new));
        Some(Self {
            known: all.len(),
            heard_in_old: heard(|decision| decision.old.term),
            heard_in_new: heard(|decision| decision.new.term),
            suggested_floor: same_quantile(&old, floor, &new),
            in_old: Histogram::of(&old),
            in_new: Histogram::of(&new),
        })
    }
}
