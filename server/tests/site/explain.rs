//! `landfall explain` and the server tell the same story.

use std::collections::HashMap;

use domain::block::Block;
use domain::record::Record;
use domain::{Locale, PageContent};

use crate::command::{on, succeed};
use crate::support::Database;

const PHONE: &str = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1";
const CRAWLER: &str =
    "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Visitors of the demo content: address, headers, and the segment they belong to.
const VISITORS: [(&str, &[&str], &str); 16] = [
    ("/", &[], "default"),
    ("/pricing?utm_source=linkedin", &[], "enterprise"),
    ("/landing/analytics?utm_source=linkedin", &[], "enterprise"),
    ("/?utm_source=google", &[], "smb"),
    ("/pricing", &["Cookie: user_segment=smb"], "smb"),
    ("/demo?segment=field-service", &[], "field-service"),
    ("/security", &["CF-IPCountry: AT"], "dach"),
    ("/", &["CF-IPCountry: GB"], "uk"),
    ("/demo", &[PHONE], "mobile"),
    (
        "/pricing",
        &["Cookie: landfall_visit=3.2026-01-05"],
        "returning",
    ),
    (
        "/?utm_source=linkedin",
        &[CRAWLER, "CF-IPCountry: DE"],
        "default",
    ),
    ("/de/pricing?utm_source=linkedin", &[], "enterprise"),
    (
        "/landing/route-planning?utm_term=cold+chain+monitoring",
        &[],
        "default",
    ),
    (
        "/landing/route-planning?utm_term=banana+bread+recipe",
        &[],
        "default",
    ),
    (
        "/pricing?segment=nobody",
        &["Cookie: user_segment=nobody"],
        "default",
    ),
    (
        "/",
        &["Referer: https://github.com/some/project"],
        "developers",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_and_an_answer_agree_for_every_visitor() {
    let demo = landfall::demo::jsonl();
    let database = Database::create().await;
    database.import(&demo).await;
    let node = database.node().await;
    let headlines = Headlines::read(&demo);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut personal = 0;
    for (target, headers, segment) in VISITORS {
        let mut command = on(folder.path(), &database.url);
        command.args(["explain", target]);
        for header in headers {
            command.args(["--header", header]);
        }
        let explanation = succeed(&mut command);
        let explained = |label: &str| {
            let line = explanation.lines().find(|line| line.starts_with(label));
            let rest = line.and_then(|line| line.strip_prefix(label));
            rest.expect("it is explained").trim().to_owned()
        };
        let split: Vec<(&str, &str)> = headers
            .iter()
            .map(|header| header.split_once(": ").expect("name and value"))
            .collect();
        let answer = node.settled(target, &split).await;
        assert_eq!(answer.status, 200, "{target}");
        assert_eq!(answer.header("x-content-variant"), segment, "{target}");
        assert!(
            explained("segment  ").starts_with(&format!("{segment}  ")),
            "{target}\n{explanation}"
        );
        if let Some((_, term)) = target.split_once("utm_term=") {
            let verdict = if term == "banana+bread+recipe" {
                "ignored"
            } else {
                "heard"
            };
            assert!(explained("term  ").contains(verdict), "{explanation}");
        }
        let winner = explained("winner  ");
        let expected = if winner == "the page's default content" {
            headlines.of_page(target)
        } else {
            personal += 1;
            let id = winner.split("  ").next().expect("a name");
            headlines.variants[id].clone()
        };
        assert_eq!(answer.h1(), expected, "{target}\n{explanation}");
    }
    assert!(
        personal >= 10,
        "{personal} visitors saw something of their own"
    );
}

/// What the demo's records promise.
struct Headlines {
    pages: HashMap<(String, Locale), String>,
    /// By the variant's name; of variants without a hero of their own the page's.
    variants: HashMap<String, String>,
}

impl Headlines {
    fn read(demo: &str) -> Self {
        let (mut pages, mut variants) = (HashMap::new(), HashMap::new());
        let mut contents: HashMap<String, HashMap<Locale, PageContent>> = HashMap::new();
        for line in demo.lines() {
            match serde_json::from_str(line).expect("the demo is valid") {
                Record::Page(page) => {
                    for (locale, content) in &page.contents {
                        let path = page.path.to_string();
                        pages.insert((path, *locale), headline(&content.blocks));
                    }
                    contents.insert(page.id.to_string(), page.contents.into_iter().collect());
                }
                Record::Variant(variant) => {
                    let page = &contents[variant.page.as_str()][&variant.locale];
                    let shown = page.with_override(&variant.content);
                    variants.insert(variant.id.to_string(), headline(&shown.blocks));
                }
                Record::Site(_) | Record::Segment(_) => {}
            }
        }
        Self { pages, variants }
    }

    fn of_page(&self, target: &str) -> String {
        let path = target.split('?').next().unwrap_or_default();
        let (path, language) = match path.strip_prefix("/de/") {
            Some(rest) => (format!("/{rest}"), "de"),
            None => (path.to_owned(), "en"),
        };
        self.pages[&(path, language.parse().expect("a locale"))].clone()
    }
}

fn headline(blocks: &[Block]) -> String {
    let hero = blocks.iter().find_map(|block| match block {
        Block::Hero(hero) => Some(hero.headline.clone()),
        _ => None,
    });
    hero.expect("every page of the demo has a hero")
}
