//! How a request would be decided, spelt out.

use std::fmt;

use domain::condition::Clause;
use domain::decision::{Pool, TermUse};
use domain::segment::{Reason, detect};
use domain::{SegmentKey, Visitor};

use crate::catalog::{Catalog, Page};
use crate::decide::Subject;
use crate::engine::Engine;
use crate::store::{Store, StoreError};

/// How many candidates an explanation lists.
const LISTED: usize = 5;

/// Everything that led to a decision.
#[derive(Debug)]
pub struct Explanation {
    /// The page's path, without a language prefix.
    pub path: String,
    /// The language asked for.
    pub locale: String,
    /// The attributes that conditions of this site read, with this visitor's values as JSON.
    pub attributes: Vec<(String, String)>,
    /// Each segment in the order in which they are tried.
    pub segments: Vec<SegmentExplanation>,
    /// The segment that the visitor belongs to.
    pub segment: SegmentKey,
    /// Why.
    pub reason: Reason,
    /// The campaign term in its normalised spelling.
    pub term: Option<String>,
    /// What became of it.
    pub term_use: TermUse,
    /// Which candidates were in the running.
    pub pool: Pool,
    /// The nearest candidates, best first, at most five.
    pub candidates: Vec<CandidateExplanation>,
    /// How far the winner is ahead of the runner-up, in cosine similarity.
    pub margin: Option<f32>,
}

/// Whether a segment's condition holds.
#[derive(Debug)]
pub struct SegmentExplanation {
    /// The segment.
    pub key: SegmentKey,
    /// Whether its condition holds.
    pub matched: bool,
    /// Its condition, clause by clause.
    pub clauses: Vec<Clause>,
}

/// A variant in the running.
#[derive(Debug)]
pub struct CandidateExplanation {
    /// The name by which an import knows it.
    pub variant: String,
    /// Cosine similarity, -1 to 1; `None` while it has no vector.
    pub similarity: Option<f32>,
}

impl Explanation {
    /// The variant shown; `None` is the page's default content.
    pub fn winner(&self) -> Option<&str> {
        self.candidates.first().map(|c| c.variant.as_str())
    }
}

/// Explains how `visitor` of `page` would be decided now, past every cache.
///
/// `None` when the catalog has no segments at all.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn explain(
    engine: &Engine,
    store: &Store,
    catalog: &Catalog,
    page: &Page,
    visitor: &Visitor<'_>,
) -> Result<Option<Explanation>, StoreError> {
    let Some((index, reason)) = detect(&catalog.segments, visitor) else {
        return Ok(None);
    };
    let term = visitor.term();
    let deliberation = engine
        .decider()
        .deliberate(
            catalog,
            Subject {
                page,
                segment: catalog.segments[index].id,
                locale: visitor.locale(),
                term: term.as_ref(),
            },
        )
        .await?;
    let choice = deliberation.choice;
    let listed = &choice.ranked[..choice.ranked.len().min(LISTED)];
    let ids: Vec<_> = listed.iter().map(|r| r.variant).collect();
    let names = store.variant_names(&ids).await?;
    let name = |id| {
        names
            .iter()
            .find_map(|(known, name)| (*known == id).then(|| name.clone()))
            .unwrap_or_else(|| format!("variant {id}"))
    };
    let segments: Vec<SegmentExplanation> = catalog
        .segments
        .iter()
        .map(|segment| SegmentExplanation {
            key: segment.key.clone(),
            matched: segment.condition.matches(visitor),
            clauses: segment.condition.explain(visitor),
        })
        .collect();
    let mut attributes: Vec<(String, String)> = segments
        .iter()
        .flat_map(|segment| &segment.clauses)
        .map(|clause| (clause.path.clone(), clause.actual.clone()))
        .collect();
    attributes.sort();
    attributes.dedup();
    Ok(Some(Explanation {
        path: page.path.to_string(),
        locale: visitor.locale().to_string(),
        attributes,
        segment: catalog.segments[index].key.clone(),
        segments,
        reason,
        term: term.map(|t| t.as_str().to_owned()),
        term_use: choice.term,
        pool: choice.pool,
        margin: choice.margin(),
        candidates: listed
            .iter()
            .map(|r| CandidateExplanation {
                variant: name(r.variant),
                similarity: r.similarity,
            })
            .collect(),
    }))
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "page       {}  ({})", self.path, self.locale)?;
        writeln!(f, "\nattributes")?;
        for (path, value) in &self.attributes {
            writeln!(f, "  {path:<20} {value}")?;
        }
        writeln!(f, "\nsegments, in the order in which they are tried")?;
        for segment in &self.segments {
            let mark = if segment.matched { "✓" } else { "✗" };
            writeln!(f, "  {mark} {}", segment.key)?;
            for clause in &segment.clauses {
                let mark = if clause.matched { "✓" } else { "✗" };
                writeln!(f, "      {mark} {}  (is {})", clause.text, clause.actual)?;
            }
        }
        writeln!(
            f,
            "\nsegment    {}  (by {})",
            self.segment,
            self.reason.as_str()
        )?;
        match (&self.term, self.term_use) {
            (None, _) => {}
            (Some(term), TermUse::Heard) => writeln!(f, "term       {term:?}  heard")?,
            (Some(term), TermUse::BelowFloor) => {
                writeln!(
                    f,
                    "term       {term:?}  ignored: no candidate is close enough"
                )?;
            }
            (Some(term), TermUse::Absent) => {
                writeln!(f, "term       {term:?}  left out: it has no vector now")?;
            }
        }
        let pool = match self.pool {
            Pool::Segment => "written for this segment",
            Pool::Any => "written for any segment, above the similarity floor",
            Pool::Default => "none",
        };
        writeln!(f, "\ncandidates {pool}")?;
        for candidate in &self.candidates {
            match candidate.similarity {
                Some(similarity) => writeln!(f, "  {similarity:+.4}  {}", candidate.variant)?,
                None => writeln!(f, "  no vector  {}", candidate.variant)?,
            }
        }
        match self.winner() {
            Some(winner) => write!(f, "\nwinner     {winner}")?,
            None => write!(f, "\nwinner     the page's default content")?,
        }
        match self.margin {
            Some(margin) => writeln!(f, "  (ahead by {margin:.4})"),
            None => writeln!(f),
        }
    }
}
