//! The screen of embeddings.

use engine::spaces::SwitchOptions;

use super::support::{Moving, moving, someone};
use crate::desk::support::{Role, Site};

/// The same site with people who sign in.
pub(super) async fn with_people(site: &Moving) -> Site {
    let node = site.node().await;
    let url = site.database.url.clone();
    let store = site.store().clone();
    Site {
        database: crate::support::Database { url, store },
        node,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_change_spaces_and_viewers_may_look() {
    let site = moving().await;
    let space = site.fill().await.to_string();
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let publisher = desk.sign_in(Role::Publisher).await;
    let model = site.new.space().to_string();
    let calls: [(&str, Vec<(&str, &str)>); 8] = [
        ("spaces/start", vec![("model", &model)]),
        ("spaces/pause", vec![("space", &space)]),
        ("spaces/resume", vec![("space", &space)]),
        ("spaces/cancel", vec![("space", &space)]),
        ("spaces/switch", vec![("space", &space)]),
        ("spaces/rollback", vec![("space", &space)]),
        ("spaces/retry", vec![("space", &space)]),
        ("spaces/drop", vec![("space", &space)]),
    ];
    for (function, fields) in &calls {
        assert_eq!(
            desk.call_signed_out(function, fields).status,
            401,
            "{function}"
        );
        for visit in [&viewer, &publisher] {
            assert_eq!(desk.call(visit, function, fields).status, 403, "{function}");
        }
    }
    for screen in [
        "/admin/spaces",
        &format!("/admin/spaces/drift?space={space}"),
    ] {
        let answer = desk.open(&viewer, screen);
        assert_eq!(answer.status, 200, "{screen}");
        let forms = answer.select("main form[method=post]");
        assert!(forms.is_empty(), "{screen}: {forms:?}");
    }
    for events in ["/admin/spaces/events", "/admin/spaces/drift/events"] {
        let answer = desk.node.get(&format!("{events}?space={space}"), &[]);
        assert_eq!(answer.status, 401, "{events}");
    }
    let csv = desk.open(&viewer, &format!("/admin/spaces/drift.csv?space={space}"));
    assert_eq!(csv.status, 200);
    assert!(csv.text().starts_with("page,segment,"), "{}", csv.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_plans_fills_compares_switches_and_goes_back() {
    let site = moving().await;
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let model = site.new.space().to_string();
    let query: String = form_urlencoded::byte_serialize(model.as_bytes()).collect();
    let plan = desk.open(&admin, &format!("/admin/spaces/plan?model={query}"));
    assert_eq!(plan.status, 200);
    assert!(plan.text().contains("embedded already"), "{}", plan.text());
    assert_eq!(
        desk.call(&admin, "spaces/start", &[("model", &model)])
            .status,
        200
    );
    let state = "SELECT state FROM embedding_spaces WHERE version = 2";
    // The node works on it by itself.
    crate::support::eventually("the space is complete", || {
        (site.database.query(state) == "ready").then_some(())
    })
    .await;
    // A job that is over says so at once, and the answer ends.
    let events = desk.open(&admin, "/admin/spaces/events?space=2");
    assert_eq!(events.header("content-type"), "text/event-stream");
    assert!(events.text().contains("data: over"), "{}", events.text());
    // It is found out in the background: until then the screen says how far that is.
    crate::support::eventually("the comparison", || {
        let drift = desk.open(&admin, "/admin/spaces/drift?space=2");
        assert_eq!(drift.status, 200);
        let pictures = drift.select("svg[role=img]").len();
        assert_eq!(pictures + drift.select("main progress").len(), 1);
        (pictures == 1).then_some(())
    })
    .await;
    let told = desk.open(&admin, "/admin/spaces/drift/events?space=2");
    assert!(told.text().contains("data: over"), "{}", told.text());
    let wrong = [("space", "2"), ("floor", "much")];
    assert_eq!(desk.call(&admin, "spaces/switch", &wrong).status, 422);
    for (field, text) in [("term_floor", "1.5"), ("keep_days", "-1")] {
        let wrong = [("space", "2"), (field, text)];
        let answer = desk.call(&admin, "spaces/switch", &wrong);
        assert_eq!(answer.status, 422, "{field}");
        assert!(answer.text().contains(field), "{}", answer.text());
    }
    let fields = [
        ("space", "2"),
        ("floor", "0.25"),
        ("term_floor", "0.125"),
        ("keep_days", "3"),
    ];
    assert_eq!(desk.call(&admin, "spaces/switch", &fields).status, 200);
    assert_eq!(site.database.query(state), "active");
    let kept =
        "SELECT keep_until > now() + interval '2 days' AND keep_until < now() + interval '4 days'
                FROM embedding_spaces WHERE version = 1";
    assert_eq!(site.database.query(kept), "t");
    let floors = "SELECT value -> 'thresholds' ->> 'similarity_floor', value -> 'thresholds' ->> 'term_floor'
                  FROM settings WHERE key = 'site'";
    assert_eq!(site.database.query(floors), "0.25|0.125");
    // A second click finds its work done.
    assert_eq!(desk.call(&admin, "spaces/switch", &fields).status, 409);
    // A second press does not go forth again.
    for status in [200, 409] {
        let answer = desk.call(&admin, "spaces/rollback", &[("space", "1")]);
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert_eq!(site.database.query(state), "ready");
    assert_eq!(
        desk.call(&admin, "spaces/drop", &[("space", "1")]).status,
        409
    );
    assert_eq!(
        desk.call(&admin, "spaces/drop", &[("space", "2")]).status,
        200
    );
    let who = format!(
        "SELECT count(*) FROM audit_log WHERE action LIKE 'space.%' AND actor = '{}'",
        admin.person.email
    );
    assert_eq!(site.database.query(&who), "4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_in_which_a_text_was_refused_can_be_switched_to_when_somebody_says_so() {
    let site = moving().await;
    let space = site.fill().await;
    site.database.query(
        "WITH refused AS (
             DELETE FROM embeddings WHERE space_version = 2
               AND variant_id = (SELECT id FROM variants WHERE external_id = 'pricing--smb--en')
             RETURNING text_hash)
         INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT 2, text_hash, 'variant pricing--smb--en', 'refused', 3 FROM refused",
    );
    let desk = with_people(&site).await;
    let admin = desk.sign_in(Role::Admin).await;
    let address = format!("/admin/spaces/drift?space={space}");
    let screen = crate::support::eventually("the comparison", || {
        let screen = desk.open(&admin, &address);
        let there = !screen.select("svg[role=img]").is_empty();
        there.then_some(screen)
    })
    .await;
    assert_eq!(screen.select("input[name=incomplete]").len(), 1);
    let space = space.to_string();
    let without = [("space", space.as_str())];
    assert_eq!(desk.call(&admin, "spaces/switch", &without).status, 409);
    let agreed = [("space", space.as_str()), ("incomplete", "true")];
    assert_eq!(desk.call(&admin, "spaces/switch", &agreed).status, 200);
    let active = site.store().active_space().await.unwrap().unwrap();
    assert_eq!(active.version.to_string(), space);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_said_is_shown_as_text() {
    let site = moving().await;
    let space = site.fill().await;
    site.database.query(
        "INSERT INTO embedding_failures (space_version, text_hash, subject, error, attempts)
         SELECT 2, text_hash, '<b>subject</b>', '<script>alert(1)</script>', 1 FROM embedded_texts LIMIT 1",
    );
    let desk = with_people(&site).await;
    let viewer = desk.sign_in(Role::Viewer).await;
    let answer = desk.open(&viewer, "/admin/spaces");
    assert!(
        answer.text().contains("&lt;script&gt;alert(1)"),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains("<script>alert(1)"));
    // An unknown space is not there; one that decides cannot be compared with itself.
    assert_eq!(
        desk.open(&viewer, "/admin/spaces/drift?space=99").status,
        404
    );
    assert_eq!(
        desk.open(&viewer, "/admin/spaces/drift?space=x").status,
        404
    );
    let options = SwitchOptions {
        incomplete: true,
        ..SwitchOptions::default()
    };
    site.spaces
        .switch(&someone(), space, options)
        .await
        .unwrap();
    assert_eq!(
        desk.open(&viewer, &format!("/admin/spaces/drift?space={space}"))
            .status,
        409
    );
}
