//! Where the files of a service lie.
//!
//! Usually that is a folder in the data folder. When root starts Landfall in a place that the services' user cannot enter,
//! a checkout below `/root` for example, the files lie in `/var/lib/landfall/` and the data folder has a link to them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::data_dir::{DataDir, random_hex};
use super::error::EmbeddedError;
use super::runner::Runner;

/// Parent of the folders that a data folder links to.
const ELSEWHERE: &str = "/var/lib/landfall";
/// How long removing a folder is tried while something still writes into it.
const REMOVAL_LIMIT: Duration = Duration::from_secs(30);

/// Creates the folder `name` for the services' user, in the data folder or behind a link in it.
///
/// The link is made first, so that no folder can be left behind that nothing refers to.
///
/// # Errors
/// [`EmbeddedError::Io`] when it cannot be created, [`EmbeddedError::Unreachable`] when not even the other place can be entered.
pub(super) async fn create(
    folder: &DataDir,
    runner: &Runner,
    name: &str,
) -> Result<PathBuf, EmbeddedError> {
    let path = folder.path().join(name);
    if !runner.can_reach(folder.path()).await? {
        let parent = Path::new(ELSEWHERE);
        make(parent, 0o711).map_err(EmbeddedError::io("create", parent))?;
        runner.demand_reach(parent).await?;
        let target = parent.join(random_hex(8)?);
        symlink(&target, &path).map_err(EmbeddedError::io("create", &path))?;
        tracing::info!(
            folder = %target.display(),
            "the user who runs the services cannot enter {}: their files are kept in {} instead",
            folder.path().display(), target.display()
        );
    }
    let real = fs::read_link(&path).unwrap_or_else(|_| path.clone());
    make(&real, 0o700)
        .and_then(|()| runner.give(&real))
        .map_err(EmbeddedError::io("create", &real))?;
    Ok(path)
}

/// Removes everything in the data folder whose name begins with `prefix`, with what it links to.
///
/// # Errors
/// [`EmbeddedError::Io`] when something cannot be removed.
pub(super) async fn remove_all(folder: &DataDir, prefix: &str) -> Result<(), EmbeddedError> {
    let failed = || EmbeddedError::io("clean up", folder.path());
    for entry in fs::read_dir(folder.path()).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        if !entry.file_name().to_string_lossy().starts_with(prefix) {
            continue;
        }
        let path = entry.path();
        tracing::info!(path = %path.display(), "removing what an interrupted first start left behind");
        match fs::read_link(&path) {
            Ok(target) => {
                // Only links of our own making are followed.
                if target.parent() == Some(Path::new(ELSEWHERE)) {
                    remove_folder(&target).await?;
                }
                fs::remove_file(&path).map_err(EmbeddedError::io("remove", &path))?;
            }
            Err(_) => remove_folder(&path).await?,
        }
    }
    Ok(())
}

/// Removes a folder. A killed `initdb` leaves a program of its own behind that goes on writing for a moment, so a folder that
/// fills again is tried again.
async fn remove_folder(path: &Path) -> Result<(), EmbeddedError> {
    let deadline = Instant::now() + REMOVAL_LIMIT;
    loop {
        match fs::remove_dir_all(path) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error)
                if error.kind() == io::ErrorKind::DirectoryNotEmpty
                    && Instant::now() < deadline =>
            {
                sleep(Duration::from_millis(100)).await;
            }
            Err(error) => return Err(EmbeddedError::io("remove", path)(error)),
        }
    }
}

/// Creates one folder; an existing one stays as it is.
fn make(path: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
