//! Choosing a variant from candidates, by rule first and by similarity second.

use serde::{Deserialize, Serialize};

use crate::id::{SegmentId, VariantId};
use crate::locale::Locale;
use crate::validation::Problems;

/// When similarity is strong enough to decide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Cosine similarity, -1 to 1, of page and segment to a variant for any segment from which on
    /// it may be shown.
    pub similarity_floor: f32,
    /// Cosine similarity, -1 to 1, that a campaign term must reach with some candidate to be heard.
    /// A variant for any segment that it reaches may be shown, however far page and segment are.
    pub term_floor: f32,
    /// Share of the query vector that a heard term gets, 0 to 1.
    pub term_weight: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            similarity_floor: 0.35,
            term_floor: 0.32,
            term_weight: 0.8,
        }
    }
}

impl Thresholds {
    /// Checks that each value lies in its range.
    pub fn validate(&self, problems: &mut Problems) {
        let mut within = |field: &str, value: f32, min: f32| {
            if !(min..=1.0).contains(&value) {
                problems.add(field, format!("is {value}; give a number from {min} to 1"));
            }
        };
        within("thresholds.similarity_floor", self.similarity_floor, -1.0);
        within("thresholds.term_floor", self.term_floor, -1.0);
        within("thresholds.term_weight", self.term_weight, 0.0);
    }
}

/// A published variant that might be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The variant.
    pub variant: VariantId,
    /// The segment it is written for; `None` is any.
    pub segment: Option<SegmentId>,
    /// Its language.
    pub locale: Locale,
    /// Cosine similarity, -1 to 1, to the query without the term; `None` while it has no vector.
    pub similarity: Option<f32>,
    /// Cosine similarity, -1 to 1, to the campaign term.
    pub term_similarity: Option<f32>,
}

/// What is asked of the candidates.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The visitor's segment.
    pub segment: SegmentId,
    /// Languages in which to look, nearest first.
    pub locales: &'a [Locale],
    /// When similarity is strong enough.
    pub thresholds: Thresholds,
    /// Cosine similarity between the query and the term; `None` without a term.
    pub term_alignment: Option<f32>,
}

/// Which candidates were in the running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// Those written for the visitor's segment.
    Segment,
    /// Those written for any segment that reach the floor, or that the term reaches.
    Any,
    /// None: the page's default content is shown.
    Default,
}

/// What became of the campaign term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermUse {
    /// The visitor brought none.
    Absent,
    /// No candidate was close enough to it.
    BelowFloor,
    /// It pulled the query.
    Heard,
}

/// A candidate with its final similarity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The variant.
    pub variant: VariantId,
    /// Cosine similarity, -1 to 1, to the final query; `None` while it has no vector.
    pub similarity: Option<f32>,
}

/// The outcome: the pool in order of preference, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Which candidates were in the running.
    pub pool: Pool,
    /// The candidates of the pool, best first; empty for [`Pool::Default`].
    pub ranked: Vec<Ranked>,
    /// What became of the campaign term.
    pub term: TermUse,
}

impl Choice {
    /// The variant to show; `None` is the page's default content.
    pub fn winner(&self) -> Option<Ranked> {
        self.ranked.first().copied()
    }

    /// How far the winner is ahead of the runner-up, in cosine similarity.
    pub fn margin(&self) -> Option<f32> {
        match self.ranked.as_slice() {
            [first, second, ..] => Some(first.similarity? - second.similarity?),
            _ => None,
        }
    }
}

/// Chooses among `candidates`.
///
/// Those for the visitor's segment, in the nearest language that has one; without any, those for
/// any segment that are near enough to page and segment or to a heard term, again in the nearest
/// language; without any, the default. Each floor is held against the similarity it is about, so
/// that a term can let a variant in and keeps none out. Within the pool the one most similar to
/// both wins; equals are ordered by id, so that every node agrees.
pub fn choose(candidates: &[Candidate], question: &Question<'_>) -> Choice {
    let term = term_use(candidates, question);
    let of_segment = |c: &Candidate| is_own(c, question);
    let of_any = |c: &Candidate| c.segment.is_none() && is_near(c, question, term);
    for (pool, admits) in [
        (Pool::Segment, &of_segment as &dyn Fn(&Candidate) -> bool),
        (Pool::Any, &of_any),
    ] {
        for locale in question.locales {
            let members = candidates
                .iter()
                .filter(|c| c.locale == *locale && admits(c));
            let ranked = rank(members.map(|c| Ranked {
                variant: c.variant,
                similarity: final_similarity(c, question, term),
            }));
            if !ranked.is_empty() {
                return Choice { pool, ranked, term };
            }
        }
    }
    Choice {
        pool: Pool::Default,
        ranked: Vec::new(),
        term,
    }
}

/// The candidates for which the similarity floor matters: those for any segment in the question's
/// languages; none where the segment has variants of its own, because they come first.
pub fn floored<'a>(
    candidates: &'a [Candidate],
    question: &Question<'_>,
) -> impl Iterator<Item = &'a Candidate> {
    let locales = question.locales;
    let spoken = move |c: &&Candidate| locales.contains(&c.locale);
    let has_own = candidates
        .iter()
        .filter(spoken)
        .any(|c| is_own(c, question));
    let of_any = candidates.iter().filter(|c| c.segment.is_none());
    of_any.filter(spoken).filter(move |_| !has_own)
}

/// The cosine similarity, -1 to 1, of the campaign term to the candidate that is nearest to it, of
/// those that might be shown: what the term's floor is held against.
pub fn term_reach(candidates: &[Candidate], question: &Question<'_>) -> Option<f32> {
    candidates
        .iter()
        .filter(|c| c.segment.is_none_or(|s| s == question.segment))
        .filter(|c| question.locales.contains(&c.locale))
        .filter_map(|c| c.term_similarity)
        .max_by(f32::total_cmp)
}

fn term_use(candidates: &[Candidate], question: &Question<'_>) -> TermUse {
    if question.term_alignment.is_none() {
        return TermUse::Absent;
    }
    match term_reach(candidates, question) {
        Some(best) if best >= question.thresholds.term_floor => TermUse::Heard,
        _ => TermUse::BelowFloor,
    }
}

/// Whether a variant is written for the visitor's segment.
fn is_own(c: &Candidate, question: &Question<'_>) -> bool {
    c.segment == Some(question.segment)
}

/// Whether a variant for any segment is near enough to be shown.
fn is_near(c: &Candidate, question: &Question<'_>, term: TermUse) -> bool {
    let reaches = |similarity: Option<f32>, floor: f32| similarity.is_some_and(|s| s >= floor);
    let thresholds = question.thresholds;
    reaches(c.similarity, thresholds.similarity_floor)
        || term == TermUse::Heard && reaches(c.term_similarity, thresholds.term_floor)
}

/// Similarity to the normalised sum `(1-w)·query + w·term`, from the two similarities and the
/// angle between query and term: the vectors themselves are not needed.
fn final_similarity(c: &Candidate, question: &Question<'_>, term: TermUse) -> Option<f32> {
    let base = c.similarity?;
    let (TermUse::Heard, Some(alignment), Some(to_term)) =
        (term, question.term_alignment, c.term_similarity)
    else {
        return Some(base);
    };
    let w = question.thresholds.term_weight;
    let norm = ((1.0 - w).powi(2) + w.powi(2) + 2.0 * w * (1.0 - w) * alignment).sqrt();
    Some(if norm > f32::EPSILON {
        ((1.0 - w) * base + w * to_term) / norm
    } else {
        base
    })
}

fn rank(pool: impl Iterator<Item = Ranked>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = pool.collect();
    let strength = |r: &Ranked| r.similarity.unwrap_or(f32::NEG_INFINITY);
    ranked.sort_by(|a, b| {
        strength(b)
            .total_cmp(&strength(a))
            .then(a.variant.cmp(&b.variant))
    });
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HERE: SegmentId = SegmentId(1);
    const OTHER: SegmentId = SegmentId(2);

    fn candidate(id: i64, segment: Option<SegmentId>, locale: &str, similarity: f32) -> Candidate {
        Candidate {
            variant: VariantId(id),
            segment,
            locale: locale.parse().unwrap(),
            similarity: Some(similarity),
            term_similarity: None,
        }
    }

    fn check(candidates: &[Candidate], pool: Pool, expected: &[i64]) {
        let locales = ["de".parse().unwrap(), "en".parse().unwrap()];
        let choice = choose(
            candidates,
            &Question {
                segment: HERE,
                locales: &locales,
                thresholds: Thresholds::default(),
                term_alignment: None,
            },
        );
        let ids: Vec<i64> = choice.ranked.iter().map(|r| r.variant.0).collect();
        assert_eq!((choice.pool, ids.as_slice()), (pool, expected));
    }

    #[test]
    fn the_segments_own_variants_come_before_any_other() {
        check(
            &[
                candidate(1, None, "de", 0.9),
                candidate(2, Some(HERE), "de", 0.1),
            ],
            Pool::Segment,
            &[2],
        );
        check(
            &[
                candidate(1, Some(OTHER), "de", 0.9),
                candidate(2, None, "de", 0.4),
            ],
            Pool::Any,
            &[2],
        );
    }

    #[test]
    fn the_nearest_language_with_a_candidate_decides() {
        check(
            &[
                candidate(1, Some(HERE), "en", 0.9),
                candidate(2, Some(HERE), "de", 0.2),
            ],
            Pool::Segment,
            &[2],
        );
        check(&[candidate(1, Some(HERE), "en", 0.9)], Pool::Segment, &[1]);
        check(&[candidate(1, Some(HERE), "fr", 0.9)], Pool::Default, &[]);
    }

    #[test]
    fn below_the_floor_nothing_for_any_segment_is_shown() {
        check(&[candidate(1, None, "de", 0.34)], Pool::Default, &[]);
        check(&[candidate(1, None, "de", 0.35)], Pool::Any, &[1]);
    }

    #[test]
    fn the_floor_matters_only_where_the_segment_has_no_variant_of_its_own() {
        let check = |candidates: &[Candidate], expected: &[i64]| {
            let locales = ["de".parse().unwrap(), "en".parse().unwrap()];
            let question = Question {
                segment: HERE,
                locales: &locales,
                thresholds: Thresholds::default(),
                term_alignment: None,
            };
            let found = floored(candidates, &question);
            let found: Vec<i64> = found.map(|c| c.variant.0).collect();
            assert_eq!(found, expected);
        };
        let (any, english) = (candidate(1, None, "de", 0.9), candidate(2, None, "en", 0.1));
        let french = candidate(3, None, "fr", 0.9);
        check(&[any, english, french], &[1, 2]);
        check(&[any, candidate(4, Some(OTHER), "de", 0.9)], &[1]);
        check(&[any, candidate(4, Some(HERE), "fr", 0.9)], &[1]);
        check(&[any, candidate(4, Some(HERE), "en", 0.9)], &[]);
    }

    #[test]
    fn equals_are_ordered_by_id_and_missing_vectors_come_last() {
        let unembedded = Candidate {
            similarity: None,
            ..candidate(1, Some(HERE), "de", 0.0)
        };
        check(
            &[
                unembedded,
                candidate(3, Some(HERE), "de", 0.5),
                candidate(2, Some(HERE), "de", 0.5),
            ],
            Pool::Segment,
            &[2, 3, 1],
        );
    }

    #[test]
    fn a_term_is_heard_only_above_its_floor() {
        let check = |to_term: [f32; 2], term: TermUse, expected: i64| {
            let mut candidates = [
                candidate(1, Some(HERE), "en", 0.6),
                candidate(2, Some(HERE), "en", 0.5),
            ];
            for (c, s) in candidates.iter_mut().zip(to_term) {
                c.term_similarity = Some(s);
            }
            let choice = choose(
                &candidates,
                &Question {
                    segment: HERE,
                    locales: &["en".parse().unwrap()],
                    thresholds: Thresholds::default(),
                    term_alignment: Some(0.2),
                },
            );
            assert_eq!(choice.term, term);
            assert_eq!(choice.winner().unwrap().variant.0, expected);
        };
        check([0.1, 0.8], TermUse::Heard, 2);
        check([0.1, 0.3], TermUse::BelowFloor, 1);
    }

    #[test]
    fn a_term_lets_a_variant_for_any_segment_in_and_keeps_none_out() {
        let check = |candidates: &[(f32, f32)], expected: &[i64]| {
            let candidates: Vec<Candidate> = (1..)
                .zip(candidates)
                .map(|(id, (base, to_term))| Candidate {
                    term_similarity: Some(*to_term),
                    ..candidate(id, None, "en", *base)
                })
                .collect();
            let thresholds = Thresholds {
                similarity_floor: 0.4,
                term_floor: 0.3,
                term_weight: 0.8,
            };
            let question = Question {
                segment: HERE,
                locales: &["en".parse().unwrap()],
                thresholds,
                term_alignment: Some(0.1),
            };
            let ranked = choose(&candidates, &question).ranked;
            let ids: Vec<i64> = ranked.iter().map(|r| r.variant.0).collect();
            assert_eq!(ids, expected, "{candidates:?}");
        };
        check(&[(0.1, 0.3)], &[1]);
        check(&[(0.1, 0.29)], &[]);
        // Heard because of the second, it does not take the floor from the first.
        check(&[(0.1, 0.2), (0.1, 0.6)], &[2]);
        check(&[(0.5, -0.9), (0.1, 0.6)], &[2, 1]);
        check(&[(0.5, -0.9)], &[1]);
    }

    proptest! {
        #[test]
        fn the_order_of_candidates_does_not_matter(
            similarities in prop::collection::vec(-1.0f32..1.0, 1..20),
            turn in 0usize..20,
        ) {
            let mut candidates: Vec<Candidate> = (0i64..)
                .zip(&similarities)
                .map(|(id, s)| candidate(id, (id % 2 == 0).then_some(HERE), "en", *s))
                .collect();
            let locales = ["en".parse().unwrap()];
            let question = Question {
                segment: HERE,
                locales: &locales,
                thresholds: Thresholds::default(),
                term_alignment: None,
            };
            let before = choose(&candidates, &question);
            let turn = turn % candidates.len();
            candidates.rotate_left(turn);
            prop_assert_eq!(before, choose(&candidates, &question));
        }

        #[test]
        fn blended_similarity_stays_a_cosine(
            base in prop::array::uniform3(-1.0f32..1.0),
            term in prop::array::uniform3(-1.0f32..1.0),
            candidate_vector in prop::array::uniform3(-1.0f32..1.0),
            weight in 0.0f32..1.0,
        ) {
            let unit = |v: [f32; 3]| {
                let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
                (norm > 0.1).then(|| v.map(|x| x / norm))
            };
            let (Some(b), Some(t), Some(c)) = (unit(base), unit(term), unit(candidate_vector)) else {
                return Ok(());
            };
            let dot = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
            let blended: [f32; 3] = std::array::from_fn(|i| (1.0 - weight) * b[i] + weight * t[i]);
            let Some(blended) = unit(blended) else { return Ok(()) };
            let question = Question {
                segment: HERE,
                locales: &[],
                thresholds: Thresholds { term_weight: weight, ..Thresholds::default() },
                term_alignment: Some(dot(b, t)),
            };
            let c = Candidate {
                similarity: Some(dot(c, b)),
                term_similarity: Some(dot(c, t)),
                ..candidate(1, None, "en", 0.0)
            };
            let expected = dot(unit(candidate_vector).unwrap_or_default(), blended);
            let found = final_similarity(&c, &question, TermUse::Heard).unwrap();
            prop_assert!((found - expected).abs() < 1e-3, "{found} {expected}");
        }
    }
}
