//! Texts become vectors here.
//!
//! One trait, [`EmbeddingProvider`], and two providers behind it: [`LocalProvider`] runs a small model in this
//! process and needs no network, [`OpenAiProvider`] asks any server that offers the `/v1/embeddings` call of `OpenAI`.
//! Whatever comes back passes through [`Embedding::new`], so that a vector in the rest of the system has the right
//! length, is finite and has length one.

mod error;
mod local;
pub(crate) mod openai;
pub(crate) mod retry;
mod vector;

use std::{
    fmt::{self, Debug},
    slice,
};

use async_trait::async_trait;

pub use error::EmbeddingError;
pub use local::LocalProvider;
pub use openai::{ApiKey, OpenAiConfig, OpenAiProvider};
pub use retry::{Pacer, RetryPolicy, SystemPacer};
pub use vector::{Embedding, VectorError};

/// Names an embedding space. Vectors of two spaces are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpaceSpec {
    /// Who computes the vectors: `local` or `openai`.
    pub provider: String,
    /// The model's name as its provider spells it.
    pub model: String,
    /// Numbers in each vector.
    pub dimensions: u16,
}

impl fmt::Display for SpaceSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            provider,
            model,
            dimensions,
        } = self;
        write!(f, "{provider}/{model} ({dimensions} dimensions)")
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

    /// Embeds `texts`: one vector for each, in the same order. No texts give no vectors.
    ///
    /// # Errors
    /// [`EmbeddingError::EmptyText`] when a text is empty or only white space; nothing is computed then. All other
    /// errors are the provider's and concern the whole call.
    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError>;

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
