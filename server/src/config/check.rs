//! What the types of the fields do not say.

use super::{Config, ConfigError, origin};

impl Config {
    /// Names the first field whose value does not make sense.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if let Some(url) = &self.base_url {
            let known_scheme = origin::is_web(url);
            if !known_scheme || url.ends_with('/') {
                return ConfigError::refuse(
                    "base_url",
                    "must start with https:// or http:// and end without a slash",
                );
            }
        }
        match (&self.tls_certificate, &self.tls_key) {
            (Some(_), None) => {
                return ConfigError::refuse("tls_key", "is missing beside `tls_certificate`");
            }
            (None, Some(_)) => {
                return ConfigError::refuse("tls_certificate", "is missing beside `tls_key`");
            }
            _ => {}
        }
        if !self.consent_cookie.contains('=') {
            return ConfigError::refuse("consent_cookie", "must have the form NAME=VALUE");
        }
        if self.database_connections < 2 {
            return ConfigError::refuse("database_connections", "must be at least 2");
        }
        let some = [
            ("worker_threads", self.worker_threads > 0),
            ("max_connections", self.max_connections > 0),
            ("memory_cache_mb", self.memory_cache_mb > 0),
            ("cache_fresh_seconds", self.cache_fresh_seconds > 0),
            ("miss_budget_ms", self.miss_budget_ms > 0),
            ("campaign_terms", self.campaign_terms > 0),
            (
                "campaign_terms_per_second",
                self.campaign_terms_per_second > 0,
            ),
        ];
        if let Some((field, _)) = some.into_iter().find(|(_, present)| !present) {
            return ConfigError::refuse(field, "must be at least 1");
        }
        self.embedding.check("embedding")?;
        if let Some(next) = &self.next_embedding {
            next.check("next_embedding")?;
            if next.is_same_model(&self.embedding) {
                return ConfigError::refuse(
                    "next_embedding",
                    "names the model of `embedding`; name the one to move to, or leave it out",
                );
            }
        }
        self.drafts.check()?;
        self.spaces.check()?;
        for name in &self.country_headers {
            if http::HeaderName::try_from(name.as_str()).is_err() {
                return ConfigError::refuse(
                    "country_headers",
                    format!("contains {name:?}, which is not a header's name"),
                );
            }
        }
        for origin in &self.cors_origins {
            if origin != "*" && !origin::is_origin(origin) {
                return ConfigError::refuse(
                    "cors_origins",
                    format!(
                        "contains {origin:?}, which is no origin; write one as browsers do, such as \
                         https://example.com or http://127.0.0.1:5173, or * for all"
                    ),
                );
            }
        }
        Ok(())
    }
}
