//! Configuration: flags over environment over one `landfall.toml`.
//!
//! Every field of [`Config`] can stand in the file under its own name, and in the environment as
//! `LANDFALL_` and its name in capitals, with `__` between a table and its field
//! (`LANDFALL_EMBEDDING__PROVIDER`). `DATABASE_URL`, `REDIS_URL`, `OPENAI_API_KEY` and
//! `OPENAI_BASE_URL` are read under the names by which other software knows them. An unknown or
//! malformed field is refused by name.

mod check;
mod drafts;
mod embedding;
mod load;
mod origin;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::drafts::DraftsConfig;
pub use self::embedding::{EmbeddingConfig, Provider, SpacesConfig};
pub use self::load::{ConfigError, Overrides};

/// The file read when no other is named.
pub const DEFAULT_FILE: &str = "landfall.toml";

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
    /// Days for which browsers shall come over encrypted connections alone, once they came over one
    /// that this server encrypts (`strict-transport-security`). Default 365; 0 does not ask for it.
    pub hsts_days: u32,
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

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
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
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            base_url: None,
            tls_certificate: None,
            tls_key: None,
            hsts_days: 365,
            worker_threads: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            max_connections: 10_000,
            database_url: None,
            redis_url: None,
            database_connections: 10,
            data_dir: ".landfall".into(),
            postgres_port: None,
            valkey_port: None,
            runtime_dir: load::default_runtime_dir(),
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
