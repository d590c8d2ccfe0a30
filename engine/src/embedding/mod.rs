//! Texts become vectors here.
//!
//! One trait, [`EmbeddingProvider`], and two providers behind it: [`LocalProvider`] runs a small model in this
//! process and needs no network, [`OpenAiProvider`] asks any server that offers the `/v1/embeddings` call of `OpenAI`.
//! Whatever comes back passes through [`Embedding::new`], so that a vector in the rest of the system has the right
//! length, is finite and has length one.

mod error;
mod local;
pub(crate) mod openai;
pub(crate) mod pause;
mod pieces;
mod providers;
pub(crate) mod retry;
mod space;
mod vector;

use std::{fmt::Debug, num::NonZeroU32, slice};

use async_trait::async_trait;

pub use error::{Blame, EmbeddingError};
pub use local::LocalProvider;
pub use openai::{ApiKey, MAX_BATCH, OpenAiConfig, OpenAiProvider};
pub use pause::Pause;
pub use providers::Providers;
pub use retry::{Pacer, RetryPolicy, SystemPacer};
pub use space::{Normalisation, Pooling, SpaceSpec};
pub use vector::{Embedding, VectorError};

/// What embedding costs, and how much of it background work may do.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tariff {
    /// In whatever currency the site's people think in; `None` when nobody has said it.
    pub price_per_million_tokens: Option<f64>,
    /// Most tokens a minute; `None` is as many as it manages.
    pub tokens_per_minute: Option<NonZeroU32>,
}

/// How many tokens texts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Counted by the model's own tokenizer.
    Counted(u64),
    /// Estimated: a token for every four ASCII characters and for every other character.
    Estimated(u64),
}

impl Tokens {
    /// The number, however it was found.
    pub fn number(self) -> u64 {
        match self {
            Self::Counted(tokens) | Self::Estimated(tokens) => tokens,
        }
    }
}

/// Turns texts into vectors of one space.
#[async_trait]
pub trait EmbeddingProvider: Send + Sync + Debug {
    /// The space every vector of this provider belongs to.
    fn space(&self) -> &SpaceSpec;

    /// How many texts one call should carry: enough to be efficient, few enough that little is lost when it fails.
    /// A call may carry more, and is then worked through in parts.
    fn batch_size(&self) -> usize;

    /// What it costs to embed, and how much of it is allowed. Unknown and everything, unless it is said otherwise.
    fn tariff(&self) -> Tariff {
        Tariff::default()
    }

    /// What a call waits for at this moment before it asks again; `None` while none does.
    fn pause(&self) -> Option<Pause> {
        None
    }

    /// How many tokens `texts` have together, those that mark start and end left out.
    ///
    /// # Errors
    /// [`EmbeddingError::Computation`] when the tokenizer fails.
    async fn count_tokens(&self, texts: &[String]) -> Result<Tokens, EmbeddingError> {
        Ok(Tokens::Estimated(pieces::estimate(texts)))
    }

    /// Embeds `texts`: one vector for each, in the same order. No texts give no vectors.
    ///
    /// A text longer than the model's window is never cut: it is split into pieces that fit, and its vector is the mean
    /// of theirs, each weighted by its tokens and scaled to length one.
    ///
    /// # Errors
    /// [`EmbeddingError::EmptyText`] when a text is empty or only white space; nothing is computed then. All other
    /// errors are the provider's and concern the whole call.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError>;

    /// As [`embed`](Self::embed), for whoever would rather know at once that it fails: nothing is tried again.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    async fn embed_once(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        self.embed(texts).await
    }

    /// Embeds one text.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    async fn embed_one(&self, text: &str) -> Result<Embedding, EmbeddingError> {
        let text = text.to_owned();
        let mut vectors = self.embed(slice::from_ref(&text)).await?;
        vectors.pop().ok_or(EmbeddingError::WrongCount {
            expected: 1,
            actual: 0,
        })
    }
}

/// Refuses texts that say nothing: a model answers them with a vector that means nothing.
fn check_texts(texts: &[String]) -> Result<(), EmbeddingError> {
    match texts.iter().position(|text| text.trim().is_empty()) {
        Some(index) => Err(EmbeddingError::EmptyText { index }),
        None => Ok(()),
    }
}
