//! What vectors tell about the content.

use serde_json::{Value, json};

use super::support::{Role, Site, desk};
use crate::client::Answer;
use crate::support::eventually;

fn variant(id: &str, page: &str, segment: Option<&str>, headline: &str) -> Value {
    let mut record = json!({
        "kind": "variant", "id": id, "page": page, "locale": "en", "name": headline,
        "content": {"title": headline, "blocks": [{"type": "hero", "id": "hero", "headline": headline}]}
    });
    if let Some(segment) = segment {
        record["segment"] = segment.into();
    }
    record
}

fn german(mut record: Value) -> Value {
    record["locale"] = "de".into();
    record
}

async fn import(site: &Site, records: &[Value]) {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    site.database.import(&lines.join("\n")).await;
}

fn id(site: &Site, variant: &str) -> String {
    site.database.query(&format!(
        "SELECT id FROM variants WHERE external_id = '{variant}'"
    ))
}

/// A remembered term that means what a variant of the rounds' page says, and whom the rules took
/// its visitors for.
fn brought(site: &Site, term: &str, uses: u32, segment: &str, means: &str) {
    site.database.query(&format!(
        "INSERT INTO campaign_terms (text_hash, text, uses, first_seen, last_seen, page_id, segment_id)
         SELECT sha256('{term}'), '{term}', {uses}, now(), now(), p.id, s.id
         FROM pages p, segments s WHERE p.external_id = 'routes' AND s.key = '{segment}';
         INSERT INTO query_embeddings (space_version, text_hash, embedding)
         SELECT e.space_version, sha256('{term}'), e.embedding
         FROM embeddings e JOIN variants v ON v.id = e.variant_id
         WHERE v.external_id = '{means}'"
    ));
}

/// The findings of the report with this title.
fn findings(shown: &Answer, title: &str) -> Vec<String> {
    let titles = shown.select("main section h2");
    let place = titles.iter().position(|found| found == title);
    let place = place.unwrap_or_else(|| panic!("{title}: {titles:?}"));
    shown.select(&format!("main section:nth-of-type({}) li", place + 1))
}

const REPORTS: [&str; 5] = [
    "Content gaps",
    "Campaign terms that fit another segment",
    "Variants nobody gets",
    "Near-duplicate variants",
    "Segments that are hard to tell apart",
];

#[tokio::test(flavor = "multi_thread")]
async fn each_finding_leads_to_where_it_can_be_put_right() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    import(
        &site,
        &[
            json!({"kind": "segment", "key": "giants", "name": "Giants",
                "description": "Large companies that ask for contracts and security.",
                "priority": 90, "condition": {"query.never": "giants"}}),
            variant(
                "routes--smb--en",
                "routes",
                Some("smb"),
                "A clear price for small companies",
            ),
            variant(
                "routes--smb-2--en",
                "routes",
                Some("smb"),
                "A clear price for small companies.",
            ),
            variant(
                "routes--mobile--en",
                "routes",
                Some("mobile"),
                "Waste collection and bin lorries",
            ),
            variant(
                "routes--any-opera--en",
                "routes",
                None,
                "Opera tickets and string quartets",
            ),
        ],
    )
    .await;
    brought(
        &site,
        "bin collection",
        7,
        "enterprise",
        "routes--mobile--en",
    );
    brought(
        &site,
        "cold chain",
        3,
        "default",
        "routes--any-cold-chain--en",
    );
    let smb = "/landing/routes?utm_source=google";
    site.node.settled(smb, &[]).await;
    site.node.count_visits().await;

    let shown = site.open(&viewer, "/admin/insights");
    assert_eq!(shown.status, 200);
    let check = |title: &str, parts: &[&str], links: &[String]| {
        let found = findings(&shown, title);
        let whole = |row: &&String| parts.iter().all(|part| row.contains(part));
        assert!(found.iter().any(|row| whole(&row)), "{title}: {found:?}");
        for link in links {
            let selector = format!("main li a[href='{link}']");
            assert!(
                !shown.select(&selector).is_empty(),
                "{title}: no link to {link}"
            );
        }
    };
    let open = |variant: &str| format!("/admin/variants/{}", id(&site, variant));
    check(
        REPORTS[1],
        &[
            "bin collection",
            "Chosen by rule: Enterprise",
            "Waste collection",
            "7 times",
        ],
        &[
            "/admin/segments/enterprise".to_owned(),
            open("routes--mobile--en"),
        ],
    );
    check(
        REPORTS[2],
        &["Opera tickets", "near enough"],
        &[open("routes--any-opera--en")],
    );
    check(
        REPORTS[2],
        &["A clear price for small companies", "always nearer"],
        &[open("routes--smb--en"), open("routes--smb-2--en")],
    );
    check(
        REPORTS[3],
        &["A clear price for small companies.", "/landing/routes"],
        &[],
    );
    check(
        REPORTS[4],
        &["Giants", "Enterprise"],
        &["/admin/segments/giants".to_owned()],
    );
    // Somebody gets what is right, and it is not reported.
    let never = findings(&shown, REPORTS[2]).concat();
    assert!(!never.contains("Cold chain"), "{never}");
    assert!(!never.contains("Waste collection"), "{never}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_outdone_by_one_in_its_own_language() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let of = |id: &str, words: &str| variant(id, "routes", Some("smb"), words);
    import(
        &site,
        &[
            of("routes--smb--en", "A clear price for small companies"),
            german(of(
                "routes--smb--de",
                "Planning delivery rounds for small companies",
            )),
            german(of("routes--smb-2--de", "String quartets")),
        ],
    )
    .await;
    let shown = site.open(&viewer, "/admin/insights");
    let found = findings(&shown, REPORTS[2]).concat();
    let expected = "“Planning delivery rounds for small companies” for the same people";
    assert!(
        found.contains("String quartets") && found.contains(expected),
        "{found}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visited_page_without_a_variant_is_a_gap_that_an_editor_can_fill() {
    let site = desk().await;
    let target = "/landing/routes?utm_source=google";
    site.node.settled(target, &[]).await;
    site.node.count_visits().await;
    let link = "main a[href='/admin/variants/new?page=routes&segment=smb']";
    let editor = site.sign_in(Role::Editor).await;
    let shown = site.open(&editor, "/admin/insights");
    let gaps = findings(&shown, REPORTS[0]).concat();
    assert!(
        gaps.contains("/landing/routes for Small companies"),
        "{gaps}"
    );
    assert_eq!(shown.select(link), ["Write a variant"]);
    let viewer = site.sign_in(Role::Viewer).await;
    assert!(
        site.open(&viewer, "/admin/insights")
            .select(link)
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_about_nothing_say_so_and_texts_are_shown_literally() {
    let database = crate::support::Database::create().await;
    let node = database.node().await;
    let site = Site { database, node };
    let viewer = site.sign_in(Role::Viewer).await;
    let shown = site.open(&viewer, "/admin/insights");
    assert_eq!(shown.status, 200);
    assert_eq!(shown.select("main h2"), ["Nothing to say yet"]);
    assert_eq!(site.node.get("/admin/insights", &[]).status, 303);

    site.database.import(crate::support::CONTENT).await;
    let shown = || {
        let shown = site.open(&viewer, "/admin/insights");
        (!shown.select("section").is_empty()).then_some(shown)
    };
    let shown = eventually("the reports", shown).await;
    // Nobody has come, so that nobody has missed anything.
    assert!(findings(&shown, REPORTS[0]).is_empty());
    let gaps = shown.select("main section:first-of-type").concat();
    assert!(gaps.contains("No visits are known yet."), "{gaps}");
    let script = "<script>alert(1)</script>";
    import(
        &site,
        &[
            variant("one", "routes", Some("smb"), script),
            variant("two", "routes", Some("smb"), script),
        ],
    )
    .await;
    let shown = site.open(&viewer, "/admin/insights");
    let found = findings(&shown, REPORTS[3]).concat();
    assert!(found.contains(script), "{found}");
    assert!(!shown.text().contains(script));
}
