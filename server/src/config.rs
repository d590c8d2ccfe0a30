//! Configuration: flags over environment over one `landfall.toml`.
//!
//! Every field of [`Config`] can stand in the file under its own name, and in the environment as
//! `LANDFALL_` and its name in capitals, with `__` between a table and its field
//! (`LANDFALL_EMBEDDING__PROVIDER`). `DATABASE_URL`, `REDIS_URL`, `OPENAI_API_KEY` and
//! `OPENAI_BASE_URL` are read under the names by which other software knows them. An unknown or
//! malformed field is refused by name.

mod origin;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The file read when no other is named.
pub const DEFAULT_FILE: &str = "landfall.toml";
/// Variables that begin with our prefix but belong to the set-up scripts.
const SCRIPT_VARIABLES: [&str; 1] = ["cache"];

/// Everything that can be configured.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on. Default `127.0.0.1:3000`.
    pub listen: SocketAddr,
    /// How visitors reach the site, without a slash at the end: `https://example.com`. Goes into
    /// canonical links. Default: `http://`, with a certificate `https://`, and the address listened
    /// on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The server's certificate and those of its issuers, a PEM file. With it and `tls_key`
    /// connections are encrypted, by what the files hold at the time. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_certificate: Option<PathBuf>,
    /// The certificate's private key, a PEM file. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
    /// Threads that answer visitors. Default: as many as the machine has cores.
    pub worker_threads: usize,
    /// Most connections at a time; further ones wait. Default 10,000.
    pub max_connections: usize,
    /// PostgreSQL 15+ with pgvector 0.8+. Default: Landfall runs its own in `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Redis 7+ or Valkey 7.2+. Default: Landfall runs its own Valkey in `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
    /// Most connections to PostgreSQL at a time. Default 10.
    pub database_connections: u32,
    /// Folder of the services Landfall runs itself. Default `.landfall`.
    pub data_dir: PathBuf,
    /// Port on 127.0.0.1 of the PostgreSQL that Landfall runs. Default: any free one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postgres_port: Option<u16>,
    /// Port on 127.0.0.1 of the Valkey that Landfall runs. Default: any free one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valkey_port: Option<u16>,
    /// Folder of the programs and the model that `make setup` installs. Default: `runtime` in
    /// `~/.cache/landfall`, or in `/var/cache/landfall` when that exists.
    pub runtime_dir: PathBuf,
    /// Folder of the static files and the admin's bundle. Default `target/site`.
    pub site_root: PathBuf,
    /// Most megabytes of finished pages kept in memory. Default 256.
    pub memory_cache_mb: u64,
    /// Seconds for which a cached page is served as it is. Default 3600.
    pub cache_fresh_seconds: u32,
    /// Seconds after that for which it is served while it is made again. Default 86400.
    pub cache_stale_seconds: u32,
    /// Milliseconds a visitor waits for what no cache holds; then the page's default content is
    /// shown. Default 200.
    pub miss_budget_ms: u64,
    /// Most campaign terms that are remembered; those not used for longest are forgotten. Default
    /// 50,000.
    pub campaign_terms: usize,
    /// Campaign terms a second that this process learns beyond those it holds in memory, so that
    /// whoever invents terms keeps neither the model nor the database busy. Unused seconds are saved
    /// up, up to 20. Default 5.
    pub campaign_terms_per_second: u32,
    /// Pages that are put into memory at a time before anybody asks for them; 0 turns warming off.
    /// Default 1.
    pub warm_concurrency: u32,
    /// Whether `/metrics` answers other machines, too. Default: this machine only, and nothing that
    /// a proxy passes on.
    pub metrics_public: bool,
    /// Cookies that conditions may read as `cookie.NAME`. Default: none.
    pub visitor_cookies: Vec<String>,
    /// The cookie, as `NAME=VALUE`, by which a visitor agreed to being recognised. Without it
    /// visits are not counted. Default `landfall_consent=yes`.
    pub consent_cookie: String,
    /// Headers in which a CDN says the visitor's country, the first present one counts.
    pub country_headers: Vec<String>,
    /// Origins whose scripts may read the content API, such as `https://example.com`, or `*` for
    /// all. Default: none.
    pub cors_origins: Vec<String>,
    /// How texts become vectors.
    pub embedding: EmbeddingConfig,
    /// The model that the site is moving to, or has left and may go back to, in the same form: both
    /// spaces are kept up to date then, whichever decides. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_embedding: Option<EmbeddingConfig>,
    /// How embedding spaces are filled and kept.
    pub spaces: SpacesConfig,
    /// A language model that writes drafts of variants when an editor asks for one. It is on when
    /// `OPENAI_API_KEY` or `drafts.base_url` is set.
    pub drafts: DraftsConfig,
    /// What is logged, in the syntax of `RUST_LOG`. Default `info`.
    pub log: String,
    /// `text` for people, `json` for machines. Default `text`.
    pub log_format: LogFormat,
}

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
    /// What a million tokens cost, in any currency, for plans. Default 0.
    pub price_per_million_tokens: f64,
    /// Most tokens a minute that a job may have embedded; 0 is as many as it manages. Default 0.
    pub tokens_per_minute: u32,
    /// Threads the local model may use. Default 1, so that visitors are not slowed.
    pub threads: usize,
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

/// Who turns texts into vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The model in this process.
    Local,
    /// A server that speaks OpenAI's protocol.
    Openai,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A field is unknown or malformed.
    #[error("configuration: {0}")]
    Field(Box<figment::Error>),
    /// The named file does not exist.
    #[error("configuration: there is no file {0}")]
    NoFile(PathBuf),
    /// A value does not make sense.
    #[error("configuration: `{field}` {problem}")]
    Value {
        /// The field's name.
        field: &'static str,
        /// What is wrong and what is expected.
        problem: String,
    },
}

/// What the command line says, over everything else.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overrides {
    /// Overrides `listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// Overrides `base_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Overrides `database_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
    /// Overrides `redis_url`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
    /// Overrides `data_dir`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Overrides `log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

impl Config {
    /// Reads file, environment and `overrides`, in that order.
    ///
    /// # Errors
    /// [`ConfigError`] names the field that is unknown, malformed or senseless.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        if let Some(file) = file
            && !file.is_file()
        {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let variables = Env::prefixed("LANDFALL_")
            .filter(|name| !SCRIPT_VARIABLES.iter().any(|own| name == own))
            .split("__");
        let well_known = Env::raw()
            .only(&["DATABASE_URL", "REDIS_URL"])
            .filter(|name| {
                std::env::var(name.as_str().to_ascii_uppercase()).is_ok_and(|v| !v.is_empty())
            });
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(file.unwrap_or(Path::new(DEFAULT_FILE))))
            .merge(variables)
            .merge(well_known)
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|error| ConfigError::Field(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }

    /// How visitors reach the site, without a slash at the end.
    pub fn base_url(&self) -> String {
        match &self.base_url {
            Some(url) => url.clone(),
            None if self.tls_certificate.is_some() => format!("https://{}", self.listen),
            None => format!("http://{}", self.listen),
        }
    }

    /// The consent cookie's name and value.
    pub fn consent(&self) -> (&str, &str) {
        self.consent_cookie
            .split_once('=')
            .unwrap_or((&self.consent_cookie, ""))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |field, problem: &str| {
            Err(ConfigError::Value {
                field,
                problem: problem.to_owned(),
            })
        };
        if let Some(url) = &self.base_url {
            let known_scheme = url.starts_with("https://") || url.starts_with("http://");
            if !known_scheme || url.ends_with('/') {
                return refuse(
                    "base_url",
                    "must start with https:// or http:// and end without a slash",
                );
            }
        }
        match (&self.tls_certificate, &self.tls_key) {
            (Some(_), None) => return refuse("tls_key", "is missing beside `tls_certificate`"),
            (None, Some(_)) => return refuse("tls_certificate", "is missing beside `tls_key`"),
            _ => {}
        }
        if self.worker_threads == 0 {
            return refuse("worker_threads", "must be at least 1");
        }
        if self.max_connections == 0 {
            return refuse("max_connections", "must be at least 1");
        }
        if !self.consent_cookie.contains('=') {
            return refuse("consent_cookie", "must have the form NAME=VALUE");
        }
        if self.database_connections < 2 {
            return refuse("database_connections", "must be at least 2");
        }
        if self.memory_cache_mb == 0 {
            return refuse("memory_cache_mb", "must be at least 1");
        }
        if self.cache_fresh_seconds == 0 {
            return refuse("cache_fresh_seconds", "must be at least 1");
        }
        if self.miss_budget_ms == 0 {
            return refuse("miss_budget_ms", "must be at least 1");
        }
        if self.campaign_terms == 0 {
            return refuse("campaign_terms", "must be at least 1");
        }
        if self.campaign_terms_per_second == 0 {
            return refuse("campaign_terms_per_second", "must be at least 1");
        }
        self.embedding.check("embedding")?;
        if let Some(next) = &self.next_embedding {
            next.check("next_embedding")?;
        }
        self.spaces.check()?;
        for name in &self.country_headers {
            if http::HeaderName::try_from(name.as_str()).is_err() {
                return refuse(
                    "country_headers",
                    &format!("contains {name:?}, which is not a header's name"),
                );
            }
        }
        for origin in &self.cors_origins {
            if origin != "*" && !origin::is_origin(origin) {
                return refuse(
                    "cors_origins",
                    &format!(
                        "contains {origin:?}, which is no origin; write one as browsers do, such as \
                         https://example.com or http://127.0.0.1:5173, or * for all"
                    ),
                );
            }
        }
        Ok(())
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            base_url: None,
            tls_certificate: None,
            tls_key: None,
            worker_threads: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            max_connections: 10_000,
            database_url: None,
            redis_url: None,
            database_connections: 10,
            data_dir: ".landfall".into(),
            postgres_port: None,
            valkey_port: None,
            runtime_dir: default_runtime_dir(),
            site_root: "target/site".into(),
            memory_cache_mb: 256,
            cache_fresh_seconds: 3_600,
            cache_stale_seconds: 86_400,
            miss_budget_ms: 200,
            campaign_terms: 50_000,
            campaign_terms_per_second: 5,
            warm_concurrency: 1,
            metrics_public: false,
            visitor_cookies: Vec::new(),
            consent_cookie: "landfall_consent=yes".to_owned(),
            country_headers: [
                "cf-ipcountry",
                "cloudfront-viewer-country",
                "x-vercel-ip-country",
                "x-country-code",
            ]
            .map(str::to_owned)
            .to_vec(),
            cors_origins: Vec::new(),
            embedding: EmbeddingConfig::default(),
            next_embedding: None,
            spaces: SpacesConfig::default(),
            drafts: DraftsConfig::default(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
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
            price_per_million_tokens: 0.0,
            tokens_per_minute: 0,
            threads: 1,
        }
    }
}

impl EmbeddingConfig {
    fn check(&self, table: &'static str) -> Result<(), ConfigError> {
        let refuse = |problem: &str| {
            Err(ConfigError::Value {
                field: table,
                problem: problem.to_owned(),
            })
        };
        if self.threads == 0 {
            return refuse("has `threads` = 0; at least 1 is needed");
        }
        if self.window_tokens == 0 {
            return refuse("has `window_tokens` = 0; at least 1 is needed");
        }
        if !(self.price_per_million_tokens.is_finite() && self.price_per_million_tokens >= 0.0) {
            return refuse("has a `price_per_million_tokens` that is no price");
        }
        Ok(())
    }
}

impl SpacesConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |field, problem: &str| {
            Err(ConfigError::Value {
                field,
                problem: problem.to_owned(),
            })
        };
        if self.lease_seconds == 0 {
            return refuse("spaces.lease_seconds", "must be at least 1");
        }
        if !(2..=100).contains(&self.index_m) {
            return refuse("spaces.index_m", "must be 2 to 100");
        }
        if !(self.index_m * 2..=1_000).contains(&self.index_ef_construction) {
            return refuse(
                "spaces.index_ef_construction",
                "must be at least twice `index_m` and at most 1000",
            );
        }
        if !(1..=2_000_000).contains(&self.index_memory_mb) {
            return refuse("spaces.index_memory_mb", "must be 1 to 2000000");
        }
        Ok(())
    }
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

/// Where `make setup` puts programs and model: `LANDFALL_CACHE`, else the first of the usual cache
/// folders that has them.
fn default_runtime_dir() -> PathBuf {
    if let Some(cache) = std::env::var_os("LANDFALL_CACHE") {
        return PathBuf::from(cache).join("runtime");
    }
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let own = variable("XDG_CACHE_HOME")
        .or_else(|| Some(variable("HOME")?.join(".cache")))
        .map(|cache| cache.join("landfall/runtime"));
    let system = PathBuf::from("/var/cache/landfall/runtime");
    own.filter(|own| own.is_dir() || !system.is_dir())
        .unwrap_or(system)
}
