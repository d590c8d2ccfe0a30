//! How service programs are run: as whom, and tied to the life of this process.

use std::fs;
use std::io;
use std::os::unix::fs::lchown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::account::{self, Account};
use super::data_dir::DataDir;
use super::error::EmbeddedError;
use super::process;

/// How long a small test program may take.
const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// Builds the commands that run service programs.
pub(super) struct Runner {
    account: Option<Account>,
    /// `setpriv` of util-linux where it exists. Without it a crash of this process leaves the services running, and the next start ends them.
    setpriv: Option<PathBuf>,
}

impl Runner {
    /// Chooses the user for the services of this folder.
    ///
    /// # Errors
    /// [`EmbeddedError::NoAccount`] when root has nobody to run them as.
    pub(super) async fn new(folder: &DataDir) -> Result<Self, EmbeddedError> {
        let account = account::choose(&folder.path().join("postgres")).await?;
        Ok(Self {
            account,
            setpriv: find_setpriv().await,
        })
    }

    /// `program` as the services' user, in a clean environment. When this process dies it receives the signal `on_death`.
    pub(super) fn command(&self, program: &Path, on_death: &str) -> Command {
        let mut command = match &self.setpriv {
            Some(setpriv) => {
                let mut command = Command::new(setpriv);
                command.args(["--pdeathsig", on_death, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        if let Some(account) = &self.account {
            // The standard library also drops root's supplementary groups here.
            command.uid(account.uid).gid(account.gid);
        }
        process::clean(command)
    }

    /// Whether the services' user can search the folder, or run the program, at `path`.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when that cannot be found out.
    pub(super) async fn can_reach(&self, path: &Path) -> Result<bool, EmbeddedError> {
        if self.account.is_none() {
            // Whatever an ordinary user cannot reach, the operating system's own message says best.
            return Ok(true);
        }
        let mut command = self.command(Path::new("/bin/sh"), "KILL");
        command.args(["-c", r#"test -x "$1""#, "sh"]).arg(path);
        let finished = process::run(command, "", PROBE_LIMIT)
            .await
            .map_err(EmbeddedError::io("look at", path))?;
        Ok(finished.success)
    }

    /// Demands that a program exists and can be run.
    ///
    /// # Errors
    /// [`EmbeddedError::RuntimeMissing`] and [`EmbeddedError::Unreachable`].
    pub(super) async fn demand_program(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !path.is_file() {
            return Err(EmbeddedError::RuntimeMissing(path.to_owned()));
        }
        self.demand_reach(path).await
    }

    /// Demands that the services' user can reach `path`.
    ///
    /// # Errors
    /// [`EmbeddedError::Unreachable`].
    pub(super) async fn demand_reach(&self, path: &Path) -> Result<(), EmbeddedError> {
        match &self.account {
            Some(account) if !self.can_reach(path).await? => Err(EmbeddedError::Unreachable {
                user: account.name.clone(),
                path: path.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Gives a file or folder to the services' user, where that is somebody else. A link is given away itself, never what it
    /// leads to: that user must not be able to have root hand over the files of others.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub(super) fn give(&self, path: &Path) -> io::Result<()> {
        match &self.account {
            Some(account) => lchown(path, Some(account.uid), Some(account.gid)),
            None => Ok(()),
        }
    }
}

/// Finds a `setpriv` that knows `--pdeathsig`, which that of busybox does not.
async fn find_setpriv() -> Option<PathBuf> {
    let path = ["/usr/bin/setpriv", "/bin/setpriv"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| fs::metadata(path).is_ok())?;
    let mut command = process::clean(Command::new(&path));
    command.args(["--pdeathsig", "TERM", "--", "/bin/sh", "-c", ":"]);
    process::run(command, "", PROBE_LIMIT)
        .await
        .is_ok_and(|finished| finished.success)
        .then_some(path)
}
