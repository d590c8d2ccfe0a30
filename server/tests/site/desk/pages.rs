//! Pages at the desk: written, moved, deleted.

use serde_json::{Value, json};

use super::support::{Role, Site, Visit, desk};
use crate::client::Answer;
use crate::command::{on, succeed};
use crate::support::eventually;

const ENGLISH: &str = r#"{"title":"Fleet","description":"All about the fleet.","blocks":[{"type":"hero","id":"hero","headline":"For everybody"}]}"#;

/// The fields of a page's form, with what `changed` says instead.
fn fields<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("id", "fleet"),
        ("path", "/fleet"),
        ("intent", "Electric vans for companies that deliver."),
        ("rollout", "100"),
        ("contents[en]", ENGLISH),
    ];
    for (name, value) in changed {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    fields
}

/// Makes the page of [`fields`] and tells its row.
fn make(site: &Site, visit: &Visit) -> String {
    let answer = site.call(visit, "pages/create", &fields(&[]));
    assert_eq!(answer.status, 200, "{answer:?}");
    page(site)
}

fn page(site: &Site) -> String {
    let sql = "SELECT id FROM pages WHERE external_id = 'fleet'";
    site.database.query(sql)
}

/// Saves that page over an edition.
fn save(site: &Site, visit: &Visit, edition: &str, changed: &[(&str, &str)]) -> (u16, String) {
    let id = page(site);
    let mut fields = fields(changed);
    fields.extend([("page", id.as_str()), ("edition", edition)]);
    let answer = site.call(visit, "pages/save", &fields);
    (answer.status, answer.text().to_owned())
}

async fn leads(site: &Site, from: &str, expected: (u16, &str)) {
    let arrives = || {
        let answer = site.node.get(from, &[]);
        let found = (answer.status, answer.header("location"));
        (found == expected).then_some(())
    };
    eventually(&format!("{from} gives {expected:?}"), arrives).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_live_when_it_is_created_and_again_when_it_is_saved() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    assert_eq!(site.node.get("/fleet", &[]).status, 404);
    let id = make(&site, &publisher);
    leads(&site, "/fleet", (200, "")).await;
    let shown = site.open(&publisher, &format!("/admin/pages/{id}"));
    assert_eq!(shown.status, 200);
    assert_eq!(shown.h1(), "Fleet");
    let renamed = ENGLISH.replace("Fleet", "Vans");
    let (status, text) = save(&site, &publisher, "1", &[("contents[en]", &renamed)]);
    assert_eq!(status, 200, "{text}");
    let renamed = || {
        let title = site.node.get("/fleet", &[]).select("title");
        title.concat().contains("Vans").then_some(())
    };
    eventually("the new title", renamed).await;
    // The intent can be compared at once.
    let vectors = "SELECT count(*) FROM query_embeddings WHERE text_hash = \
                   sha256('Electric vans for companies that deliver.')";
    assert_eq!(site.database.query(vectors), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_address_leads_to_the_page_wherever_it_goes() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    make(&site, &publisher);
    assert_eq!(save(&site, &publisher, "1", &[("path", "/vans")]).0, 200);
    leads(&site, "/fleet", (308, "/vans")).await;
    let answer = site.node.get("/de/fleet?utm_source=linkedin&a=%C3%A4", &[]);
    assert_eq!(
        answer.header("location"),
        "/de/vans?utm_source=linkedin&a=%C3%A4"
    );
    assert_eq!(answer.header("cache-control"), "no-cache");
    // A chain is one step.
    assert_eq!(save(&site, &publisher, "2", &[("path", "/e-vans")]).0, 200);
    leads(&site, "/fleet", (308, "/e-vans")).await;
    leads(&site, "/vans", (308, "/e-vans")).await;
    // Another page takes an old address over.
    let other = fields(&[("id", "vans"), ("path", "/vans")]);
    assert_eq!(site.call(&publisher, "pages/create", &other).status, 200);
    leads(&site, "/vans", (200, "")).await;
    // The page comes back.
    assert_eq!(save(&site, &publisher, "3", &[("path", "/fleet")]).0, 200);
    leads(&site, "/e-vans", (308, "/fleet")).await;
    leads(&site, "/fleet", (200, "")).await;
    // Nobody takes the address of another page.
    let (status, text) = save(&site, &publisher, "4", &[("path", "/pricing")]);
    assert_eq!(status, 422);
    assert!(text.contains(r#""field":"path""#), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_said_before_is_opened_from_its_history_and_saved_again() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = make(&site, &publisher);
    let renamed = ENGLISH.replace("Fleet", "Vans");
    let second = [("contents[en]", renamed.as_str()), ("rollout", "50")];
    assert_eq!(save(&site, &publisher, "1", &second).0, 200);
    let third = [("path", "/vans"), ("intent", "Vans for hire.")];
    assert_eq!(save(&site, &publisher, "2", &third).0, 200);
    let history = site.open(&publisher, &format!("/admin/pages/{id}/history"));
    assert_eq!(history.status, 200);
    assert_eq!(history.select("ol > li h3"), ["Saved", "Saved", "Created"]);
    let changes = history.select("ol > li:nth-child(2) dt");
    assert_eq!(changes, ["English · Title", "Rollout"]);
    // The one that is live cannot be gone back to.
    assert_eq!(history.select("ol > li a").len(), 2);
    let back = history.attribute("ol > li:nth-child(2) a", "href");
    let opened = site.open(&publisher, &back.expect("a way back"));
    let field = |name: &str| opened.attribute(&format!("input[name='{name}']"), "value");
    assert_eq!(field("path").as_deref(), Some("/fleet"));
    assert_eq!(field("rollout").as_deref(), Some("50"));
    assert_eq!(field("edition").as_deref(), Some("3"));
    let content = opened.select("textarea").concat();
    assert!(content.contains(r#""title": "Vans""#), "{content}");
    // Nothing has changed so far, and saving it is one more change.
    leads(&site, "/vans", (200, "")).await;
    assert_eq!(save(&site, &publisher, "3", &second).0, 200);
    leads(&site, "/vans", (308, "/fleet")).await;
    let unknown = site.open(&publisher, &format!("/admin/pages/{id}?as_of=1"));
    assert_eq!(unknown.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_moves_a_page_leaves_a_redirect_and_a_trace() {
    let site = desk().await;
    let moved = r#"{"kind":"page","id":"pricing","path":"/plans","intent":"What each plan costs.","contents":{"en":{"title":"Plans","description":"All plans.","blocks":[{"type":"hero","id":"hero","headline":"Plans"}]}}}"#;
    site.database.import(moved).await;
    leads(&site, "/pricing", (308, "/plans")).await;
    let entry = "SELECT actor, before ->> 'path', after ->> 'path' FROM audit_log \
                 WHERE action = 'page.import' AND subject = 'pricing' ORDER BY id DESC LIMIT 1";
    assert_eq!(site.database.query(entry), "command line|/pricing|/plans");
    let first = "SELECT count(*) FROM audit_log WHERE action = 'variant.import' AND before IS NULL";
    let variants = "SELECT count(*) FROM variants";
    assert_eq!(site.database.query(first), site.database.query(variants));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_edit_overwrites_nothing_and_a_second_click_changes_nothing() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let other = site.sign_in(Role::Publisher).await;
    make(&site, &publisher);
    let again = site.call(&publisher, "pages/create", &fields(&[]));
    assert_eq!(again.status, 200, "{again:?}");
    let first = [("intent", "Vans, in one sentence.")];
    for _ in 0..2 {
        assert_eq!(save(&site, &publisher, "1", &first).0, 200);
    }
    assert_eq!(saves(&site), "1");
    let (status, text) = save(&site, &other, "1", &[("intent", "Something else.")]);
    assert_eq!(status, 409);
    let error: Value = serde_json::from_str(&text).expect("JSON");
    let stale = json!({"Stale": {"revision": 2, "author": publisher.person.name}});
    assert_eq!(error, stale);
    assert_eq!(
        site.database
            .query("SELECT intent FROM pages WHERE external_id = 'fleet'"),
        "Vans, in one sentence."
    );
    // The id of a page is nobody else's.
    let taken = site.call(&publisher, "pages/create", &fields(&[("path", "/other")]));
    assert_eq!(taken.status, 422);
    assert!(taken.text().contains(r#""field":"id""#), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_beside_its_field() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let check = |changed: &[(&str, &str)], field: &str| {
        let answer = site.call(&publisher, "pages/create", &fields(changed));
        assert_eq!(answer.status, 422, "{changed:?}: {answer:?}");
        let problems = answer.text();
        let named = format!(r#""field":"{field}""#);
        assert!(problems.contains(&named), "{changed:?}: {problems}");
    };
    let long = "x".repeat(401);
    check(&[("path", "fleet")], "path");
    check(&[("path", "/admin/fleet")], "path");
    check(&[("path", "/Fleet Of Vans")], "path");
    check(&[("path", "/pricing")], "path");
    check(&[("id", "no good")], "id");
    check(&[("intent", "")], "intent");
    check(&[("intent", &long)], "intent");
    check(&[("rollout", "101")], "rollout");
    check(&[("rollout", "NaN")], "rollout");
    let without = |text: &str| ENGLISH.replace(text, "");
    let english = |text: &str, place: &str| {
        let answer = site.call(
            &publisher,
            "pages/create",
            &fields(&[("contents[en]", text)]),
        );
        assert_eq!(answer.status, 422, "{text}: {answer:?}");
        let problems = answer.text();
        assert!(problems.contains(r#""field":"contents.en""#), "{problems}");
        assert!(problems.contains(place), "{text}: {problems}");
    };
    english(&without("Fleet"), "Title is empty");
    english(&without("All about the fleet."), "Description is empty");
    english(&without("For everybody"), "Block 1 · Headline is empty");
    english("nonsense", "cannot be read");
    let script = ENGLISH.replace(
        r#""headline":"For everybody""#,
        r#""headline":"H","primary":{"label":"L","url":"javascript:alert(1)"}"#,
    );
    english(&script, "Block 1 · Main button · Leads to");
    let french = [("contents[fr]", ENGLISH)];
    // French is no language of this site.
    let answer = site.call(&publisher, "pages/create", &fields(&french));
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(page(&site), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_a_page_without_the_role_for_it() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let editor = site.sign_in(Role::Editor).await;
    for function in ["pages/create", "pages/save", "pages/delete"] {
        let signed_out = site.call_signed_out(function, &saving("1"));
        assert_eq!(signed_out.status, 401, "{function}: {signed_out:?}");
        for person in [&viewer, &editor] {
            let refused = site.call(person, function, &saving("1"));
            assert_eq!(refused.status, 403, "{function}: {refused:?}");
        }
    }
    make(&site, &site.sign_in(Role::Publisher).await);
    let (status, _) = save(&site, &editor, "1", &[("intent", "Other.")]);
    assert_eq!(status, 403);
    let id = page(&site);
    let deleted = site.call(&editor, "pages/delete", &[("page", &id)]);
    assert_eq!(deleted.status, 403);
    // The screens offer nothing that would be refused.
    let target = format!("/admin/pages/{id}");
    let form = "form[action='/admin/api/pages/save']";
    let shown = site.open(&editor, &target);
    let sends = format!("{form} button:not([type=button])");
    assert!(shown.select(&sends).is_empty());
    assert_eq!(shown.select(&format!("{form} fieldset[disabled]")).len(), 1);
    assert!(
        site.open(&viewer, "/admin/pages")
            .select("a[href='/admin/pages/new']")
            .is_empty()
    );
    assert_eq!(site.open(&viewer, "/admin/pages/new").status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_variants_stays_and_one_without_is_deleted() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let pricing = site
        .database
        .query("SELECT id FROM pages WHERE path = '/pricing'");
    let refused = site.call(&publisher, "pages/delete", &[("page", &pricing)]);
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("variants"), "{refused:?}");
    let id = make(&site, &publisher);
    leads(&site, "/fleet", (200, "")).await;
    let deleted = site.call(&publisher, "pages/delete", &[("page", &id)]);
    assert_eq!(deleted.status, 200, "{deleted:?}");
    leads(&site, "/fleet", (404, "")).await;
    let again = site.call(&publisher, "pages/delete", &[("page", &id)]);
    assert_eq!(again.status, 404);
    let kept =
        "SELECT before #>> '{contents,en,title}' FROM audit_log WHERE action = 'page.delete'";
    assert_eq!(site.database.query(kept), "Fleet");
    assert_eq!(
        site.open(&publisher, &format!("/admin/pages/{id}")).status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_in_which_variants_speak_goes_only_when_that_is_meant() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    make(&site, &publisher);
    let block = r#"{"type":"rich_text","id":"more","markdown":"More."}"#;
    let two = ENGLISH.replace("}]}", &format!("}},{block}]}}"));
    let saved = save(&site, &publisher, "1", &[("contents[en]", &two)]);
    assert_eq!(saved.0, 200, "{saved:?}");
    for (name, content) in [
        ("Both", format!(r#"{{"title":"Vans","blocks":[{block}]}}"#)),
        ("Only there", format!(r#"{{"blocks":[{block}]}}"#)),
        ("Elsewhere", r#"{"title":"Lorries"}"#.to_owned()),
    ] {
        let fields = [
            ("base", "0"),
            ("key", "new"),
            ("page", "fleet"),
            ("locale", "en"),
            ("name", name),
            ("segment", ""),
            ("content", &content),
        ];
        let answer = site.call(&publisher, "variants/save", &fields);
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let (status, text) = save(&site, &publisher, "2", &[]);
    assert_eq!(status, 422, "{text}");
    let problem: Value = serde_json::from_str(&text).expect("an error");
    assert_eq!(problem["Invalid"][0]["field"], "orphans");
    assert!(
        text.contains("Both") && text.contains("Only there"),
        "{text}"
    );
    assert!(!text.contains("Elsewhere"), "{text}");
    let (status, text) = save(&site, &publisher, "2", &[("orphans", "true")]);
    assert_eq!(status, 200, "{text}");
    // What is exported can be imported, without what nobody sees.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let command = |args: [&str; 2]| succeed(on(folder.path(), &site.database.url).args(args));
    command(["export", "out.jsonl"]);
    let written = std::fs::read_to_string(folder.path().join("out.jsonl")).expect("UTF-8");
    assert!(written.contains("Elsewhere") && written.contains("Both"));
    assert!(!written.contains("Only there") && !written.contains("More."));
    command(["import", "out.jsonl"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_works_without_javascript_and_keeps_what_is_typed_literally() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let attack = "\"><script>alert(1)</script>";
    let mut english: Value = serde_json::from_str(ENGLISH).expect("JSON");
    english["title"] = attack.into();
    let english = english.to_string();
    let typed = fields(&[("intent", attack), ("contents[en]", &english)]);
    let answer = site.send(&publisher, "pages/create", "/admin/pages/new", &typed);
    assert_eq!(answer.status, 302, "{answer:?}");
    let id = page(&site);
    assert_eq!(
        answer.header("location"),
        format!("/admin/pages/{id}?notice=page-created")
    );
    let shown = site.open(&publisher, answer.header("location"));
    assert!(shown.text().contains("Visitors can open it."));
    for target in [
        format!("/admin/pages/{id}"),
        "/admin/pages?q=alert".to_owned(),
        "/admin/activity?kind=page".to_owned(),
        "/admin".to_owned(),
    ] {
        let shown = site.open(&publisher, &target);
        assert_eq!(shown.status, 200, "{target}");
        assert!(!shown.text().contains("<script>alert"), "{target}");
    }
    let text = site.open(&publisher, &format!("/admin/pages/{id}"));
    assert_eq!(text.h1(), attack);
    // What is wrong comes back into the form.
    let wrong = fields(&[("path", "nowhere"), ("ignore_terms", "true")]);
    let answer = site.send(&publisher, "pages/create", "/admin/pages/new", &wrong);
    assert_eq!(answer.status, 302);
    let back = answer
        .header("location")
        .replace("https://site.example", "");
    let shown = site.open(&publisher, &back);
    assert_eq!(
        shown.select("#path-mistake"),
        ["a path starts with a slash"],
        "{back}"
    );
    let path = |shown: &Answer| shown.attribute("input[name=path]", "value");
    assert_eq!(path(&shown).as_deref(), Some("nowhere"));
    let typed = shown.select("textarea").concat();
    assert!(typed.contains("companies that deliver."), "{typed}");
    assert!(typed.contains("For everybody"), "{typed}");
    let ticked = |shown: &Answer| {
        shown
            .attribute("input[name=ignore_terms]", "checked")
            .is_some()
    };
    assert!(ticked(&shown));
    // Once: whoever comes again later begins anew.
    let anew = site.open(&publisher, &back);
    assert_eq!(path(&anew).as_deref(), Some(""));
    assert!(!ticked(&anew));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_finds_sorts_and_tells_who_comes() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let titles = |target: &str| site.open(&viewer, target).select("tbody td:first-child p");
    assert_eq!(titles("/admin/pages"), ["/landing/routes", "/pricing"]);
    assert_eq!(
        titles("/admin/pages?q=DELIVERY%20rounds"),
        ["/landing/routes"]
    );
    assert_eq!(titles("/admin/pages?q=Preise"), ["/pricing"]);
    assert!(titles("/admin/pages?q=%25").is_empty());
    for _ in 0..3 {
        assert_eq!(site.node.get("/pricing", &[]).status, 200);
    }
    site.node.count_visits().await;
    assert_eq!(
        titles("/admin/pages?sort=traffic"),
        ["/pricing", "/landing/routes"]
    );
    let shares = site.open(&viewer, "/admin/pages?sort=traffic");
    let shares = shares.select("tbody td:nth-child(5)");
    assert!(shares[0].contains("100 %"), "{shares:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_added_as_a_copy_and_taken_away_again() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = make(&site, &publisher);
    let screen = site.open(&publisher, &format!("/admin/pages/{id}?add=de"));
    let copy = screen.select("textarea[name='contents[de]']").concat();
    let copy: Value = serde_json::from_str(&copy).expect("JSON");
    assert_eq!(copy["title"], "Fleet");
    let german = [("contents[de]", ENGLISH)];
    assert_eq!(save(&site, &publisher, "1", &german).0, 200);
    let locales = "SELECT string_agg(locale, ',' ORDER BY locale) FROM page_contents \
                   JOIN pages p ON p.id = page_id WHERE p.external_id = 'fleet'";
    assert_eq!(site.database.query(locales), "de,en");
    let mut without = german.to_vec();
    without.push(("remove[de]", "true"));
    assert_eq!(save(&site, &publisher, "2", &without).0, 200);
    assert_eq!(site.database.query(locales), "en");
}

fn saving(edition: &str) -> Vec<(&str, &str)> {
    let mut fields = fields(&[]);
    fields.extend([("page", "1"), ("edition", edition)]);
    fields
}

fn saves(site: &Site) -> String {
    site.database
        .query("SELECT count(*) FROM audit_log WHERE action = 'page.save'")
}
