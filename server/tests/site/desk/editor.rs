//! Writing variants over HTTP: the form, its preview, drafts that are kept, and two people at once.

use serde_json::{Value, json};

use super::support::{Role, Site, Visit, desk};
use crate::client::Answer;

const SCRIPT: &str = "</textarea></iframe><script>alert('x')</script><img src=x onerror=alert(1)>";

fn hero(headline: &str) -> String {
    json!({"blocks": [{"type": "hero", "id": "hero", "headline": headline}]}).to_string()
}

fn written(headline: &str) -> String {
    let content: Value = serde_json::from_str(&hero(headline)).expect("JSON");
    json!({"name": "Prices for us", "segment": "smb", "content": content}).to_string()
}

/// The imported variant of the pricing page for small companies.
fn imported(site: &Site) -> String {
    site.database
        .query("SELECT id FROM variants WHERE external_id = 'pricing--smb--en'")
}

/// The fields of the form, as the screen of a variant has them.
fn fields<'f>(id: &'f str, base: &'f str, content: &'f str) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![
        ("base", base),
        ("page", "pricing"),
        ("locale", "en"),
        ("name", "Prices for us"),
        ("segment", "smb"),
        ("content", content),
    ];
    if id.is_empty() {
        fields.push(("key", "new:1-en"));
    } else {
        fields.extend([("id", id), ("key", id)]);
    }
    fields
}

fn save(site: &Site, visit: &Visit, id: &str, base: &str, headline: &str) -> Answer {
    site.call(visit, "variants/save", &fields(id, base, &hero(headline)))
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(answer.text()).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_variant_is_shown_in_the_form_and_in_the_preview() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let id = imported(&site);
    let saved = save(&site, &editor, &id, "1", "Prices that stay");
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_eq!(saved.header("location"), "");
    let number: i64 = id.parse().expect("a number");
    assert_eq!(json_of(&saved), json!({"id": number, "revision": 2}));

    let screen = site.open(&editor, &format!("/admin/variants/{id}"));
    assert_eq!(screen.status, 200, "{screen:?}");
    assert_eq!(screen.h1(), "Prices for us");
    let content = screen.select("textarea[name=content]").concat();
    assert_eq!(
        serde_json::from_str::<Value>(&content).expect("JSON"),
        serde_json::from_str::<Value>(&hero("Prices that stay")).expect("JSON")
    );
    let sandbox = screen
        .attribute("#preview-frame", "sandbox")
        .unwrap_or_default();
    assert!(
        !sandbox.contains("allow-scripts") && !sandbox.contains("allow-forms"),
        "{sandbox}"
    );
    assert!(screen.text().contains("Prices that stay&lt;/h1"));
    assert_eq!(screen.select("#publishing h2"), ["Publishing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_variant_begins_with_its_page_and_leads_to_its_screen() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let choice = site.open(&editor, "/admin/variants/new");
    let pages = choice.select("select[name=page] option");
    assert_eq!(
        pages,
        [
            "Rounds for everyone (/landing/routes)",
            "Prices for everyone (/pricing)"
        ]
    );
    let form = site.open(
        &editor,
        "/admin/variants/new?page=pricing&segment=smb&locale=de",
    );
    assert_eq!(form.status, 200);
    assert_eq!(
        form.select("#segment option[selected]"),
        ["Small companies"]
    );
    let suggested = "value=\"Preise für alle for Small companies (German)\"";
    assert!(form.text().contains(suggested));

    let content = hero("Made here");
    let made = fields("", "0", &content);
    let answer = site.send(&editor, "variants/save", "/admin/variants/new", &made);
    assert_eq!(answer.status, 302, "{answer:?}");
    let again = site.send(&editor, "variants/save", "/admin/variants/new", &made);
    // A second click finds its work done.
    assert_eq!(again.header("location"), answer.header("location"));
    let place = answer.header("location");
    assert!(place.ends_with("?notice=variant-saved"), "{place}");
    let screen = site.open(&editor, place);
    assert_eq!(
        screen.select("main [role=status]")[0],
        "The variant is saved."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_saved_is_named_field_by_field() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let id = imported(&site);
    let check = |content: &str, expected: &[&str]| {
        let answer = site.call(&editor, "variants/save", &fields(&id, "1", content));
        assert_eq!(answer.status, 422, "{answer:?}");
        let json = json_of(&answer);
        let problems = json["Invalid"].as_array().expect("problems").iter();
        let found: Vec<&str> = problems.filter_map(|p| p["field"].as_str()).collect();
        assert_eq!(found, expected, "{json}");
    };
    check("{", &["content"]);
    check("[]", &["content"]);
    check("{}", &["content"]);
    check(&hero(""), &["content.blocks[0].headline"]);
    check(&hero(&"x".repeat(121)), &["content.blocks[0].headline"]);
    check(
        r#"{"blocks": [{"type": "cta", "id": "cta", "heading": "H",
            "primary": {"label": "L", "url": "javascript:alert(1)"}}]}"#,
        &["content.blocks[0].primary.url"],
    );
    check(
        r#"{"blocks": [{"type": "hero", "id": "gone", "headline": "H"}]}"#,
        &["content.blocks[0].id"],
    );
    let large = hero(&"x".repeat(3_000_000));
    let answer = site.call(&editor, "variants/save", &fields(&id, "1", &large));
    assert!(matches!(answer.status, 413 | 422), "{}", answer.status);
    assert_eq!(
        site.database
            .query("SELECT max(number) FROM variant_revisions"),
        "1"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_people_is_told_and_shown_both() {
    let site = desk().await;
    let (ann, ben) = (
        site.sign_in(Role::Editor).await,
        site.sign_in(Role::Editor).await,
    );
    let id = imported(&site);
    assert_eq!(save(&site, &ann, &id, "1", "Ann’s words").status, 200);
    let refused = save(&site, &ben, &id, "1", "Ben’s words");
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(json_of(&refused)["Stale"]["revision"], 2);

    let mine = written("Ben’s words");
    let answer = site.call(&ben, "variants/compare", &[("id", &id), ("written", &mine)]);
    let theirs = json_of(&answer);
    assert_eq!(theirs["revision"], 2);
    assert_eq!(theirs["author"], ann.person.name);
    assert_eq!(
        theirs["differences"],
        json!([{"field": "hero · Headline", "saved": "Ann’s words", "mine": "Ben’s words"}])
    );
    assert_eq!(save(&site, &ben, &id, "2", "Ben’s words").status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_kept_for_the_person_who_typed_it() {
    let site = desk().await;
    let (ann, ben) = (
        site.sign_in(Role::Editor).await,
        site.sign_in(Role::Editor).await,
    );
    let id = imported(&site);
    let typed = written("Half a thou");
    let keep = |body: &str| {
        site.call(
            &ann,
            "variants/keep",
            &[("key", &id), ("base", "1"), ("written", body)],
        )
    };
    assert_eq!(keep(&typed).status, 200);
    assert_eq!(keep("garbage").status, 422);
    let target = format!("/admin/variants/{id}");
    let screen = site.open(&ann, &target);
    assert_eq!(
        screen.select("main h2"),
        ["You have unsaved changes", "Publishing"]
    );
    assert!(screen.select("main table").concat().contains("Half a thou"));
    assert_eq!(site.open(&ben, &target).select("main table").len(), 0);

    let going_on = site.open(&ann, &format!("{target}?continue=1"));
    assert!(
        going_on
            .select("textarea[name=content]")
            .concat()
            .contains("Half a thou")
    );
    // The window that goes on has the draft now.
    let tab = going_on.attribute("input[name=tab]", "value");
    let discard = [("key", id.as_str()), ("tab", tab.as_deref().unwrap_or(""))];
    let discarded = site.call(&ann, "variants/discard", &discard);
    assert_eq!(discarded.status, 200);
    let screen = site.open(&ann, &target);
    assert_eq!(screen.select("textarea[name=content]").len(), 1);

    // What is saved is kept no longer, and what was emptied is not kept at all.
    assert_eq!(keep(&typed).status, 200);
    assert_eq!(save(&site, &ann, &id, "1", "Whole").status, 200);
    assert_eq!(
        site.database.query("SELECT count(*) FROM variant_drafts"),
        "0"
    );
    assert_eq!(keep(&typed).status, 200);
    assert_eq!(keep("").status, 200);
    assert_eq!(
        site.database.query("SELECT count(*) FROM variant_drafts"),
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_nothing_typed_is_lost() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let id = imported(&site);
    let target = format!("/admin/variants/{id}");
    let content = hero("");
    let answer = site.send(
        &editor,
        "variants/save",
        &target,
        &fields(&id, "1", &content),
    );
    assert_eq!(answer.status, 302, "{answer:?}");
    let back = answer.header("location");
    assert!(back.contains("__err="), "{back}");
    let (_, query) = back.split_once('?').expect("a query");
    let screen = site.open(&editor, &format!("{target}?{query}"));
    assert_eq!(screen.select("main h2")[0], "You have unsaved changes");
    let alert = screen.select("main [role=alert]").concat();
    assert!(alert.contains("Headline: is empty"), "{alert}");

    let content = hero("Plainly saved");
    let answer = site.send(
        &editor,
        "variants/save",
        &target,
        &fields(&id, "1", &content),
    );
    assert_eq!(
        answer.header("location"),
        format!("{target}?notice=variant-saved")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_half_written_content_and_runs_nothing() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let preview = |page: &str, content: &str, whole: &str| {
        site.call(
            &editor,
            "preview/draft",
            &[
                ("page", page),
                ("locale", "en"),
                ("content", content),
                ("whole", whole),
            ],
        )
    };
    let page = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        let html = json_of(answer);
        html.as_str().expect("HTML").to_owned()
    };
    let html = page(&preview("pricing", &hero(SCRIPT), "false"));
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&lt;script&gt;alert"), "{html}");
    assert!(html.contains("<base target=\"_blank\">"), "{html}");
    // An address that is not one yet, and a text that is missing.
    let half = r#"{"blocks": [{"type": "cta", "id": "cta", "primary": {"label": "Go", "url": "javascript:x"}}]}"#;
    let html = page(&preview("pricing", half, "false"));
    assert!(
        html.contains("Prices for everyone") && html.contains("href=\"#\""),
        "{html}"
    );
    assert!(!html.contains("javascript:"), "{html}");
    let whole = r#"{"title": "All new", "blocks": []}"#;
    assert!(page(&preview("pricing", whole, "true")).contains("<h1"));
    assert!(page(&preview("", whole, "true")).contains("All new"));
    assert_eq!(preview("nowhere", "{}", "false").status, 404);
    assert_eq!(preview("pricing", "{", "false").status, 422);
    // A preview counts for nothing and is kept by nobody.
    let answer = preview("pricing", "{}", "false");
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_stay_texts_in_the_editor() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let id = imported(&site);
    let content = hero(SCRIPT);
    let mut hostile = fields(&id, "1", &content);
    hostile.retain(|(name, _)| *name != "name");
    hostile.push(("name", SCRIPT));
    assert_eq!(site.call(&editor, "variants/save", &hostile).status, 200);
    let screen = site.open(&editor, &format!("/admin/variants/{id}"));
    assert_eq!(screen.h1(), SCRIPT);
    assert!(!screen.text().contains("<script>alert"));
    assert_eq!(screen.select("img[src=x]").len(), 0);
    assert!(!screen.select("script").concat().contains("alert"));
    let headline = screen.select("textarea[name=content]").concat();
    assert!(
        headline.contains("<script>alert('x')</script>"),
        "{headline}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_of_one_person_keep_what_is_typed_in_each_and_one_save_leaves_the_other_draft() {
    let site = desk().await;
    let ann = site.sign_in(Role::Editor).await;
    let id = imported(&site);
    let target = format!("/admin/variants/{id}");
    let open = || {
        let screen = site.open(&ann, &target);
        let tab = screen.attribute("input[name=tab]", "value");
        tab.expect("a window has a name")
    };
    let (one, other) = (open(), open());
    assert_ne!(one, other);
    let keep = |tab: &str, headline: &str| {
        let typed = written(headline);
        let fields = [
            ("key", id.as_str()),
            ("tab", tab),
            ("base", "1"),
            ("written", &typed),
        ];
        assert_eq!(site.call(&ann, "variants/keep", &fields).status, 200);
    };
    keep(&one, "First window");
    keep(&other, "Second window");
    let offered = || site.open(&ann, &target).select("main table").concat();
    assert!(offered().contains("Second window"), "{}", offered());

    // The second one saves: what the first one keeps is still there, and its save is told.
    let content = hero("Second window");
    let mut saved = fields(&id, "1", &content);
    saved.push(("tab", &other));
    assert_eq!(site.call(&ann, "variants/save", &saved).status, 200);
    assert!(offered().contains("First window"), "{}", offered());
    let told = site.open(&ann, &target).text().to_owned();
    assert!(told.contains("Another window of yours"), "{told}");
    let stale = save(&site, &ann, &id, "1", "First window");
    assert_eq!(stale.status, 409, "{stale:?}");
    let typed = written("First window");
    let compared = site.call(
        &ann,
        "variants/compare",
        &[("id", id.as_str()), ("written", &typed)],
    );
    assert_eq!(json_of(&compared)["author"], "Another window of yours");
    let long = "t".repeat(33);
    for tab in [long.as_str(), "a b", "ä"] {
        let fields = [
            ("key", id.as_str()),
            ("tab", tab),
            ("base", "1"),
            ("written", &typed),
        ];
        let answer = site.call(&ann, "variants/keep", &fields);
        assert_eq!(answer.status, 422, "{tab}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_editors_write_and_viewers_look() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let id = imported(&site);
    let content = hero("Mine");
    let typed = written("Mine");
    let mut save = fields(&id, "1", &content);
    save.extend([("written", typed.as_str()), ("whole", "false")]);
    for function in [
        "variants/save",
        "variants/keep",
        "variants/discard",
        "variants/compare",
        "preview/draft",
    ] {
        assert_eq!(
            site.call_signed_out(function, &save).status,
            401,
            "{function}"
        );
        assert_eq!(
            site.call(&viewer, function, &save).status,
            403,
            "{function}"
        );
    }
    let screen = site.open(&viewer, &format!("/admin/variants/{id}"));
    assert_eq!(screen.status, 200);
    assert_eq!(
        screen
            .select("form[action='/admin/api/variants/save']")
            .len(),
        0
    );
    assert!(screen.text().contains("preview-frame"));
    assert_eq!(site.open(&viewer, "/admin/variants/new").status, 403);
    let editor = site.sign_in(Role::Editor).await;
    for place in ["0", "999999", "x"] {
        let answer = site.open(&editor, &format!("/admin/variants/{place}"));
        assert_eq!(answer.status, 404, "{place}");
    }
}
