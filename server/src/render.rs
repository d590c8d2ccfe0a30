//! Where the engine's bodies meet the app's HTML.

use app::landing::{self, LandingPage};
use domain::Locale;
use engine::body::{BodyInput, BodyRenderer};
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
        let version = concat!(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        let made_from = [version, landing::STYLE_SHEET, &base_url].join("\0");
        Self {
            fingerprint: xxh3_64(made_from.as_bytes()),
            base_url,
        }
    }
}

impl BodyRenderer for LandingRenderer {
    fn render(&self, input: &BodyInput<'_>) -> String {
        let locales: Vec<Locale> = input.page.contents.keys().copied().collect();
        landing::render(&LandingPage {
            site: input.site,
            content: input.content,
            locale: input.locale,
            path: &input.page.path,
            base_url: &self.base_url,
            locales: &locales,
        })
    }

    fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}
