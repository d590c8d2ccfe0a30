//! What a visitor should be answered with, and the keys under which caches know it.

use std::sync::Arc;

use domain::cache_key::Arm;
use domain::term::Term;
use domain::{BodyKey, DecisionKey, Locale, SegmentId, VariantId};

use crate::catalog::{Catalog, Page};
use crate::decide::Subject;

/// Everything an answer depends on.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) page: Arc<Page>,
    pub(crate) segment: SegmentId,
    pub(crate) locale: Locale,
    pub(crate) term: Option<Term>,
    pub(crate) arm: Arm,
}

impl Target {
    pub(crate) fn decision_key(&self) -> DecisionKey {
        DecisionKey {
            revision: self.page.revision,
            page: self.page.id,
            segment: self.segment,
            locale: self.locale,
            term: self.term.as_ref().map(Term::hash),
            arm: self.arm,
        }
    }

    /// A body is known by the language of the default content under it: those who asked for a
    /// language that the page lacks share one body.
    pub(crate) fn body_key(&self, variant: Option<VariantId>) -> BodyKey {
        BodyKey {
            revision: self.page.revision,
            page: self.page.id,
            variant,
            locale: self.base_locale(),
        }
    }

    /// The language of the default content shown, or shown through what a variant leaves open.
    pub(crate) fn base_locale(&self) -> Locale {
        let default = self.catalog.site.default_locale;
        self.page.content_locale(self.locale, default)
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            page: &self.page,
            segment: self.segment,
            locale: self.locale,
            term: self.term.as_ref(),
            at: None,
            supposed: &[],
        }
    }

    /// The same for a visitor who brought no campaign term.
    pub(crate) fn without_term(&self) -> Self {
        Self {
            term: None,
            ..self.clone()
        }
    }

    /// The same in a newer catalog; `None` when the page is gone there.
    pub(crate) fn renewed(&self, catalog: Arc<Catalog>) -> Option<Self> {
        let page = Arc::clone(catalog.page(self.page.path.as_str())?);
        let known = catalog.segments.iter().any(|s| s.id == self.segment);
        let segment = if known {
            self.segment
        } else {
            catalog.segments.last()?.id
        };
        Some(Self {
            catalog,
            page,
            segment,
            ..self.clone()
        })
    }
}
