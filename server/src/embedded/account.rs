//! The unprivileged user that runs the services when Landfall itself runs as root, which Postgres refuses.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use super::error::EmbeddedError;
use super::log::last_lines;
use super::process;

/// How long looking up or creating a user may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A system user other than root.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Who is to run the services: `None` for an ordinary user, who runs them himself.
///
/// Root hands them to the owner of the existing `cluster`, else to `postgres`, else to `landfall`, who is created.
///
/// # Errors
/// [`EmbeddedError::NoAccount`] when no such user can be found or created.
pub(super) async fn choose(cluster: &Path) -> Result<Option<Account>, EmbeddedError> {
    if ask(["-u"]).await.as_deref() != Some("0") {
        return Ok(None);
    }
    if let Ok(owner) = fs::metadata(cluster)
        && owner.uid() != 0
    {
        let uid = owner.uid().to_string();
        let name = ask(["-un", &uid]).await.unwrap_or(uid);
        return Ok(Some(Account {
            name,
            uid: owner.uid(),
            gid: owner.gid(),
        }));
    }
    for name in ["postgres", "landfall"] {
        if let Some(account) = find(name).await {
            return Ok(Some(account));
        }
    }
    let complaint = create("landfall").await;
    // Another server may have been quicker, in which case the complaint is about that.
    find("landfall")
        .await
        .map(Some)
        .ok_or(EmbeddedError::NoAccount(complaint))
}

async fn find(name: &str) -> Option<Account> {
    let uid = ask(["-u", name]).await?.parse().ok()?;
    let gid = ask(["-g", name]).await?.parse().ok()?;
    Some(Account {
        name: name.to_owned(),
        uid,
        gid,
    })
}

/// Creates a system user and returns what the system had to say about it.
async fn create(name: &str) -> String {
    let mut command = process::clean(Command::new("useradd"));
    command.args([
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
    ]);
    command.args(["--shell", "/usr/sbin/nologin", name]);
    match process::run(command, "", LIMIT).await {
        Ok(output) => {
            tracing::info!(
                user = name,
                "created a system user to run the embedded services"
            );
            last_lines(&output.text).trim().to_owned()
        }
        Err(error) => format!("useradd: {error}"),
    }
}

/// What `id` answers, `None` when it does not know the user.
async fn ask<const N: usize>(arguments: [&str; N]) -> Option<String> {
    let mut command = process::clean(Command::new("id"));
    command.args(arguments.map(OsStr::new));
    let output = process::run(command, "", LIMIT).await.ok()?;
    output.success.then(|| output.text.trim().to_owned())
}
