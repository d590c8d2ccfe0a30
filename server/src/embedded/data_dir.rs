//! The data folder: one owner at a time, and small files only that owner's user can read.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::EmbeddedError;
use super::log::Log;

/// What the owner of a data folder tells other processes of the same user.
#[derive(Deserialize, Serialize)]
pub(super) struct Services {
    /// The process that runs the services.
    pub(super) pid: u32,
    /// URL with password, when Postgres runs.
    pub(super) database_url: Option<String>,
    /// URL with password, when Valkey runs.
    pub(super) redis_url: Option<String>,
    /// How people reach the site, when that process serves it.
    pub(super) base_url: Option<String>,
}

/// A data folder that this process, and no other, works in.
pub(super) struct DataDir {
    path: PathBuf,
    /// The operating system releases the lock when the process ends, however it does.
    lock: File,
}

impl DataDir {
    /// Creates the folder if need be and takes its lock.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has the lock, [`EmbeddedError::Io`] when a file cannot be written.
    pub(super) fn open(path: &Path) -> Result<Self, EmbeddedError> {
        create_folder(path)?;
        let path = path
            .canonicalize()
            .map_err(EmbeddedError::io("resolve", path))?;
        let name = path.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&name)
            .map_err(EmbeddedError::io("open", &name))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // The other process may not have written it yet: the message then goes without.
                let _ = lock.read_to_string(&mut pid);
                return Err(EmbeddedError::InUse {
                    folder: path,
                    pid: pid.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => {
                return Err(EmbeddedError::io("lock", &name)(source));
            }
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", &name))?;
        create_folder(&path.join("log"))?;
        Ok(Self { path, lock })
    }

    /// The folder itself, absolute and free of links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The log of one service, to be continued.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when it cannot be opened.
    pub(super) fn log(&self, service: &str) -> Result<Log, EmbeddedError> {
        Log::open(self.path.join("log").join(format!("{service}.log")))
    }

    /// Tells other processes of the same user where the services are.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when the file cannot be written.
    pub(super) fn announce(&self, services: &Services) -> Result<(), EmbeddedError> {
        let path = services_file(&self.path);
        let text = serde_json::to_string_pretty(services)
            .map_err(|error| EmbeddedError::io("write", &path)(error.into()))?;
        self.write_private("services.json", &text)
    }

    /// Takes the announcement back.
    pub(super) fn withdraw(&self) {
        // A file that stays names a process without the lock, and is ignored for that.
        let _ = fs::remove_file(services_file(&self.path));
    }

    /// What the owner of the folder at `path` has announced; `None` while it has announced nothing.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when the file exists but cannot be read.
    pub(super) fn announced(path: &Path) -> Result<Option<Services>, EmbeddedError> {
        let path = services_file(path);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| EmbeddedError::io("read", &path)(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EmbeddedError::io("read", &path)(error)),
        }
    }

    /// Writes a file that only this user can read. After a power cut it is either the old one or the new one.
    ///
    /// # Errors
    /// [`EmbeddedError::Io`] when it cannot be written.
    pub(super) fn write_private(&self, name: &str, text: &str) -> Result<(), EmbeddedError> {
        let (path, next) = (self.path.join(name), self.path.join(format!("{name}.next")));
        write_private_file(&next, text)
            .and_then(|()| fs::rename(&next, &path))
            .and_then(|()| File::open(&self.path)?.sync_all())
            .map_err(EmbeddedError::io("write", &path))
    }
}

impl Drop for DataDir {
    /// Closing the file alone would release the lock later: a service that is being started has the
    /// file open, too, from the fork of this process to its own program's first moment.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

/// Writes `text` to `path` with mode 0600 and waits until it is on the disk.
pub(super) fn write_private_file(path: &Path, text: &str) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// `bytes` random bytes as hexadecimal digits, from the operating system's generator.
///
/// # Errors
/// [`EmbeddedError::Io`] when `/dev/urandom` cannot be read.
pub(super) fn random_hex(bytes: usize) -> Result<String, EmbeddedError> {
    let source = Path::new("/dev/urandom");
    let mut random = vec![0_u8; bytes];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut random))
        .map_err(EmbeddedError::io("read", source))?;
    let mut text = String::with_capacity(bytes * 2);
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

fn services_file(folder: &Path) -> PathBuf {
    folder.join("services.json")
}

/// Creates a folder for this user alone. Root's may be passed through, because the services run as another user.
fn create_folder(path: &Path) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    let create = |mode| DirBuilder::new().recursive(true).mode(mode).create(path);
    create(0o700)
        .and_then(|()| fs::metadata(path))
        .and_then(|made| {
            if made.uid() == 0 {
                fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o711))
            } else {
                Ok(())
            }
        })
        .map_err(EmbeddedError::io("create", path))
}
