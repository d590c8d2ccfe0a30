//! The vectors by which variants are found, made before anything is written.

use std::collections::HashMap;

use domain::{ContentOverride, VariantId};

use crate::desk::{Desk, DeskError};
use crate::embedding::Embedding;
use crate::ingest::vectors_or_later;
use crate::store::{Space, StoreTransaction, TextHash};

/// The vectors of some contents.
pub(super) struct Vectors {
    space: Space,
    known: HashMap<TextHash, Embedding>,
}

impl Desk {
    /// Embeds what is new among the texts of `contents`.
    pub(super) async fn vectors(
        &self,
        contents: impl IntoIterator<Item = &ContentOverride>,
    ) -> Result<Vectors, DeskError> {
        let provider = self.engine.provider();
        let space = self.store.ensure_space(provider.space()).await?;
        let texts: Vec<String> = contents
            .into_iter()
            .map(ContentOverride::embedding_text)
            .collect();
        let wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
        let known = vectors_or_later(&self.store, provider, &space, &wanted).await?;
        Ok(Vectors { space, known })
    }
}

impl Vectors {
    /// Gives a variant the vector of `content`, where that has one.
    pub(super) async fn save(
        &self,
        transaction: &mut StoreTransaction,
        id: VariantId,
        content: &ContentOverride,
    ) -> Result<(), DeskError> {
        let hash = TextHash::of(&content.embedding_text());
        if let Some(vector) = self.known.get(&hash) {
            transaction
                .save_vector(&self.space, id, &hash, vector)
                .await?;
        }
        Ok(())
    }
}
