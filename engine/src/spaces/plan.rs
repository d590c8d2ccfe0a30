//! What filling a space will take, before anything is begun.

use std::time::Duration;

use tokio::time::Instant;

use super::{Spaces, fill};
use crate::desk::DeskError;
use crate::embedding::{EmbeddingProvider, SpaceSpec, Tokens};
use crate::store::IndexState;

/// Texts that are embedded to measure the rate, where no job has measured it yet.
const SAMPLE: usize = 8;
/// Longest time for that: somebody waits for the plan.
const PATIENCE: Duration = Duration::from_secs(10);

/// What filling a space will take.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The space.
    pub spec: SpaceSpec,
    /// Texts without a vector there, counted as the job counts them.
    pub texts: i64,
    /// Texts that have one already.
    pub present: i64,
    /// Tokens of the former; equal texts are embedded once.
    pub tokens: Tokens,
    /// What a million tokens cost, in the currency of whoever configured it; `None` when nobody has.
    pub price_per_million_tokens: Option<f64>,
    /// Whether searches will have an index; otherwise they compare with every vector.
    pub indexed: bool,
    /// Time to embed them, at the rate of the last job, or of a small sample; `None` when neither is
    /// to be had.
    pub time: Option<Duration>,
    /// Why the rate could not be measured.
    pub trouble: Option<String>,
}

impl Plan {
    /// What it will cost; `None` when no price is known.
    pub fn cost(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more")]
        let tokens = self.tokens.number() as f64;
        Some(tokens / 1e6 * self.price_per_million_tokens?)
    }
}

impl Spaces {
    /// What filling the space of a configured model will take. Where no job has measured the model's
    /// rate, up to eight texts are embedded to measure it; their vectors are not kept, and a provider
    /// that cannot be reached is not asked twice.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when the model is not configured here; [`DeskError::Embedding`] when
    /// its tokenizer fails; [`DeskError::Store`] when the database fails.
    pub async fn plan(&self, spec: &SpaceSpec) -> Result<Plan, DeskError> {
        let provider = self.reach(spec)?;
        let all = fill::all_texts(&self.store).await?;
        let present = self.store.present_space(spec).await?;
        // No vector has the version 0, so everything is missing there.
        let version = present.as_ref().map_or(0, |space| space.version);
        let coverage = self.store.coverage(version).await?;
        let missing = coverage.missing.total();
        let texts: Vec<String> = match &present {
            Some(space) => {
                let hashes: Vec<_> = all.iter().map(|(hash, _)| *hash).collect();
                let known = self.store.known_vectors(space, &hashes).await?;
                let unknown = all.iter().filter(|(hash, _)| !known.contains_key(hash));
                unknown.map(|(_, text)| text.clone()).collect()
            }
            None => all.iter().map(|(_, text)| text.clone()).collect(),
        };
        let tariff = provider.tariff();
        let tokens = provider.count_tokens(&texts).await?;
        let (rate, trouble) = match self
            .store
            .measured_rate(&spec.provider, &spec.model)
            .await?
        {
            Some(rate) => (Some(rate), None),
            None => match measure(&**provider, &texts).await {
                Ok(rate) => (rate, None),
                Err(trouble) => (None, Some(trouble)),
            },
        };
        #[expect(clippy::cast_precision_loss, reason = "an estimate needs no more")]
        let (count, token_count) = (missing as f64, tokens.number() as f64);
        let limited = tariff
            .tokens_per_minute
            .map_or(0.0, |limit| token_count * 60.0 / f64::from(limit.get()));
        let seconds = rate.map(|rate| (count / rate).max(limited));
        Ok(Plan {
            spec: spec.clone(),
            present: coverage.present(),
            texts: missing,
            tokens,
            price_per_million_tokens: tariff.price_per_million_tokens,
            indexed: IndexState::is_possible(spec.dimensions),
            time: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            trouble,
        })
    }
}

/// Texts a second, by embedding a few of them; why that failed otherwise. `None` where there are none.
async fn measure(
    provider: &dyn EmbeddingProvider,
    texts: &[String],
) -> Result<Option<f64>, String> {
    let step = (texts.len() / SAMPLE).max(1);
    let sample: Vec<String> = texts.iter().step_by(step).take(SAMPLE).cloned().collect();
    if sample.is_empty() {
        return Ok(None);
    }
    let start = Instant::now();
    match tokio::time::timeout(PATIENCE, provider.embed_once(&sample)).await {
        Ok(Ok(_)) => {
            #[expect(clippy::cast_precision_loss, reason = "at most eight")]
            let count = sample.len() as f64;
            Ok(Some(count / start.elapsed().as_secs_f64().max(1e-6)))
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the embedding provider takes too long".to_owned()),
    }
}
