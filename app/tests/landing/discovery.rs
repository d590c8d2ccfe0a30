//! What search engines and other machines find, and where the languages lead.

use domain::Block;
use scraper::Html;
use serde_json::Value;

use crate::{all, attributes, full_html, full_page, notice_html, rendered, site, texts};

#[test]
fn search_engines_find_the_address_and_the_other_languages() {
    let check = |language: &str, locales: &[&str], canonical: &str, alternates: &[(&str, &str)]| {
        let document = Html::parse_document(&rendered(&site(), &full_page(), language, locales));
        assert_eq!(
            attributes(&document, "link[rel=canonical]", "href"),
            [canonical]
        );
        assert_eq!(
            attributes(&document, r#"meta[property="og:url"]"#, "content"),
            [canonical]
        );
        let found: Vec<(&str, &str)> = attributes(&document, "link[rel=alternate]", "hreflang")
            .into_iter()
            .zip(attributes(&document, "link[rel=alternate]", "href"))
            .collect();
        assert_eq!(found, alternates);
    };
    let (english, german) = (
        "https://example.com/product",
        "https://example.com/de/product",
    );
    check("en", &["en"], english, &[]);
    check(
        "de",
        &["en", "de"],
        german,
        &[("en", english), ("de", german), ("x-default", english)],
    );
    // Without the default language, the page's own is the one for everybody else.
    let brazilian = "https://example.com/pt-br/product";
    check(
        "de",
        &["de", "pt-BR"],
        german,
        &[("de", german), ("pt-BR", brazilian), ("x-default", german)],
    );
}

#[test]
fn a_language_is_chosen_from_the_header() {
    let document = Html::parse_document(&rendered(&site(), &full_page(), "de", &["en", "de"]));
    assert_eq!(attributes(&document, "html", "lang"), ["de"]);
    assert_eq!(
        attributes(&document, "#languages_ a", "href"),
        ["/product", "/de/product"]
    );
    assert_eq!(texts(&document, "#languages_ [aria-current]"), ["Deutsch"]);
    let alone = Html::parse_document(&rendered(&site(), &full_page(), "en", &["en"]));
    assert!(all(&alone, "#languages_").is_empty());
}

#[test]
fn the_questions_are_told_to_machines() {
    let document = Html::parse_document(&full_html());
    let data: Value = serde_json::from_str(&texts(&document, "script")[0]).unwrap();
    let kinds: Vec<&Value> = data["@graph"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["@type"])
        .collect();
    assert_eq!(kinds, ["Organization", "WebPage", "FAQPage"]);
    let asked = full_page().blocks.iter().find_map(|block| match block {
        Block::Faq(faq) => Some(faq.items.len()),
        _ => None,
    });
    assert_eq!(
        data["@graph"][2]["mainEntity"].as_array().map(Vec::len),
        asked
    );
}

#[test]
fn a_notice_stays_out_of_search_engines_and_offers_safe_links_only() {
    let document = Html::parse_document(&notice_html(Some("ab12")));
    assert_eq!(
        attributes(&document, "meta[name=robots]", "content"),
        ["noindex"]
    );
    assert!(all(&document, "link[rel=canonical]").is_empty());
    assert_eq!(attributes(&document, "main a", "href"), ["/de/pricing"]);
    assert_eq!(texts(&document, "main code"), ["ab12"]);
    assert!(all(&Html::parse_document(&notice_html(None)), "main code").is_empty());
}
