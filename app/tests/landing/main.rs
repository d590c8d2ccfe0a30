//! What a browser, a search engine and an attacker find in a rendered page.

mod discovery;
mod safety;
mod structure;
mod style;

use app::landing::{LandingPage, NoticePage, render, render_notice};
use domain::{Locale, PageContent, SiteSettings};
use scraper::{ElementRef, Html, Selector};
use serde_json::{Value, json};

const FULL_PAGE: &str = include_str!("content/full_page.json");
const SITE: &str = include_str!("content/site.json");

fn locale(text: &str) -> Locale {
    text.parse().unwrap()
}

fn site() -> SiteSettings {
    serde_json::from_str(SITE).unwrap()
}

fn full_page() -> PageContent {
    serde_json::from_str(FULL_PAGE).unwrap()
}

fn rendered(
    site: &SiteSettings,
    content: &PageContent,
    language: &str,
    locales: &[&str],
) -> String {
    let locales: Vec<Locale> = locales.iter().map(|text| locale(text)).collect();
    render(&LandingPage {
        site,
        content,
        locale: locale(language),
        path: &"/product".parse().unwrap(),
        base_url: "https://example.com",
        locales: &locales,
    })
}

fn full_html() -> String {
    rendered(&site(), &full_page(), "en", &["en", "de"])
}

fn notice_html(reference: Option<&str>) -> String {
    render_notice(&NoticePage {
        site: &site(),
        locale: locale("de"),
        status: 404,
        heading: "Hier ist keine Seite",
        text: "Diese gibt es:",
        links: &[
            ("Preise".to_owned(), "/de/pricing".to_owned()),
            ("Falle".to_owned(), "javascript:alert(1)".to_owned()),
        ],
        reference,
    })
}

/// A page of these blocks, given as JSON.
fn page_of(blocks: &Value) -> String {
    let content: PageContent =
        serde_json::from_value(json!({"title": "T", "description": "D", "blocks": blocks}))
            .unwrap();
    rendered(&site(), &content, "en", &["en"])
}

fn all<'a>(document: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    document
        .select(&Selector::parse(selector).unwrap())
        .collect()
}

fn texts(document: &Html, selector: &str) -> Vec<String> {
    all(document, selector)
        .into_iter()
        .map(|element| element.text().collect())
        .collect()
}

fn attributes<'a>(document: &'a Html, selector: &str, name: &str) -> Vec<&'a str> {
    all(document, selector)
        .into_iter()
        .filter_map(|element| element.value().attr(name))
        .collect()
}
