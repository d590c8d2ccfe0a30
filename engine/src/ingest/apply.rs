//! Writing checked records: changed ones only, in batches, each batch one transaction.

use std::collections::HashMap;
use std::time::Duration;

use domain::record::{PageRecord, Record, SegmentRecord, VariantRecord};
use domain::{ExternalId, PageId, SegmentId, SegmentKey};
use tracing::{info, warn};

use super::{ImportError, Progress};
use crate::embedding::{Blame, Embedding, EmbeddingProvider};
use crate::store::{Space, Store, StoreTransaction, TextHash};

/// Records a transaction: small enough that little is lost by an interruption.
const BATCH: usize = 100;
/// How long whoever edits waits for an embedding provider.
const PATIENCE: Duration = Duration::from_secs(3);

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records that were new or changed and are now saved.
    pub saved: usize,
    /// Records that stood in the database already.
    pub unchanged: usize,
    /// Texts that had to be embedded.
    pub embedded: usize,
}

/// Saves `records`, which have been checked, in the order: site, segments, pages, variants.
///
/// # Errors
/// [`ImportError`] when the provider or the database fails. Batches committed before stay, and the
/// same import run again does the rest.
pub async fn apply(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    records: Vec<Record>,
    progress: &dyn Progress,
) -> Result<Summary, ImportError> {
    let space = store.ensure_space(provider.space()).await?;
    let total = records.len();
    let changed = changed(store, records).await?;
    let mut summary = Summary {
        unchanged: total - changed.len(),
        ..Summary::default()
    };
    progress.start(changed.len());
    let mut importer = Importer {
        store,
        provider,
        space,
        pages: store
            .page_records()
            .await?
            .into_iter()
            .map(|(id, p)| (p.id, id))
            .collect(),
        segments: store
            .segment_records()
            .await?
            .into_iter()
            .map(|(id, s)| (s.key, id))
            .collect(),
    };
    for batch in changed.chunks(BATCH) {
        summary.embedded += importer.save(batch).await?;
        summary.saved += batch.len();
        progress.advance(summary.saved);
    }
    progress.finish();
    info!(
        saved = summary.saved,
        unchanged = summary.unchanged,
        embedded = summary.embedded,
        "ingest.apply"
    );
    Ok(summary)
}

/// The records that differ from what the database holds, in the order in which they depend on
/// each other.
async fn changed(store: &Store, records: Vec<Record>) -> Result<Vec<Record>, ImportError> {
    let site = store.site().await?;
    let segments: HashMap<SegmentKey, SegmentRecord> = store
        .segment_records()
        .await?
        .into_iter()
        .map(|(_, s)| (s.key.clone(), s))
        .collect();
    let pages: HashMap<ExternalId, PageRecord> = store
        .page_records()
        .await?
        .into_iter()
        .map(|(_, p)| (p.id.clone(), p))
        .collect();
    let named: Vec<ExternalId> = records
        .iter()
        .filter_map(|record| match record {
            Record::Variant(variant) => Some(variant.id.clone()),
            _ => None,
        })
        .collect();
    let variants: HashMap<ExternalId, VariantRecord> = store
        .variant_records(Some(&named))
        .await?
        .into_iter()
        .map(|v| (v.id.clone(), v))
        .collect();
    let mut changed: Vec<Record> = records
        .into_iter()
        .filter(|record| match record {
            Record::Site(new) => site.as_ref() != Some(new),
            Record::Segment(new) => segments.get(&new.key) != Some(new),
            Record::Page(new) => pages.get(&new.id) != Some(new),
            Record::Variant(new) => variants.get(&new.id) != Some(new),
        })
        .collect();
    changed.sort_by_key(|record| match record {
        Record::Site(_) => 0,
        Record::Segment(_) => 1,
        Record::Page(_) => 2,
        Record::Variant(_) => 3,
    });
    Ok(changed)
}

struct Importer<'a> {
    store: &'a Store,
    provider: &'a dyn EmbeddingProvider,
    space: Space,
    pages: HashMap<ExternalId, PageId>,
    segments: HashMap<SegmentKey, SegmentId>,
}

impl Importer<'_> {
    /// Embeds what is new in a batch and saves the batch with its vectors. Returns how many texts
    /// had to be embedded.
    async fn save(&mut self, batch: &[Record]) -> Result<usize, ImportError> {
        let texts: Vec<Option<String>> = batch.iter().map(embedded_text).collect();
        let wanted: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
        let (vectors, embedded) = vectors(self.store, self.provider, &self.space, &wanted).await?;
        let mut transaction = self.store.begin().await?;
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
                    .save_variant(variant, page, segment, hash)
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

/// The vectors of `texts`, embedding only those that `space` does not know. When the provider is down or takes too long,
/// those are left out: whoever edits does not have to wait for it, and the texts get their vectors in the background.
///
/// # Errors
/// [`ImportError`] when the provider refuses a text or the database fails.
pub(crate) async fn vectors_or_later(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    space: &Space,
    texts: &[&str],
) -> Result<HashMap<TextHash, Embedding>, ImportError> {
    let embedding = vectors(store, provider, space, texts);
    let trouble = match tokio::time::timeout(PATIENCE, embedding).await {
        Ok(Ok((vectors, _))) => return Ok(vectors),
        Ok(Err(ImportError::Embedding(error))) if error.blame() != Blame::Text => error.to_string(),
        Ok(Err(error)) => return Err(error),
        Err(_) => "the embedding provider takes too long".to_owned(),
    };
    warn!(trouble, "ingest: what is edited now gets its vector later");
    let hashes: Vec<TextHash> = texts.iter().map(|text| TextHash::of(text)).collect();
    Ok(store.known_vectors(space, &hashes).await?)
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
