//! Rendered pages: compressed once, sent many times.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use domain::{Locale, PageContent, SiteSettings};
use flate2::Compression;
use flate2::write::GzEncoder;
use xxhash_rust::xxh3::xxh3_64;

use crate::catalog::Page;

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

/// A finished page in every encoding offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The document, UTF-8.
    pub identity: Bytes,
    /// The document, gzip.
    pub gzip: Bytes,
    /// The document, Brotli.
    pub brotli: Bytes,
    /// XXH3 of the document; the strong part of its ETag.
    pub hash: u64,
}

impl Body {
    /// Compresses a document in every encoding. Takes some milliseconds of processor time.
    pub fn compress(html: String) -> Self {
        let mut gzip = GzEncoder::new(Vec::with_capacity(html.len() / 3), Compression::new(6));
        // Writing to memory does not fail.
        let _ = gzip.write_all(html.as_bytes());
        let gzip = gzip.finish().unwrap_or_default();
        let mut brotli = Vec::with_capacity(html.len() / 3);
        {
            let mut encoder =
                brotli::CompressorWriter::new(&mut brotli, 16_384, BROTLI_QUALITY, BROTLI_WINDOW);
            let _ = encoder.write_all(html.as_bytes());
        }
        Self {
            hash: xxh3_64(html.as_bytes()),
            identity: html.into(),
            gzip: gzip.into(),
            brotli: brotli.into(),
        }
    }

    /// Bytes held.
    pub fn weight(&self) -> usize {
        self.identity.len() + self.gzip.len() + self.brotli.len()
    }
}

/// Renders and compresses on a thread where that disturbs no visitor.
pub(crate) async fn render(
    renderer: Arc<dyn BodyRenderer>,
    site: SiteSettings,
    page: Arc<Page>,
    content: PageContent,
    locale: Locale,
) -> Option<Body> {
    tokio::task::spawn_blocking(move || {
        Body::compress(renderer.render(&BodyInput {
            site: &site,
            page: &page,
            content: &content,
            locale,
        }))
    })
    .await
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn every_encoding_decodes_to_the_document() {
        let html = "<p>Grüße</p>".repeat(500);
        let body = Body::compress(html.clone());
        let mut gzip = String::new();
        flate2::read::GzDecoder::new(&*body.gzip)
            .read_to_string(&mut gzip)
            .unwrap();
        let mut brotli = String::new();
        brotli::Decompressor::new(&*body.brotli, 4_096)
            .read_to_string(&mut brotli)
            .unwrap();
        assert_eq!((gzip, brotli), (html.clone(), html));
        assert!(body.gzip.len() < 400 && body.brotli.len() < 400);
    }
}
