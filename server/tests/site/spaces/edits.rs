//! Edits: embedded at once, into every space, and later where a provider is down.

use serde_json::json;

use super::openai_server::Fault;
use super::support::{Moving, Scattered, moving, someone};
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
    let space = site.fill().await;
    let options = engine::spaces::SwitchOptions::default();
    site.spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
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
