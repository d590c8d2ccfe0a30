//! What a document says about itself.

use domain::Locale;
use leptos::html::meta;
use leptos::prelude::*;

use super::{LandingPage, NoticePage, STYLE_SHEET, json_ld};

/// The head of a landing page, without the `<head>` element.
pub(super) fn of_page<'a>(page: &LandingPage<'a>) -> impl IntoView + use<'a> {
    let LandingPage {
        site,
        content,
        locale,
        base_url,
        ..
    } = *page;
    let canonical = address(page, locale);
    let data = json_ld::of_page(page, &canonical);
    view! {
        {common(&content.title)}
        <meta name="description" content=content.description.as_str() />
        <link rel="canonical" href=canonical.clone() />
        {alternates(page)}
        {property("og:type", "website".to_owned())}
        {property("og:site_name", site.name.clone())}
        {property("og:title", content.title.clone())}
        {property("og:description", content.description.clone())}
        {property("og:url", canonical)}
        {property("og:locale", open_graph(locale))}
        {page
            .locales
            .iter()
            .filter(|other| **other != locale)
            .map(|other| property("og:locale:alternate", open_graph(*other)))
            .collect_view()}
        {picture(page).map(|address| property("og:image", absolute(base_url, address)))}
        <meta name="twitter:card" content=card(page) />
        <script type="application/ld+json" inner_html=data />
    }
}

/// The head of a notice, which no search engine should keep.
pub(super) fn of_notice<'a>(notice: &NoticePage<'a>) -> impl IntoView + use<'a> {
    let title = format!("{} · {}", notice.heading, notice.site.name);
    view! {
        {common(&title)}
        <meta name="robots" content="noindex" />
    }
}

/// What is the same in every document comes first, so that caches can keep it once.
fn common(title: &str) -> impl IntoView + use<> {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
        {theme_color("(prefers-color-scheme: light)", "#fbf9f5")}
        {theme_color("(prefers-color-scheme: dark)", "#0d1519")}
        <style inner_html=STYLE_SHEET />
        <title>{title.to_owned()}</title>
    }
}

/// A statement in the Open Graph vocabulary, whose attribute HTML itself does not know.
fn property(name: &'static str, content: String) -> impl IntoView {
    meta().attr("property", name).content(content)
}

/// The colour of the browser's own frame: `--color-paper` of `style/theme.css`.
fn theme_color(media: &'static str, colour: &'static str) -> impl IntoView {
    meta()
        .name("theme-color")
        .attr("media", media)
        .content(colour)
}

/// The page's other languages, itself included; a page in one language has none to name.
fn alternates(page: &LandingPage<'_>) -> impl IntoView + use<> {
    let several = page.locales.len() > 1;
    let default = page.site.default_locale;
    // The language shown to whoever asks for the default one: the same from each of the page's
    // languages, and the one that the sitemap says.
    let fallback = default
        .fallbacks(default)
        .find(|locale| page.locales.contains(locale))
        .or_else(|| page.locales.first().copied())
        .map(|locale| ("x-default".to_owned(), address(page, locale)));
    page.locales
        .iter()
        .map(|locale| (locale.as_str().to_owned(), address(page, *locale)))
        .chain(fallback)
        .filter(|_| several)
        .map(|(language, href)| view! { <link rel="alternate" hreflang=language href=href /> })
        .collect_view()
}

fn address(page: &LandingPage<'_>, locale: Locale) -> String {
    let path = page.path.in_locale(locale, page.site.default_locale);
    format!("{}{path}", page.base_url)
}

/// Open Graph writes `pt_BR` where everything else writes `pt-BR`.
fn open_graph(locale: Locale) -> String {
    locale.as_str().replace('-', "_")
}

/// The first picture of a hero, which a link preview may show.
fn picture<'a>(page: &LandingPage<'a>) -> Option<&'a str> {
    page.content.blocks.iter().find_map(|block| match block {
        domain::Block::Hero(hero) => hero.image.as_ref().map(|image| image.url.as_str()),
        _ => None,
    })
}

fn card(page: &LandingPage<'_>) -> &'static str {
    match picture(page) {
        Some(_) => "summary_large_image",
        None => "summary",
    }
}

fn absolute(base_url: &str, address: &str) -> String {
    if address.starts_with('/') {
        format!("{base_url}{address}")
    } else {
        address.to_owned()
    }
}
