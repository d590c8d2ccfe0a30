//! Draft, live, scheduled, archived, and back.

use serde_json::Value;

use super::{actor, changed, engine_desk, imported, publish, undo, visitors_read};
use crate::desk::support::{Role, desk};

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

    let undone = undo(&site, &publisher, &location);
    assert_eq!(
        undone.header("location"),
        "/admin/variants?notice=variants-undone&changed=1&left=0"
    );
    visitors_read(&site, "Prices for small companies").await;
    let undone = undo(&site, &publisher, &location);
    assert_eq!(
        undone.header("location"),
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
    let undone = undo(&site, &publisher, &archived);
    assert_eq!(
        undone.header("location"),
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
    let undone = undo(&site, &publisher, &withdrawn);
    assert_eq!(undone.status, 200, "{undone:?}");
    assert_eq!(fits(), "t");
    visitors_read(&site, "Prices for small companies").await;
    publish(&site, &publisher, id, "archive");
    visitors_read(&site, "Prices for everyone").await;
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
    let screen = site.open(&publisher, &format!("/admin/variants/{id}"));
    let told = screen.select("#publishing-panel").concat();
    assert!(told.contains("Until then they do not see"), "{told}");
    assert!(
        told.contains("Scheduled ") && !told.contains("Last published"),
        "{told}"
    );
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
async fn what_visitors_see_gets_an_end_without_going_off_air() {
    let site = desk().await;
    let publisher = site.sign_in(Role::Publisher).await;
    let id = imported(&site).await.to_string();
    let until = |ends_at: &str| {
        let fields = [
            ("ids[]", id.as_str()),
            ("what", "until"),
            ("ends_at", ends_at),
        ];
        site.call(&publisher, "variants/publish", &fields).status
    };
    let stored = || {
        let sql =
            "SELECT status, published_revision, ends_at IS NOT NULL FROM variants WHERE id = ";
        site.database.query(&format!("{sql}{id}"))
    };
    assert_eq!(until("2199-08-01T09:00"), 200);
    assert_eq!(stored(), "published|1|t");
    visitors_read(&site, "Prices for small companies").await;
    assert_eq!(until("2001-01-01T00:00"), 422);
    assert_eq!(until(""), 200);
    assert_eq!(stored(), "published|1|f");
    let archived = [("ids[]", id.as_str()), ("what", "archive")];
    let answer = site.call(&publisher, "variants/publish", &archived);
    assert_eq!(answer.status, 200);
    assert_eq!(until("2199-08-01T09:00"), 422);
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
    // What visitors see is not deleted.
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
