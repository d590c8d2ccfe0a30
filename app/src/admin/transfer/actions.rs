//! What people do with files.

use domain::Role;
use engine::ingest::BadRows;
use engine::store::Owner;
use leptos::prelude::*;

use crate::admin::AdminError;
use crate::admin::session::{AdminSession, done};

/// Starts to import the file that was checked, if need be without its bad rows, and leads to the
/// import. A second press leads to the same import.
#[server(prefix = "/admin/api", endpoint = "transfer/start")]
pub async fn start(upload: i64, #[server(default)] skip_bad_rows: bool) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    let owner = Owner::Person(session.person().id);
    let bad_rows = if skip_bad_rows {
        BadRows::Skip
    } else {
        BadRows::Refuse
    };
    let job = session
        .desk()
        .start_import(&session.actor(), owner, upload, bad_rows)
        .await?;
    leptos_axum::redirect(&format!("/admin/transfer/imports/{job}"));
    Ok(())
}

/// Drops the file that was checked.
#[server(prefix = "/admin/api", endpoint = "transfer/discard")]
pub async fn discard() -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Editor).await?;
    let owner = Owner::Person(session.person().id);
    session.desk().discard_upload(owner).await?;
    done("/admin/transfer", "file-discarded");
    Ok(())
}

/// Stops an import after the batch it is at.
#[server(prefix = "/admin/api", endpoint = "transfer/cancel")]
pub async fn cancel(job: i64) -> Result<(), AdminError> {
    let session = AdminSession::require(Role::Publisher).await?;
    session.desk().cancel_import(&session.actor(), job).await?;
    done(&format!("/admin/transfer/imports/{job}"), "import-stops");
    Ok(())
}
