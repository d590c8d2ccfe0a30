//! Rendered pages: compressed once, sent many times.

use std::borrow::Cow;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use domain::{Locale, PageContent, SiteSettings};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use xxhash_rust::xxh3::xxh3_64;

use crate::catalog::{Catalog, Page};
use crate::store::VariantContent;

/// Brotli's quality, 0 to 11: beyond 5 a page gains 3 % in size for many times the work.
const BROTLI_QUALITY: u32 = 5;
/// Brotli's window as a power of two; pages are smaller than this.
const BROTLI_WINDOW: u32 = 18;

/// What a page shows to some visitors.
#[derive(Debug)]
pub struct BodyInput<'a> {
    /// What holds for every page.
    pub site: &'a SiteSettings,
    /// The page.
    pub page: &'a Page,
    /// Its content, a variant's overrides applied.
    pub content: &'a PageContent,
    /// The content's language.
    pub locale: Locale,
}

/// Turns content into HTML. The engine knows no HTML; whoever does implements this.
pub trait BodyRenderer: std::fmt::Debug + Send + Sync {
    /// A complete document.
    fn render(&self, input: &BodyInput<'_>) -> String;

    /// Changes whenever the same input would be rendered otherwise, so that bodies of another
    /// version of the software are not taken for one's own.
    fn fingerprint(&self) -> u64;
}

/// A finished page. It is kept compressed; the plain document is for the few who take nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The document, gzip.
    pub gzip: Bytes,
    /// The document, Brotli.
    pub brotli: Bytes,
    /// Bytes of the document as it is.
    pub length: usize,
    /// XXH3 of the document; the strong part of its ETag.
    pub hash: u64,
}

impl Body {
    /// Compresses a document. Takes some milliseconds of processor time.
    pub fn compress(html: &str) -> Self {
        let mut gzip = GzEncoder::new(Vec::with_capacity(html.len() / 3), Compression::new(6));
        // Writing to memory does not fail.
        let _ = gzip.write_all(html.as_bytes());
        let mut gzip = gzip.finish().unwrap_or_default();
        gzip.shrink_to_fit();
        let mut brotli = Vec::with_capacity(html.len() / 3);
        {
            let mut encoder =
                brotli::CompressorWriter::new(&mut brotli, 16_384, BROTLI_QUALITY, BROTLI_WINDOW);
            let _ = encoder.write_all(html.as_bytes());
        }
        brotli.shrink_to_fit();
        Self {
            gzip: gzip.into(),
            brotli: brotli.into(),
            length: html.len(),
            hash: xxh3_64(html.as_bytes()),
        }
    }

    /// The document as it is, UTF-8, decompressed anew.
    pub fn identity(&self) -> Bytes {
        let mut html = Vec::with_capacity(self.length);
        // What was compressed here, or came whole out of the shared tier, decompresses.
        let _ = GzDecoder::new(&*self.gzip).read_to_end(&mut html);
        html.into()
    }

    /// Bytes held.
    pub fn weight(&self) -> usize {
        self.gzip.len() + self.brotli.len()
    }
}

/// Everything needed to make one body, on whatever thread there is for it.
pub(crate) struct Work {
    renderer: Arc<dyn BodyRenderer>,
    catalog: Arc<Catalog>,
    page: Arc<Page>,
    base_locale: Locale,
    change: Option<VariantContent>,
}

impl Work {
    /// A page's default content in `base_locale`, with what a variant changes of it.
    pub(crate) fn new(
        renderer: Arc<dyn BodyRenderer>,
        catalog: Arc<Catalog>,
        page: Arc<Page>,
        base_locale: Locale,
        change: Option<VariantContent>,
    ) -> Self {
        Self {
            renderer,
            catalog,
            page,
            base_locale,
            change,
        }
    }

    /// Renders and compresses; `None` when the page has no content at all.
    pub(crate) fn render(&self) -> Option<Body> {
        let base = self.page.contents.get(&self.base_locale)?;
        let (content, locale) = match &self.change {
            Some(change) => (
                Cow::Owned(base.with_override(&change.content)),
                change.locale,
            ),
            None => (Cow::Borrowed(base), self.base_locale),
        };
        let html = self.renderer.render(&BodyInput {
            site: &self.catalog.site,
            page: &self.page,
            content: &content,
            locale,
        });
        Some(Body::compress(&html))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_decodes_to_the_document() {
        let html = "<p>Grüße</p>".repeat(500);
        let body = Body::compress(&html);
        let mut brotli = String::new();
        brotli::Decompressor::new(&*body.brotli, 4_096)
            .read_to_string(&mut brotli)
            .unwrap();
        assert_eq!(body.identity(), html);
        assert_eq!(brotli, html);
        assert!(body.gzip.len() < 400 && body.brotli.len() < 400);
    }
}
