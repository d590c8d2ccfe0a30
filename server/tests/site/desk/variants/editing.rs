//! Saving, copying, and what is refused.

use domain::variant::Origin;
use engine::desk::DeskError;
use engine::desk::variants::VariantEdit;
use serde_json::json;

use super::{SCRIPT, actor, changed, edit, engine_desk, hero, imported, publish, undo};
use crate::desk::support::{Role, desk};

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
async fn an_archived_variant_can_be_deleted_and_one_that_visitors_see_cannot() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = imported(&site).await;
    let delete = || {
        let id = id.to_string();
        site.call(&publisher, "variants/delete", &[("id", &id)])
            .status
    };
    assert_eq!(delete(), 409);
    let archived = publish(&site, &publisher, id, "archive");
    let screen = site.open(&publisher, &format!("/admin/variants/{id}"));
    assert_eq!(screen.select("#delete-variant h2").len(), 1);
    assert_eq!(delete(), 200);
    let kept = "SELECT before->>'name' FROM audit_log WHERE action = 'variant.delete'";
    assert!(!site.database.query(kept).is_empty());
    // There is nothing left to undo.
    assert_eq!(undo(&site, &publisher, &archived).status, 200);
    let screen = site.open(&publisher, &format!("/admin/variants/{id}"));
    assert_eq!(screen.status, 404);
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
    let keep = async |key: &str, body: &str| desk.keep_draft(ann, key, "a", body, 3).await;
    keep("17", "{\"name\":\"half\"}").await.expect("it fits");
    keep("17", "{\"name\":\"half a sentence\"}")
        .await
        .expect("it fits");
    let drafts = desk.drafts(ann, "17").await.expect("it is kept");
    assert_eq!(drafts.len(), 1);
    assert_eq!(
        (drafts[0].body.as_str(), drafts[0].base),
        ("{\"name\":\"half a sentence\"}", 3)
    );
    assert_eq!(desk.drafts(bob, "17").await.expect("nothing"), []);
    assert!(keep("17", &"x".repeat(1_048_577)).await.is_err());
    assert!(keep("../17", "{}").await.is_err());
    for number in 0..60 {
        keep(&format!("new:{number}"), "{}").await.expect("it fits");
    }
    assert_eq!(
        site.database.query("SELECT count(*) FROM variant_drafts"),
        "50"
    );
    let drop = desk.drop_draft(ann, "new:59", "a");
    drop.await.expect("it was there");
    assert_eq!(desk.drafts(ann, "new:59").await.expect("nothing"), []);
}
