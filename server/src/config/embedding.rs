//! How texts become vectors, and how the spaces of vectors are kept.

use engine::embedding::MAX_BATCH;
use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::origin::is_web;

/// Fewer tokens than any model reads; a text would be split into single words.
const MIN_WINDOW: usize = 16;
/// The most numbers that pgvector keeps in a vector.
const MAX_DIMENSIONS: u16 = 16_000;

/// How texts become vectors.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbeddingConfig {
    /// `local` runs all-MiniLM-L6-v2 in this process; `openai` asks a server. Default `local`.
    pub provider: Provider,
    /// The server's model. Default `text-embedding-3-small`.
    pub model: String,
    /// Numbers in a vector of that model. Default 1536.
    pub dimensions: u16,
    /// Where an OpenAI-compatible server answers. Default `https://api.openai.com/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The environment variable that holds the server's key. Default `OPENAI_API_KEY`.
    pub key_variable: String,
    /// Tokens of one text that the server's model reads; longer texts are split and their vectors
    /// pooled. Default 8000.
    pub window_tokens: usize,
    /// Texts that one request to the server carries, 1 to 2048. Default 128.
    pub batch_texts: usize,
    /// What a million tokens of the server's model cost, in any currency, for plans. Default: unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_per_million_tokens: Option<f64>,
    /// Most tokens a minute that a job may have embedded; 0 is as many as it manages. Default 0.
    pub tokens_per_minute: u32,
    /// Threads the local model may use. Default 1, so that visitors are not slowed.
    pub threads: usize,
}

/// Who turns texts into vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The model in this process.
    Local,
    /// A server that speaks OpenAI's protocol.
    Openai,
}

impl Default for EmbeddingConfig {
    fn default() -> Self {
        Self {
            provider: Provider::Local,
            model: "text-embedding-3-small".to_owned(),
            dimensions: 1_536,
            base_url: None,
            key_variable: "OPENAI_API_KEY".to_owned(),
            window_tokens: 8_000,
            batch_texts: 128,
            price_per_million_tokens: None,
            tokens_per_minute: 0,
            threads: 1,
        }
    }
}

impl EmbeddingConfig {
    /// `table` is the name under which the fields stand.
    pub(super) fn check(&self, table: &'static str) -> Result<(), ConfigError> {
        let refuse = |problem: &str| ConfigError::refuse(table, problem);
        if self.threads == 0 {
            return refuse("has `threads` = 0; at least 1 is needed");
        }
        if self.window_tokens < MIN_WINDOW {
            return refuse(&format!(
                "has `window_tokens` = {}; no model reads fewer than {MIN_WINDOW}",
                self.window_tokens
            ));
        }
        if !(1..=MAX_BATCH).contains(&self.batch_texts) {
            return refuse(&format!(
                "has `batch_texts` = {}; it must be 1 to {MAX_BATCH}",
                self.batch_texts
            ));
        }
        if !(1..=MAX_DIMENSIONS).contains(&self.dimensions) {
            return refuse(&format!(
                "has `dimensions` = {}; pgvector keeps 1 to {MAX_DIMENSIONS}",
                self.dimensions
            ));
        }
        if self.model.trim().is_empty() {
            return refuse("has an empty `model`");
        }
        if self.base_url.as_deref().is_some_and(|url| !is_web(url)) {
            return refuse("has a `base_url` that does not start with http:// or https://");
        }
        let is_price = |price: f64| price.is_finite() && price >= 0.0;
        if !self.price_per_million_tokens.is_none_or(is_price) {
            return refuse("has a `price_per_million_tokens` that is no price");
        }
        Ok(())
    }

    /// Whether the vectors of both can be compared.
    pub(super) fn is_same_model(&self, other: &Self) -> bool {
        self.provider == other.provider
            && (self.provider == Provider::Local
                || (&self.model, self.dimensions) == (&other.model, other.dimensions))
    }
}

/// How embedding spaces are filled and kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SpacesConfig {
    /// Days for which the space that a switch leaves is kept for a rollback. Default 14.
    pub keep_days: u32,
    /// Seconds after which another node takes over the job of one that says nothing any more.
    /// Default 30.
    pub lease_seconds: u32,
    /// Neighbours of each vector in an HNSW index, 2 to 100. Default 16.
    pub index_m: u16,
    /// Candidates looked at for each vector when an index is built, from twice `index_m` to 1,000.
    /// Default 64.
    pub index_ef_construction: u16,
    /// Megabytes of memory for building an index (`maintenance_work_mem`). For 100,000 vectors and
    /// more 2048 is right. On this machine's own PostgreSQL at most half of its memory is used.
    /// Default 256.
    pub index_memory_mb: u32,
}

impl Default for SpacesConfig {
    fn default() -> Self {
        Self {
            keep_days: 14,
            lease_seconds: 30,
            index_m: 16,
            index_ef_construction: 64,
            index_memory_mb: 256,
        }
    }
}

impl SpacesConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.lease_seconds == 0 {
            return ConfigError::refuse("spaces.lease_seconds", "must be at least 1");
        }
        if !(2..=100).contains(&self.index_m) {
            return ConfigError::refuse("spaces.index_m", "must be 2 to 100");
        }
        if !(self.index_m * 2..=1_000).contains(&self.index_ef_construction) {
            return ConfigError::refuse(
                "spaces.index_ef_construction",
                "must be at least twice `index_m` and at most 1000",
            );
        }
        if !(1..=2_000_000).contains(&self.index_memory_mb) {
            return ConfigError::refuse("spaces.index_memory_mb", "must be 1 to 2000000");
        }
        Ok(())
    }
}
