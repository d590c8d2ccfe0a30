//! Who writes drafts.

use serde::{Deserialize, Serialize};

/// A language model that writes drafts of variants.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DraftsConfig {
    /// The server's model, which must know structured output. Default `gpt-4o-mini`.
    pub model: String,
    /// Where an OpenAI-compatible server answers. Default `OPENAI_BASE_URL`, else
    /// `https://api.openai.com/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Longest wait for an answer, in seconds. Default 60.
    pub timeout_seconds: u64,
}

impl Default for DraftsConfig {
    fn default() -> Self {
        Self {
            model: "gpt-4o-mini".to_owned(),
            base_url: None,
            timeout_seconds: 60,
        }
    }
}
