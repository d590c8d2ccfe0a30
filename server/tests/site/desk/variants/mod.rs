//! Variants at the desk: lists, publishing, history, over HTTP.

mod bulk;
mod editing;
mod list;
mod publishing;

use domain::record::VariantRecord;
use domain::variant::Origin;
use domain::{ContentOverride, VariantId};
use engine::desk::variants::{VariantEdit, VariantFilter};
use engine::desk::{Actor, Desk};
use serde_json::json;

use super::support::{Site, Visit};
use crate::client::Answer;
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

/// Takes back the publication that led to `location`.
fn undo(site: &Site, visit: &Visit, location: &str) -> Answer {
    let (_, token) = location.split_once("undo=").expect("a way back");
    site.call(visit, "variants/undo", &[("token", token)])
}
