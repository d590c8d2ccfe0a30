//! Who writes drafts.

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::origin::is_web;

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

impl DraftsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.timeout_seconds == 0 {
            return ConfigError::refuse("drafts.timeout_seconds", "must be at least 1");
        }
        if self.base_url.as_deref().is_some_and(|url| !is_web(url)) {
            return ConfigError::refuse("drafts.base_url", "must start with http:// or https://");
        }
        Ok(())
    }
}
