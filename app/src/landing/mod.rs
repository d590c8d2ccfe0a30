//! Landing pages: finished HTML with its style sheet inside, and no script that runs.
//!
//! A page is a pure function of its content. Nothing here is reactive, so the blocks are plain
//! functions from data to view and not components with signals.

mod art;
mod blocks;
mod head;
mod icons;
mod json_ld;
mod labels;
mod layout;
mod markdown;
mod notice;

use domain::{CanonicalPath, Locale, PageContent, SiteSettings};
use leptos::prelude::*;

/// The style sheet inlined into every page, for whoever needs its hash.
pub const STYLE_SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/landing.css"));

/// Everything a page's body shows.
#[derive(Debug, Clone, Copy)]
pub struct LandingPage<'a> {
    /// Name, navigation and footer of the site.
    pub site: &'a SiteSettings,
    /// What the page says.
    pub content: &'a PageContent,
    /// Language of the content.
    pub locale: Locale,
    /// The page's path without a language prefix.
    pub path: &'a CanonicalPath,
    /// Scheme and host of the public address, `https://example.com`, without a slash at the end.
    pub base_url: &'a str,
    /// Languages in which this page exists.
    pub locales: &'a [Locale],
}

/// A page that says why there is no other page.
#[derive(Debug, Clone, Copy)]
pub struct NoticePage<'a> {
    /// Name, navigation and footer of the site.
    pub site: &'a SiteSettings,
    /// Language of the texts.
    pub locale: Locale,
    /// HTTP status code, 400 to 599.
    pub status: u16,
    /// What happened, in a few words.
    pub heading: &'a str,
    /// What the visitor can do now.
    pub text: &'a str,
    /// Where to go instead: label and address. An address that is not a [`domain::SafeUrl`] is
    /// left out.
    pub links: &'a [(String, String)],
    /// By which a report of the error is found in the log.
    pub reference: Option<&'a str>,
}

/// A document whose links open in a window of their own, for a frame that nobody should leave by
/// accident.
pub fn leading_out(document: &str) -> String {
    document.replacen("<head>", "<head><base target=\"_blank\">", 1)
}

/// The complete document of a landing page, from `<!DOCTYPE html>` on, without a line break
/// between elements.
pub fn render(page: &LandingPage<'_>) -> String {
    finished(|| {
        layout::document(
            page.site,
            page.locale,
            head::of_page(page),
            &layout::languages(page),
            blocks::all(page.content),
        )
    })
}

/// How many bytes at a document's start are the same for every page of a language: all up to the
/// end of the style sheet.
pub fn shared_start(document: &str) -> usize {
    const END: &str = "</style>";
    document.find(END).map_or(0, |at| at + END.len())
}

/// The complete document of a notice, kept out of search engines.
pub fn render_notice(notice: &NoticePage<'_>) -> String {
    finished(|| {
        layout::document(
            notice.site,
            notice.locale,
            head::of_notice(notice),
            &[],
            notice::body(notice),
        )
    })
}

/// Renders outside a request and takes out the marks by which Leptos would find its nodes again
/// in a browser. A text cannot contain such a mark, because its `<` is escaped.
pub(crate) fn finished<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new();
    let html = owner.with(|| view().to_html());
    owner.unset_with_forced_cleanup();
    let mut document = String::with_capacity(html.len() + 15);
    document.push_str("<!DOCTYPE html>");
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once("<!>") {
        document.push_str(before);
        rest = after;
    }
    document.push_str(rest);
    document
}
