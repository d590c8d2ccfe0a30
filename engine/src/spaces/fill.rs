//! Giving texts their vectors, a batch at a time.

use std::collections::HashMap;

use domain::VariantId;

use crate::embedding::{Blame, Embedding, EmbeddingError, EmbeddingProvider};
use crate::store::{MissingText, Space, Store, StoreError, StoreTransaction, TextHash};

/// How often a text alone is tried before it counts as refused.
const ATTEMPTS: i32 = 3;
/// After so many refusals without a single success it is not the texts that are wrong.
const HOPELESS: usize = 3;

/// Gives the texts of one space their vectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filler<'a> {
    pub(super) store: &'a Store,
    pub(super) provider: &'a dyn EmbeddingProvider,
    pub(super) space: &'a Space,
    /// Whether somebody waits: then nothing is asked twice.
    pub(super) hasty: bool,
}

/// Where a pass over the missing texts is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Before the texts that ask.
    Questions,
    /// After this variant.
    After(VariantId),
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// Vectors by text.
    vectors: HashMap<TextHash, Embedding>,
    /// Texts that the provider refuses, with its words.
    refused: Vec<(TextHash, String)>,
    /// Texts that were sent to the provider.
    pub(super) sent: Vec<String>,
    /// Why the rest could not be embedded now.
    pub(super) trouble: Option<EmbeddingError>,
    /// Whether somebody has to do something about it.
    pub(super) is_setting: bool,
}

impl Filler<'_> {
    /// The next texts without a vector; empty at the end of the pass.
    pub(super) async fn next(&self, cursor: &mut Cursor) -> Result<Vec<MissingText>, StoreError> {
        if *cursor == Cursor::Questions {
            let mut questions = self.store.missing_questions(self.space).await?;
            if questions.len() > self.provider.batch_size() {
                questions.truncate(self.provider.batch_size());
            } else {
                *cursor = Cursor::After(VariantId(0));
            }
            if !questions.is_empty() {
                return Ok(questions);
            }
        }
        let Cursor::After(after) = *cursor else {
            return Ok(Vec::new());
        };
        let limit = i64::try_from(self.provider.batch_size()).unwrap_or(i64::MAX);
        let batch = self
            .store
            .missing_variants(self.space, after, limit)
            .await?;
        if let Some(last) = batch.last().and_then(|text| text.variant) {
            *cursor = Cursor::After(last);
        }
        Ok(batch)
    }

    /// Embeds texts, those left out that the space knows from elsewhere. When the provider refuses
    /// a batch because of a text, smaller batches show which.
    pub(super) async fn embed(&self, texts: &[MissingText]) -> Result<Filled, StoreError> {
        let hashes: Vec<TextHash> = texts.iter().map(|text| text.hash).collect();
        let mut filled = Filled {
            vectors: self.store.known_vectors(self.space, &hashes).await?,
            ..Filled::default()
        };
        let mut wanted: Vec<&MissingText> = Vec::new();
        for text in texts {
            let known = filled.vectors.contains_key(&text.hash);
            if !known && wanted.iter().all(|other| other.hash != text.hash) {
                wanted.push(text);
            }
        }
        let mut parts = vec![wanted];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match self.attempt(&part, &mut filled).await {
                Ok(()) => {}
                Err(error) if error.blame() != Blame::Text => {
                    filled.is_setting = error.blame() == Blame::Setting;
                    filled.trouble = Some(error);
                    break;
                }
                Err(error) if part.len() == 1 => {
                    filled.refused.push((part[0].hash, error.to_string()));
                    if filled.sent.is_empty() && filled.refused.len() >= HOPELESS {
                        filled.refused.clear();
                        filled.is_setting = true;
                        filled.trouble = Some(error);
                        break;
                    }
                }
                Err(_) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.push(second.to_vec());
                    parts.push(first.to_vec());
                }
            }
        }
        Ok(filled)
    }

    /// Embeds some texts; a single one is tried more than once, because an answer may be spoilt by
    /// chance.
    async fn attempt(
        &self,
        part: &[&MissingText],
        filled: &mut Filled,
    ) -> Result<(), EmbeddingError> {
        let texts: Vec<String> = part.iter().map(|text| text.text.clone()).collect();
        let mut tries = 1;
        let vectors = loop {
            match self.ask(&texts).await {
                Err(error)
                    if error.blame() == Blame::Text && part.len() == 1 && tries < ATTEMPTS =>
                {
                    tries += 1;
                }
                outcome => break outcome?,
            }
        };
        let hashes = part.iter().map(|text| text.hash);
        filled.vectors.extend(hashes.zip(vectors));
        filled.sent.extend(texts);
        Ok(())
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Embedding>, EmbeddingError> {
        if self.hasty {
            self.provider.embed_once(texts).await
        } else {
            self.provider.embed(texts).await
        }
    }

    /// Saves what became of a batch. Returns how many of its texts are done with.
    pub(super) async fn save(
        &self,
        transaction: &mut StoreTransaction,
        texts: &[MissingText],
        filled: &Filled,
    ) -> Result<usize, StoreError> {
        let vectors: Vec<(&MissingText, Embedding)> = texts
            .iter()
            .filter_map(|text| Some((text, filled.vectors.get(&text.hash)?.clone())))
            .collect();
        transaction.fill(self.space, &vectors).await?;
        let mut refused = 0;
        for text in texts {
            let refusal = filled.refused.iter().find(|(hash, _)| *hash == text.hash);
            if let Some((_, error)) = refusal {
                refused += 1;
                transaction
                    .note_refusal(self.space, text, error, ATTEMPTS)
                    .await?;
            }
        }
        Ok(vectors.len() + refused)
    }
}

impl Filled {
    /// The texts of a batch that got a vector.
    pub(super) fn done(&self, texts: &[MissingText]) -> Vec<MissingText> {
        let done = texts
            .iter()
            .filter(|text| self.vectors.contains_key(&text.hash));
        done.cloned().collect()
    }

    /// The texts of a batch that are still without one and were not refused.
    pub(super) fn left(&self, texts: Vec<MissingText>) -> Vec<MissingText> {
        let mut texts = texts;
        texts.retain(|text| {
            !self.vectors.contains_key(&text.hash)
                && self.refused.iter().all(|(hash, _)| *hash != text.hash)
        });
        texts
    }
}

/// Every text that takes part in decisions, equal ones once.
pub(super) async fn all_texts(store: &Store) -> Result<Vec<(TextHash, String)>, StoreError> {
    // No vector has the version 0, so everything is missing there.
    let nowhere = Space {
        version: 0,
        spec: crate::embedding::SpaceSpec {
            provider: String::new(),
            model: String::new(),
            dimensions: 1,
            pooling: crate::embedding::Pooling::Mean,
            normalisation: crate::embedding::Normalisation::L2,
        },
    };
    let mut texts: HashMap<TextHash, String> = HashMap::new();
    let questions = store.missing_questions(&nowhere).await?;
    texts.extend(questions.into_iter().map(|text| (text.hash, text.text)));
    let mut after = VariantId(0);
    loop {
        let batch = store.missing_variants(&nowhere, after, 1_000).await?;
        let Some(last) = batch.last().and_then(|text| text.variant) else {
            break;
        };
        after = last;
        texts.extend(batch.into_iter().map(|text| (text.hash, text.text)));
    }
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    Ok(texts)
}
