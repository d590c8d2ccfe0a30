//! Variants at the desk: lists, publishing, history, over HTTP.

use domain::record::VariantRecord;
use domain::variant::Origin;
use domain::{ContentOverride, VariantId};
use engine::desk::variants::{VariantEdit, VariantFilter};
use engine::desk::{Actor, Desk, DeskError};
use serde_json::{Value, json};

use super::support::{Role, Site, Visit, desk};
use crate::support::eventually;

const SCRIPT: &str = "<script>alert('x')</script><img src=x onerror=alert(1)>";

/// The desk that the site's screens use.
fn engine_desk(site: &Site) -> Desk {
    Desk::new(site.database.store.clone(), site.node.engine())
}

fn hero(headline: &str) -> ContentOverride {
    serde_json::from_value(json!({
        "blocks": [{"type": "hero", "id": "hero", "headline": headline}]
    }))
    .expect("a content")
}

/// A new variant of the pricing page for small companies.
fn edit(name: &str, headline: &str) -> VariantEdit {
    VariantEdit {
        id: None,
        base: 0,
        name: name.to_owned(),
        page: "pricing".parse().expect("an id"),
        segment: Some("smb".parse().expect("a key")),
        locale: "en".parse().expect("a locale"),
        content: hero(headline),
        starts_at: None,
        ends_at: None,
        origin: Origin::Saved,
    }
}

fn changed(id: VariantId, base: i32, record: &VariantRecord, headline: &str) -> VariantEdit {
    VariantEdit {
        id: Some(id),
        base,
        content: hero(headline),
        ..edit(&record.name, headline)
    }
}

/// The imported variant of the pricing page for small companies.
async fn imported(site: &Site) -> VariantId {
    let filter = VariantFilter {
        search: "pricing--smb--en".to_owned(),
        ..VariantFilter::default()
    };
    let found = engine_desk(site).variants(&filter, 1).await;
    found.expect("it is found").variants[0].id
}

fn actor() -> Actor {
    Actor {
        name: "ann@site.example".to_owned(),
        ..Actor::command_line()
    }
}

/// What a visitor of the segment reads, once it is `expected`.
async fn visitors_read(site: &Site, expected: &str) {
    eventually(expected, || {
        let answer = site.node.get("/pricing?segment=smb", &[]);
        (answer.h1() == expected).then_some(())
    })
    .await;
}

fn publish(site: &Site, visit: &Visit, id: VariantId, what: &str) -> String {
    let answer = site.call(
        visit,
        "variants/publish",
        &[("ids[]", &id.to_string()), ("what", what)],
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.header("location").to_owned()
}

fn undo_token(location: &str) -> String {
    let (_, token) = location.split_once("undo=").expect("a way back");
    token.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_edit_is_a_draft_until_it_is_published_and_can_be_undone() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let (desk, id) = (engine_desk(&site), imported(&site).await);
    visitors_read(&site, "Prices for small companies").await;

    let before = desk.variant(id).await.expect("it is there");
    let saved = desk
        .save_variant(&actor(), changed(id, 1, &before.record, "Prices that stay"))
        .await
        .expect("it is right");
    assert_eq!(saved.revision, 2);
    let after = desk.variant(id).await.expect("it is there");
    assert_eq!((after.revision, after.published_revision), (2, Some(1)));
    assert_eq!(
        site.node.get("/pricing?segment=smb", &[]).h1(),
        "Prices for small companies"
    );

    let location = publish(&site, &publisher, id, "now");
    assert!(
        location.starts_with("/admin/variants?notice=variants-published&changed=1&undo="),
        "{location}"
    );
    visitors_read(&site, "Prices that stay").await;
    // A second click changes nothing.
    let again = publish(&site, &publisher, id, "now");
    assert_eq!(again, "/admin/variants?notice=variants-published&changed=0");

    let undo = site.call(
        &publisher,
        "variants/undo",
        &[("token", &undo_token(&location))],
    );
    assert_eq!(
        undo.header("location"),
        "/admin/variants?notice=variants-undone&changed=1&left=0"
    );
    visitors_read(&site, "Prices for small companies").await;
    let undo = site.call(
        &publisher,
        "variants/undo",
        &[("token", &undo_token(&location))],
    );
    assert_eq!(
        undo.header("location"),
        "/admin/variants?notice=variants-undone&changed=0&left=0"
    );
    let notes = site.database.query(
        "SELECT action FROM audit_log
             WHERE subject = 'pricing--smb--en' AND action <> 'variant.import' ORDER BY id",
    );
    assert_eq!(notes, "variant.save\nvariant.publish\nvariant.undo");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_leaves_alone_what_somebody_changed_since() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = imported(&site).await;
    let archived = publish(&site, &publisher, id, "archive");
    publish(&site, &publisher, id, "now");
    let undo = site.call(
        &publisher,
        "variants/undo",
        &[("token", &undo_token(&archived))],
    );
    assert_eq!(
        undo.header("location"),
        "/admin/variants?notice=variants-undone&changed=0&left=1"
    );
    visitors_read(&site, "Prices for small companies").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_variant_disappears_and_its_vector_is_the_published_revisions() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let (desk, id) = (engine_desk(&site), imported(&site).await);
    let fits = || {
        site.database.query(&format!(
            "SELECT e.text_hash = r.text_hash FROM variants v
             JOIN variant_revisions r ON r.variant_id = v.id
                 AND r.number = coalesce(v.published_revision, v.head_revision)
             JOIN embeddings e ON e.variant_id = v.id WHERE v.id = {id}"
        ))
    };
    visitors_read(&site, "Prices for small companies").await;
    let record = desk.variant(id).await.expect("it is there").record;
    desk.save_variant(&actor(), changed(id, 1, &record, "Another text"))
        .await
        .expect("it is right");
    assert_eq!(fits(), "t");
    let withdrawn = publish(&site, &publisher, id, "withdraw");
    assert_eq!(fits(), "t");
    visitors_read(&site, "Prices for everyone").await;
    let undo = site.call(
        &publisher,
        "variants/undo",
        &[("token", &undo_token(&withdrawn))],
    );
    assert_eq!(undo.status, 200, "{undo:?}");
    assert_eq!(fits(), "t");
    visitors_read(&site, "Prices for small companies").await;
    publish(&site, &publisher, id, "archive");
    visitors_read(&site, "Prices for everyone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_edit_is_told_who_saved_meanwhile_and_overwrites_nothing() {
    let site = desk().await;
    let (desk, id) = (engine_desk(&site), imported(&site).await);
    let record = desk.variant(id).await.expect("it is there").record;
    let first = changed(id, 1, &record, "The first one's");
    let saved = desk.save_variant(&actor(), first.clone()).await;
    assert_eq!(saved.expect("it is right").revision, 2);
    // The same click again is the same save.
    let again = desk.save_variant(&actor(), first).await;
    assert_eq!(again.expect("it is right").revision, 2);
    let second = desk
        .save_variant(&actor(), changed(id, 1, &record, "The second one's"))
        .await;
    let Err(DeskError::Stale { revision, author }) = second else {
        panic!("{second:?}");
    };
    assert_eq!((revision, author.as_str()), (2, "ann@site.example"));
    let kept = desk.variant(id).await.expect("it is there").record;
    assert_eq!(kept.content, hero("The first one's"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_variant_gets_a_name_of_its_own_and_a_second_click_makes_no_second_one() {
    let site = desk().await;
    let desk = engine_desk(&site);
    let save = async |name: &str| {
        desk.save_variant(&actor(), edit(name, "Fresh"))
            .await
            .expect("it is right")
    };
    let (first, again, other) = (save("A").await, save("A").await, save("B").await);
    assert_eq!(first.id, again.id);
    assert_ne!(first.id, other.id);
    let name = async |id| {
        desk.variant(id)
            .await
            .expect("it is there")
            .record
            .id
            .to_string()
    };
    assert_eq!(name(first.id).await, "pricing--smb--en-2");
    assert_eq!(name(other.id).await, "pricing--smb--en-3");
    assert_eq!(
        site.node.get("/pricing?segment=smb", &[]).h1(),
        "Prices for small companies"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_its_page_is_refused_field_by_field() {
    let site = desk().await;
    let desk = engine_desk(&site);
    let refused = async |edit: VariantEdit| match desk.save_variant(&actor(), edit).await {
        Err(DeskError::Invalid(problems)) => {
            problems.into_iter().map(|p| p.field).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let mut bad = edit("", "Fine");
    bad.content = serde_json::from_value(json!({
        "title": "x".repeat(121),
        "blocks": [{"type": "hero", "id": "hero", "headline": ""}]
    }))
    .expect("it can be read");
    assert_eq!(
        refused(bad).await,
        ["name", "content.title", "content.blocks[0].headline"]
    );
    let mut bad = edit("N", "Fine");
    bad.content.blocks[0] =
        serde_json::from_value(json!({"type": "hero", "id": "nowhere", "headline": "H"}))
            .expect("a block");
    bad.locale = "fr".parse().expect("a locale");
    assert_eq!(refused(bad).await, ["locale", "content.blocks[0].id"]);
    let moved = VariantEdit {
        id: Some(imported(&site).await),
        base: 1,
        page: "routes".parse().expect("an id"),
        ..edit("N", "Fine")
    };
    assert_eq!(refused(moved).await, ["page"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_entered_on_the_sites_clocks() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = imported(&site).await.to_string();
    let schedule = |starts_at: &str, ends_at: &str| {
        let fields = [
            ("ids[]", id.as_str()),
            ("what", "schedule"),
            ("starts_at", starts_at),
            ("ends_at", ends_at),
        ];
        site.call(&publisher, "variants/publish", &fields)
    };
    let zone = engine_desk(&site).engine().catalog().site.time_zone.clone();
    let answer = schedule("2199-07-01T09:00", "2199-08-01T09:00");
    assert_eq!(answer.status, 200, "{answer:?}");
    let stored = site.database.query(&format!(
        "SELECT status, to_char(starts_at AT TIME ZONE '{zone}', 'YYYY-MM-DD HH24:MI') FROM variants WHERE id = {id}"
    ));
    assert_eq!(stored, "scheduled|2199-07-01 09:00");
    visitors_read(&site, "Prices for everyone").await;
    let problem = |starts_at: &str, ends_at: &str| {
        let answer = schedule(starts_at, ends_at);
        assert_eq!(answer.status, 422, "{answer:?}");
        let error: Value = serde_json::from_str(answer.text()).expect("an error");
        error["Invalid"][0]["field"]
            .as_str()
            .expect("a field")
            .to_owned()
    };
    assert_eq!(problem("", ""), "starts_at");
    assert_eq!(problem("2001-01-01T00:00", ""), "starts_at");
    assert_eq!(problem("yesterday", ""), "starts_at");
    assert_eq!(problem("2199-07-01T09:00", "2199-07-01T09:00"), "ends_at");
    assert_eq!(problem("2199-07-01T09:00", "<script>"), "ends_at");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_publish_publishes() {
    let site = desk().await;
    let id = imported(&site).await.to_string();
    let publish = [("ids[]", id.as_str()), ("what", "archive")];
    let own = [("id", id.as_str())];
    let restore = [("id", id.as_str()), ("revision", "1")];
    let (editor, viewer) = (
        site.sign_in(Role::Editor).await,
        site.sign_in(Role::Viewer).await,
    );
    for (function, fields) in [
        ("variants/publish", &publish[..]),
        ("variants/undo", &[("token", "1")]),
    ] {
        assert_eq!(
            site.call_signed_out(function, fields).status,
            401,
            "{function}"
        );
        assert_eq!(
            site.call(&viewer, function, fields).status,
            403,
            "{function}"
        );
        assert_eq!(
            site.call(&editor, function, fields).status,
            403,
            "{function}"
        );
    }
    for (function, fields) in [
        ("variants/duplicate", &own[..]),
        ("variants/delete", &own[..]),
        ("variants/restore", &restore[..]),
    ] {
        assert_eq!(
            site.call_signed_out(function, fields).status,
            401,
            "{function}"
        );
        assert_eq!(
            site.call(&viewer, function, fields).status,
            403,
            "{function}"
        );
    }
    // What was published once is kept.
    assert_eq!(site.call(&editor, "variants/delete", &own).status, 409);
    let list = site.open(&viewer, "/admin/variants");
    assert_eq!(list.status, 200);
    assert_eq!(
        list.select("main input[type=checkbox], main button[name=what]")
            .len(),
        0
    );
    assert_eq!(
        site.database.query(
            "SELECT count(*) FROM audit_log
                 WHERE action LIKE 'variant.%' AND action <> 'variant.import'"
        ),
        "0"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_a_draft_that_can_be_deleted() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let id = imported(&site).await.to_string();
    let answer = site.call(&editor, "variants/duplicate", &[("id", &id)]);
    let location = answer.header("location");
    let copy = location
        .strip_prefix("/admin/variants/")
        .and_then(|rest| rest.strip_suffix("?notice=variant-duplicated"))
        .expect(location);
    let row = |sql: &str| {
        site.database
            .query(&format!("SELECT {sql} FROM variants WHERE id = {copy}"))
    };
    assert_eq!(
        row("name LIKE '%(copy)', status, published_revision IS NULL"),
        "t|draft|t"
    );
    let answer = site.call(&editor, "variants/delete", &[("id", copy)]);
    assert_eq!(
        answer.header("location"),
        "/admin/variants?notice=variant-deleted"
    );
    assert_eq!(row("count(*)"), "0");
    assert_eq!(
        site.call(&editor, "variants/delete", &[("id", copy)])
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_shows_what_changed_and_leads_back() {
    let site = desk().await;
    let editor = site.sign_in(Role::Editor).await;
    let (desk, id) = (engine_desk(&site), imported(&site).await);
    let record = desk.variant(id).await.expect("it is there").record;
    desk.save_variant(&actor(), changed(id, 1, &record, SCRIPT))
        .await
        .expect("it is a text like any other");
    let screen = site.open(&editor, &format!("/admin/variants/{id}/history"));
    assert_eq!(screen.status, 200);
    assert_eq!(screen.select("li h3"), ["Revision 2", "Revision 1"]);
    assert!(
        screen.select("li ins").concat().contains(SCRIPT),
        "{screen:?}"
    );
    assert!(
        screen
            .select("li del")
            .concat()
            .contains("Prices for small companies")
    );
    assert!(!screen.text().contains("<script>alert"));
    assert_eq!(screen.select("main img").len(), 0);

    let restored = [("id", id.to_string()), ("revision", "1".to_owned())];
    let restored: Vec<(&str, &str)> = restored.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = site.call(&editor, "variants/restore", &restored);
    assert_eq!(
        answer.header("location"),
        format!("/admin/variants/{id}/history?notice=variant-restored")
    );
    let now = desk.variant(id).await.expect("it is there");
    assert_eq!((now.revision, now.record.content), (3, record.content));
    let revisions = desk.revisions(id, None, 10).await.expect("they are there");
    assert_eq!(revisions[0].origin, Origin::Restored { from: 1 });
    assert_eq!(
        site.open(&editor, "/admin/variants/999999/history").status,
        404
    );
    assert_eq!(site.open(&editor, "/admin/variants/x/history").status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_are_found_by_words_by_meaning_and_by_what_they_are() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let desk = engine_desk(&site);
    let named = edit(SCRIPT, "Refrigerated lorries for frozen fish");
    desk.save_variant(&actor(), named)
        .await
        .expect("it is right");
    let names = |query: &str| {
        let screen = site.open(&viewer, &format!("/admin/variants?{query}"));
        assert_eq!(screen.status, 200, "{query}");
        assert!(!screen.text().contains("<script>alert"), "{query}");
        screen.select("tbody tr td:first-child a")
    };
    assert_eq!(names("q=refrig+lorr"), [SCRIPT]);
    assert_eq!(names("q=%27%3A*+%26+lorries+%7C+%21"), [SCRIPT]);
    assert_eq!(names("q=nowhere+to+be+found"), [""; 0]);
    assert_eq!(names("by=meaning&q=cold+chain+for+seafood")[0], SCRIPT);
    assert_eq!(names("author=ann%40site.example"), [SCRIPT]);
    assert_eq!(
        names("status=draft&page=pricing&segment=smb&locale=en"),
        [SCRIPT]
    );
    assert_eq!(names("q=pricing--smb--en-2"), [SCRIPT]);
    let all: usize = site
        .database
        .query("SELECT count(*) FROM variants")
        .parse()
        .expect("a number");
    assert_eq!(names("").len(), all);
    assert_eq!(names("at=99").len(), all);
    assert_eq!(names("page=lost&segment=%00&sort=up").len(), 0);
    assert_eq!(names("status=changed"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_variants_are_published_at_once_or_not_at_all() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let desk = engine_desk(&site);
    let mut ids = Vec::new();
    for name in ["A", "B", "C"] {
        let saved = desk.save_variant(&actor(), edit(name, name)).await;
        ids.push(saved.expect("it is right").id.to_string());
    }
    let publish = |ids: &[String]| {
        let ids = ids.iter().map(|id| ("ids[]", id.as_str()));
        let fields: Vec<_> = ids
            .chain([
                ("what", "now"),
                ("back", "/admin/variants?status=draft&at=2"),
            ])
            .collect();
        site.call(&publisher, "variants/publish", &fields)
    };
    let statuses = || {
        let ids = ids.join(",");
        site.database.query(&format!(
            "SELECT string_agg(DISTINCT status, ',') FROM variants WHERE id IN ({ids})"
        ))
    };
    // One of them is gone: none is published.
    let mut with_stranger = ids.clone();
    with_stranger.push("999999".to_owned());
    assert_eq!(publish(&with_stranger).status, 404);
    assert_eq!(statuses(), "draft");
    assert_eq!(publish(&[]).status, 422);
    let answer = publish(&ids);
    let location = answer.header("location");
    assert!(
        location.starts_with(
            "/admin/variants?status=draft&at=2&notice=variants-published&changed=3&undo="
        ),
        "{location}"
    );
    assert_eq!(statuses(), "published");
    let screen = site.open(&publisher, location);
    assert_eq!(screen.select("[role=status] button"), ["Undo"]);
    let many = vec!["1".to_owned(); 20_001];
    assert_eq!(publish(&many).status, 200, "they are one and the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_without_javascript_leads_back_with_what_is_wrong() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let from = "/admin/variants";
    let answer = site.send(&publisher, "variants/publish", from, &[("what", "now")]);
    assert_eq!(answer.status, 302);
    let location = answer
        .header("location")
        .replace("https://site.example", "");
    let screen = site.open(&publisher, &location);
    let mut alerts = screen.select("main [role=alert]");
    alerts.retain(|text| !text.is_empty());
    assert_eq!(alerts, ["Tick at least one variant first."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsaved_draft_survives_a_closed_tab_and_belongs_to_one_person() {
    let site = desk().await;
    let desk = engine_desk(&site);
    let (ann, bob) = (
        site.person(Role::Editor).await.id,
        site.person(Role::Editor).await.id,
    );
    let keep = async |key: &str, body: &str| desk.keep_draft(ann, key, body, 3).await;
    keep("17", "{\"name\":\"half\"}").await.expect("it fits");
    keep("17", "{\"name\":\"half a sentence\"}")
        .await
        .expect("it fits");
    let draft = desk
        .draft(ann, "17")
        .await
        .expect("it is kept")
        .expect("it is there");
    assert_eq!(
        (draft.body.as_str(), draft.base),
        ("{\"name\":\"half a sentence\"}", 3)
    );
    assert_eq!(desk.draft(bob, "17").await.expect("nothing"), None);
    assert!(keep("17", &"x".repeat(1_048_577)).await.is_err());
    assert!(keep("../17", "{}").await.is_err());
    for number in 0..60 {
        keep(&format!("new:{number}"), "{}").await.expect("it fits");
    }
    assert_eq!(
        site.database.query("SELECT count(*) FROM variant_drafts"),
        "50"
    );
    desk.drop_draft(ann, "new:59").await.expect("it was there");
    assert_eq!(desk.draft(ann, "new:59").await.expect("nothing"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_without_a_vector_is_marked_until_it_has_one() {
    let site = desk().await;
    let viewer = site.sign_in(Role::Viewer).await;
    let id = imported(&site).await;
    let unembedded = "/admin/variants?status=unembedded";
    let list = site.open(&viewer, unembedded).select("main").concat();
    assert!(list.contains("Nothing found"), "{list}");
    // As if the provider had refused the text: then nothing makes up for it meanwhile.
    site.database.query(&format!(
        "INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT space_version, text_hash, 'variant', 'refused', 3 FROM embeddings WHERE variant_id = {id}"
    ));
    site.database
        .query(&format!("DELETE FROM embeddings WHERE variant_id = {id}"));
    let list = site.open(&viewer, unembedded);
    assert_eq!(list.select("tbody tr").len(), 1);
    let row = list.select("tbody tr").concat();
    assert!(row.contains("pricing--smb--en"), "{row}");
    assert!(row.contains("Not embedded yet"), "{row}");
    let panel = site.open(&viewer, &format!("/admin/variants/{id}/history"));
    let panel = panel.select("main").concat();
    assert!(
        panel.contains("shown by segment and language alone"),
        "{panel}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_results_are_changed_at_once_and_live_ones_only_when_that_is_meant() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let desk = engine_desk(&site);
    for number in 0..60 {
        let name = format!("Bulk {number}");
        let edit = VariantEdit {
            segment: None,
            ..edit(&name, &name)
        };
        desk.save_variant(&actor(), edit)
            .await
            .expect("it is right");
    }
    let statuses = "SELECT string_agg(DISTINCT status, ',' ORDER BY status) || ' ' || count(*) \
                    FROM variants WHERE head_name LIKE 'Bulk %'";
    let list = "/admin/variants?q=bulk";
    let screen = site.open(&publisher, list).select("form label").concat();
    assert!(screen.contains("All 60 results, on every page"), "{screen}");
    let act = |what: &str, more: &[(&str, &str)]| {
        let mut fields = vec![
            ("what", what),
            ("all", "true"),
            ("careful", "true"),
            ("back", list),
        ];
        fields.extend_from_slice(more);
        site.call(&publisher, "variants/publish", &fields)
    };
    // The page that the list is at does not matter, and nothing else is touched.
    let answer = act("now", &[]);
    let location = answer.header("location");
    assert!(location.contains("changed=60"), "{answer:?}");
    assert_eq!(site.database.query(statuses), "published 60");
    let refused = act("archive", &[]);
    assert_eq!(refused.status, 422);
    assert!(
        refused
            .text()
            .contains("These 60 variants are shown to visitors now"),
        "{refused:?}"
    );
    assert_eq!(site.database.query(statuses), "published 60");
    let answer = act("archive", &[("live", "true")]);
    assert!(
        answer.header("location").contains("changed=60"),
        "{answer:?}"
    );
    assert_eq!(site.database.query(statuses), "archived 60");
    // Nobody sees them now, so there is nothing to warn of.
    assert_eq!(act("withdraw", &[]).status, 200);
    assert_eq!(site.database.query(statuses), "draft 60");
    let notes = "SELECT count(*) FROM audit_log WHERE action = 'variant.archive'";
    assert_eq!(site.database.query(notes), "60");
}
