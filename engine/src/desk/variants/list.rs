//! The list of variants: filters, and search by words and by meaning.

use domain::VariantId;
use tokio::time::timeout;
use tracing::warn;

use super::publish::MAX_AT_ONCE;
use crate::desk::{Desk, DeskError};
use crate::embedding::Embedding;
use crate::ingest::PATIENCE;
use crate::store::{ListedVariant, Space, VariantFilter, Wanting};

/// Variants on one page of the list.
pub const PAGE_SIZE: usize = 50;
/// Longest text that is searched for, in characters.
const MAX_SEARCH: usize = 200;

/// One page of the list.
#[derive(Debug, Clone)]
pub struct VariantPage {
    /// The variants, at most [`PAGE_SIZE`].
    pub variants: Vec<ListedVariant>,
    /// How many the filter finds in all.
    pub total: usize,
    /// The page, from 1.
    pub page: usize,
    /// Whether a search by meaning had to search by words, because texts cannot be embedded now.
    pub by_words_only: bool,
}

impl Desk {
    /// One page of the variants that `filter` finds, from 1. A page behind the last is the first.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn variants(
        &self,
        filter: &VariantFilter,
        page: usize,
    ) -> Result<VariantPage, DeskError> {
        let search = self.search(filter).await?;
        let wanting = search.wanting();
        let size = i64::try_from(PAGE_SIZE).unwrap_or(i64::MAX);
        let page = page.max(1);
        let offset = i64::try_from(page - 1)
            .unwrap_or(i64::MAX)
            .saturating_mul(size);
        let (mut variants, mut total) = self
            .store
            .find_variants(filter, &wanting, offset, size)
            .await?;
        let mut shown = page;
        if variants.is_empty() && page > 1 {
            (variants, total) = self.store.find_variants(filter, &wanting, 0, size).await?;
            shown = 1;
        }
        Ok(VariantPage {
            variants,
            total: usize::try_from(total).unwrap_or(0),
            page: shown,
            by_words_only: filter.by_meaning && !search.text.is_empty() && search.meaning.is_none(),
        })
    }

    /// Every variant that `filter` finds.
    ///
    /// # Errors
    /// [`DeskError::Invalid`] when they are more than can be published at once;
    /// [`DeskError::Store`] when the database fails.
    pub async fn all_variants(&self, filter: &VariantFilter) -> Result<Vec<VariantId>, DeskError> {
        let search = self.search(filter).await?;
        let most = i64::try_from(MAX_AT_ONCE).unwrap_or(i64::MAX);
        let wanting = search.wanting();
        let (found, total) = self.store.find_variants(filter, &wanting, 0, most).await?;
        if total > most {
            let message = format!(
                "are {total} variants; at most {MAX_AT_ONCE} can be changed at once, so filter the list first"
            );
            return Err(DeskError::invalid("all", message));
        }
        Ok(found.into_iter().map(|variant| variant.id).collect())
    }

    /// What the text of a filter comes to.
    async fn search(&self, filter: &VariantFilter) -> Result<Search, DeskError> {
        let text: String = filter.search.trim().chars().take(MAX_SEARCH).collect();
        let text = text.replace('\0', " ");
        let meaning = if filter.by_meaning && !text.is_empty() {
            self.meaning(&text).await?
        } else {
            None
        };
        Ok(Search {
            words: text_query(&text),
            name: text.to_lowercase(),
            text,
            meaning,
        })
    }

    /// Those who wrote variants: what the audit log calls them, and their names.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn variant_authors(&self) -> Result<Vec<(String, String)>, DeskError> {
        Ok(self.store.variant_authors().await?)
    }

    /// A text's vector in the active space; `None` when it is not to be had.
    async fn meaning(&self, text: &str) -> Result<Option<(Embedding, Space)>, DeskError> {
        let provider = self.engine.provider();
        let Some(space) = self.store.active_space().await? else {
            return Ok(None);
        };
        if space.spec != *provider.space() {
            return Ok(None);
        }
        let trouble = match timeout(PATIENCE, provider.embed_one(text)).await {
            Ok(Ok(vector)) => return Ok(Some((vector, space))),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "the embedding provider takes too long".to_owned(),
        };
        warn!(
            trouble,
            "desk.variants could not embed the search; searching by words"
        );
        Ok(None)
    }
}

/// What is searched for.
struct Search {
    /// As it was typed.
    text: String,
    /// `PostgreSQL`'s text query.
    words: String,
    /// For names that machines know.
    name: String,
    /// The text's vector, and the space it belongs to.
    meaning: Option<(Embedding, Space)>,
}

impl Search {
    fn wanting(&self) -> Wanting<'_> {
        match &self.meaning {
            Some((vector, space)) => Wanting {
                meaning: Some((vector, space)),
                ..Wanting::default()
            },
            None if self.text.is_empty() => Wanting::default(),
            None => Wanting {
                words: Some(&self.words),
                name: Some(&self.name),
                meaning: None,
            },
        }
    }
}

/// `PostgreSQL`'s text query for all words of `text`, each of which may go on.
fn text_query(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("'{}':*", word.to_lowercase()))
        .collect();
    words.join(" & ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_words_that_may_go_on_and_nothing_else() {
        let check = |text: &str, expected: &str| assert_eq!(text_query(text), expected);
        check("Cold chain", "'cold':* & 'chain':*");
        check("it's & (or) | !no:*", "'it':* & 's':* & 'or':* & 'no':*");
        check("'; DROP", "'drop':*");
        check("Größe", "'größe':*");
        check("!!!", "");
    }
}
