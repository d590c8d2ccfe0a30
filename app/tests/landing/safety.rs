//! Nothing that somebody writes becomes markup, and nothing runs.

use app::landing::{NoticePage, render_notice};
use domain::PageContent;
use scraper::Html;
use serde_json::{Value, json};

use crate::{FULL_PAGE, all, attributes, full_html, locale, rendered, site, texts};

#[test]
fn a_text_stays_a_text_wherever_it_stands() {
    const ATTACK: &str = r#""'><script>alert(1)</script><!-- <!> &amp;"#;
    let mut content: Value = serde_json::from_str(FULL_PAGE).unwrap();
    poison(&mut content, ATTACK);
    content["blocks"][0]["image"] = json!({"url": "/a.png", "alt": ATTACK});
    let content: PageContent = serde_json::from_value(content).unwrap();
    let mut site = site();
    site.name = ATTACK.to_owned();
    site.footer.insert(locale("en"), ATTACK.to_owned());
    for link in site.navigation.get_mut(&locale("en")).unwrap() {
        link.label = ATTACK.to_owned();
    }

    let clean = Html::parse_document(&full_html());
    let document = Html::parse_document(&rendered(&site, &content, "en", &["en", "de"]));
    assert_eq!(all(&document, "script").len(), 1);
    assert_eq!(
        attributes(&document, "script", "type"),
        ["application/ld+json"]
    );
    assert_eq!(texts(&document, "title"), [ATTACK]);
    assert_eq!(texts(&document, "h1"), [ATTACK]);
    assert_eq!(attributes(&document, "main img", "alt"), [ATTACK]);
    assert_eq!(
        attributes(&document, "meta[name=description]", "content"),
        [ATTACK]
    );
    let data: Value = serde_json::from_str(&texts(&document, "script")[0]).unwrap();
    assert_eq!(data["@graph"][0]["name"], ATTACK);
    // Every field still stands in the element made for it; Markdown makes elements of its own.
    let languages = ["English", "Deutsch"];
    for selector in [
        "h2",
        "h3",
        "li:not(.prose li)",
        "figure",
        "blockquote",
        "summary",
        "details p",
        "footer p",
    ] {
        let found = texts(&document, selector);
        assert_eq!(found.len(), all(&clean, selector).len(), "{selector}");
        for text in found {
            assert!(
                text.contains(ATTACK) || languages.contains(&&*text),
                "{selector}: {text}"
            );
        }
    }

    let notice = render_notice(&NoticePage {
        site: &site,
        locale: locale("en"),
        status: 500,
        heading: ATTACK,
        text: ATTACK,
        links: &[(ATTACK.to_owned(), "/".to_owned())],
        reference: Some(ATTACK),
    });
    let document = Html::parse_document(&notice);
    assert!(all(&document, "script").is_empty());
    assert_eq!(texts(&document, "h1"), [ATTACK]);
    assert_eq!(texts(&document, "main code"), [ATTACK]);
}

/// Puts `text` into every field that holds free text.
fn poison(value: &mut Value, text: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let free = !matches!(name.as_str(), "type" | "id" | "url" | "icon");
                match field {
                    Value::String(own) if free => text.clone_into(own),
                    Value::String(_) => {}
                    other => poison(other, text),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::String(own) => text.clone_into(own),
                    other => poison(other, text),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_but_data_stands_in_a_script_and_nothing_runs() {
    let html = full_html();
    let document = Html::parse_document(&html);
    assert_eq!(
        attributes(&document, "script", "type"),
        ["application/ld+json"]
    );
    for element in all(&document, "*") {
        for (name, _) in element.value().attrs() {
            assert!(!name.starts_with("on") && name != "style", "{name}");
        }
    }
    assert!(html.starts_with("<!DOCTYPE html><html"));
    assert!(
        !html.contains("<!--") && !html.contains("<!>"),
        "a framework's mark is left"
    );
}
