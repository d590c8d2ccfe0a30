//! Markdown to HTML, for texts of people who may not write HTML.

use domain::SafeUrl;
use pulldown_cmark::{
    CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};

/// The text as HTML. Raw HTML is shown as text; a link whose address is not a [`SafeUrl`] leaves only
/// its text, and so does a picture that no page may show. The highest heading used becomes `top`, 1 to 6, and the
/// others follow, so that the page's outline has no gap.
pub(super) fn to_html(markdown: &str, top: usize) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events: Vec<Event<'_>> = Parser::new_ext(markdown, options).collect();
    let highest = events.iter().filter_map(heading).min().unwrap_or(1);
    let shift = |level: HeadingLevel| {
        let moved = (level as usize + top).saturating_sub(highest);
        HeadingLevel::try_from(moved.min(6)).unwrap_or(HeadingLevel::H6)
    };
    // Whether each link or picture that is open right now was let through.
    let mut open: Vec<bool> = Vec::new();
    let safe = events.into_iter().filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Heading { level, .. }) => Some(Event::Start(Tag::Heading {
            level: shift(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(shift(level)))),
        // The alignments would become style attributes, and the language a class.
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(vec![
            pulldown_cmark::Alignment::None;
            columns.len()
        ]))),
        Event::Start(Tag::CodeBlock(_)) => {
            Some(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)))
        }
        Event::Start(tag @ (Tag::Link { .. } | Tag::Image { .. })) => {
            let tag = is_safe(&tag).then_some(tag);
            open.push(tag.is_some());
            tag.map(Event::Start)
        }
        Event::End(TagEnd::Link | TagEnd::Image) if open.pop() == Some(false) => None,
        other => Some(other),
    });
    let mut written = String::with_capacity(markdown.len() + markdown.len() / 4);
    html::push_html(&mut written, safe);
    written.truncate(written.trim_end().len());
    written
}

fn heading(event: &Event<'_>) -> Option<usize> {
    match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as usize),
        _ => None,
    }
}

fn is_safe(tag: &Tag<'_>) -> bool {
    match tag {
        // The writer puts `mailto:` before such an address.
        Tag::Link {
            link_type: LinkType::Email,
            ..
        } => true,
        Tag::Link { dest_url, .. } => dest_url.parse::<SafeUrl>().is_ok(),
        Tag::Image { dest_url, .. } => dest_url
            .parse::<SafeUrl>()
            .is_ok_and(|address| address.may_be_picture()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markdown: &str, expected: &str) {
        assert_eq!(to_html(markdown, 2), expected, "{markdown:?}");
    }

    #[test]
    fn raw_html_is_shown_as_text() {
        check(
            "a <b onclick=x>b</b>",
            "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>",
        );
        check(
            "<script>alert(1)</script>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        );
    }

    #[test]
    fn an_unsafe_link_leaves_its_text() {
        check("[go](/demo)", r#"<p><a href="/demo">go</a></p>"#);
        check("[go](javascript:alert(1))", "<p>go</p>");
        check("[*go*](//evil.example)", "<p><em>go</em></p>");
        check(
            "[![pic](javascript:1)](/demo)",
            r#"<p><a href="/demo">pic</a></p>"#,
        );
        check(
            "[![pic](/a.png)](javascript:1)",
            r#"<p><img src="/a.png" alt="pic" /></p>"#,
        );
        check("![pic](http://x.example/a.png)", "<p>pic</p>");
        check(
            "<me@example.com>",
            r#"<p><a href="mailto:me@example.com">me@example.com</a></p>"#,
        );
    }

    #[test]
    fn headings_follow_the_one_above_the_text() {
        check("# A\n### B", "<h2>A</h2>\n<h4>B</h4>");
        check("### A\n###### B", "<h2>A</h2>\n<h5>B</h5>");
        assert_eq!(to_html("# A\n###### B", 3), "<h3>A</h3>\n<h6>B</h6>");
    }

    #[test]
    fn no_class_or_style_is_written() {
        check("```rust\nx\n```", "<pre><code>x\n</code></pre>");
        check(
            "|a|\n|:-:|\n|b|",
            "<table><thead><tr><th>a</th></tr></thead><tbody>\n<tr><td>b</td></tr>\n</tbody></table>",
        );
    }
}
