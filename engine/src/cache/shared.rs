//! The tier that nodes share. Losing it costs speed, never a page.

mod connection;

use std::time::Duration;

use bytes::Bytes;
use redis::AsyncCommands;
use thiserror::Error;
use tracing::warn;

use self::connection::{Connection, Connector};
use super::codec;
use super::{Cached, Key, Lifetime};
use crate::breaker::Breaker;
use crate::metrics::Metrics;

/// The form of the values. Raised whenever it changes, so that no version reads another's.
const SCHEMA: u32 = 2;
/// Longest wait for an answer. A tier slower than this is no help.
const TIMEOUT: Duration = Duration::from_millis(50);
/// Failures in a row after which the tier is left alone, and for how long.
const FAILURES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
/// How long a node has the sole right to compute a value, in milliseconds.
const LOCK_MILLIS: u64 = 2_000;
/// Oldest servers: Redis 7.0 and Valkey 7.2 both report at least this as `redis_version`.
const MIN_MAJOR: u32 = 7;

/// Why the shared tier could not be set up.
#[derive(Debug, Error)]
pub enum SharedError {
    /// The address is malformed.
    #[error(
        "REDIS_URL is not an address such as redis://127.0.0.1:6379 or \
         redis-cluster://node1:6379,node2:6379: {0}"
    )]
    Address(redis::RedisError),
    /// The server is too old.
    #[error(
        "the server at REDIS_URL is version {0}; Landfall needs Redis 7 or Valkey 7.2, or newer"
    )]
    TooOld(String),
}

/// Decisions, bodies and visit counts in Redis or Valkey.
pub struct Shared {
    connector: Connector,
    lifetime: Lifetime,
    breaker: Breaker,
    metrics: std::sync::Arc<Metrics>,
}

/// What came of looking for a value.
pub(crate) enum Lookup<V> {
    Found(Cached<V>),
    /// It is not there, or damaged.
    Absent,
    /// The tier is unwell.
    Unavailable,
}

/// What came of asking for the sole right to compute a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    Won,
    /// Another node is computing it.
    Taken,
    /// The tier is unwell.
    Unavailable,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may carry a password.
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    /// Prepares the tier and checks the server's version if it answers. Values are forgotten when
    /// `lifetime` is over.
    ///
    /// A server that does not answer is no error: pages are served without it, and it is used as
    /// soon as it is there.
    ///
    /// # Errors
    /// [`SharedError::Address`] for a malformed address, [`SharedError::TooOld`] for an old server.
    pub async fn connect(
        url: &str,
        lifetime: Lifetime,
        metrics: std::sync::Arc<Metrics>,
    ) -> Result<Self, SharedError> {
        let open = metrics.breaker_open.with_label_values(&["redis"]);
        let shared = Self {
            connector: Connector::new(url, TIMEOUT).map_err(SharedError::Address)?,
            lifetime,
            breaker: Breaker::new(FAILURES, PAUSE, open),
            metrics,
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

    /// A value of the shared tier. A damaged one counts as absent, to be computed and overwritten.
    pub(crate) async fn get<K: Key>(&self, namespace: &str, key: &K) -> Lookup<K::Value> {
        let name = name(namespace, key);
        let outcome: Option<Option<Vec<u8>>> = self
            .attempt("get", async |mut redis| redis.get(&name).await)
            .await;
        let (lookup, outcome) = match outcome {
            None => return Lookup::Unavailable,
            Some(None) => (Lookup::Absent, "miss"),
            Some(Some(bytes)) => match codec::open(Bytes::from(bytes)) {
                Some((value, created)) => (Lookup::Found(Cached::new(value, created)), "hit"),
                None => (Lookup::Absent, "damaged"),
            },
        };
        self.metrics
            .redis_lookups
            .with_label_values(&[outcome])
            .inc();
        lookup
    }

    /// Whether the shared tier holds a value; `None` while it is unwell. Counts as no look-up.
    pub(crate) async fn holds<K: Key>(&self, namespace: &str, key: &K) -> Option<bool> {
        let name = name(namespace, key);
        self.attempt("exists", async |mut redis| redis.exists(&name).await)
            .await
    }

    /// Stores values and gives up the right to compute them. Failing to is no error.
    pub(crate) async fn put<K: Key>(&self, namespace: &str, values: &[(K, &Cached<K::Value>)]) {
        // A value and its lock have one slot; two values hardly ever do.
        let at_once = if self.connector.is_cluster() {
            1
        } else {
            values.len().max(1)
        };
        for some in values.chunks(at_once) {
            let mut pipeline = redis::pipe();
            for (key, value) in some {
                let name = name(namespace, key);
                let sealed = codec::seal::<K::Value>(value, value.created());
                pipeline
                    .set_ex(&name, sealed, self.lifetime.total())
                    .ignore()
                    .del(lock_name(&name))
                    .ignore();
            }
            let _: Option<()> = self
                .attempt("set", async |mut redis| {
                    pipeline.query_async(&mut redis).await
                })
                .await;
        }
    }

    /// Asks for the sole right to compute a value. It ends with [`Self::put`], with
    /// [`Self::unlock`], or by itself.
    pub(crate) async fn lock<K: Key>(&self, namespace: &str, key: &K) -> Lock {
        let name = lock_name(&name(namespace, key));
        let options = redis::SetOptions::default()
            .conditional_set(redis::ExistenceCheck::NX)
            .with_expiration(redis::SetExpiry::PX(LOCK_MILLIS));
        let set: Option<Option<String>> = self
            .attempt("lock", async |mut redis| {
                redis.set_options(&name, "1", options).await
            })
            .await;
        match set {
            None => Lock::Unavailable,
            Some(None) => Lock::Taken,
            Some(Some(_)) => Lock::Won,
        }
    }

    /// Gives up the right to compute a value that was not stored.
    pub(crate) async fn unlock<K: Key>(&self, namespace: &str, key: &K) {
        let name = lock_name(&name(namespace, key));
        let _: Option<()> = self
            .attempt("unlock", async |mut redis| redis.del(&name).await)
            .await;
    }

    /// Adds to visit counts, by the name under which a place is counted.
    pub(crate) async fn add_visits(&self, instance: &str, visits: &[(String, f64)]) -> Option<()> {
        let set = visits_name(instance);
        let mut pipeline = redis::pipe();
        for (place, count) in visits {
            pipeline.zincr(&set, place, *count).ignore();
        }
        self.attempt("zincrby", async |mut redis| {
            pipeline.query_async(&mut redis).await
        })
        .await
    }

    /// Places with their counts, most visited first: `count` of them after the first `skip`.
    pub(crate) async fn visits(
        &self,
        instance: &str,
        skip: usize,
        count: usize,
    ) -> Option<Vec<(String, f64)>> {
        let set = visits_name(instance);
        let index = |place: usize| isize::try_from(place).unwrap_or(isize::MAX);
        let (first, last) = (index(skip), index(skip + count) - 1);
        self.attempt("zrevrange", async |mut redis| {
            redis.zrevrange_withscores(&set, first, last).await
        })
        .await
    }

    /// Keeps no more than the `limit` most visited places.
    pub(crate) async fn trim_visits(&self, instance: &str, limit: usize) {
        let set = visits_name(instance);
        let limit = isize::try_from(limit).unwrap_or(isize::MAX);
        let _: Option<()> = self
            .attempt("zremrangebyrank", async |mut redis| {
                redis.zremrangebyrank(&set, 0, -limit - 1).await
            })
            .await;
    }

    async fn server_version(&self) -> Option<String> {
        let info: String = self
            .attempt("info", async |mut redis| {
                let mut info = redis::cmd("INFO");
                info.arg("server");
                match &mut redis {
                    Connection::Single(single) => info.query_async(single).await,
                    // Nodes of one cluster have one version; any of them may tell it.
                    Connection::Cluster(cluster) => {
                        let any = redis::cluster_routing::RoutingInfo::SingleNode(
                            redis::cluster_routing::SingleNodeRoutingInfo::Random,
                        );
                        redis::from_redis_value(cluster.route_command(info, any).await?)
                            .map_err(Into::into)
                    }
                }
            })
            .await?;
        let line = info
            .lines()
            .find_map(|line| line.strip_prefix("redis_version:"))?;
        Some(line.trim().to_owned())
    }

    /// Runs a command unless the tier is left alone.
    async fn attempt<T>(
        &self,
        command: &'static str,
        run: impl AsyncFnOnce(Connection) -> redis::RedisResult<T>,
    ) -> Option<T> {
        let permit = self.breaker.permit()?;
        let outcome = tokio::time::timeout(TIMEOUT, async {
            run(self.connector.connection().await?).await
        })
        .await;
        let problem = match outcome {
            Ok(Ok(value)) => {
                permit.succeed();
                return Some(value);
            }
            // A server that answers, if only to refuse (no memory left, read-only), is there.
            Ok(Err(error)) if answers(&error) => {
                permit.succeed();
                error.to_string()
            }
            Ok(Err(error)) => {
                permit.fail();
                error.to_string()
            }
            Err(_) => {
                permit.fail();
                format!("no answer within {} ms", TIMEOUT.as_millis())
            }
        };
        let errors = self.metrics.redis_errors.with_label_values(&[command]);
        errors.inc();
        // Under load a broken tier would fill the log.
        if errors.get().is_power_of_two() {
            warn!(command, problem, count = errors.get(), "cache.redis failed");
        }
        None
    }
}

/// Whether the error is the server's own word.
fn answers(error: &redis::RedisError) -> bool {
    matches!(
        error.kind(),
        redis::ErrorKind::Server(_) | redis::ErrorKind::Extension
    )
}

/// The value's name. The braces keep a value and its lock on one node of a cluster.
fn name<K: Key>(namespace: &str, key: &K) -> String {
    format!("landfall:{SCHEMA}:{namespace}:{{{key}}}")
}

fn lock_name(name: &str) -> String {
    format!("{name}:lock")
}

fn visits_name(instance: &str) -> String {
    format!("landfall:{SCHEMA}:{instance}:visits")
}
