//! A site with two embedding models: the one it was imported with, and one behind a real HTTP server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::clock::SystemClock;
use engine::desk::Actor;
use engine::embedding::{
    Embedding, EmbeddingError, EmbeddingProvider, Normalisation, OpenAiConfig, OpenAiProvider,
    Pooling, Providers, RetryPolicy, SpaceSpec,
};
use engine::metrics::Metrics;
use engine::spaces::{Settings, Spaces, SwitchOptions, Worker};
use engine::store::Store;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::openai_server::OpenAiServer;
use crate::support::{CONTENT, Database, Node, options, patient, services};

/// The numbers of every vector here.
const DIMENSIONS: u16 = 8;

/// A model that knows nothing of meaning: every text has a direction of its own, each time the same.
#[derive(Debug)]
pub(crate) struct Scattered(SpaceSpec);

impl Scattered {
    pub(crate) fn new(model: &str) -> Self {
        Self(SpaceSpec {
            provider: "openai".to_owned(),
            model: model.to_owned(),
            dimensions: DIMENSIONS,
            pooling: Pooling::Provider,
            normalisation: Normalisation::L2,
        })
    }
}

#[async_trait]
impl EmbeddingProvider for Scattered {
    fn space(&self) -> &SpaceSpec {
        &self.0
    }

    fn batch_size(&self) -> usize {
        4
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        let vector = |text: &String| {
            let hash = Sha256::digest(format!("{}{text}", self.0.model));
            let values = hash.iter().take(DIMENSIONS.into());
            let values = values.map(|byte| f32::from(*byte) - 127.5).collect();
            Embedding::new(&self.0, values).expect("no byte is 127.5")
        };
        Ok(texts.iter().map(vector).collect())
    }
}

/// The same model, which may be gone.
#[derive(Debug)]
pub(crate) struct Gone {
    model: Scattered,
    pub(crate) gone: AtomicBool,
}

impl Gone {
    pub(crate) fn new(model: &str) -> Self {
        Self {
            model: Scattered::new(model),
            gone: AtomicBool::new(false),
        }
    }
}

#[async_trait]
impl EmbeddingProvider for Gone {
    fn space(&self) -> &SpaceSpec {
        self.model.space()
    }

    fn batch_size(&self) -> usize {
        self.model.batch_size()
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        if self.gone.load(Ordering::SeqCst) {
            let reason = "nobody listens".to_owned();
            return Err(EmbeddingError::Unreachable { reason });
        }
        self.model.embed(texts).await
    }
}

/// The same model, which answers as often as it may.
#[derive(Debug)]
pub(crate) struct Gated {
    model: Scattered,
    pub(crate) answers: Semaphore,
}

impl Gated {
    pub(crate) fn new(model: &str) -> Self {
        Self {
            model: Scattered::new(model),
            answers: Semaphore::new(0),
        }
    }
}

#[async_trait]
impl EmbeddingProvider for Gated {
    fn space(&self) -> &SpaceSpec {
        self.model.space()
    }

    fn batch_size(&self) -> usize {
        self.model.batch_size()
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        let answer = self.answers.acquire().await;
        answer.expect("it is never closed").forget();
        self.model.embed(texts).await
    }
}

/// Deletes the vectors of the texts that ask; returns how many.
pub(crate) fn forget_questions(site: &Moving, space: i32) -> usize {
    let deleted = site.database.query(&format!(
        "WITH gone AS (DELETE FROM query_embeddings WHERE space_version = {space} RETURNING text_hash)
         SELECT count(*) FROM gone"
    ));
    deleted.parse().expect("a number")
}

/// The site of two models.
pub(crate) struct Moving {
    pub(crate) database: Database,
    pub(crate) server: OpenAiServer,
    pub(crate) new: Arc<dyn EmbeddingProvider>,
    pub(crate) providers: Providers,
    pub(crate) spaces: Spaces,
}

/// The model that a fake server offers, asked impatiently.
pub(crate) fn asking(server: &OpenAiServer, timeout: Duration) -> Arc<dyn EmbeddingProvider> {
    let config = OpenAiConfig {
        base_url: server.base_url(),
        model: "new".to_owned(),
        dimensions: DIMENSIONS,
        batch_size: 4,
        timeout,
        retry: RetryPolicy {
            max_attempts: 2,
            base: Duration::from_millis(5),
            cap: Duration::from_millis(20),
            total: Duration::from_mins(1),
        },
        ..OpenAiConfig::default()
    };
    Arc::new(OpenAiProvider::new(config).expect("the settings are usable"))
}

/// The tests' site, imported with the model `old`; the model `new` is configured beside it.
pub(crate) async fn moving() -> Moving {
    moving_in(Database::create().await).await
}

/// The same site in a database that is empty.
pub(crate) async fn moving_in(database: Database) -> Moving {
    let old: Arc<dyn EmbeddingProvider> = Arc::new(Scattered::new("old"));
    database.import_by(&*old, CONTENT).await;
    let server = OpenAiServer::start(Arc::new(Scattered::new("new"))).await;
    let new = asking(&server, Duration::from_secs(5));
    let providers = Providers::new(old).and(Arc::clone(&new));
    let spaces = Spaces::new(database.store.clone(), providers.clone(), settings());
    Moving {
        database,
        server,
        new,
        providers,
        spaces,
    }
}

/// Leases that lapse within a test.
pub(crate) fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(2),
        ..Settings::default()
    }
}

impl Moving {
    /// Starts the job that fills the new space; returns its version.
    pub(crate) async fn start(&self) -> i32 {
        let started = self.spaces.start(&someone(), self.new.space()).await;
        started.expect("the model is configured").space
    }

    /// A node that works on jobs.
    pub(crate) fn worker(&self) -> Worker {
        worker(&self.spaces)
    }

    /// Fills the new space to its end; returns its version.
    pub(crate) async fn fill(&self) -> i32 {
        let space = self.start().await;
        let end = self.worker().work_next().await.expect("the database runs");
        assert_eq!(end, Some(engine::spaces::End::Complete));
        space
    }

    /// Fills the new space and decides with it; returns its version.
    pub(crate) async fn fill_and_switch(&self) -> i32 {
        let space = self.fill().await;
        let options = SwitchOptions::default();
        let switched = self.spaces.switch(&someone(), space, options).await;
        switched.expect("it is complete");
        space
    }

    /// The same site, with another second model.
    pub(crate) fn with(self, new: Arc<dyn EmbeddingProvider>) -> Self {
        let providers = Providers::new(Arc::new(Scattered::new("old"))).and(Arc::clone(&new));
        let store = self.database.store.clone();
        Self {
            spaces: Spaces::new(store, providers.clone(), settings()),
            providers,
            new,
            ..self
        }
    }

    /// A folder for the program, with both models behind the server: `of_both` is set for each,
    /// `more` besides.
    pub(crate) fn folder(&self, of_both: &str, more: &str) -> TempDir {
        let model = |name: &str| {
            let url = self.server.base_url();
            format!(
                "provider = \"openai\"\nmodel = \"{name}\"\ndimensions = {DIMENSIONS}\nbase_url = \"{url}\"\n{of_both}\n"
            )
        };
        let (old, new) = (model("old"), model("new"));
        let config = format!("[embedding]\n{old}[next_embedding]\n{new}{more}");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("landfall.toml"), config).expect("it is ours");
        folder
    }

    pub(crate) fn store(&self) -> &Store {
        &self.database.store
    }

    /// A server with both models.
    pub(crate) async fn node(&self) -> Node {
        Node::boot_embedding(
            self.providers.clone(),
            Arc::new(SystemClock),
            patient(&self.database.url),
            &services().redis_url,
            options(),
            |router| router,
        )
        .await
    }

    /// Texts that were sent to the new model so far.
    pub(crate) fn sent(&self) -> usize {
        self.server.seen().iter().map(|seen| seen.texts).sum()
    }

    /// Texts that have to have a vector, equal ones once.
    pub(crate) fn texts(&self) -> usize {
        let count = "SELECT count(DISTINCT text_hash) FROM embedded_texts";
        self.database.query(count).parse().expect("a number")
    }

    /// The rows of a space: which text of which variant has which vector.
    pub(crate) fn rows(&self, space: i32) -> String {
        rows(&self.database, space)
    }
}

pub(crate) fn rows(database: &Database, space: i32) -> String {
    database.query(&format!(
        "SELECT v.external_id AS name, encode(e.text_hash, 'hex'), e.embedding::text
         FROM embeddings e JOIN variants v ON v.id = e.variant_id WHERE e.space_version = {space}
         UNION ALL
         SELECT '', encode(text_hash, 'hex'), embedding::text FROM query_embeddings
         WHERE space_version = {space}
         ORDER BY 1, 2"
    ))
}

pub(crate) fn worker(spaces: &Spaces) -> Worker {
    let metrics = Metrics::new().expect("every metric has its own name");
    Worker::new(spaces.clone(), Arc::new(metrics))
}

pub(crate) fn someone() -> Actor {
    Actor::command_line()
}
