//! Many variants changed at once.

use engine::desk::variants::VariantEdit;

use super::{actor, edit, engine_desk};
use crate::desk::support::{Role, desk};

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
