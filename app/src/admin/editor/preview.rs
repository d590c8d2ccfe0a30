//! What a page would look like: rendered as visitors get it, from content that is being written.

use std::sync::Arc;

use domain::{CanonicalPath, ContentOverride, Locale, PageContent};
use engine::catalog::{Catalog, Page};
use leptos::prelude::*;
use serde_json::Value;

use crate::landing::{LandingPage, leading_out, render};

/// The page with this external id as a variant in `locale` shows it; `None` without such a page.
pub(super) fn of_variant(
    catalog: &Catalog,
    page: &str,
    locale: Locale,
    content: &Value,
) -> Option<String> {
    let page = find(catalog, page)?;
    let spoken = page.content_locale(locale, catalog.site.default_locale);
    let base = page.contents.get(&spoken)?;
    let shown = base.with_override(&ContentOverride::for_preview(content));
    Some(document(
        catalog,
        &page.path,
        &locales(catalog, page),
        locale,
        &shown,
    ))
}

/// A page with this content of its own. A page that is not there yet stands at the root.
pub(super) fn of_page(
    catalog: &Catalog,
    page: &str,
    locale: Locale,
    content: &Value,
) -> Option<String> {
    let shown = PageContent::for_preview(content);
    let Some(page) = find(catalog, page) else {
        let root = "/".parse().ok()?;
        return Some(document(catalog, &root, &[locale], locale, &shown));
    };
    Some(document(
        catalog,
        &page.path,
        &locales(catalog, page),
        locale,
        &shown,
    ))
}

/// A frame in which the page is shown. It runs no script and sends no form: it is of the same
/// origin only so that the editor can put new content into it without losing one's place.
pub(super) fn frame(document: String) -> AnyView {
    view! {
        <iframe
            id="preview-frame"
            title="Preview of the page"
            sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
            srcdoc=document
            class="block size-full origin-top-left border-0 bg-white"
        ></iframe>
    }
    .into_any()
}

fn find<'c>(catalog: &'c Catalog, page: &str) -> Option<&'c Arc<Page>> {
    let mut pages = catalog.pages();
    pages.find(|known| known.external_id.as_str() == page)
}

fn locales(catalog: &Catalog, page: &Page) -> Vec<Locale> {
    let written = page.contents.keys().copied();
    written
        .filter(|locale| catalog.site.locales.contains(locale))
        .collect()
}

fn document(
    catalog: &Catalog,
    path: &CanonicalPath,
    locales: &[Locale],
    locale: Locale,
    content: &PageContent,
) -> String {
    let html = render(&LandingPage {
        site: &catalog.site,
        content,
        locale,
        path,
        base_url: "",
        locales,
    });
    leading_out(&html)
}
