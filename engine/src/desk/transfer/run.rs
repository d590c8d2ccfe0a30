//! The job that imports a file.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tracing::{error, warn};

use crate::desk::{Actor, Desk};
use crate::ingest::{
    self, BadRows, ImportError, Progress, Rejection, Source, Summary, write_rejects,
};
use crate::store::{Beat, Store, Upload};

/// After so long a silence the node that runs a job counts as dead.
pub(super) const LEASE: Duration = Duration::from_mins(2);
/// How often the node says that it is alive.
const PULSE: Duration = Duration::from_secs(20);

/// Imports a file and writes down how that went.
pub(super) async fn import(
    desk: Desk,
    job: i64,
    upload: Upload,
    source: Arc<dyn Source>,
    bad_rows: BadRows,
    actor: Actor,
) {
    let (engine, store) = (&desk.engine, &desk.store);
    let records = Records { store, job };
    let provider = engine.provider();
    let work = ingest::import(store, provider, &source, bad_rows, &actor, &records);
    let outcome = tokio::select! {
        outcome = work => outcome,
        never = live(store, job) => match never {},
    };
    if let Err(error) = end(store, job, &upload, &actor, outcome).await {
        // Its lease runs out, and then it counts as failed.
        error!(%error, job, "desk.import could not be ended");
    }
}

async fn end(
    store: &Store,
    job: i64,
    upload: &Upload,
    actor: &Actor,
    outcome: Result<Summary, ImportError>,
) -> Result<(), crate::store::StoreError> {
    let (state, words, summary) = match &outcome {
        Ok(summary) => ("succeeded", None, Some(json!(summary))),
        Err(ImportError::Stopped(_)) => ("cancelled", None, None),
        Err(error) => ("failed", Some(reason(job, error)), None),
    };
    let action = match outcome {
        Ok(_) => "import.finish",
        Err(ImportError::Stopped(_)) => "import.stop",
        Err(_) => "import.fail",
    };
    let what = json!({"job": job, "summary": summary, "error": words});
    let mut transaction = store.begin().await?;
    let ran = transaction
        .finish_import(job, state, words.as_deref(), summary.as_ref())
        .await?;
    if !ran {
        // It was given up for lost, and told as failed.
        return Ok(());
    }
    transaction.drop_pieces(upload.id).await?;
    transaction
        .note(actor, action, &upload.name, None, Some(&what))
        .await?;
    transaction.commit().await
}

/// Why an import failed, for people; the log has the rest.
fn reason(job: i64, error: &ImportError) -> String {
    warn!(%error, job, "desk.import failed");
    match error {
        ImportError::Rejected(_) | ImportError::TooManyBad => {
            "the site has changed since the file was checked, and some rows do not fit it any more; upload the file again"
                .to_owned()
        }
        ImportError::Store(_) | ImportError::File(_) => {
            "the database failed; what was saved stays. Run it again: the same file does the rest".to_owned()
        }
        ImportError::Embedding(_) => {
            "texts could not be embedded, because the embedding service does not answer; what was saved stays. \
             Run it again: the same file does the rest"
                .to_owned()
        }
        ImportError::Vanished(_) | ImportError::Stopped(_) => error.to_string(),
    }
}

/// Says that the job's node is alive, for ever.
async fn live(store: &Store, job: i64) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(PULSE).await;
        if let Err(error) = store.beat(job, None, None, LEASE).await {
            warn!(%error, job, "desk.import cannot say that it is alive");
        }
    }
}

/// Writes down how many records are saved.
struct Records<'a> {
    store: &'a Store,
    job: i64,
}

#[async_trait]
impl Progress for Records<'_> {
    async fn skip(&self, rejections: &[Rejection], rows: usize) {
        let mut table = Vec::new();
        let kept = match write_rejects(rejections, true, &mut table) {
            Ok(()) => self.store.keep_rejects(self.job, rows, &table).await,
            // Memory takes everything.
            Err(_) => Ok(()),
        };
        if let Err(error) = kept {
            warn!(%error, "desk.import cannot keep what it skips");
        }
    }

    async fn start(&self, total: usize) {
        if let Err(error) = self.store.beat(self.job, None, Some(total), LEASE).await {
            warn!(%error, "desk.import cannot say how much there is to do");
        }
    }

    async fn advance(&self, done: usize) -> ControlFlow<()> {
        match self.store.beat(self.job, Some(done), None, LEASE).await {
            Ok(Beat::Stop) => ControlFlow::Break(()),
            Ok(Beat::Go) => ControlFlow::Continue(()),
            Err(error) => {
                warn!(%error, "desk.import cannot say how far it is");
                ControlFlow::Continue(())
            }
        }
    }

    async fn finish(&self) {}
}
