//! The tier that nodes share. Losing it costs speed, never a page.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use redis::AsyncCommands;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use thiserror::Error;
use tracing::warn;

use super::Key;
use super::codec;

/// The form of the values. Raised whenever it changes, so that no version reads another's.
const SCHEMA: u32 = 1;
/// How long a value may stay unread by a new revision, in seconds: an hour fresh, a day stale.
const TTL_SECONDS: u64 = 90_000;
/// Longest wait for an answer. A tier slower than this is no help.
const TIMEOUT: Duration = Duration::from_millis(50);
/// How long the tier is left alone after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Oldest servers: Redis 7.0 and Valkey 7.2 both report at least this as `redis_version`.
const MIN_MAJOR: u32 = 7;

/// Why the shared tier could not be set up.
#[derive(Debug, Error)]
pub enum SharedError {
    /// The address is malformed.
    #[error("REDIS_URL is not an address such as redis://127.0.0.1:6379: {0}")]
    Address(redis::RedisError),
    /// The server is too old.
    #[error(
        "the server at REDIS_URL is version {0}; Landfall needs Redis 7 or Valkey 7.2, or newer"
    )]
    TooOld(String),
}

/// Decisions and bodies in Redis or Valkey.
#[derive(Debug)]
pub struct Shared {
    client: redis::Client,
    manager: tokio::sync::OnceCell<ConnectionManager>,
    /// Milliseconds after `started` until which the tier is left alone.
    paused_until: AtomicU64,
    started: Instant,
}

impl Shared {
    /// Prepares the tier and checks the server's version if it answers.
    ///
    /// A server that does not answer is no error: pages are served without it, and it is used as
    /// soon as it is there.
    ///
    /// # Errors
    /// [`SharedError::Address`] for a malformed address, [`SharedError::TooOld`] for an old server.
    pub async fn connect(url: &str) -> Result<Self, SharedError> {
        let client = redis::Client::open(url).map_err(SharedError::Address)?;
        let shared = Self {
            client,
            manager: tokio::sync::OnceCell::new(),
            paused_until: AtomicU64::new(0),
            started: Instant::now(),
        };
        if let Some(version) = shared.server_version().await {
            let major = version
                .split('.')
                .next()
                .and_then(|n| n.parse::<u32>().ok());
            if major.is_some_and(|major| major < MIN_MAJOR) {
                return Err(SharedError::TooOld(version));
            }
        } else {
            warn!("Redis does not answer; serving without the shared cache until it does");
        }
        Ok(shared)
    }

    /// A value of the shared tier; `None` when it is not there, damaged, or Redis is unwell.
    pub async fn get<K: Key>(&self, namespace: &str, key: &K) -> Option<K::Value> {
        let name = name(namespace, key);
        let bytes: Option<Vec<u8>> = self
            .attempt("get", async |mut redis| redis.get(&name).await)
            .await?;
        codec::open(Bytes::from(bytes?))
    }

    /// Stores a value. Failing to is no error.
    pub async fn put<K: Key>(&self, namespace: &str, key: &K, value: &K::Value) {
        let name = name(namespace, key);
        let sealed = codec::seal(value);
        let _: Option<()> = self
            .attempt("set", async |mut redis| {
                redis.set_ex(&name, sealed, TTL_SECONDS).await
            })
            .await;
    }

    async fn server_version(&self) -> Option<String> {
        let info: String = self
            .attempt("info", async |mut redis| {
                redis::cmd("INFO")
                    .arg("server")
                    .query_async(&mut redis)
                    .await
            })
            .await?;
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix("redis_version:"))?;
        Some(line.trim().to_owned())
    }

    /// Runs a command unless the tier is paused; a failure pauses it.
    async fn attempt<T>(
        &self,
        command: &'static str,
        run: impl AsyncFnOnce(ConnectionManager) -> redis::RedisResult<T>,
    ) -> Option<T> {
        if self.elapsed() < self.paused_until.load(Ordering::Relaxed) {
            return None;
        }
        let outcome = tokio::time::timeout(TIMEOUT, async {
            let manager = self.manager.get_or_try_init(|| self.manager()).await?;
            run(manager.clone()).await
        })
        .await;
        let problem = match outcome {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", TIMEOUT.as_millis()),
        };
        self.pause();
        warn!(
            command,
            problem, "cache.redis failed; serving without it for a second"
        );
        None
    }

    async fn manager(&self) -> redis::RedisResult<ConnectionManager> {
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(TIMEOUT));
        ConnectionManager::new_with_config(self.client.clone(), config).await
    }

    fn pause(&self) {
        let until = self.elapsed() + u64::try_from(PAUSE.as_millis()).unwrap_or(u64::MAX);
        self.paused_until.store(until, Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn name<K: Key>(namespace: &str, key: &K) -> String {
    format!("landfall:{SCHEMA}:{namespace}:{key}")
}
