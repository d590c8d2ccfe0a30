//! Where the server is, what to ask it for and how patiently.

use std::{fmt, time::Duration};

use crate::embedding::{EmbeddingError, RetryPolicy, Tariff};

/// The most texts that `OpenAI` takes in one request.
pub const MAX_BATCH: usize = 2_048;

/// Settings of [`OpenAiProvider`](super::OpenAiProvider).
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// Address up to and including the version, without `/embeddings`. Default: `https://api.openai.com/v1`.
    pub base_url: String,
    /// Sent as bearer token. Servers on one's own machines often want none.
    pub api_key: Option<ApiKey>,
    /// Default: `text-embedding-3-small`.
    pub model: String,
    /// Numbers per vector, sent with every request. Default: 1536.
    pub dimensions: u16,
    /// Texts per request, 1 to 2048. Default: 128.
    pub batch_size: usize,
    /// Tokens of one text, by estimate, that the model reads. Longer texts are split. Default: 8000, a little below the
    /// 8,191 of OpenAI's models.
    pub window: usize,
    /// From sending a request to the end of its answer. Default: 30 seconds.
    pub timeout: Duration,
    /// What embedding costs, and how much of it background work may do. Default: unknown, everything.
    pub tariff: Tariff,
    /// How patiently failing requests are repeated.
    pub retry: RetryPolicy,
}

impl Default for OpenAiConfig {
    fn default() -> Self {
        Self {
            base_url: "https://api.openai.com/v1".into(),
            api_key: None,
            model: "text-embedding-3-small".into(),
            dimensions: 1536,
            batch_size: 128,
            window: 8_000,
            timeout: Duration::from_secs(30),
            tariff: Tariff::default(),
            retry: RetryPolicy::default(),
        }
    }
}

impl OpenAiConfig {
    /// The defaults, with the address from `OPENAI_BASE_URL` and the key from `OPENAI_API_KEY` where `variable` has
    /// them. Empty variables count as absent.
    ///
    /// # Errors
    /// [`EmbeddingError::Setting`] when the key has characters that no HTTP header can carry.
    pub fn from_env(variable: impl Fn(&str) -> Option<String>) -> Result<Self, EmbeddingError> {
        let variable = |name| variable(name).filter(|value| !value.trim().is_empty());
        let mut config = Self::default();
        if let Some(url) = variable("OPENAI_BASE_URL") {
            config.base_url = url;
        }
        if let Some(key) = variable("OPENAI_API_KEY") {
            config.api_key = Some(ApiKey::new(&key)?);
        }
        Ok(config)
    }

    /// The same settings with a normal base URL, once all of them are usable.
    pub(crate) fn checked(mut self) -> Result<Self, EmbeddingError> {
        self.base_url = base_url(&self.base_url).map_err(setting("base_url"))?;
        if self.model.trim().is_empty() {
            return Err(setting("model")("is empty".into()));
        }
        if self.dimensions == 0 {
            return Err(setting("dimensions")("must be at least 1".into()));
        }
        if !(1..=MAX_BATCH).contains(&self.batch_size) {
            let reason = format!("is {}, must be 1 to {MAX_BATCH}", self.batch_size);
            return Err(setting("batch_size")(reason));
        }
        if self.window == 0 {
            return Err(setting("window")("must be at least 1".into()));
        }
        if self.timeout.is_zero() {
            return Err(setting("timeout")("must be longer than zero".into()));
        }
        if self.retry.max_attempts == 0 {
            return Err(setting("retry.max_attempts")("must be at least 1".into()));
        }
        Ok(self)
    }
}

/// Parses an address and drops its last slash. No complaint repeats the address: it may hold a password.
fn base_url(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text.trim()).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must start with http:// or https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password; use the API key".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or a fragment".into());
    }
    Ok(url.as_str().trim_end_matches('/').into())
}

fn setting(field: &'static str) -> impl Fn(String) -> EmbeddingError {
    move |reason| EmbeddingError::Setting { field, reason }
}

/// A secret. Neither shown by `Debug` nor serializable.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key as it stands in a variable or file, with white space around it dropped.
    ///
    /// # Errors
    /// [`EmbeddingError::Setting`] when it is empty or has characters other than visible ASCII.
    pub fn new(key: &str) -> Result<Self, EmbeddingError> {
        let key = key.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let reason = "must be visible ASCII characters without spaces".into();
            return Err(setting("api_key")(reason));
        }
        Ok(Self(key.into()))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut OpenAiConfig), expected: Result<&str, &str>) {
        let mut config = OpenAiConfig::default();
        change(&mut config);
        let checked = config.checked().map(|config| config.base_url);
        assert_eq!(
            checked.map_err(|error| error.to_string()),
            expected.map(Into::into).map_err(Into::into)
        );
    }

    #[test]
    fn base_urls_are_normal_or_refused() {
        let url =
            |text: &'static str| move |config: &mut OpenAiConfig| config.base_url = text.into();
        check(
            url("https://api.openai.com/v1"),
            Ok("https://api.openai.com/v1"),
        );
        check(
            url(" http://localhost:11434/v1/ "),
            Ok("http://localhost:11434/v1"),
        );
        check(
            url("localhost:11434/v1"),
            Err("embedding setting `base_url`: must start with http:// or https://"),
        );
        check(
            url("not an address"),
            Err("embedding setting `base_url`: relative URL without a base"),
        );
        check(
            url("https://user:secret@example.com/v1"),
            Err(
                "embedding setting `base_url`: must not hold a user name or password; use the API key",
            ),
        );
        check(
            url("https://example.com/v1?version=2"),
            Err("embedding setting `base_url`: must not have a query or a fragment"),
        );
    }

    #[test]
    fn every_unusable_setting_is_refused_by_name() {
        check(
            |config| config.model = " ".into(),
            Err("embedding setting `model`: is empty"),
        );
        check(
            |config| config.dimensions = 0,
            Err("embedding setting `dimensions`: must be at least 1"),
        );
        check(
            |config| config.batch_size = 2049,
            Err("embedding setting `batch_size`: is 2049, must be 1 to 2048"),
        );
        check(
            |config| config.window = 0,
            Err("embedding setting `window`: must be at least 1"),
        );
        check(
            |config| config.timeout = Duration::ZERO,
            Err("embedding setting `timeout`: must be longer than zero"),
        );
        check(
            |config| config.retry.max_attempts = 0,
            Err("embedding setting `retry.max_attempts`: must be at least 1"),
        );
    }

    #[test]
    fn the_environment_gives_address_and_key() {
        let config = OpenAiConfig::from_env(|name| match name {
            "OPENAI_BASE_URL" => Some("http://localhost:8080/v1".into()),
            "OPENAI_API_KEY" => Some("sk-test\n".into()),
            _ => None,
        })
        .unwrap();
        assert_eq!(config.base_url, "http://localhost:8080/v1");
        assert_eq!(config.api_key, Some(ApiKey("sk-test".into())));

        let config = OpenAiConfig::from_env(|_| Some(String::new())).unwrap();
        assert_eq!(config.base_url, OpenAiConfig::default().base_url);
        assert_eq!(config.api_key, None);
    }

    #[test]
    fn a_key_shows_neither_in_debug_output_nor_in_its_own_refusal() {
        let key = ApiKey::new("sk-secret").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(hidden)");
        let refusal = ApiKey::new("sk-\u{1F511}-secret").unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains("sk-"));
    }
}
