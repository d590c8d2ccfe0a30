//! Embedded services: Landfall's own Postgres and Valkey, for whoever has set neither `DATABASE_URL` nor `REDIS_URL`.
//!
//! What lies in the data folder:
//!
//! | entry | what it is |
//! | --- | --- |
//! | `lock` | locked by the process that runs the services; holds its process id |
//! | `services.json` | the URLs of the running services and of the site, for other commands of the same user |
//! | `postgres/` | the database cluster, or a link to it (`place.rs` says when) |
//! | `postgres.password` | the password of the database role `landfall` |
//! | `postgres.init-*` | a cluster whose creation was interrupted; removed at the next start |
//! | `valkey/` | the cache and its configuration, or a link to them |
//! | `log/` | what the services have to say |
//!
//! Both services listen on 127.0.0.1 only, ask for a random password, and stop with the process that started them.

mod account;
mod cluster;
mod data_dir;
mod error;
mod leftover;
mod log;
mod place;
mod postgres;
mod process;
mod runner;
mod valkey;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use data_dir::{DataDir, Services};
pub use error::EmbeddedError;
use process::Service;
use runner::Runner;

/// How long one step of a start may take without news from the service.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Which services to run, and where.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// Folder of everything the services keep; created when it is missing. Usually `.landfall`.
    pub data_dir: PathBuf,
    /// Folder with the programs themselves, as `make setup` fills it.
    pub runtime_dir: PathBuf,
    /// Whether to run Postgres.
    pub postgres: bool,
    /// Whether to run Valkey.
    pub valkey: bool,
    /// Port of Postgres on 127.0.0.1; `None` takes any free one.
    pub postgres_port: Option<u16>,
    /// Port of Valkey on 127.0.0.1; `None` takes any free one.
    pub valkey_port: Option<u16>,
    /// How people reach the site, when this process serves it.
    pub base_url: Option<String>,
}

/// Running services. They stop with [`Embedded::stop`], and at the latest with this process.
pub struct Embedded {
    services: Services,
    owned: Option<Owned>,
}

/// What only the process that started the services has.
struct Owned {
    postgres: Option<Service>,
    valkey: Option<Service>,
    /// Declared last so that the lock outlives the services.
    folder: DataDir,
}

impl Embedded {
    /// Starts the services that `options` asks for and waits until each has answered a query.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process runs the services of this folder, and the other variants when a
    /// service cannot be started. Nothing is left running then, and no existing data has been changed.
    pub async fn start(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        Self::start_in(DataDir::open(&options.data_dir)?, options).await
    }

    /// URL of the database for sqlx, with its password; `None` when Postgres was not asked for.
    pub fn database_url(&self) -> Option<&str> {
        self.services.database_url.as_deref()
    }

    /// URL of the cache for the `redis` crate, with its password; `None` when Valkey was not asked for.
    pub fn redis_url(&self) -> Option<&str> {
        self.services.redis_url.as_deref()
    }

    /// How people reach the site; `None` when the process that runs the services does not serve it.
    pub fn base_url(&self) -> Option<&str> {
        self.services.base_url.as_deref()
    }

    /// Stops the services in good order, if this process started them. Returns when they are gone, which takes at most 80 seconds.
    pub async fn stop(mut self) {
        if let Some(owned) = self.owned.take() {
            owned.stop().await;
        }
    }

    async fn start_in(folder: DataDir, options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let runner = Runner::new(&folder).await?;
        let mut owned = Owned {
            postgres: None,
            valkey: None,
            folder,
        };
        match owned.start(&runner, options).await {
            Ok(services) => Ok(Self {
                services,
                owned: Some(owned),
            }),
            Err(error) => {
                owned.stop().await;
                Err(error)
            }
        }
    }
}

// The URLs contain passwords and must not reach a log by way of `{:?}`.
impl fmt::Debug for Embedded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Embedded")
            .field("started_here", &self.owned.is_some())
            .finish_non_exhaustive()
    }
}

impl Owned {
    async fn start(
        &mut self,
        runner: &Runner,
        options: &EmbeddedOptions,
    ) -> Result<Services, EmbeddedError> {
        let mut services = Services {
            pid: std::process::id(),
            database_url: None,
            redis_url: None,
            base_url: options.base_url.clone(),
        };
        let mut new_database = false;
        if options.postgres {
            let started = postgres::start(&self.folder, runner, options).await?;
            self.postgres = Some(started.service);
            services.database_url = Some(started.url);
            new_database = started.is_new;
        }
        if options.valkey {
            let (service, url) = valkey::start(&self.folder, runner, options, new_database).await?;
            self.valkey = Some(service);
            services.redis_url = Some(url);
        }
        self.folder.announce(&services)?;
        Ok(services)
    }

    async fn stop(mut self) {
        self.folder.withdraw();
        let (postgres, valkey) = (self.postgres.take(), self.valkey.take());
        tokio::join!(
            async {
                if let Some(service) = postgres {
                    service.stop().await;
                }
            },
            async {
                if let Some(service) = valkey {
                    service.stop().await;
                }
            }
        );
    }
}

/// Uses the services that another process runs in this folder, or starts them for as long as this process lives.
///
/// For commands that a person types beside a running server. A server that is just starting is waited for.
///
/// # Errors
/// [`EmbeddedError::NotOffered`] when the other process does not run a service that `options` asks for,
/// [`EmbeddedError::NoAnswer`] when it holds the folder but its services cannot be reached within a minute, and whatever
/// [`Embedded::start`] returns when the folder is free.
pub async fn attach_or_start(options: &EmbeddedOptions) -> Result<Embedded, EmbeddedError> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let pid = match DataDir::open(&options.data_dir) {
            Ok(folder) => return Embedded::start_in(folder, options).await,
            Err(EmbeddedError::InUse { pid, .. }) => pid,
            Err(error) => return Err(error),
        };
        if let Some(services) = DataDir::announced(&options.data_dir)?
            // A file that a crashed server left behind names another process than the lock does.
            && Some(services.pid) == pid
        {
            let wanted = [
                (
                    "PostgreSQL",
                    options.postgres,
                    services.database_url.as_deref(),
                ),
                ("Valkey", options.valkey, services.redis_url.as_deref()),
            ];
            let mut all_answer = true;
            for (service, is_wanted, url) in wanted {
                match (is_wanted, url) {
                    (true, None) => {
                        return Err(EmbeddedError::NotOffered {
                            service,
                            pid: services.pid,
                        });
                    }
                    (true, Some(url)) => all_answer &= answers(url).await,
                    (false, _) => {}
                }
            }
            if all_answer {
                return Ok(Embedded {
                    services,
                    owned: None,
                });
            }
        }
        if Instant::now() >= deadline {
            return Err(EmbeddedError::NoAnswer {
                folder: options.data_dir.clone(),
                pid,
            });
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Whether something listens where the URL points. Its owner has already made sure that it is the right thing.
async fn answers(url: &str) -> bool {
    let address = url
        .rsplit('@')
        .next()
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    matches!(
        timeout(Duration::from_secs(2), TcpStream::connect(address)).await,
        Ok(Ok(_))
    )
}
