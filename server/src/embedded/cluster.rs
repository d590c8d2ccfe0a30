//! The database cluster on disk: created in one step, never repaired by guessing.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::data_dir::{DataDir, random_hex};
use super::error::EmbeddedError;
use super::log::last_lines;
use super::runner::Runner;
use super::{place, process};

/// How long creating a cluster may take; one second is usual.
const CREATE_LIMIT: Duration = Duration::from_mins(3);
/// Prefix of clusters that are being created.
const UNFINISHED: &str = "postgres.init-";
/// File with the password of the role `landfall`.
const PASSWORD_FILE: &str = "postgres.password";

/// A cluster that is fit to be started.
pub(super) struct Cluster {
    /// Its folder, absolute and free of links.
    pub(super) path: PathBuf,
    /// Password of the role `landfall`.
    pub(super) password: String,
    /// Whether it was created just now.
    pub(super) is_new: bool,
}

/// Opens the cluster of the data folder, creating it when there is none. `bin` holds Postgres's programs.
///
/// # Errors
/// [`EmbeddedError::Incomplete`], [`EmbeddedError::Dangling`] and [`EmbeddedError::OtherVersion`] for a folder that is there
/// but cannot be used, which is left as it is; [`EmbeddedError::Failed`] when a program of Postgres fails.
pub(super) async fn open(
    folder: &DataDir,
    runner: &Runner,
    bin: &Path,
) -> Result<Cluster, EmbeddedError> {
    place::remove_all(folder, UNFINISHED).await?;
    let link = folder.path().join("postgres");
    let is_new = match fs::symlink_metadata(&link) {
        Ok(_) => false,
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(EmbeddedError::io("look at", &link)(error)),
    };
    let stored = read_password(folder)?;
    if is_new {
        let password = match stored {
            Some(password) => password,
            None => random_hex(24)?,
        };
        folder.write_private(PASSWORD_FILE, &password)?;
        create(folder, runner, bin, &password, &link).await?;
        return Ok(Cluster {
            path: check(&link, runner, bin).await?,
            password,
            is_new,
        });
    }
    let path = check(&link, runner, bin).await?;
    let password = if let Some(password) = stored {
        password
    } else {
        tracing::warn!(
            "the password file of the embedded database is missing: setting a new password"
        );
        let password = random_hex(24)?;
        single_user(
            runner,
            bin,
            &path,
            &format!("ALTER ROLE landfall PASSWORD '{password}';\n"),
        )
        .await?;
        // Stored last: when this is interrupted, the next start does it again.
        folder.write_private(PASSWORD_FILE, &password)?;
        password
    };
    Ok(Cluster {
        path,
        password,
        is_new,
    })
}

/// Creates a complete cluster under a name of its own and renames it when nothing is missing any more.
async fn create(
    folder: &DataDir,
    runner: &Runner,
    bin: &Path,
    password: &str,
    link: &Path,
) -> Result<(), EmbeddedError> {
    tracing::info!(folder = %link.display(), "creating the embedded database");
    let unfinished =
        place::create(folder, runner, &format!("{UNFINISHED}{}", random_hex(4)?)).await?;
    let path = unfinished
        .canonicalize()
        .map_err(EmbeddedError::io("resolve", &unfinished))?;
    let result = async {
        // The superuser has no password and there is no local socket: nobody can log in as him, not even by a hole in Landfall.
        // Killed with this process, because it takes other signals only between its steps.
        let mut initdb = runner.command(&bin.join("initdb"), "KILL");
        initdb.arg("-D").arg(&path).args([
            "-U",
            "postgres",
            "--auth-local=reject",
            "--auth-host=scram-sha-256",
        ]);
        // PostgreSQL's own locale sorts alike on every machine and survives an upgrade of the C library.
        initdb.args([
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--encoding=UTF8",
        ]);
        initdb.args(["--data-checksums", "--no-instructions"]);
        run_tool(initdb, "", "Creating the database (initdb)").await?;
        // pgvector may be installed by the superuser only, so every new database inherits it from the template.
        let statements = format!(
            "CREATE EXTENSION vector;\nCREATE ROLE landfall LOGIN CREATEDB PASSWORD '{password}';\nCREATE DATABASE landfall OWNER landfall;\n"
        );
        single_user(runner, bin, &path, &statements).await?;
        fs::rename(&unfinished, link)
            .and_then(|()| File::open(folder.path())?.sync_all())
            .map_err(EmbeddedError::io("rename", &unfinished))
    };
    match result.await {
        Ok(()) => Ok(()),
        Err(error) => {
            // What cannot be removed now is removed at the next start; the first error is the one to tell.
            let _ = place::remove_all(folder, UNFINISHED).await;
            Err(error)
        }
    }
}

/// Returns the real path of a cluster that this Postgres can start.
async fn check(link: &Path, runner: &Runner, bin: &Path) -> Result<PathBuf, EmbeddedError> {
    let path = match link.canonicalize() {
        Ok(path) => path,
        Err(error) => {
            return Err(match fs::read_link(link) {
                Ok(target) if error.kind() == io::ErrorKind::NotFound => EmbeddedError::Dangling {
                    link: link.to_owned(),
                    target,
                },
                _ => EmbeddedError::io("resolve", link)(error),
            });
        }
    };
    let installed = installed_version(runner, bin).await?;
    runner.demand_reach(&path).await?;
    for missing in ["PG_VERSION", "global/pg_control"] {
        let file = path.join(missing);
        match fs::metadata(&file) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(EmbeddedError::Incomplete {
                    folder: path,
                    missing,
                });
            }
            Err(error) => return Err(EmbeddedError::io("look at", &file)(error)),
        }
    }
    let version_file = path.join("PG_VERSION");
    let found = fs::read_to_string(&version_file)
        .map_err(EmbeddedError::io("read", &version_file))?
        .trim()
        .to_owned();
    if found != installed {
        return Err(EmbeddedError::OtherVersion {
            folder: path,
            found,
            installed,
        });
    }
    Ok(path)
}

/// The major version of the installed programs, such as `18`.
async fn installed_version(runner: &Runner, bin: &Path) -> Result<String, EmbeddedError> {
    let mut command = runner.command(&bin.join("postgres"), "KILL");
    command.arg("--version");
    let text = run_tool(command, "", "Asking PostgreSQL for its version").await?;
    let number = text.split_whitespace().last().unwrap_or_default();
    Ok(number.split('.').next().unwrap_or_default().to_owned())
}

/// Runs statements as the superuser on a cluster that is not running, one per line.
async fn single_user(
    runner: &Runner,
    bin: &Path,
    path: &Path,
    statements: &str,
) -> Result<(), EmbeddedError> {
    let mut command = runner.command(&bin.join("postgres"), "TERM");
    command
        .arg("--single")
        .arg("-D")
        .arg(path)
        .args(["-c", "exit_on_error=true", "template1"]);
    run_tool(command, statements, "Setting up the database")
        .await
        .map(drop)
}

async fn run_tool(
    command: tokio::process::Command,
    input: &str,
    action: &str,
) -> Result<String, EmbeddedError> {
    let program = PathBuf::from(command.as_std().get_program());
    match process::run(command, input, CREATE_LIMIT).await {
        Ok(finished) if finished.success => Ok(finished.text),
        Ok(finished) => Err(EmbeddedError::Failed {
            action: action.to_owned(),
            log: last_lines(&finished.text),
        }),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(EmbeddedError::TooSlow {
            action: action.to_owned(),
            seconds: CREATE_LIMIT.as_secs(),
            log: last_lines(""),
        }),
        Err(error) => Err(EmbeddedError::io("run", &program)(error)),
    }
}

/// The stored password; `None` when the file is missing or empty.
fn read_password(folder: &DataDir) -> Result<Option<String>, EmbeddedError> {
    let path = folder.path().join(PASSWORD_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|password| !password.is_empty())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EmbeddedError::io("read", &path)(error)),
    }
}
