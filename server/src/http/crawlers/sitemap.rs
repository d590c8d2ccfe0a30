//! The addresses of all pages, in the [sitemap protocol](https://www.sitemaps.org/protocol.html)
//! with the languages of each page beside it.

use std::fmt::Write as _;

use domain::{CanonicalPath, Locale};
use engine::catalog::Catalog;

use crate::render::served_locales;

/// What one file may hold.
#[derive(Debug, Clone, Copy)]
struct Limits {
    addresses: usize,
    bytes: usize,
}

/// The protocol's.
const LIMITS: Limits = Limits {
    addresses: 50_000,
    bytes: 50 * 1024 * 1024,
};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const START: &str = "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n";
const END: &str = "</urlset>\n";

/// The sitemap of a site that visitors reach at `base_url`: one file, or an index and the files it
/// names, `sitemap-1.xml` and on. The same catalog always gives the same bytes.
pub(super) fn files(catalog: &Catalog, base_url: &str) -> Vec<String> {
    let default = catalog.site.default_locale;
    let mut pages: Vec<_> = catalog.pages().collect();
    pages.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let entries = pages.into_iter().flat_map(|page| {
        let locales = served_locales(&catalog.site, page);
        let shown = page.content_locale(default, default);
        entries(base_url, &page.path, &locales, default, shown)
    });
    divided(entries, base_url, LIMITS)
}

/// One entry for each language of a page; `shown` is the one for whoever speaks none of them.
fn entries(
    base_url: &str,
    path: &CanonicalPath,
    locales: &[Locale],
    default: Locale,
    shown: Locale,
) -> Vec<String> {
    let address = |locale| {
        let path = path.in_locale(locale, default);
        escaped(&format!("{base_url}{path}"))
    };
    let mut alternates = String::new();
    if locales.len() > 1 {
        let named = locales.iter().map(|l| (l.as_str(), address(*l)));
        for (language, href) in named.chain([("x-default", address(shown))]) {
            // Writing to a String cannot fail.
            let _ = writeln!(
                alternates,
                "<xhtml:link rel=\"alternate\" hreflang=\"{language}\" href=\"{href}\"/>"
            );
        }
    }
    locales
        .iter()
        .map(|locale| {
            format!(
                "<url>\n<loc>{}</loc>\n{alternates}</url>\n",
                address(*locale)
            )
        })
        .collect()
}

fn divided(entries: impl Iterator<Item = String>, base_url: &str, limits: Limits) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut addresses = 0;
    for entry in entries {
        let full = parts.last().is_none_or(|part| {
            addresses == limits.addresses || part.len() + entry.len() + END.len() > limits.bytes
        });
        if full {
            parts.push([DECLARATION, START].concat());
            addresses = 0;
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(&entry);
            addresses += 1;
        }
    }
    if parts.is_empty() {
        parts.push([DECLARATION, START].concat());
    }
    for part in &mut parts {
        part.push_str(END);
    }
    if parts.len() > 1 {
        parts.insert(0, index(parts.len(), base_url));
    }
    parts
}

fn index(parts: usize, base_url: &str) -> String {
    let base_url = escaped(base_url);
    let mut index = format!("{DECLARATION}<sitemapindex xmlns=\"{NAMESPACE}\">\n");
    for number in 1..=parts {
        // Writing to a String cannot fail.
        let _ = writeln!(
            index,
            "<sitemap><loc>{base_url}/sitemap-{number}.xml</loc></sitemap>"
        );
    }
    index.push_str("</sitemapindex>\n");
    index
}

/// A text as it stands in XML, inside an element or in double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(text: &str) -> Locale {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_names_every_language_and_is_escaped() {
        let (de, en) = (locale("de"), locale("en"));
        let path = "/pricing".parse().unwrap();
        let found = entries("https://a.example/x&y", &path, &[de, en], en, en);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            "<url>\n<loc>https://a.example/x&amp;y/de/pricing</loc>\n\
             <xhtml:link rel=\"alternate\" hreflang=\"de\" href=\"https://a.example/x&amp;y/de/pricing\"/>\n\
             <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://a.example/x&amp;y/pricing\"/>\n\
             <xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"https://a.example/x&amp;y/pricing\"/>\n\
             </url>\n"
        );
        let alone = entries("https://a.example", &path, &[de], en, de);
        assert_eq!(
            alone,
            ["<url>\n<loc>https://a.example/de/pricing</loc>\n</url>\n"]
        );
    }

    #[test]
    fn what_one_file_cannot_hold_is_divided() {
        let check = |entries: usize, limits: Limits, expected: &[usize]| {
            let entries = (0..entries).map(|n| format!("<url>{n}</url>\n"));
            let files = divided(entries, "https://a.example", limits);
            let addresses: Vec<usize> = files.iter().map(|f| f.matches("<url>").count()).collect();
            assert_eq!(addresses, expected);
            let lists = files.iter().filter(|file| file.contains("<urlset"));
            assert!(lists.clone().all(|file| file.len() <= limits.bytes));
            let named = files[0].matches("<sitemap>").count();
            assert_eq!(named, files.len() - 1);
        };
        let by_number = Limits {
            addresses: 3,
            bytes: 10_000,
        };
        check(0, by_number, &[0]);
        check(3, by_number, &[3]);
        check(4, by_number, &[0, 3, 1]);
        check(7, by_number, &[0, 3, 3, 1]);
        let frame = [DECLARATION, START, END].concat().len();
        let by_size = Limits {
            addresses: 50_000,
            bytes: frame + 2 * "<url>0</url>\n".len(),
        };
        check(2, by_size, &[2]);
        check(5, by_size, &[0, 2, 2, 1]);
    }
}
