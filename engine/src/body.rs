//! Rendered pages: compressed once, sent many times.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use domain::{Locale, PageContent, SiteSettings};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tokio::runtime::Handle;
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
    fn render(&self, input: &BodyInput<'_>) -> Document;

    /// Changes whenever the same input would be rendered otherwise, so that bodies of another
    /// version of the software are not taken for one's own.
    fn fingerprint(&self) -> u64;
}

/// A rendered document, UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The whole of it.
    pub html: String,
    /// Bytes at its start that many documents have in common, such as a style sheet. They are
    /// compressed apart and kept once. Ends between two characters.
    pub shared: usize,
}

/// A finished page. It is kept compressed; the plain document is for the few who take nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The document, gzip.
    pub gzip: Compressed,
    /// The document, Brotli.
    pub brotli: Compressed,
    /// Bytes of the document as it is.
    pub length: usize,
    /// XXH3 of the document; the strong part of its ETag.
    pub hash: u64,
}

/// A compressed document in two pieces, of which other bodies may hold the first as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compressed {
    /// What many documents start with.
    pub start: Bytes,
    /// The rest, which refers back to the start.
    pub rest: Bytes,
}

/// Starts that were seen before, so that bodies can hold the same bytes instead of equal ones.
#[derive(Debug, Default)]
pub(crate) struct Starts(Mutex<HashMap<u64, Bytes>>);

/// Most starts remembered: two for each language of a large site.
const MAX_STARTS: usize = 128;

impl Document {
    /// A document that has nothing in common with others.
    pub fn whole(html: String) -> Self {
        Self { html, shared: 0 }
    }

    /// Its start and the rest.
    fn divided(&self) -> (&[u8], &[u8]) {
        let at = self.shared.min(self.html.len());
        self.html.as_bytes().split_at(at)
    }
}

impl Body {
    /// Compresses a document. Takes some milliseconds of processor time.
    pub fn compress(document: &Document) -> Self {
        let (gzip, brotli) = (Compressed::gzip(document), Compressed::brotli(document));
        Self::new(document, gzip, brotli)
    }

    /// The same on two threads of `runtime`: a visitor waits for the slower half only.
    pub(crate) async fn compress_on(runtime: &Handle, document: Document) -> Option<Self> {
        let document = Arc::new(document);
        let gzip = runtime.spawn_blocking({
            let document = Arc::clone(&document);
            move || Compressed::gzip(&document)
        });
        let brotli = runtime.spawn_blocking({
            let document = Arc::clone(&document);
            move || Compressed::brotli(&document)
        });
        Some(Self::new(&document, gzip.await.ok()?, brotli.await.ok()?))
    }

    fn new(document: &Document, gzip: Compressed, brotli: Compressed) -> Self {
        Self {
            gzip,
            brotli,
            length: document.html.len(),
            hash: xxh3_64(document.html.as_bytes()),
        }
    }

    /// The document as it is, UTF-8, decompressed anew.
    pub fn identity(&self) -> Bytes {
        let mut html = Vec::with_capacity(self.length);
        let pieces = (&*self.gzip.start).chain(&*self.gzip.rest);
        // What was compressed here, or came whole out of the shared tier, decompresses.
        let _ = GzDecoder::new(pieces).read_to_end(&mut html);
        html.into()
    }

    /// Bytes held by this body alone.
    pub fn weight(&self) -> usize {
        self.gzip.rest.len() + self.brotli.rest.len()
    }

    /// Holds the starts that `starts` knows instead of its own.
    pub(crate) fn share(&mut self, starts: &Starts) {
        for compressed in [&mut self.gzip, &mut self.brotli] {
            compressed.start = starts.known(&compressed.start);
        }
    }
}

/// Between start and rest the compressors are flushed but not reset: the start comes out as the same bytes each time,
/// and the rest is as small as if nothing had been divided.
impl Compressed {
    fn gzip(document: &Document) -> Self {
        let (start, rest) = document.divided();
        // Writing to memory does not fail.
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
        let _ = gzip.write_all(start);
        let _ = gzip.flush();
        let divided = gzip.get_ref().len();
        let _ = gzip.write_all(rest);
        Self::divide(&gzip.finish().unwrap_or_default(), divided)
    }

    fn brotli(document: &Document) -> Self {
        let (start, rest) = document.divided();
        let mut brotli =
            brotli::CompressorWriter::new(Vec::new(), 16_384, BROTLI_QUALITY, BROTLI_WINDOW);
        let _ = brotli.write_all(start);
        let _ = brotli.flush();
        let divided = brotli.get_ref().len();
        let _ = brotli.write_all(rest);
        Self::divide(&brotli.into_inner(), divided)
    }

    fn divide(bytes: &[u8], at: usize) -> Self {
        // Copies, so that neither piece keeps the other alive.
        Self {
            start: Bytes::copy_from_slice(&bytes[..at]),
            rest: Bytes::copy_from_slice(&bytes[at..]),
        }
    }
}

impl Starts {
    fn known(&self, start: &Bytes) -> Bytes {
        if start.is_empty() {
            return Bytes::new();
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_STARTS {
            known.clear();
        }
        let hash = xxh3_64(start);
        let kept = known
            .entry(hash)
            .or_insert_with(|| Bytes::copy_from_slice(start));
        if kept == start {
            kept.clone()
        } else {
            start.clone()
        }
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

    /// Renders and compresses, on this thread alone; `None` when the page has no content at all.
    pub(crate) fn make(&self) -> Option<Body> {
        self.render().map(|document| Body::compress(&document))
    }

    /// Renders; `None` when the page has no content at all.
    pub(crate) fn render(&self) -> Option<Document> {
        let base = self.page.contents.get(&self.base_locale)?;
        let (content, locale) = match &self.change {
            Some(change) => (
                Cow::Owned(base.with_override(&change.content)),
                change.locale,
            ),
            None => (Cow::Borrowed(base), self.base_locale),
        };
        Some(self.renderer.render(&BodyInput {
            site: &self.catalog.site,
            page: &self.page,
            content: &content,
            locale,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_decodes_to_the_document() {
        let check = |shared: usize| {
            let html = "<p>Grüße</p>".repeat(500);
            let body = Body::compress(&Document {
                html: html.clone(),
                shared,
            });
            let mut brotli = String::new();
            let pieces = [&*body.brotli.start, &*body.brotli.rest].concat();
            brotli::Decompressor::new(&*pieces, 4_096)
                .read_to_string(&mut brotli)
                .unwrap();
            assert_eq!(body.identity(), html);
            assert_eq!(brotli, html);
            assert!(body.weight() < 800);
        };
        check(0);
        check(36);
        check(3_000);
        check(usize::MAX);
    }

    #[test]
    fn documents_with_one_start_hold_it_once() {
        let starts = Starts::default();
        let style = "<style>a { color: red }</style>".repeat(50);
        let body = |rest: &str| {
            let html = format!("{style}{rest}");
            let shared = style.len();
            let mut body = Body::compress(&Document { html, shared });
            body.share(&starts);
            body
        };
        let (one, two) = (body("<p>One</p>"), body("<p>Two</p>"));
        assert_eq!(one.gzip.start.as_ptr(), two.gzip.start.as_ptr());
        assert_eq!(one.brotli.start.as_ptr(), two.brotli.start.as_ptr());
        assert_ne!(one.identity(), two.identity());
    }
}
