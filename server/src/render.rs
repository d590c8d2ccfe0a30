//! Where the engine's bodies meet the app's HTML.

use std::sync::LazyLock;

use app::landing::{self, LandingPage};
use domain::{Locale, SiteSettings};
use engine::body::{BodyInput, BodyRenderer, Document};
use engine::catalog::Page;
use xxhash_rust::xxh3::xxh3_64;

/// Renders bodies with the app's landing page.
#[derive(Debug)]
pub(crate) struct LandingRenderer {
    base_url: String,
    fingerprint: u64,
}

impl LandingRenderer {
    /// A renderer for a site that visitors reach at `base_url`, without a slash at the end.
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            fingerprint: build() ^ xxh3_64(base_url.as_bytes()),
            base_url,
        }
    }
}

/// The languages in which a page exists, each with an address of its own.
pub(crate) fn served_locales(site: &SiteSettings, page: &Page) -> Vec<Locale> {
    let written = page.contents.keys().copied();
    written.filter(|l| site.locales.contains(l)).collect()
}

/// Tells this build of the software from any other: its templates are part of the program.
fn build() -> u64 {
    static BUILD: LazyLock<u64> = LazyLock::new(|| {
        let program = std::env::current_exe().and_then(std::fs::read);
        // A program that cannot read itself is told apart by its version and style sheet alone.
        let known = || {
            [env!("CARGO_PKG_VERSION"), landing::STYLE_SHEET]
                .concat()
                .into_bytes()
        };
        xxh3_64(&program.unwrap_or_else(|_| known()))
    });
    *BUILD
}

impl BodyRenderer for LandingRenderer {
    fn render(&self, input: &BodyInput<'_>) -> Document {
        let locales: Vec<Locale> = served_locales(input.site, input.page);
        let html = landing::render(&LandingPage {
            site: input.site,
            content: input.content,
            locale: input.locale,
            path: &input.page.path,
            base_url: &self.base_url,
            locales: &locales,
        });
        Document {
            shared: landing::shared_start(&html),
            html,
        }
    }

    fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}
