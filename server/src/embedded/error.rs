//! What can go wrong with embedded services, each with the way out.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded services are not running. Every message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// A program is not where the runtime folder should have it.
    #[error(
        "{} is missing. Run `make setup` to install it, or set DATABASE_URL and REDIS_URL to use services of your own", .0.display()
    )]
    RuntimeMissing(PathBuf),

    /// Another process holds the data folder.
    #[error(
        "another Landfall process{} is using the data folder {}. Stop that process first, or give this one a data folder of its own",
        pid_note(*pid), folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, when it has said so.
        pid: Option<u32>,
    },

    /// Another process holds the data folder, and its services cannot be reached.
    #[error(
        "another Landfall process{} is using the data folder {}, but its services do not answer. Stop that process and try again",
        pid_note(*pid), folder.display()
    )]
    NoAnswer {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, when it has said so.
        pid: Option<u32>,
    },

    /// The process that holds the data folder does not run the service asked for.
    #[error(
        "the Landfall process {pid} that is using this data folder does not run {service} itself. Give this command the same DATABASE_URL and REDIS_URL as that process"
    )]
    NotOffered {
        /// `PostgreSQL` or `Valkey`.
        service: &'static str,
        /// The process that holds the data folder.
        pid: u32,
    },

    /// The configured port belongs to another program.
    #[error(
        "{service} cannot listen on 127.0.0.1:{port}, because another program does. Stop that program, or configure another port for {service} (without one it takes any free port)"
    )]
    PortInUse {
        /// `PostgreSQL` or `Valkey`.
        service: &'static str,
        /// The configured port.
        port: u16,
    },

    /// The cluster lacks a file without which it cannot be one.
    #[error(
        "{} is not a complete PostgreSQL data folder: {missing} is missing. Nothing has been changed. Put a backup in its place, or move it away to begin with an empty database", folder.display()
    )]
    Incomplete {
        /// The folder of the cluster.
        folder: PathBuf,
        /// The file that is missing, relative to the folder.
        missing: &'static str,
    },

    /// The link to the cluster leads nowhere.
    #[error(
        "{} leads to {}, which does not exist. Nothing has been changed. Mount or restore that folder, or remove the link to begin with an empty database", link.display(), target.display()
    )]
    Dangling {
        /// The link in the data folder.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },

    /// The cluster was written by another major version of Postgres.
    #[error(
        "{} holds the data of PostgreSQL {found}, but PostgreSQL {installed} is installed. Nothing has been changed. Write the content out with the Landfall version that created it (`landfall export`), move the folder away and import the content again", folder.display()
    )]
    OtherVersion {
        /// The folder of the cluster.
        folder: PathBuf,
        /// The major version that wrote the cluster.
        found: String,
        /// The major version that is installed.
        installed: String,
    },

    /// Root has no unprivileged user to run the services as.
    #[error(
        "PostgreSQL does not run as root, and the system user `landfall` could not be created: {0}. Create it by hand (`useradd --system landfall`), start Landfall as an ordinary user, or set DATABASE_URL and REDIS_URL"
    )]
    NoAccount(String),

    /// The unprivileged user cannot reach a folder it needs.
    #[error(
        "the user {user}, who runs the services for root, cannot reach {}. Make every folder on that path searchable (`chmod o+x`), choose a folder elsewhere, or start Landfall as an ordinary user", path.display()
    )]
    Unreachable {
        /// The unprivileged user.
        user: String,
        /// The folder or program out of reach.
        path: PathBuf,
    },

    /// A program ended with an error.
    #[error("{action} failed. Its last lines were:\n{log}")]
    Failed {
        /// What was being done, as the beginning of a sentence.
        action: String,
        /// The end of the program's output.
        log: String,
    },

    /// A program neither succeeded nor failed in time.
    #[error(
        "{action} was given up after {seconds} seconds without news. Its last lines were:\n{log}"
    )]
    TooSlow {
        /// What was being done, as the beginning of a sentence.
        action: String,
        /// The limit that passed, in seconds.
        seconds: u64,
        /// The end of the program's output.
        log: String,
    },

    /// The operating system refused something.
    #[error("cannot {action} {}: {source}{}", path.display(), permission_note(source))]
    Io {
        /// What was being done, as in "cannot read".
        action: &'static str,
        /// The file, folder or program concerned.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// For `map_err`: an [`EmbeddedError::Io`] about `path`.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

fn pid_note(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})"))
        .unwrap_or_default()
}

fn permission_note(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::PermissionDenied => {
            ". Start Landfall as the user who owns that folder, or choose another data folder"
        }
        io::ErrorKind::StorageFull => ". Free some space and start again: nothing has been lost",
        _ => "",
    }
}
