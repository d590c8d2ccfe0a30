//! Writing checked records: changed ones only, in batches, each batch one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::record::Record;
use domain::{ExternalId, PageId, SegmentId, SegmentKey};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::plan::Plan;
use super::present::Present;
use super::source::{Batches, Source};
use super::{ImportError, Progress, journal};
use crate::desk::Actor;
use crate::embedding::{Embedding, EmbeddingProvider};
use crate::store::{Space, Store, StoreError, StoreTransaction, TextHash};

/// Records a transaction: small enough that little is lost by an interruption.
const BATCH: usize = 100;
/// How long whoever edits waits for an embedding provider.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Records that were new or changed and are now saved.
    pub saved: usize,
    /// Records that stood in the database already.
    pub unchanged: usize,
    /// Texts that had to be embedded.
    pub embedded: usize,
    /// Bad rows that were skipped.
    #[serde(default)]
    pub skipped: usize,
}

/// The good rows of a file.
pub(super) struct Good<'a> {
    /// The file.
    pub(super) source: &'a Arc<dyn Source>,
    /// What there is to be done with them.
    pub(super) plan: &'a Plan,
    /// The lines of the bad ones.
    pub(super) skipped: &'a HashSet<usize>,
}

/// Imports good rows, kind by kind: records refer to none of a later kind.
///
/// # Errors
/// [`ImportError`] when the provider or the database fails, or when `progress` asks to stop. Batches
/// committed before stay, and the same import run again does the rest.
pub(super) async fn carry_out(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    good: Good<'_>,
    actor: &Actor,
    progress: &dyn Progress,
) -> Result<Summary, ImportError> {
    let plan = good.plan;
    let mut importer = Importer::start(store, provider, actor).await?;
    let present = Present::load(store).await?;
    importer.summary.unchanged = plan.sum(|counts| counts.unchanged);
    importer.summary.skipped = good.skipped.len();
    progress.start(plan.saves()).await;
    for (kind, counts) in &plan.counts {
        if counts.new + counts.changed == 0 {
            continue;
        }
        let mut batches = Batches::of(good.source);
        while let Some(rows) = batches.next().await? {
            let rows = rows.into_iter();
            let rows = rows.filter(|row| !good.skipped.contains(&row.line));
            let records = rows.filter_map(|row| row.record.ok());
            let records = records.filter(|record| record.kind() == *kind).collect();
            let compared = present.compare(store, records).await?.into_iter();
            importer
                .pending
                .extend(compared.filter(|c| !c.is_unchanged()).map(|c| c.record));
            importer.save_batches(BATCH, progress).await?;
        }
    }
    importer.save_batches(1, progress).await?;
    progress.finish().await;
    Ok(importer.finish())
}

/// Saves `records`, which have been checked and are held in memory, such as generated ones.
///
/// # Errors
/// [`ImportError`] when the provider or the database fails. Batches committed before stay, and the
/// same import run again does the rest.
pub async fn apply(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    records: Vec<Record>,
    actor: &Actor,
    progress: &dyn Progress,
) -> Result<Summary, ImportError> {
    let mut importer = Importer::start(store, provider, actor).await?;
    let present = Present::load(store).await?;
    let total = records.len();
    let compared = present.compare(store, records).await?.into_iter();
    let changed = compared.filter(|c| !c.is_unchanged()).map(|c| c.record);
    importer.pending = changed.collect();
    importer.pending.sort_by_key(Record::kind);
    importer.summary.unchanged = total - importer.pending.len();
    progress.start(importer.pending.len()).await;
    importer.save_batches(1, progress).await?;
    progress.finish().await;
    Ok(importer.finish())
}

struct Importer<'a> {
    store: &'a Store,
    provider: &'a dyn EmbeddingProvider,
    actor: &'a Actor,
    space: Space,
    pages: HashMap<ExternalId, PageId>,
    segments: HashMap<SegmentKey, SegmentId>,
    /// Records that are to be saved.
    pending: Vec<Record>,
    summary: Summary,
}

impl<'a> Importer<'a> {
    async fn start(
        store: &'a Store,
        provider: &'a dyn EmbeddingProvider,
        actor: &'a Actor,
    ) -> Result<Self, ImportError> {
        let pages = store.page_records().await?.into_iter();
        let segments = store.segment_records().await?.into_iter();
        Ok(Self {
            store,
            provider,
            actor,
            space: store.ensure_space(provider.space()).await?,
            pages: pages.map(|(id, p)| (p.id, id)).collect(),
            segments: segments.map(|(id, s)| (s.key, id)).collect(),
            pending: Vec::new(),
            summary: Summary::default(),
        })
    }

    fn finish(self) -> Summary {
        let Summary {
            saved,
            unchanged,
            embedded,
            skipped,
        } = self.summary;
        info!(saved, unchanged, embedded, skipped, "ingest.apply");
        self.summary
    }

    /// Saves what is pending, in batches, while that is at least `least` records.
    async fn save_batches(
        &mut self,
        least: usize,
        progress: &dyn Progress,
    ) -> Result<(), ImportError> {
        while self.pending.len() >= least {
            let rest = self.pending.split_off(self.pending.len().min(BATCH));
            let batch = std::mem::replace(&mut self.pending, rest);
            self.summary.embedded += self.save(&batch).await?;
            self.summary.saved += batch.len();
            if progress.advance(self.summary.saved).await.is_break() {
                return Err(ImportError::Stopped(self.summary.saved));
            }
        }
        Ok(())
    }

    /// Embeds what is new in a batch and saves the batch with its vectors. Returns how many texts
    /// had to be embedded.
    async fn save(&mut self, batch: &[Record]) -> Result<usize, ImportError> {
        let texts: Vec<Option<String>> = batch.iter().map(embedded_text).collect();
        let wanted: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
        let (vectors, embedded) = vectors(self.store, self.provider, &self.space, &wanted).await?;
        let notes = journal::notes(self.store, batch).await?;
        let mut transaction = self.store.begin().await?;
        transaction.note_all(self.actor, &notes).await?;
        for (record, text) in batch.iter().zip(&texts) {
            let hash = TextHash::of(text.as_deref().unwrap_or_default());
            let vector = vectors.get(&hash);
            self.save_record(&mut transaction, record, &hash, vector)
                .await?;
        }
        transaction.announce().await?;
        transaction.commit().await?;
        Ok(embedded)
    }

    async fn save_record(
        &mut self,
        transaction: &mut StoreTransaction,
        record: &Record,
        hash: &TextHash,
        vector: Option<&Embedding>,
    ) -> Result<(), ImportError> {
        match record {
            Record::Site(site) => transaction.save_site(site).await?,
            Record::Segment(segment) => {
                let id = transaction.save_segment(segment).await?;
                self.segments.insert(segment.key.clone(), id);
            }
            Record::Page(page) => {
                let id = transaction.save_page(page).await?;
                self.pages.insert(page.id.clone(), id);
            }
            Record::Variant(variant) => {
                let page = *self.pages.get(&variant.page).ok_or_else(|| {
                    ImportError::Vanished(format!("the page {} is gone", variant.page))
                })?;
                let segment = match &variant.segment {
                    None => None,
                    Some(key) => Some(*self.segments.get(key).ok_or_else(|| {
                        ImportError::Vanished(format!("the segment {key} is gone"))
                    })?),
                };
                let saved = transaction
                    .save_variant(self.actor, variant, page, segment, hash)
                    .await?;
                if let Some(vector) = vector {
                    transaction
                        .save_vector(&self.space, saved.id, hash, vector)
                        .await?;
                }
                return Ok(());
            }
        }
        if let Some(vector) = vector {
            transaction
                .save_query_vector(&self.space, hash, vector)
                .await?;
        }
        Ok(())
    }
}

/// The text by which a record is found or with which it asks.
fn embedded_text(record: &Record) -> Option<String> {
    match record {
        Record::Site(_) => None,
        Record::Segment(segment) => Some(segment.description.clone()),
        Record::Page(page) => Some(page.intent.clone()),
        Record::Variant(variant) => Some(variant.content.embedding_text()),
    }
}

/// The vectors of `texts`, embedding only those that `space` does not know. When the provider is down, takes too long
/// or refuses one, those are left out: whoever edits does not have to wait for it, and the texts get their vectors in
/// the background, or are listed as refused.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub(crate) async fn vectors_or_later(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    space: &Space,
    texts: &[&str],
) -> Result<HashMap<TextHash, Embedding>, StoreError> {
    let embedding = vectors(store, provider, space, texts);
    let trouble = match tokio::time::timeout(PATIENCE, embedding).await {
        Ok(Ok((vectors, _))) => return Ok(vectors),
        Ok(Err(ImportError::Store(error))) => return Err(error),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the embedding provider takes too long".to_owned(),
    };
    warn!(trouble, "ingest: what is edited now gets its vector later");
    let hashes: Vec<TextHash> = texts.iter().map(|text| TextHash::of(text)).collect();
    store.known_vectors(space, &hashes).await
}

/// The vectors of `texts`, embedding only those that `space` does not know; and how many those were.
async fn vectors(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    space: &Space,
    texts: &[&str],
) -> Result<(HashMap<TextHash, Embedding>, usize), ImportError> {
    let hashes: Vec<TextHash> = texts.iter().map(|text| TextHash::of(text)).collect();
    let mut known = store.known_vectors(space, &hashes).await?;
    let mut missing: HashMap<TextHash, String> = HashMap::new();
    for (text, hash) in texts.iter().zip(&hashes) {
        if !known.contains_key(hash) && !text.trim().is_empty() {
            missing.insert(*hash, (*text).to_owned());
        }
    }
    let (hashes, texts): (Vec<TextHash>, Vec<String>) = missing.into_iter().unzip();
    let embeddings = provider.embed(&texts).await?;
    let embedded = embeddings.len();
    known.extend(hashes.into_iter().zip(embeddings));
    Ok((known, embedded))
}
