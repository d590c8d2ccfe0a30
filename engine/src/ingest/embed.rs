//! Giving every text a vector in the provider's space.

use domain::VariantId;
use tracing::info;

use super::apply::vectors;
use super::{ImportError, Progress};
use crate::embedding::EmbeddingProvider;
use crate::store::{Space, Store, TextHash};

/// Variants a transaction.
const BATCH: i64 = 100;

/// Embeds every text that has no vector in the provider's space, then makes that space the one
/// that decides. Returns how many texts were embedded.
///
/// # Errors
/// [`ImportError`] when the provider or the database fails. What was saved stays; the space
/// becomes active only when it is complete.
pub async fn embed_missing(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    progress: &dyn Progress,
) -> Result<usize, ImportError> {
    let space = store.ensure_space(provider.space()).await?;
    let mut embedded = embed_questions(store, provider, &space).await?;
    let missing = store.unembedded_count(&space).await?;
    progress.start(usize::try_from(missing).unwrap_or(0)).await;
    let mut done = 0;
    let mut after = VariantId(0);
    loop {
        let batch = store.unembedded(&space, after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = last.variant;
        let texts: Vec<String> = batch.iter().map(|v| v.content.embedding_text()).collect();
        let wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (vectors, new) = vectors(store, provider, &space, &wanted).await?;
        let mut transaction = store.begin().await?;
        for (variant, text) in batch.iter().zip(&texts) {
            if let Some(vector) = vectors.get(&TextHash::of(text)) {
                transaction
                    .save_vector(&space, variant.variant, &variant.text_hash, vector)
                    .await?;
            }
        }
        transaction.commit().await?;
        embedded += new;
        done += batch.len();
        if progress.advance(done).await.is_break() {
            return Err(ImportError::Stopped(done));
        }
    }
    let mut transaction = store.begin().await?;
    transaction.activate_space(space.version).await?;
    transaction.announce().await?;
    transaction.commit().await?;
    progress.finish().await;
    info!(embedded, space = space.version, "ingest.embed_missing");
    Ok(embedded)
}

/// Page intents and segment descriptions.
async fn embed_questions(
    store: &Store,
    provider: &dyn EmbeddingProvider,
    space: &Space,
) -> Result<usize, ImportError> {
    let intents = store
        .page_records()
        .await?
        .into_iter()
        .map(|(_, page)| page.intent);
    let descriptions = store
        .segment_records()
        .await?
        .into_iter()
        .map(|(_, s)| s.description);
    let texts: Vec<String> = intents.chain(descriptions).collect();
    let wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (vectors, embedded) = vectors(store, provider, space, &wanted).await?;
    let mut transaction = store.begin().await?;
    for (hash, vector) in &vectors {
        transaction.save_query_vector(space, hash, vector).await?;
    }
    transaction.commit().await?;
    Ok(embedded)
}
