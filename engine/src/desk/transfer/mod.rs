//! Importing a file at the desk: it arrives, a dry run says what it would do, and once somebody
//! confirms, a job does it.

mod run;
mod source;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use serde_json::json;
use thiserror::Error;
use tracing::warn;

use self::source::Uploaded;
use super::{Actor, Desk, DeskError};
use crate::ingest::format::Format;
use crate::ingest::{BadRows, Export, ExportError, MAX_SKIPPED, Planner, Selection, Source};
use crate::store::{Findings, Job, Owner, Store, StoreError, Upload};

/// Most bytes of a file: 50 MiB.
pub const MAX_FILE_BYTES: u64 = 50 * 1_024 * 1_024;
/// What is wrong with a file is shown up to here; all of it can be downloaded.
pub const SHOWN_REJECTIONS: usize = 200;

/// How long a file waits for a decision, and the table of skipped rows after the import.
pub const KEPT: Duration = Duration::from_hours(1);
/// How often files and jobs are looked after.
const TIDIED: Duration = Duration::from_mins(5);
/// Bytes of a file that are kept in one piece.
const PIECE: usize = 512 * 1_024;
/// Longest name of a file, in characters.
const MAX_NAME: usize = 200;
/// Imports that are listed.
const LISTED: i64 = 10;

/// Why a file did not arrive.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// It has more bytes than [`MAX_FILE_BYTES`].
    #[error("The file has more than 50 MB. Split it, and import one part after the other.")]
    TooLarge,
    /// Its sender stopped, or was too slow.
    #[error("The file did not arrive as a whole. Upload it again.")]
    Interrupted,
    /// It cannot be taken as it is.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<StoreError> for ReceiveError {
    fn from(error: StoreError) -> Self {
        Self::Desk(error.into())
    }
}

impl Desk {
    /// Takes a file and finds out what its import would do. Nothing is imported.
    ///
    /// # Errors
    /// [`ReceiveError`]; nothing of the file is kept then.
    pub async fn receive_upload<E>(
        &self,
        owner: Owner,
        name: &str,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Upload, ReceiveError> {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        let name: String = name.chars().take(MAX_NAME).collect();
        if name.trim().is_empty() {
            return Err(DeskError::invalid("file", "is missing; choose a file").into());
        }
        let format = Format::of_path(Path::new(&name)).map_err(|_| {
            let message = "is neither CSV nor JSON lines; its name ends in .csv or .jsonl";
            DeskError::invalid("file", message)
        })?;
        let id = self.store.begin_upload(owner, &name, format).await?;
        let received = async {
            let bytes = self.keep_pieces(id, content).await?;
            if bytes == 0 {
                return Err(DeskError::invalid("file", "is empty; choose another").into());
            }
            Ok(self.look_through(id, format, bytes).await?)
        };
        if let Err(error) = received.await {
            self.store.discard_upload(id).await?;
            return Err(error);
        }
        let kept = self.store.upload(owner, Some(id)).await?;
        kept.ok_or(ReceiveError::Interrupted)
    }

    async fn keep_pieces<E>(
        &self,
        upload: i64,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<u64, ReceiveError> {
        let mut content = std::pin::pin!(content);
        let mut piece = Vec::with_capacity(PIECE);
        let (mut number, mut total) = (0, 0);
        while let Some(bytes) = content.next().await {
            let mut bytes = bytes.map_err(|_| ReceiveError::Interrupted)?;
            total += bytes.len() as u64;
            if total > MAX_FILE_BYTES {
                return Err(ReceiveError::TooLarge);
            }
            while !bytes.is_empty() {
                let room = (PIECE - piece.len()).min(bytes.len());
                piece.extend_from_slice(&bytes.split_to(room));
                if piece.len() == PIECE {
                    self.store.add_piece(upload, number, &piece).await?;
                    number += 1;
                    piece.clear();
                }
            }
        }
        if !piece.is_empty() {
            self.store.add_piece(upload, number, &piece).await?;
        }
        Ok(total)
    }

    async fn look_through(&self, upload: i64, format: Format, bytes: u64) -> Result<(), DeskError> {
        let source = self.uploaded(upload, format);
        let mut planner = Planner::start(&self.store, &source).await?;
        let mut findings = Findings {
            bytes,
            ..Findings::default()
        };
        while let Some(rejections) = planner.step().await? {
            findings.problems += rejections.len();
            let room = SHOWN_REJECTIONS - findings.rejections.len();
            findings
                .rejections
                .extend(rejections.into_iter().take(room));
        }
        findings.plan = planner.finish();
        self.store.keep_findings(upload, &findings).await?;
        Ok(())
    }

    fn uploaded(&self, upload: i64, format: Format) -> Arc<dyn Source> {
        let runtime = self.engine.runtime().clone();
        Arc::new(Uploaded::new(self.store.clone(), runtime, upload, format))
    }

    /// The file that waits for somebody's decision.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn waiting_upload(&self, owner: Owner) -> Result<Option<Upload>, DeskError> {
        self.store.drop_old_uploads(KEPT).await?;
        Ok(self.store.upload(owner, None).await?)
    }

    /// Drops a file that nobody wants to import.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn drop_upload(&self, upload: i64) -> Result<(), DeskError> {
        Ok(self.store.discard_upload(upload).await?)
    }

    /// Drops the file that waits for somebody's decision.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn discard_upload(&self, owner: Owner) -> Result<(), DeskError> {
        Ok(self.store.discard_waiting_upload(owner).await?)
    }

    /// Goes through the file that waits for somebody's decision once more, for everything wrong with it.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when the file is gone.
    pub async fn look_again(&self, owner: Owner) -> Result<Planner, DeskError> {
        let upload = self.waiting_upload(owner).await?.ok_or_else(gone)?;
        let source = self.uploaded(upload.id, upload.format);
        Ok(Planner::start(&self.store, &source).await?)
    }

    /// Begins to export records.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn export(
        &self,
        selection: &Selection,
        format: Format,
    ) -> Result<Export, ExportError> {
        Export::start(&self.store, selection, format).await
    }

    /// Starts to import a file that has arrived, and returns the job. Asked again for the same file,
    /// it returns the same job.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when the file is gone; [`DeskError::Conflict`] when it has bad rows that
    /// are not to be skipped, or too many of them; [`DeskError::Store`] while another import runs.
    pub async fn start_import(
        &self,
        actor: &Actor,
        owner: Owner,
        upload: i64,
        bad_rows: BadRows,
    ) -> Result<i64, DeskError> {
        self.store.fail_abandoned_imports().await?;
        self.store.drop_old_uploads(KEPT).await?;
        let found = self.store.upload(owner, Some(upload)).await?;
        let upload = found.ok_or_else(gone)?;
        if upload.findings.problems > 0 && bad_rows == BadRows::Refuse {
            return Err(DeskError::Conflict(format!(
                "{} has bad rows. Correct them and upload it again; nothing was imported.",
                upload.name
            )));
        }
        if upload.findings.plan.rejected() > MAX_SKIPPED {
            return Err(DeskError::Conflict(format!(
                "{} has too many bad rows to leave them out. Correct what they have in common, and upload it again.",
                upload.name
            )));
        }
        let mut transaction = self.store.begin().await?;
        if let Some(job) = transaction.job_of_upload(upload.id).await? {
            return Ok(job);
        }
        let payload = json!({"file": upload.name, "by": actor.name});
        let holder = format!("process {}", std::process::id());
        let job = transaction
            .begin_import(&payload, &holder, run::LEASE)
            .await?;
        if !transaction.assign_upload(upload.id, job).await? {
            return Err(gone());
        }
        let plan = &upload.findings.plan;
        let what = json!({
            "job": job, "new": plan.sum(|c| c.new), "changed": plan.sum(|c| c.changed),
            "unchanged": plan.sum(|c| c.unchanged), "skipped": plan.rejected()
        });
        transaction
            .note(actor, "import.start", &upload.name, None, Some(&what))
            .await?;
        transaction.commit().await?;
        let source = self.uploaded(upload.id, upload.format);
        let work = run::import(self.clone(), job, upload, source, bad_rows, actor.clone());
        self.engine.runtime().spawn(work);
        Ok(job)
    }

    /// Asks an import to stop after the batch it is at.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] when it is over already.
    pub async fn cancel_import(&self, actor: &Actor, job: i64) -> Result<(), DeskError> {
        let found = self.import_job(job).await?;
        let mut transaction = self.store.begin().await?;
        if !transaction.cancel_job(job).await? {
            return Err(DeskError::Conflict(
                "This import is over already; there is nothing to cancel.".to_owned(),
            ));
        }
        transaction
            .note(
                actor,
                "import.cancel",
                &found.file,
                None,
                Some(&json!({"job": job})),
            )
            .await?;
        Ok(transaction.commit().await?)
    }

    /// An import.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is no such job.
    pub async fn import_job(&self, job: i64) -> Result<Job, DeskError> {
        self.store.fail_abandoned_imports().await?;
        let found = self.store.import_job(job).await?;
        found.ok_or_else(|| DeskError::NotFound("The import".to_owned()))
    }

    /// What is wrong with the rows that an import skips, as a CSV table.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] when there is no such table, or none any more.
    pub async fn rejects_of(&self, job: i64) -> Result<Vec<u8>, DeskError> {
        self.store.drop_old_uploads(KEPT).await?;
        let table = self.store.rejects(job).await?;
        table.ok_or_else(|| {
            DeskError::NotFound("The table of bad rows, which is kept for an hour,".to_owned())
        })
    }

    /// The last imports, the latest first.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn imports(&self) -> Result<Vec<Job>, DeskError> {
        self.store.fail_abandoned_imports().await?;
        Ok(self.store.imports(LISTED).await?)
    }
}

fn gone() -> DeskError {
    DeskError::NotFound("The file, which is kept for an hour,".to_owned())
}

/// Drops files that nobody decides about and gives up jobs whose nodes are gone, for as long as the
/// returned future is polled. Every node may do so.
pub async fn tidy(store: Store) {
    loop {
        let tidied = async {
            store.fail_abandoned_imports().await?;
            store.drop_old_uploads(KEPT).await
        };
        if let Err(error) = tidied.await {
            warn!(%error, "desk.tidy failed");
        }
        tokio::time::sleep(TIDIED).await;
    }
}
