//! What search engines get to see.

use std::collections::BTreeSet;

use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::client::Answer;
use crate::rollout::with_rollout;
use crate::support::{CONTENT, Database, site};

const BASE: &str = "https://site.example";
const CRAWLER: (&str, &str) = (
    "User-Agent",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
);

/// The tests' site in three languages, with a page that does not speak the default one.
fn content() -> String {
    let mut records: Vec<Value> = CONTENT
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    for record in &mut records {
        if record["kind"] == "site" {
            record["locales"] = json!(["en", "de", "fr"]);
        }
    }
    let content = |title: &str| json!({"title": title, "description": "D", "blocks": [{"type": "hero", "id": "hero", "headline": title}]});
    records.push(json!({
        "kind": "page", "id": "abroad", "path": "/abroad", "intent": "For those abroad.",
        "contents": {"de": content("Im Ausland"), "fr": content("Ailleurs")},
    }));
    records.push(json!({
        "kind": "page", "id": "home", "path": "/", "intent": "Home.",
        "contents": {"en": content("Home")},
    }));
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    lines.join("\n")
}

/// An address and the other languages beside it.
type Entry = (String, BTreeSet<(String, String)>);

/// The entries of a sitemap, read by its line breaks.
fn entries(sitemap: &str) -> Vec<Entry> {
    let value = |line: &str, name: &str| {
        let (_, rest) = line.split_once(&format!("{name}=\"")).expect("it is there");
        rest.split('"').next().expect("it ends").to_owned()
    };
    let parts = sitemap.split("<url>").skip(1);
    parts
        .map(|part| {
            let (_, rest) = part.split_once("<loc>").expect("an address");
            let (address, rest) = rest.split_once("</loc>").expect("it ends");
            let links = rest.lines().filter(|line| line.starts_with("<xhtml:link"));
            let links = links.map(|line| (value(line, "hreflang"), value(line, " href")));
            (address.to_owned(), links.collect())
        })
        .collect()
}

/// What a page says of itself.
fn says(answer: &Answer) -> Entry {
    let document = Html::parse_document(answer.text());
    let selector = |text| Selector::parse(text).expect("a selector");
    let canonical = selector("link[rel=canonical]");
    let canonical = document.select(&canonical).next().expect("it has one");
    let alternates = selector("link[rel=alternate]");
    let attribute = |element: scraper::ElementRef<'_>, name| {
        element.attr(name).expect("it has the attribute").to_owned()
    };
    let links = document
        .select(&alternates)
        .map(|link| (attribute(link, "hreflang"), attribute(link, "href")));
    (attribute(canonical, "href"), links.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sitemap_and_the_pages_say_the_same() {
    let database = Database::create().await;
    database.import(&content()).await;
    let node = database.node().await;
    let sitemap = node.get("/sitemap.xml", &[]);
    assert_eq!(sitemap.status, 200);
    assert_eq!(sitemap.header("content-type"), "application/xml");
    let listed = entries(sitemap.text());
    let addresses: Vec<&str> = listed
        .iter()
        .map(|(address, _)| address.strip_prefix(BASE).expect("it is ours"))
        .collect();
    assert_eq!(
        addresses,
        [
            "/",
            "/de/abroad",
            "/fr/abroad",
            "/de/landing/routes",
            "/landing/routes",
            "/de/pricing",
            "/pricing",
        ]
    );
    for (entry, path) in listed.iter().zip(addresses) {
        let answer = node.in_time(path, &[CRAWLER]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(&says(&answer), entry, "{path}");
    }
    // Whoever asks in a language the page lacks is led to one it has.
    let english = node.in_time("/abroad", &[]).await;
    assert_eq!(says(&english), listed[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_files_can_be_kept_for_an_hour_and_checked_again() {
    let (_database, node) = site().await;
    let robots = node.get("/robots.txt", &[]);
    assert_eq!(
        robots.text(),
        "User-agent: *\nDisallow: /admin$\nDisallow: /admin/\nDisallow: /api$\nDisallow: /api/\n\n\
         Sitemap: https://site.example/sitemap.xml\n"
    );
    assert_eq!(robots.header("content-type"), "text/plain; charset=utf-8");
    for target in ["/robots.txt", "/sitemap.xml"] {
        let first = node.get(target, &[CRAWLER]);
        assert_eq!(first.header("cache-control"), "public, max-age=3600");
        let tag = first.header("etag").to_owned();
        let second = node.get(target, &[("If-None-Match", &tag)]);
        assert_eq!((second.status, second.body.len()), (304, 0), "{target}");
        assert_eq!(second.header("etag"), tag);
    }
    // One file holds this site, so there are no parts.
    for target in ["/sitemap-0.xml", "/sitemap-1.xml", "/sitemap-01.xml"] {
        assert_eq!(node.get(target, &[]).status, 404, "{target}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crawler_gets_byte_for_byte_what_a_visitor_without_signals_gets() {
    let database = Database::create().await;
    database.import(&with_rollout(50.0)).await;
    let node = database.node().await;
    for path in [
        "/pricing",
        "/landing/routes",
        "/de/pricing",
        "/nothing/here",
    ] {
        for encoding in ["identity", "gzip", "br"] {
            let encoding = ("Accept-Encoding", encoding);
            let known = path != "/nothing/here";
            let ask = async |target: &str, headers: &[(&str, &str)]| {
                if known {
                    node.settled(target, headers).await
                } else {
                    node.get(target, headers)
                }
            };
            let stranger = ask(path, &[encoding]).await;
            let from_campaign =
                format!("{path}?utm_source=linkedin&utm_term=cold+chain&segment=smb");
            for target in [path, &from_campaign] {
                let crawler = ask(
                    target,
                    &[
                        encoding,
                        CRAWLER,
                        ("CF-IPCountry", "DE"),
                        (
                            "Cookie",
                            "user_segment=smb; landfall_consent=yes; landfall_visit=9.2026-01-05",
                        ),
                        ("x-landfall-segment", "smb"),
                    ],
                )
                .await;
                assert_eq!(crawler.body, stranger.body, "{target}");
                assert_eq!(lasting(&crawler), lasting(&stranger), "{target}");
            }
        }
    }
}

/// Status and headers, without those of the moment.
fn lasting(answer: &Answer) -> (u16, Vec<&(String, String)>) {
    let of_the_moment = ["date", "server-timing"];
    let headers = answer.headers.iter();
    let lasting = headers.filter(|(name, _)| !of_the_moment.contains(&name.as_str()));
    (answer.status, lasting.collect())
}
