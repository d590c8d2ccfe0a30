//! Edits: embedded at once, into every space, and later where a provider is down.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::variant::Origin;
use engine::desk::variants::{Publication, VariantEdit};
use engine::embedding::Providers;
use serde_json::json;

use super::openai_server::Fault;
use super::screens::with_people;
use super::support::{Gated, Gone, Moving, Scattered, forget_questions, moving, someone};
use crate::desk::support::Role;
use crate::support::eventually;

/// A variant with a headline of its own.
fn variant(headline: &str) -> String {
    json!({
        "kind": "variant", "id": "pricing--smb--en", "page": "pricing", "segment": "smb", "locale": "en",
        "name": "Prices for small companies",
        "content": {"blocks": [{"type": "hero", "id": "hero", "headline": headline}]}
    })
    .to_string()
}

/// Spaces in which the variant has a vector of its present text.
fn embedded_in(site: &Moving) -> String {
    site.database.query(
        "SELECT string_agg(e.space_version::text, ',' ORDER BY e.space_version)
         FROM embeddings e JOIN embedded_texts t USING (variant_id, text_hash)
         WHERE t.subject = 'variant pricing--smb--en'",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_embedded_into_both_spaces() {
    let site = moving().await;
    site.fill().await;
    assert_eq!(embedded_in(&site), "1,2");
    let _node = site.node().await;
    let edit = variant("Vans by the dozen");
    site.database.import_by(&Scattered::new("old"), &edit).await;
    // The vector of the old text is gone at once, in both.
    let outdated =
        "SELECT count(*) FROM embeddings e LEFT JOIN embedded_texts t USING (variant_id, text_hash)
                    WHERE t.text_hash IS NULL";
    assert_eq!(site.database.query(outdated), "0");
    eventually("both spaces know the edit", || {
        (embedded_in(&site) == "1,2").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_during_the_job_is_embedded_before_the_space_is_complete() {
    let site = moving().await;
    let space = site.start().await;
    // The job is at its first batch for as long as the provider stumbles.
    site.server.fail_next([Fault::ServerError; 4]);
    let worker = site.worker();
    let (end, ()) = tokio::join!(worker.work_next(), async {
        let edit = variant("Vans by the score");
        site.database.import_by(&Scattered::new("old"), &edit).await;
    });
    assert_eq!(end.unwrap(), Some(engine::spaces::End::Complete));
    assert_eq!(embedded_in(&site), "1,2");
    assert_eq!(site.store().missing(space).await.unwrap().all(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_while_the_provider_is_down_is_saved_and_embedded_later() {
    let site = moving().await;
    site.fill_and_switch().await;
    let node = site.node().await;
    let desk = engine::desk::Desk::new(site.store().clone(), node.engine());
    let page = site.store().page_records().await.unwrap().remove(0);
    let mut record = page.1;
    record.intent = "Says what vans cost by the dozen.".to_owned();
    // Two requests at the edit, and two more when it is tried again.
    site.server.fail_next([Fault::ServerError; 4]);
    let saved = desk.save_page(&someone(), page.0, 1, record).await;
    saved.expect("it is saved although nothing could be embedded");
    let known = "SELECT count(*) FROM query_embeddings WHERE space_version = 2 AND
                 text_hash = sha256('Says what vans cost by the dozen.')";
    let with_vector = eventually("the intent gets its vector", || {
        (site.database.query(known) == "1").then_some(())
    });
    with_vector.await;
    let revision = site
        .database
        .query("SELECT shared_revision FROM catalog_state");
    let wanted: f64 = revision.parse().expect("a number");
    eventually("visitors get it", || {
        (node.metric("landfall_catalog_revision") >= wanted).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_edited_while_the_provider_is_down_is_found_by_its_segment_and_marked_until_then()
{
    let mut site = moving().await;
    let model = Arc::new(Gone::new("old"));
    site.providers = Providers::new(Arc::clone(&model) as _);
    let desk = with_people(&site).await;
    let publisher = desk.sign_in(Role::Publisher).await;
    let editing = engine::desk::Desk::new(site.store().clone(), desk.node.engine());
    let id = "SELECT id FROM variants WHERE external_id = 'pricing--smb--en'";
    let id = domain::VariantId(site.database.query(id).parse().expect("a number"));
    let marked = || {
        let list = desk.open(&publisher, "/admin/variants?status=unembedded");
        list.select("tbody tr")
            .concat()
            .contains("pricing--smb--en")
    };
    assert!(!marked());

    model.gone.store(true, Ordering::SeqCst);
    let present = editing.variant(id).await.unwrap();
    let content =
        json!({"blocks": [{"type": "hero", "id": "hero", "headline": "Vans by the gross"}]});
    let edit = VariantEdit {
        id: Some(id),
        base: present.revision,
        name: present.record.name,
        page: present.record.page,
        segment: present.record.segment,
        locale: present.record.locale,
        content: serde_json::from_value(content).unwrap(),
        starts_at: None,
        ends_at: None,
        origin: Origin::Saved,
    };
    editing.save_variant(&someone(), edit).await.unwrap();
    let now = Publication::Now;
    editing.publish(&someone(), &[id], now).await.unwrap();
    eventually("visitors see it by its segment", || {
        let answer = desk.node.get("/pricing?segment=smb", &[]);
        (answer.h1() == "Vans by the gross").then_some(())
    })
    .await;
    assert!(marked(), "it has no vector");
    assert_eq!(embedded_in(&site), "");

    model.gone.store(false, Ordering::SeqCst);
    eventually("it gets its vector", || {
        (embedded_in(&site) == "1").then_some(())
    })
    .await;
    assert!(!marked());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_the_provider_refuses_is_saved_listed_and_tried_again_when_somebody_says_so() {
    let site = moving().await;
    let space = site.fill_and_switch().await;
    let people = with_people(&site).await;
    let admin = people.sign_in(Role::Admin).await;
    let desk = engine::desk::Desk::new(site.store().clone(), people.node.engine());
    let none = people.call(&admin, "spaces/retry", &[("space", "2")]);
    assert_eq!(none.status, 409, "nothing was refused yet");
    let page = site.store().page_records().await.unwrap().remove(0);
    let mut record = page.1;
    record.intent = "Says what vans cost by the score.".to_owned();
    let path = record.path.clone();
    // At the edit, and three times in the background.
    site.server.fail_next([Fault::NotFinite; 4]);
    let saved = desk.save_page(&someone(), page.0, 1, record).await;
    saved.expect("it is saved although its text was refused");
    let shown = eventually("the text is listed", || {
        let shown = people.open(&admin, "/admin/spaces");
        let offers = shown.select("form[action='/admin/api/spaces/retry'] button");
        (offers.len() == 1).then_some(shown)
    })
    .await;
    let name: String = form_urlencoded::byte_serialize(path.as_str().as_bytes()).collect();
    assert_eq!(
        shown.select(&format!("a[href='/admin/pages?q={name}']")),
        [format!("page {path}")]
    );
    let tried = people.call(&admin, "spaces/retry", &[("space", "2")]);
    assert_eq!(tried.status, 200);
    let known = "SELECT count(*) FROM query_embeddings WHERE space_version = 2 AND
                 text_hash = sha256('Says what vans cost by the score.')";
    eventually("the intent gets its vector", || {
        (site.database.query(known) == "1").then_some(())
    })
    .await;
    assert_eq!(site.spaces.dead_letters(space).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_keeps_no_other_space_from_being_completed() {
    let model = Arc::new(Gated::new("new"));
    let site = moving().await.with(Arc::clone(&model) as _);
    model.answers.add_permits(1_000);
    let space = site.fill().await;
    model.answers.forget_permits(1_000);
    let (hanging, healthy) = (forget_questions(&site, space), forget_questions(&site, 1));
    let _node = site.node().await;
    let known = |space: i32| {
        site.database.query(&format!(
            "SELECT count(*) FROM query_embeddings WHERE space_version = {space}"
        ))
    };
    // Again and again, while the other is waited for.
    for _ in 0..2 {
        eventually("the healthy space is complete", || {
            (known(1) == healthy.to_string()).then_some(())
        })
        .await;
        assert_eq!(known(space), "0");
        forget_questions(&site, 1);
    }
    model.answers.add_permits(1_000);
    eventually("both are complete", || {
        let both = (known(space), known(1));
        (both == (hanging.to_string(), healthy.to_string())).then_some(())
    })
    .await;
}
