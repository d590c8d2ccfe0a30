//! What the page says, for machines: schema.org data as JSON-LD.

use domain::Block;
use serde_json::{Value, json};

use super::LandingPage;

/// The content of the page's `<script type="application/ld+json">`.
pub(super) fn of_page(page: &LandingPage<'_>, canonical: &str) -> String {
    let LandingPage {
        site,
        content,
        base_url,
        ..
    } = page;
    let organization = format!("{base_url}/#organization");
    let mut graph = vec![
        json!({
            "@type": "Organization",
            "@id": organization,
            "name": site.name,
            "url": format!("{base_url}/"),
        }),
        json!({
            "@type": "WebPage",
            "@id": canonical,
            "url": canonical,
            "name": content.title,
            "description": content.description,
            "inLanguage": page.locale.as_str(),
            "publisher": {"@id": organization},
        }),
    ];
    let questions = questions(&content.blocks);
    if !questions.is_empty() {
        graph.push(json!({
            "@type": "FAQPage",
            "@id": format!("{canonical}#faq"),
            "mainEntity": questions,
        }));
    }
    escaped(&json!({"@context": "https://schema.org", "@graph": graph}))
}

/// The questions of all FAQ blocks: a page has one `FAQPage` at most.
fn questions(blocks: &[Block]) -> Vec<Value> {
    blocks
        .iter()
        .filter_map(|block| match block {
            Block::Faq(faq) => Some(&faq.items),
            _ => None,
        })
        .flatten()
        .map(|item| {
            json!({
                "@type": "Question",
                "name": item.question,
                "acceptedAnswer": {"@type": "Answer", "text": item.answer},
            })
        })
        .collect()
}

/// JSON in which no character can end the script element that holds it. Outside strings JSON has
/// none of these characters, and inside them an escape means the same.
fn escaped(value: &Value) -> String {
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len() + 64);
    for character in text.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script_element() {
        let given = json!({"name": "</script><!-- & \u{2028}"});
        let safe = escaped(&given);
        assert_eq!(
            safe,
            r#"{"name":"\u003c/script\u003e\u003c!-- \u0026 \u2028"}"#
        );
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), given);
    }
}
