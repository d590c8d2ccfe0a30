//! Pages, segments and variants by a few letters of what they are called.

use domain::{CanonicalPath, PageId, SegmentKey, VariantId};

use super::{Desk, DeskError};
use crate::store::VariantFilter;

/// Most things of each kind that are told.
const TOLD: usize = 6;

/// Something that is called what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A page, by its title or path.
    Page {
        /// Its row.
        id: PageId,
        /// Its title in the site's default language.
        title: String,
        /// Its path.
        path: CanonicalPath,
    },
    /// A segment, by its name or key.
    Segment {
        /// Its key.
        key: SegmentKey,
        /// Its name.
        name: String,
    },
    /// A variant, as the list of variants finds it by words.
    Variant {
        /// Its row.
        id: VariantId,
        /// Its newest name.
        name: String,
        /// Its page's path.
        path: CanonicalPath,
    },
}

impl Desk {
    /// At most 6 pages, 6 segments and 6 variants that `typed` may mean, in this order; nothing for
    /// an empty text.
    ///
    /// # Errors
    /// [`DeskError::Store`] when the database fails.
    pub async fn find(&self, typed: &str) -> Result<Vec<Found>, DeskError> {
        let typed = typed.trim().to_lowercase();
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let catalog = self.engine.catalog();
        let means = |one: &str, other: &str| {
            let called = format!("{one} {other}").to_lowercase();
            typed.split_whitespace().all(|word| called.contains(word))
        };
        let default = catalog.site.default_locale;
        let mut pages: Vec<_> = catalog.pages().collect();
        pages.sort_by_key(|page| (page.path.as_str().len(), page.path.as_str()));
        let pages = pages.into_iter().filter_map(|page| {
            let content = page.contents.get(&page.content_locale(default, default));
            let title = content.map_or("", |content| content.title.as_str());
            means(title, page.path.as_str()).then(|| Found::Page {
                id: page.id,
                title: title.to_owned(),
                path: page.path.clone(),
            })
        });
        let pages = pages.take(TOLD);
        let segments = catalog.segments.iter();
        let segments = segments.filter(|segment| means(&segment.name, segment.key.as_str()));
        let segments = segments.take(TOLD).map(|segment| Found::Segment {
            key: segment.key.clone(),
            name: segment.name.clone(),
        });
        let filter = VariantFilter {
            search: typed.clone(),
            ..VariantFilter::default()
        };
        let variants = self.variants(&filter, 1).await?.variants.into_iter();
        let variants = variants.take(TOLD).map(|variant| Found::Variant {
            id: variant.id,
            name: variant.name,
            path: variant.page_path,
        });
        Ok(pages.chain(segments).chain(variants).collect())
    }
}
