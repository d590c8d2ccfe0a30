//! The JSON of an explanation.

use domain::condition::Clause;
use domain::decision::{Pool, TermUse};
use engine::explain::{
    CandidateExplanation, Counterfactual, Explanation, SegmentExplanation, Signal,
};
use engine::store::Space;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Everything that led to a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explained {
    /// The page's path, without a language prefix.
    page: String,
    /// The language asked for.
    locale: String,
    /// Per cent of the page's visitors, 0 to 100, who see what is decided for them.
    rollout: f64,
    /// The attributes that conditions of this site read, with this visitor's values; `null` where
    /// the visitor has none. Long texts are cut.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// Each segment in the order in which they are tried.
    segments: Vec<Tried>,
    /// The segment that the visitor belongs to.
    segment: String,
    /// Why: `header`, `parameter`, `cookie`, `condition`, `default` or `crawler`.
    reason: &'static str,
    /// The campaign term; `null` when the visitor brought none.
    term: Option<TermVerdict>,
    /// The embedding space whose vectors decided; `null` before the first import.
    space: Option<SpaceName>,
    /// Which candidates were in the running: those of the `segment`, those for `any` segment that
    /// reach a floor, or none (`default`).
    pool: &'static str,
    /// Cosine similarity that a variant for any segment must reach, unless the term reaches it.
    similarity_floor: f32,
    /// Cosine similarity that a campaign term must reach with some candidate to be heard.
    term_floor: f32,
    /// The nearest candidates, best first, at most five.
    candidates: Vec<Ranked>,
    /// How far the winner is ahead of the runner-up, in cosine similarity.
    margin: Option<f32>,
    /// The variant shown; `null` is the page's default content.
    winner: Option<String>,
    /// What would have been shown without some of the visitor's signals.
    counterfactual: Without,
}

/// A segment whose condition was asked.
#[derive(Debug, Serialize, ToSchema)]
struct Tried {
    /// Its key.
    key: String,
    /// Whether its condition holds.
    matched: bool,
    /// The condition's questions, in its order.
    clauses: Vec<Asked>,
}

/// One question of a condition.
#[derive(Debug, Serialize, ToSchema)]
struct Asked {
    /// The place inside the condition, such as `$or[1].utm.source.$eq`.
    location: String,
    /// The attribute it asks about.
    attribute: String,
    /// What it asks.
    text: String,
    /// The visitor's value; `null` when there is none. Long texts are cut.
    actual: Value,
    /// Whether it holds by itself.
    matched: bool,
}

/// What became of the campaign term.
#[derive(Debug, Serialize, ToSchema)]
struct TermVerdict {
    /// The term in its normalised spelling.
    text: String,
    /// `heard`, `below_floor` (no candidate is close enough), or `no_vector` (it could not be
    /// embedded now).
    r#use: &'static str,
}

/// An embedding space.
#[derive(Debug, Serialize, ToSchema)]
struct SpaceName {
    /// The number its vectors carry.
    version: i32,
    /// Who computes the vectors.
    provider: String,
    /// The model.
    model: String,
    /// Numbers in a vector.
    dimensions: u16,
}

/// A variant in the running.
#[derive(Debug, Serialize, ToSchema)]
struct Ranked {
    /// The name by which an import knows it.
    variant: String,
    /// Cosine similarity, -1 to 1; `null` while it has no vector.
    similarity: Option<f32>,
}

/// Outcomes for visitors who never came; `null` where the signal is absent anyway.
#[derive(Debug, Serialize, ToSchema)]
struct Without {
    /// Without the parameter that brought the campaign term.
    term: Option<Supposed>,
    /// Without `utm_source` in the page's address.
    utm_source: Option<Supposed>,
    /// Without `utm_medium`.
    utm_medium: Option<Supposed>,
    /// Without `utm_campaign`.
    utm_campaign: Option<Supposed>,
    /// Without `utm_content`.
    utm_content: Option<Supposed>,
    /// Without any parameter in the page's address.
    query: Option<Supposed>,
    /// Without a referrer.
    referrer: Option<Supposed>,
    /// Without country, region and city.
    country: Option<Supposed>,
    /// Without what the browser says of itself and of its device.
    device: Option<Supposed>,
    /// Without the browser's languages.
    language: Option<Supposed>,
    /// Now instead of at another instant.
    time: Option<Supposed>,
    /// Without the cookie that remembers earlier visits.
    visits: Option<Supposed>,
    /// Without any cookie.
    cookies: Option<Supposed>,
}

/// What would have been shown.
#[derive(Debug, Serialize, ToSchema)]
struct Supposed {
    /// The segment.
    segment: String,
    /// Why.
    reason: &'static str,
    /// The variant; `null` is the page's default content.
    winner: Option<String>,
}

/// A value that an explanation spells as JSON text, or as `missing`; one that was cut is a text.
fn value(spelt: String) -> Value {
    if spelt == "missing" {
        return Value::Null;
    }
    serde_json::from_str(&spelt).unwrap_or(Value::String(spelt))
}

impl From<Explanation> for Explained {
    fn from(explanation: Explanation) -> Self {
        let winner = explanation.winner().map(str::to_owned);
        let counterfactual = Without::of(&explanation);
        let Explanation {
            path,
            locale,
            rollout,
            attributes,
            segments,
            segment,
            reason,
            term,
            term_use,
            space,
            thresholds,
            pool,
            candidates,
            margin,
            counterfactuals: _,
        } = explanation;
        Self {
            page: path,
            locale,
            rollout,
            attributes: attributes
                .into_iter()
                .map(|(path, spelt)| (path, value(spelt)))
                .collect(),
            segments: segments.into_iter().map(Tried::from).collect(),
            segment: segment.to_string(),
            reason: reason.as_str(),
            term: term.map(|text| TermVerdict {
                text,
                r#use: match term_use {
                    TermUse::Heard => "heard",
                    TermUse::BelowFloor => "below_floor",
                    TermUse::Absent => "no_vector",
                },
            }),
            space: space.map(SpaceName::from),
            pool: match pool {
                Pool::Segment => "segment",
                Pool::Any => "any",
                Pool::Default => "default",
            },
            similarity_floor: thresholds.similarity_floor,
            term_floor: thresholds.term_floor,
            candidates: candidates.into_iter().map(Ranked::from).collect(),
            margin,
            winner,
            counterfactual,
        }
    }
}

impl From<SegmentExplanation> for Tried {
    fn from(segment: SegmentExplanation) -> Self {
        Self {
            key: segment.key.to_string(),
            matched: segment.matched,
            clauses: segment.clauses.into_iter().map(Asked::from).collect(),
        }
    }
}

impl From<Clause> for Asked {
    fn from(clause: Clause) -> Self {
        Self {
            location: clause.location,
            attribute: clause.path,
            text: clause.text,
            actual: value(clause.actual),
            matched: clause.matched,
        }
    }
}

impl From<Space> for SpaceName {
    fn from(space: Space) -> Self {
        Self {
            version: space.version,
            provider: space.spec.provider,
            model: space.spec.model,
            dimensions: space.spec.dimensions,
        }
    }
}

impl From<CandidateExplanation> for Ranked {
    fn from(candidate: CandidateExplanation) -> Self {
        Self {
            variant: candidate.variant,
            similarity: candidate.similarity,
        }
    }
}

impl Without {
    fn of(explanation: &Explanation) -> Self {
        let without = |signal| explanation.without(signal).map(Supposed::from);
        Self {
            term: without(Signal::Term),
            utm_source: without(Signal::UtmSource),
            utm_medium: without(Signal::UtmMedium),
            utm_campaign: without(Signal::UtmCampaign),
            utm_content: without(Signal::UtmContent),
            query: without(Signal::Query),
            referrer: without(Signal::Referrer),
            country: without(Signal::Country),
            device: without(Signal::Device),
            language: without(Signal::Language),
            time: without(Signal::Time),
            visits: without(Signal::Visits),
            cookies: without(Signal::Cookies),
        }
    }
}

impl From<&Counterfactual> for Supposed {
    fn from(outcome: &Counterfactual) -> Self {
        Self {
            segment: outcome.segment.to_string(),
            reason: outcome.reason.as_str(),
            winner: outcome.winner.clone(),
        }
    }
}
