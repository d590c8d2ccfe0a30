//! Who gets a variant, and which variants nobody gets.

use std::collections::{HashMap, HashSet};

use domain::decision::{Choice, Pool};
use domain::{Locale, SegmentId, VariantId};

use super::{NeverShown, Reason, TERMS, TOLD};
use crate::catalog::{Catalog, Page};
use crate::decide::{Decider, Subject};
use crate::desk::{Desk, DeskError};
use crate::store::{NamedVariant, StoreError};
use crate::visits::Traffic;

/// Most pages that are looked at: the most visited ones, then those that nobody has visited.
const PAGES: usize = 40;
/// Most variants of a page that are looked at.
const VARIANTS: i64 = 500;

/// What a page's visitors get.
#[derive(Default)]
struct Winners {
    shown: HashSet<VariantId>,
    /// What each segment's own variants in a language were outdone by.
    first: HashMap<(SegmentId, Locale), VariantId>,
}

impl Desk {
    /// Variants of the most visited pages that no segment gets in any language, and no remembered
    /// campaign term leads to.
    pub(super) async fn never_shown(
        &self,
        catalog: &Catalog,
        traffic: &Traffic,
    ) -> Result<Vec<NeverShown>, DeskError> {
        let shares = traffic.shares(|place| place.page);
        let mut pages: Vec<_> = catalog.pages().collect();
        pages.sort_by(|one, other| {
            let share = |page: &Page| shares.get(&page.id).copied().unwrap_or(0.0);
            share(other)
                .total_cmp(&share(one))
                .then_with(|| one.path.as_str().cmp(other.path.as_str()))
        });
        let terms = match &catalog.space {
            Some(space) => self.store.placed_terms(space, TERMS).await?,
            None => Vec::new(),
        };
        pages.truncate(PAGES);
        let looked_at: Vec<_> = pages.iter().map(|page| page.id).collect();
        let shown = self.store.shown_variants(&looked_at, VARIANTS).await?;
        let mut never = Vec::new();
        for page in pages {
            let Some(shown) = shown.get(&page.id) else {
                continue;
            };
            let winners = match self.winners(catalog, page, &terms).await {
                Ok(winners) => winners,
                // Published meanwhile; the next look will tell.
                Err(StoreError::Superseded) => continue,
                Err(error) => return Err(error.into()),
            };
            never.extend(winners.losers(page, shown));
            if never.len() >= usize::try_from(TOLD).unwrap_or_default() {
                break;
            }
        }
        never.truncate(usize::try_from(TOLD).unwrap_or_default());
        Ok(never)
    }

    async fn winners(
        &self,
        catalog: &Catalog,
        page: &Page,
        terms: &[crate::store::PlacedTerm],
    ) -> Result<Winners, StoreError> {
        let mut winners = Winners::default();
        for (segment, locale, choice) in
            Decider::deliberate_page(&self.store, catalog, page).await?
        {
            winners.add((segment, locale), &choice);
        }
        let brought = terms.iter().filter(|term| term.page == page.id);
        for term in brought.filter(|_| page.terms) {
            for locale in &catalog.site.locales {
                let subject = Subject {
                    page,
                    segment: term.segment,
                    locale: *locale,
                    term: None,
                    at: None,
                    supposed: &[],
                };
                let choice = self
                    .engine
                    .decider()
                    .suppose(&self.store, catalog, subject, &term.vector)
                    .await?;
                winners.add((term.segment, *locale), &choice);
            }
        }
        Ok(winners)
    }
}

impl Winners {
    fn add(&mut self, who: (SegmentId, Locale), choice: &Choice) {
        if let Some(winner) = choice.winner() {
            self.shown.insert(winner.variant);
            if choice.pool == Pool::Segment {
                self.first.entry(who).or_insert(winner.variant);
            }
        }
    }

    fn losers(&self, page: &Page, variants: &[NamedVariant]) -> Vec<NeverShown> {
        let named = |id: VariantId| variants.iter().find(|variant| variant.id == id);
        variants
            .iter()
            .filter(|variant| !self.shown.contains(&variant.id))
            .map(|variant| {
                let outdone = variant
                    .segment
                    .and_then(|segment| named(*self.first.get(&(segment, variant.locale))?));
                NeverShown {
                    path: page.path.clone(),
                    variant: variant.clone(),
                    reason: outdone.cloned().map_or(Reason::TooFar, Reason::Outdone),
                }
            })
            .collect()
    }
}
